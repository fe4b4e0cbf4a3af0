"""`POST /alice/<secret>`: the webhook of a Yandex Alice skill."""

import hmac
import json

from flask import Flask, Response, abort, jsonify, request

from skill.app import Service
from skill.channels import alice
from skill.dialogue.turn import Reply


def mount(app: Flask, service: Service) -> None:
    """Add the route."""

    @app.post("/alice/<secret>")
    def alice_webhook(secret: str) -> Response:
        if not hmac.compare_digest(secret.encode(), service.settings.secret_of_alice.encode()):
            abort(404)
        try:
            body = json.loads(request.get_data().decode("utf-8", errors="replace"))
        except (ValueError, RecursionError):
            abort(400, "the body is not JSON")
        if not isinstance(body, dict):
            abort(400, "the body must be a JSON object")
        allowed = service.settings.alice_skill_ids
        if allowed and alice.skill_id(body) not in allowed:
            abort(403, "the skill is not one of ours")
        if alice.is_ping(body):
            return jsonify(alice.write(Reply("pong")))
        turn = alice.read(body)
        return jsonify(alice.write(service.reply_to(turn), turn))
