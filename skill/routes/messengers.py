"""`POST /<messenger>`: the webhook of every platform that is answered by a call of ours."""

from collections.abc import Iterable
from functools import partial
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, abort, jsonify, request

from skill import jobs, outbox
from skill.app import Service
from skill.channels.body import NotABody, parse
from skill.channels.channel import Call, Messenger, messengers
from skill.delivery import Delivery
from skill.hearing import Hearing, TooBusy
from skill.routes.errors import problem


def mount(app: Flask, service: Service) -> None:
    """Add a route for every messenger; one without its secret answers 404."""
    hearing = Hearing(service.settings.hearing_at_once, service.settings.hearing_queue)
    by_the_clock = partial(jobs.run_due, service) if service.settings.jobs_in_background else lambda: None
    sender = outbox.Sender(service.engine, service.settings, service.clock, by_the_clock)
    app.extensions["zhku_sender"] = sender
    for messenger in messengers().values():
        door = Door(service, messenger, Delivery(service, messenger, hearing, sender))
        app.add_url_rule(f"/{messenger.name}", f"messenger_{messenger.name}", door.deliver, methods=["POST"])
        if messenger.handshake:
            app.add_url_rule(f"/{messenger.name}", f"handshake_{messenger.name}", door.handshake, methods=["GET"])
    if any(messenger.enabled(service.settings) for messenger in messengers().values()):
        _start_when_called(sender, app)


def _start_when_called(sender: outbox.Sender, app: Flask) -> None:
    """The first call of a process starts its sender, whichever door it is for: the assistants' stand before Flask."""
    inner = app.wsgi_app

    def starting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sender.start()
        return inner(environ, start_response)

    app.wsgi_app = starting  # type: ignore[method-assign]


class Door:
    """One messenger's webhook: the caller checked by the raw bytes before anything is read."""

    def __init__(self, service: Service, messenger: Messenger, delivery: Delivery) -> None:
        self._service, self._messenger, self._delivery = service, messenger, delivery

    def deliver(self) -> Response:
        """Take a delivery. An error status makes the platform bring it again."""
        if not self._messenger.enabled(self._service.settings):
            abort(404)
        address = request.remote_addr or ""
        call = Call(request.get_data(), request.headers, request.args, self._service.clock(), address)
        if not self._messenger.authentic(call, self._service.settings):
            abort(401, "the call is not signed by the platform")
        try:
            return jsonify(self._delivery.take(parse(call.raw), now=call.now, waits=True))
        except NotABody as error:
            abort(400, str(error))
        except TooBusy:
            return problem(503, "too many utterances at once", "busy")

    def handshake(self) -> Response:
        """The platform checks the address."""
        if not self._messenger.enabled(self._service.settings) or self._messenger.handshake is None:
            abort(404)
        challenge = self._messenger.handshake(request.args, self._service.settings)
        if challenge is None:
            abort(403)
        return Response(challenge, content_type="text/plain; charset=utf-8")
