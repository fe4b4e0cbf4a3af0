"""Yandex Alice, a skill's webhook (Yandex Dialogs, protocol 1.0).

Bodies are read leniently: whatever is missing, null or of another type counts as absent.
"""

import json
from decimal import Decimal
from typing import Any

from skill.dialogue.turn import Kind, Reply, Turn
from speech.recognition import Hypothesis
from speech.wording import to_words

TEXT_LIMIT = 1024
TITLE_LIMIT = 64
SPOKEN = frozenset({"SimpleUtterance", "ButtonPressed"})


def read(body: dict[str, Any]) -> Turn:
    """The turn in a webhook body; a body wrapped in `body` by a proxy or a cloud function is unwrapped first."""
    body = _unwrapped(body)
    session, request = _object(body, "session"), _object(body, "request")
    who = _text(_object(session, "user"), "user_id") or _text(_object(session, "application"), "application_id")
    new = session.get("new") is True
    number = session.get("message_id")
    said = _hypotheses(request, new)
    kind: Kind = "text" if said else "start" if new else "silence" if _text(request, "type") in SPOKEN else "event"
    return Turn(
        channel="alice",
        user_key=who or _text(session, "user_id"),
        session_key=_text(session, "session_id"),
        hypotheses=said,
        kind=kind,
        turn_key=_turn_key(session, request, number),
        sequence=number if isinstance(number, int) and not isinstance(number, bool) else None,
        source="alice",
        screen="screen" in _object(_object(body, "meta"), "interfaces"),
    )


def is_ping(body: dict[str, Any]) -> bool:
    """Whether the platform only checks that the skill is alive."""
    request = _object(_unwrapped(body), "request")
    return "ping" in (request.get("command"), request.get("original_utterance"))


def skill_id(body: dict[str, Any]) -> str:
    """Which skill the platform says it calls."""
    return _text(_object(_unwrapped(body), "session"), "skill_id")


def write(reply: Reply, turn: Turn | None = None) -> dict[str, Any]:
    """The webhook's answer, within the platform's limits."""
    response: dict[str, Any] = {
        "text": _clip(reply.text),
        "tts": _clip(to_words(reply.text)),
        "end_session": reply.end,
    }
    if reply.buttons and (turn is None or turn.screen):
        response["buttons"] = [{"title": title[:TITLE_LIMIT], "hide": True} for title in reply.buttons]
    return {"version": "1.0", "response": response}


def _hypotheses(request: dict[str, Any], new: bool) -> tuple[Hypothesis, ...]:
    """What was said, best first.

    `command` lacks commas and the activation phrase, `original_utterance` has both: the first turn of a session is read
    from the command, later ones from the utterance. A fraction that spans several tokens is put back together.
    """
    if _text(request, "type") == "ButtonPressed":
        payload = request.get("payload")
        pressed = _text(payload, "text") if isinstance(payload, dict) else ""
        texts = [pressed or " ".join(_tokens(request))]
    else:
        command, original = _text(request, "command"), _text(request, "original_utterance")
        mended = _mended(request)
        texts = [mended if command else "", command] if new else [original, mended, command]
    unique = dict.fromkeys(text.strip() for text in texts if text.strip())
    return tuple(Hypothesis(text, 1.0, ()) for text in unique)


def _mended(request: dict[str, Any]) -> str:
    """The tokens as a phrase, with every fraction that Alice split into two tokens whole again."""
    tokens = _tokens(request)
    entities = _object(request, "nlu").get("entities")
    for entity in reversed(entities if isinstance(entities, list) else []):
        if not isinstance(entity, dict) or entity.get("type") != "YANDEX.NUMBER":
            continue
        span, value = _object(entity, "tokens"), entity.get("value")
        start, end = span.get("start"), span.get("end")
        whole = isinstance(start, int) and isinstance(end, int) and 0 <= start < end - 1 < len(tokens)
        if whole and isinstance(value, float):
            tokens[start:end] = [f"{Decimal(repr(value)):f}"]
    return " ".join(tokens)


def _turn_key(session: dict[str, Any], request: dict[str, Any], number: object) -> str | None:
    """Names the delivery. What was said is part of the name: test consoles number every message 0."""
    if not isinstance(number, int):
        return None
    said = [request.get(key) for key in ("type", "command", "original_utterance", "payload")]
    return json.dumps([_text(session, "session_id"), number, said], ensure_ascii=False, sort_keys=True)


def _unwrapped(body: dict[str, Any]) -> dict[str, Any]:
    inner = body.get("body")
    if "request" in body or "session" in body or inner is None:
        return body
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except ValueError:
            return body
    return inner if isinstance(inner, dict) else body


def _tokens(request: dict[str, Any]) -> list[str]:
    tokens = _object(request, "nlu").get("tokens")
    return [token for token in tokens if isinstance(token, str)] if isinstance(tokens, list) else []


def _object(holder: dict[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _text(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _clip(text: str) -> str:
    """At most 1024 characters, cut at the end of a sentence or a word."""
    if len(text) <= TEXT_LIMIT:
        return text
    cut = text[:TEXT_LIMIT]
    for mark in (". ", "? ", "! ", " "):
        if mark in cut:
            return cut[: cut.rindex(mark) + 1].rstrip()
    return cut
