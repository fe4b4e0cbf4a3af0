"""`POST /<messenger>`: the webhook of every platform that is answered by a call of ours."""

import time
from dataclasses import replace
from functools import partial

import httpx
import structlog
from flask import Flask, Response, abort, jsonify, request

from billing import store
from skill import jobs, outbox
from skill.app import Service
from skill.channels.body import Body, NotABody, parse
from skill.channels.calls import clients
from skill.channels.channel import Arrival, Call, Messenger, messengers, phrases
from skill.channels.limits import contracts
from skill.dialogue.engine import expected
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply
from skill.hearing import Hearing, TooBusy
from skill.identity import linking, reach
from skill.routes.errors import problem
from speech.audio import AudioError, Limits, decode
from speech.recognition import Hypothesis

FETCH_SECONDS = 10
FETCH_PAUSES = (0.3, 1.0)
"""Before a recording that could not be fetched is asked for again, seconds."""
log = structlog.get_logger()


def mount(app: Flask, service: Service) -> None:
    """Add a route for every messenger; one without its secret answers 404."""
    hearing = Hearing(service.settings.hearing_at_once, service.settings.hearing_queue)
    by_the_clock = partial(jobs.run_due, service) if service.settings.jobs_in_background else lambda: None
    sender = outbox.Sender(service.engine, service.settings, service.clock, by_the_clock)
    app.extensions["zhku_sender"] = sender
    for messenger in messengers().values():
        door = Door(service, messenger, hearing, sender)
        app.add_url_rule(f"/{messenger.name}", f"messenger_{messenger.name}", door.deliver, methods=["POST"])
        if messenger.handshake:
            app.add_url_rule(f"/{messenger.name}", f"handshake_{messenger.name}", door.handshake, methods=["GET"])
    if any(messenger.enabled(service.settings) for messenger in messengers().values()):
        app.before_request(sender.start)


class Door:
    """One messenger's webhook: the caller checked by the raw bytes, every turn answered, the answers queued."""

    def __init__(self, service: Service, messenger: Messenger, hearing: Hearing, sender: outbox.Sender) -> None:
        self._service, self._messenger, self._hearing, self._sender = service, messenger, hearing, sender

    def deliver(self) -> Response:
        """Take a delivery. An error status makes the platform bring it again."""
        if not self._messenger.enabled(self._service.settings):
            abort(404)
        raw = request.get_data()
        call = Call(raw, request.headers, request.args, self._service.clock())
        if not self._messenger.authentic(call, self._service.settings):
            abort(401, "the call is not signed by the platform")
        try:
            body = parse(raw)
            if answer := self._till(body, call):
                return jsonify(answer)
            direct = [self._answer(body, arrival) for arrival in self._messenger.read(body)]
        except NotABody as error:
            abort(400, str(error))
        except TooBusy:
            return problem(503, "too many utterances at once", "busy")
        return jsonify(next(filter(None, direct), {}))

    def handshake(self) -> Response:
        """The platform checks the address."""
        if not self._messenger.enabled(self._service.settings) or self._messenger.handshake is None:
            abort(404)
        challenge = self._messenger.handshake(request.args, self._service.settings)
        if challenge is None:
            abort(403)
        return Response(challenge, content_type="text/plain; charset=utf-8")

    def _till(self, body: Body, call: Call) -> Body:
        """Money inside the messenger: the answer to the platform's question; what it took is booked and thanked for."""
        till = self._messenger.till
        if till is None or not till.concerns(body):
            return {}
        with store.transaction(self._service.engine) as db:
            if (paid := till.paid(db, self._service.settings, body, call.now)) is not None:
                outbox.put(db, paid[1].turn, self._messenger.write(*paid), now=call.now)
                self._sender.wake()
            return till.asked(db, self._service.settings, body)

    def _answer(self, body: Body, arrival: Arrival) -> Body:
        """Converse, queue the messages; the one that travels in the HTTP answer."""
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
        direct, rest = self._messenger.at_once(body, messages)
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
        """What the recording says, or what to tell of one that cannot be heard. Raises TooBusy."""
        settings, turn = self._service.settings, arrival.turn
        limits = Limits(max_bytes=settings.max_audio_bytes, max_seconds=settings.max_audio_seconds)
        if arrival.voice.get("seconds", 0) > settings.max_audio_seconds:
            return Reply(phrase("channels.long_voice", 0))
        try:
            pcm = decode(self._fetched(arrival.voice), limits=limits)
        except AudioError as error:
            return Reply(phrase("channels.long_voice" if error.code.startswith("too_") else "channels.bad_voice", 0))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("recording not fetched", channel=turn.channel, reason=type(error).__name__)
            second = phrases([str(arrival.voice.get("transcription", ""))])
            return second or Reply(phrase("channels.bad_voice", 0))
        wanted = expected(self._service.engine, turn, now=self._service.clock(), settings=settings)
        return tuple(self._hearing.hear(pcm, wanted))

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
