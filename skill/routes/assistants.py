"""`POST /<assistant>/<secret>`: the webhook of every platform that is answered in the HTTP body.

These doors stand before Flask: its own work on a request takes as long as half a turn.
"""

import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from flask import Flask
from werkzeug.datastructures import EnvironHeaders, MultiDict
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, MethodNotAllowed, NotFound, Unauthorized
from werkzeug.wsgi import get_input_stream

from skill.app import Service
from skill.channels.body import Body, NotABody, parse
from skill.channels.channel import Assistant, Call, assistants
from skill.channels.limits import contracts
from skill.deadline import Deadline
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply, Turn
from skill.routes import errors

log = structlog.get_logger()


def mount(app: Flask, service: Service) -> None:
    """Add a door for every assistant; one without a secret answers 404."""
    app.wsgi_app = Doors(app.wsgi_app, service)  # type: ignore[method-assign]


class Doors:
    """The assistants' doors; what knocks at none of them goes on to `inner`."""

    def __init__(self, inner: WSGIApplication, service: Service) -> None:
        deadline = Deadline(service)
        self._inner = inner
        self._doors = {name: Door(assistant, service, deadline) for name, assistant in assistants().items()}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A WSGI application."""
        path = environ["PATH_INFO"].split("/")
        door = self._doors.get(path[1]) if len(path) == 3 else None
        if door is None:
            return self._inner(environ, start_response)
        try:
            answer = door.answer(environ, path[2].encode("latin-1"))
        except HTTPException as refusal:
            return errors.refused(refusal)(environ, start_response)
        except Exception as fault:  # what Flask does with one: it is logged, the platform gets a valid 500
            return errors.failed(fault)(environ, start_response)
        start_response("200 OK", [*door.headers, ("Content-Length", str(len(answer)))])
        return [answer]


class Door:
    """One assistant's webhook. headers: of every answer."""

    def __init__(self, assistant: Assistant, service: Service, deadline: Deadline) -> None:
        self._assistant, self._service, self._deadline = assistant, service, deadline
        self._contract = contracts()[assistant.name]
        self._secret = assistant.secret(service.settings).encode()
        self._methods = ["POST", "OPTIONS"] if assistant.browser else ["POST"]
        self.headers = [("Content-Type", "application/json")]
        if assistant.browser:
            self.headers.append(("Access-Control-Allow-Origin", assistant.browser))
            self.headers.append(("Access-Control-Allow-Headers", "Content-Type, Accept"))

    def answer(self, environ: WSGIEnvironment, secret: bytes) -> bytes:
        """The HTTP body for a request to `secret`. Raises HTTPException."""
        if environ["REQUEST_METHOD"] not in self._methods:
            raise MethodNotAllowed(self._methods)
        if not self._secret or not hmac.compare_digest(secret, self._secret):
            raise NotFound
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return b""
        call = _call(environ, self._service)
        if not self._assistant.authentic(call, self._service.settings):
            raise Unauthorized("the call is not signed by the platform")
        body = _body(call)
        if not self._assistant.ours(body, self._service.settings):
            raise Forbidden("the skill is not one of ours")
        turn = _known(self._assistant.read(body))
        if turn.can_link and not self._service.settings.oauth_client_id:
            turn = replace(turn, can_link=False)
        apart = "channels.pong" if turn.kind == "ping" else self._assistant.apart(turn, body)
        seconds = self._contract.capabilities.seconds
        reply = Reply(phrase(apart, 0)) if apart else self._deadline.reply(turn, seconds)
        return self._written(reply, turn, body, call.now)

    def _written(self, reply: Reply, turn: Turn, body: Body, now: datetime) -> bytes:
        """The answer, checked against the platform's contract: one that it would refuse is told to the log instead."""
        answer = self._assistant.dated(self._assistant.write(reply, turn, body), body, now)
        written = json.dumps(answer, ensure_ascii=False)
        problems = self._contract.problems_of(written)
        if problems:
            log.error("answer breaks the contract", channel=self._assistant.name, problems=problems)
            trouble = self._assistant.write(Reply(phrase("channels.trouble", 0)), turn, body)
            written = json.dumps(self._assistant.dated(trouble, body, now), ensure_ascii=False)
        return written.encode()


def _call(environ: WSGIEnvironment, service: Service) -> Call:
    """The request as it came. Raises RequestEntityTooLarge."""
    stream = get_input_stream(environ, max_content_length=service.settings.max_json_bytes)
    query = MultiDict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return Call(stream.read(), EnvironHeaders(environ), query, service.clock(), environ.get("REMOTE_ADDR") or "")


def _body(call: Call) -> Body:
    try:
        return parse(call.raw)
    except NotABody as error:
        raise BadRequest(str(error)) from error


def _known(turn: Turn) -> Turn:
    """A body that names neither speaker nor conversation gets a conversation of its own, shared with nobody."""
    return turn if turn.user_key or turn.session_key else replace(turn, session_key=secrets.token_hex(16))
