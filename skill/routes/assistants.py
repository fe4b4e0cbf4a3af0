"""`POST /<assistant>/<secret>`: the webhook of every platform that is answered in the HTTP body."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog
from flask import Flask, Response, abort, jsonify, request

from skill.app import Service
from skill.channels.body import Body, NotABody, parse
from skill.channels.channel import Assistant, Call, assistants
from skill.channels.limits import contracts
from skill.deadline import Deadline
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply, Turn

log = structlog.get_logger()


def mount(app: Flask, service: Service) -> None:
    """Add a route for every assistant; one without a secret answers 404."""
    deadline = Deadline(service)
    for assistant in assistants().values():
        app.add_url_rule(
            f"/{assistant.name}/<secret>",
            endpoint=f"assistant_{assistant.name}",
            view_func=_webhook(assistant, service, deadline),
            methods=["POST", "OPTIONS"] if assistant.browser else ["POST"],
            provide_automatic_options=False,
        )


def _webhook(assistant: Assistant, service: Service, deadline: Deadline) -> Callable[[str], Response]:
    contract = contracts()[assistant.name]

    def webhook(secret: str) -> Response:
        expected = assistant.secret(service.settings)
        if not expected or not hmac.compare_digest(secret.encode(), expected.encode()):
            abort(404)
        if request.method == "OPTIONS":
            return _cors(Response(status=200), assistant)
        call = Call(request.get_data(), request.headers, request.args, service.clock(), request.remote_addr or "")
        if not assistant.authentic(call, service.settings):
            abort(401, "the call is not signed by the platform")
        body = _body(call)
        if not assistant.ours(body, service.settings):
            abort(403, "the skill is not one of ours")
        turn = _known(assistant.read(body))
        turn = replace(turn, can_link=turn.can_link and bool(service.settings.oauth_client_id))
        apart = "channels.pong" if turn.kind == "ping" else assistant.apart(turn, body)
        reply = Reply(phrase(apart, 0)) if apart else deadline.reply(turn, contract.capabilities.seconds)
        return _cors(jsonify(_answer(assistant, reply, turn, body, call.now)), assistant)

    return webhook


def _body(call: Call) -> Body:
    try:
        return parse(call.raw)
    except NotABody as error:
        abort(400, str(error))


def _known(turn: Turn) -> Turn:
    """A body that names neither speaker nor conversation gets a conversation of its own, shared with nobody."""
    return turn if turn.user_key or turn.session_key else replace(turn, session_key=secrets.token_hex(16))


def _answer(assistant: Assistant, reply: Reply, turn: Turn, body: Body, now: datetime) -> Body:
    """The answer, checked against the platform's contract: one that it would refuse is told to the log, not to it."""
    answer = assistant.dated(assistant.write(reply, turn, body), body, now)
    problems = contracts()[assistant.name].problems(answer)
    if not problems:
        return answer
    log.error("answer breaks the contract", channel=assistant.name, problems=problems)
    return assistant.dated(assistant.write(Reply(phrase("channels.trouble", 0)), turn, body), body, now)


def _cors(answer: Response, assistant: Assistant) -> Response:
    if assistant.browser:
        answer.headers["Access-Control-Allow-Origin"] = assistant.browser
        answer.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept"
    return answer
