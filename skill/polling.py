"""Asking messengers for what was written to the bot, where the world cannot reach this server (long polling)."""

import threading
from collections.abc import Callable
from datetime import datetime

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from skill.channels.body import Body
from skill.channels.calls import clients
from skill.channels.channel import Messenger, Poll
from skill.delivery import Delivery
from skill.hearing import TooBusy
from skill.settings import Settings

HELD_SECONDS = 30
"""How long a platform holds a question open while there is nothing to tell."""
IDLE_PAUSE, SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 1.0, 60.0
"""Seconds: after an answer without updates, which a proxy may not hold back, and after failures."""
MOST_ATTEMPTS = 3
"""So often one update is tried before it is left: the others wait behind it."""
log = structlog.get_logger()


class Poller:
    """Asks one messenger, one question after another. What was taken twice is answered once, as with a webhook."""

    def __init__(
        self,
        messenger: Messenger,
        poll: Poll,
        delivery: Delivery,
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._messenger, self._poll, self._delivery = messenger, poll, delivery
        self._settings, self._clock = settings, clock
        self._marker: int | None = None

    def run(self, stopped: threading.Event) -> None:
        """Ask until told to stop; after a failure, later and later. Raises PermissionError if the token is refused."""
        pause = SHORTEST_PAUSE
        with clients(self._settings, 2 * HELD_SECONDS) as https:
            http, ready = https(self._messenger.name), False
            while not stopped.is_set():
                try:
                    if not ready:
                        self._poll.begin(http, self._settings)
                        ready = True
                    if not self.ask(http, stopped):
                        stopped.wait(IDLE_PAUSE)
                    pause = SHORTEST_PAUSE
                except (httpx.HTTPError, ValueError) as error:
                    _refused(self._messenger.name, error)
                    log.warning("updates not asked for", channel=self._messenger.name, reason=_reason(error))
                    stopped.wait(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    def ask(self, http: httpx.Client, stopped: threading.Event) -> int:
        """Ask once and take what came; how many updates there were. Raises httpx.HTTPError, ValueError."""
        updates, marker = self._poll.ask(http, self._settings, self._marker, HELD_SECONDS)
        for update in updates:
            self._take(http, update, stopped)
        self._marker = marker
        return len(updates)

    def _take(self, http: httpx.Client, update: Body, stopped: threading.Event) -> None:
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                if answer := self._delivery.take(update, now=self._clock(), waits=False):
                    self._messenger.send(http, self._settings, answer)
            except (SQLAlchemyError, TooBusy, httpx.HTTPError) as error:
                log.error("update not taken", channel=self._messenger.name, attempt=attempt, exc_info=error)
                stopped.wait(SHORTEST_PAUSE)
            else:
                return


def _refused(channel: str, error: Exception) -> None:
    """Raises PermissionError where asking again is of no use."""
    if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in (401, 403, 404):
        raise PermissionError(f"{channel} refuses the token ({error.response.status_code})") from error


def _reason(error: Exception) -> str:
    """Why, without the address: Telegram's holds the token."""
    return str(error.response.status_code) if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
