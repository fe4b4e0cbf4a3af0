"""`POST /api/v1/utterance` and `POST /api/v1/audio`: our own doors for text and sound (personal bearer token)."""

from typing import Any
from urllib.parse import quote

from flask import Flask, Request, Response, jsonify, request
from werkzeug.exceptions import Unauthorized

from billing import store
from skill import metrics
from skill.app import Service
from skill.channels import api
from skill.channels.body import NotABody, parse
from skill.channels.voice import words_per_minute
from skill.dialogue.engine import expected
from skill.dialogue.tables import ApiToken
from skill.dialogue.turn import Reply, Turn
from skill.hearing import Hearing, TooBusy
from skill.identity import tokens
from skill.routes.errors import problem
from speech.audio import AudioError, Limits, Pcm, decode
from speech.synthesis import speak

STATUS = {"too_large": 413, "too_long": 413, "not_audio": 415, "unsupported": 415}


def mount(app: Flask, service: Service) -> None:
    """Add the routes."""
    hearing = Hearing(service.settings.hearing_at_once, service.settings.hearing_queue)

    @app.post("/api/v1/utterance")
    def utterance() -> Response:
        holder = _holder(service)
        try:
            turn = api.read(_body(request), holder, request.headers.get("Idempotency-Key"))
        except (api.BadRequest, NotABody) as error:
            return problem(400, str(error), "bad_request")
        return _answer(service, turn)

    @app.post("/api/v1/audio")
    def audio() -> Response:
        request.max_content_length = service.settings.max_audio_bytes
        holder = _holder(service)
        try:
            session = api.session_name(request.args.get("session"))
            waiting = api.heard([], holder, session, request.headers.get("Idempotency-Key"))
            pcm = _decoded(request, service)
            wanted = expected(service.engine, waiting, now=service.clock(), settings=service.settings)
            said = hearing.hear(pcm, wanted)
        except api.BadRequest as error:
            return problem(400, str(error), "bad_request")
        except AudioError as error:
            return problem(STATUS.get(error.code, 422), str(error), error.code)
        except TooBusy:
            answer = problem(503, "too many utterances at once", "busy")
            answer.headers["Retry-After"] = "2"
            return answer
        turn = api.heard(said, holder, session, request.headers.get("Idempotency-Key"))
        return _answer(service, turn, heard=turn.text)


def _holder(service: Service) -> ApiToken:
    """Whose token came with the request; 401 without a valid one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        with store.reading(service.engine) as db:
            holder = tokens.holder(db, token.strip())
        if holder is not None:
            return holder
    raise Unauthorized("a valid bearer token is required")


def _answer(service: Service, turn: Turn, heard: str | None = None) -> Response:
    reply = service.reply_to(turn)
    body = api.write(reply, turn)
    if heard is not None:
        body["heard"] = heard
    if request.accept_mimetypes.best_match(["application/json", "audio/wav"], "application/json") == "audio/wav":
        return _spoken(service, reply, body)
    return jsonify(body)


def _spoken(service: Service, reply: Reply, body: dict[str, object]) -> Response:
    """The reply as a WAV; its text, session and what was heard travel percent-encoded in headers."""
    rate = request.args.get("rate", type=int)
    if rate is not None and rate not in {8000, 16000, 22050, 24000, 44100, 48000}:
        return problem(400, "rate must be one of 8000, 16000, 22050, 24000, 44100, 48000", "bad_request")
    with metrics.speaking_seconds.time():
        wav = speak(
            reply.text,
            voice=service.settings.voice,
            words_per_minute=words_per_minute(service.settings, slow=reply.slow),
            rate=rate,
        )
    answer = Response(wav, content_type="audio/wav")
    for name in ("text", "session", "heard", "expecting", "link"):
        answer.headers[f"X-Zhku-{name.title()}"] = quote(str(body.get(name, "")))
    answer.headers["X-Zhku-Buttons"] = quote("|".join(reply.buttons))
    answer.headers["X-Zhku-End"] = "true" if reply.end else "false"
    return answer


def _body(request: Request) -> dict[str, Any]:
    """The fields of a form, or the JSON object, whatever type it is said to be of. Raises NotABody."""
    raw = request.get_data()  # before the form, which would take it away: curl calls everything a form
    return parse(raw) if raw.lstrip().startswith(b"{") or not request.form else dict(request.form)


def _recording(request: Request) -> bytes:
    """The file of a form, or the body as it is, whatever type it is said to be of."""
    raw = request.get_data()
    file = request.files.get("file")
    return file.read() if file is not None else raw


def _decoded(request: Request, service: Service) -> Pcm:
    """The recording as samples; rate, encoding and channels are what the caller says of raw sound."""
    limits = Limits(max_bytes=service.settings.max_audio_bytes, max_seconds=service.settings.max_audio_seconds)
    return decode(
        _recording(request),
        content_type=request.content_type,
        rate=_number(request, "rate"),
        encoding=request.args.get("encoding"),
        channels=_number(request, "channels") or 1,
        limits=limits,
    )


def _number(request: Request, name: str) -> int | None:
    if name not in request.args:
        return None
    number = request.args.get(name, type=int)
    if number is None or number < 1:
        raise api.BadRequest(f"{name} must be a whole number above 0")
    return number
