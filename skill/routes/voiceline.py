"""`/voiceline/calls/<id>` and `/voiceline/calls/<id>/next`: what the PBX's dialplan tells us and asks us about a call.

AudioSocket carries neither the caller's number nor what happens after the call, so the dialplan does (`${CURL(…)}`).
"""

import hmac

from flask import Flask, Response, abort, request
from werkzeug.exceptions import NotFound

from billing import store
from skill import calls
from skill.app import Service

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def mount(app: Flask, service: Service) -> None:
    """Add the routes. Plain text, for a dialplan compares strings."""

    @app.route("/voiceline/calls/<call>", methods=["GET", "POST"])
    def announced(call: str) -> Response:
        """A call is about to come: `?from=` is the caller's number."""
        name = _named(call, service)
        with store.transaction(service.engine) as db:
            calls.announce(db, name, request.values.get("from", ""), service.clock())
        return _plain("ok")

    @app.get("/voiceline/calls/<call>/next")
    def following(call: str) -> Response:
        """The call has left us: `operator` or `hangup`."""
        name = _named(call, service)
        with store.reading(service.engine) as db:
            return _plain(calls.next_step(db, name))


def _named(call: str, service: Service) -> str:
    """The call's name; 403 for anybody but the PBX: `line_secret` as `?key=`, or the same machine if none is set."""
    secret = service.settings.line_secret
    if secret:
        allowed = hmac.compare_digest(request.values.get("key", "").encode(), secret.encode())
    else:
        allowed = request.remote_addr in LOOPBACK and not any(name in request.headers for name in FORWARDED)
    if not allowed:
        abort(403)
    name = calls.name_of(call)
    if name is None:
        raise NotFound("a call is named by its UUID")
    return name


def _plain(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")
