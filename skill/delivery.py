"""One delivery of a messenger, whichever way it came: every turn in it answered, the answers queued."""

import time
from dataclasses import replace
from datetime import datetime

import httpx
import structlog

from billing import store
from skill import outbox
from skill.app import Service
from skill.channels.body import Body
from skill.channels.calls import clients
from skill.channels.channel import Arrival, Messenger, phrases
from skill.channels.limits import contracts
from skill.dialogue.engine import expected
from skill.dialogue.meaning.likeliest import HEARD, is_heard
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply
from skill.hearing import Hearing
from skill.identity import linking, reach
from skill.understanding import understand
from speech.audio import AudioError, Limits, decode
from speech.recognition import Hypothesis

FETCH_SECONDS = 10
FETCH_PAUSES = (0.3, 1.0)
"""Before a recording that could not be fetched is asked for again, seconds."""
log = structlog.get_logger()


class Delivery:
    """Takes what one messenger delivers: by its webhook, or asked for by us."""

    def __init__(self, service: Service, messenger: Messenger, hearing: Hearing, sender: outbox.Sender) -> None:
        self._service, self._messenger, self._hearing, self._sender = service, messenger, hearing, sender

    def take(self, body: Body, *, now: datetime, waits: bool) -> Body:
        """Converse about everything in the body; what goes into the HTTP answer.

        waits: there is an HTTP answer in which one message can travel; else every message is queued, but the answer to
        the platform's question about money, which is due at once. Raises TooBusy.
        """
        if answer := self._till(body, now):
            return answer
        direct = [self._answer(body, arrival, waits=waits) for arrival in self._messenger.read(body)]
        return next(filter(None, direct), {})

    def _till(self, body: Body, now: datetime) -> Body:
        """Money inside the messenger: the answer to the platform's question; what it took is booked and thanked for."""
        till = self._messenger.till
        if till is None or not till.concerns(body):
            return {}
        with store.transaction(self._service.engine) as db:
            if (paid := till.paid(db, self._service.settings, body, now)) is not None:
                outbox.put(db, paid[1].turn, self._messenger.write(*paid), now=now)
                self._sender.wake()
            return till.asked(db, self._service.settings, body, now)

    def _answer(self, body: Body, arrival: Arrival, *, waits: bool) -> Body:
        """Converse, queue the messages; the one that travels in the HTTP answer, if one waits for it."""
        messages: list[Body] = []
        if arrival.formerly:
            with store.transaction(self._service.engine) as db:
                linking.move(db, arrival.turn.channel, arrival.formerly, arrival.turn.user_key)
        if arrival.turn.kind != "ping":
            reply = self._reply(arrival)
            messages = self._messenger.write(reply, arrival)
            if self._messenger.till is not None and reply.link:
                with store.reading(self._service.engine) as db:
                    messages += self._messenger.till.invoice(db, self._service.settings, reply, arrival)
        messages = [message for message in messages if self._fits(message)]
        direct, rest = self._messenger.at_once(body, messages) if waits else ({}, messages)
        queued = [*arrival.aside, *rest]
        with store.reading(self._service.engine) as db:
            led, moved = outbox.is_led(db, arrival), reach.is_new(db, arrival)
        if queued or led or moved:
            with store.transaction(self._service.engine) as db:
                outbox.put(db, arrival.turn, queued, now=self._service.clock())
                if led:
                    outbox.reachable(db, arrival)
                if moved:
                    reach.note(db, arrival.turn.channel, arrival.turn.user_key, arrival.to, self._service.clock())
            self._sender.wake()
        return direct

    def _reply(self, arrival: Arrival) -> Reply:
        if arrival.unread:
            return Reply(phrase(arrival.unread, 0))
        if not arrival.voice:
            return self._service.reply_to(arrival.turn)
        said = self._heard(arrival)
        if isinstance(said, Reply):
            return said
        return self._service.reply_to(replace(arrival.turn, hypotheses=said, kind="text" if said else "silence"))

    def _heard(self, arrival: Arrival) -> tuple[Hypothesis, ...] | Reply:
        """What the recording says, or what to tell of one that cannot be heard. Raises TooBusy.

        What the platform itself heard is one guess more, and the first where ours are no good.
        """
        settings, turn = self._service.settings, arrival.turn
        second = phrases([str(arrival.voice.get("transcription", ""))])
        limits = Limits(max_bytes=settings.max_audio_bytes, max_seconds=settings.max_audio_seconds)
        if arrival.voice.get("seconds", 0) > settings.max_audio_seconds:
            return Reply(phrase("channels.long_voice", 0))
        try:
            pcm = decode(self._fetched(arrival.voice), limits=limits)
        except AudioError as error:
            return Reply(phrase("channels.long_voice" if error.code.startswith("too_") else "channels.bad_voice", 0))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("recording not fetched", channel=turn.channel, reason=type(error).__name__)
            return second or Reply(phrase("channels.bad_voice", 0))
        wanted = expected(self._service.engine, turn, now=self._service.clock(), settings=settings)
        heard = tuple(self._hearing.hear(pcm, wanted))
        if not heard or not is_heard(heard[0], lambda: understand(heard[0].text, turn.channel)):
            return (*second, *heard)
        return (*heard, *(replace(one, confidence=HEARD) for one in second))

    def _fetched(self, voice: Body) -> bytes:
        """The recording; a download that failed on the way is tried again. Raises httpx.HTTPError, ValueError."""
        if self._messenger.fetch is None:
            raise ValueError("this messenger has no recordings")
        settings = self._service.settings
        with clients(settings, FETCH_SECONDS) as https:
            http = https(self._messenger.name)
            for pause in FETCH_PAUSES:
                try:
                    return self._messenger.fetch(http, settings, voice)
                except httpx.HTTPError as error:
                    if isinstance(error, httpx.HTTPStatusError) and error.response.is_client_error:
                        raise
                    log.info("recording fetched again", channel=self._messenger.name, reason=type(error).__name__)
                    time.sleep(pause)
            return self._messenger.fetch(http, settings, voice)

    def _fits(self, message: Body) -> bool:
        problems = contracts()[self._messenger.name].problems(message)
        if problems:
            log.error("message breaks the contract", channel=self._messenger.name, problems=problems)
        return not problems
