"""An answer in time: a platform that waits no longer gets «скажите „продолжи“», and the next turn has the result."""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

import structlog

from billing import store
from skill.app import Service
from skill.channels.channel import phrases
from skill.dialogue.engine import session_name
from skill.dialogue.phrases import phrase
from skill.dialogue.tables import DialogueSession
from skill.dialogue.turn import Reply, Turn
from skill.identity import oauth

CONTINUE, REPEAT = "продолжи", "повтори"
MARGIN_SECONDS = 1.0
"""Of a platform's limit, left to the network both ways."""
PATIENCE_SECONDS, LOOK_SECONDS = 8.0, 0.05
"""How long «продолжи» waits for a turn before it that another process takes, and how often it looks."""
log = structlog.get_logger()


class Deadline:
    """The workers of one process. The turn after a late one waits for it, so that they do not change places."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._workers = ThreadPoolExecutor(service.settings.threads, thread_name_prefix="turn")
        self._late: dict[str, Future[Reply]] = {}

    def reply(self, turn: Turn, platform_seconds: float) -> Reply:
        """The conversation's reply, or a request to come again; an apology when the turn failed."""
        goes_on = turn.text.strip(" .!").lower() == CONTINUE
        if goes_on:
            turn = replace(turn, hypotheses=phrases([REPEAT]))
        seconds = self._service.settings.answer_seconds or platform_seconds - MARGIN_SECONDS
        conversation = session_name(turn)
        future = self._workers.submit(self._take, turn, self._late.pop(conversation, None), goes_on=goes_on)
        try:
            error = future.exception(timeout=seconds)
        except TimeoutError:
            log.warning("turn is late", channel=turn.channel, seconds=seconds)
            self._late[conversation] = future
            future.add_done_callback(lambda done: self._over(conversation, done))
            return Reply(phrase("channels.late", 0), buttons=(CONTINUE.capitalize(),))
        if error is not None:
            log.error("turn failed", channel=turn.channel, exc_info=error)
            return Reply(phrase("channels.trouble", 0))
        return future.result()

    def _over(self, conversation: str, done: Future[Reply]) -> None:
        """A turn that was taken need not be waited for, should its conversation ever go on."""
        if (error := done.exception()) is not None:
            log.error("late turn failed", exc_info=error)
        elif self._late.get(conversation) is done:
            self._late.pop(conversation, None)

    def _take(self, turn: Turn, earlier: Future[Reply] | None, *, goes_on: bool) -> Reply:
        if earlier is not None:
            wait([earlier])
        elif goes_on:
            self._wait_elsewhere(turn)
        if turn.access_token and (turn.linked or turn.sequence == 0):
            with store.transaction(self._service.engine) as db:
                oauth.attach(db, turn, now=self._service.clock())
        return self._service.reply_to(turn)

    def _wait_elsewhere(self, turn: Turn) -> None:
        """Let another process finish the turn before this one, as far as the platform counts its turns: whichever comes
        first would make the other a thing of the past."""
        until = time.monotonic() + PATIENCE_SECONDS
        while turn.sequence and time.monotonic() < until:
            with store.reading(self._service.engine) as db:
                row = db.get(DialogueSession, session_name(turn))
            if row is not None and row.sequence is not None and row.sequence >= turn.sequence - 1:
                return
            time.sleep(LOOK_SECONDS)
