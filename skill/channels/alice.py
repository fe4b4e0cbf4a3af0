"""Yandex Alice, a skill's webhook (Yandex Dialogs, protocol 1.0). VK Marusya speaks a dialect of it (`marusia`)."""

import json
import re
from decimal import Decimal
from typing import Any

from skill.channels.body import Body, count, find, items, name, number, part, text, texts
from skill.channels.channel import Assistant, link_of, open_title, phrases
from skill.channels.limits import capabilities, clip
from skill.dialogue.turn import Kind, Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis
from speech.wording import to_words

SPOKEN = frozenset({"SimpleUtterance", "ButtonPressed"})
ADDRESSED = re.compile(r"^(?:алиса|маруся)[\s,!.]+", re.IGNORECASE)
LINKING_STEP = "account"
"""What the conversation expects while it asks who is speaking: the moment to offer our linking page."""


def read(body: Body) -> Turn:
    """The turn in a webhook body; a body wrapped in `body` by a proxy or a cloud function is unwrapped first."""
    body = unwrapped(body)
    session, request, interfaces = part(body, "session"), part(body, "request"), part(body, "meta", "interfaces")
    said, linked = hypotheses(request, session.get("new") is True), "account_linking_complete_event" in body
    return Turn(
        channel="alice",
        user_key=user_of(session),
        session_key=name(session, "session_id"),
        hypotheses=said,
        kind=kind_of(body, said, linked=linked),
        turn_key=turn_key(session, request),
        sequence=count(session, "message_id"),
        source="alice",
        screen="screen" in interfaces,
        can_link="account_linking" in interfaces,
        access_token=text(session, "user", "access_token"),
        linked=linked,
    )


def write(reply: Reply, turn: Turn, body: Body) -> Body:  # noqa: ARG001 - the signature of every channel
    """The webhook's answer. Where the device can, it offers the linking page with the question for the account."""
    response = response_of(reply, turn, "alice")
    for button in response.get("buttons", ()):
        button["hide"] = "url" not in button
    if turn.can_link and reply.expecting == LINKING_STEP:
        response["directives"] = {"start_account_linking": {}}
    return {"version": "1.0", "response": response}


def ours(body: Body, settings: Settings) -> bool:
    """Whether the skill is one of those let in."""
    allowed = settings.alice_skill_ids
    return not allowed or text(unwrapped(body), "session", "skill_id") in allowed


def user_of(session: Body) -> str:
    """Who speaks: the person where the platform knows one, else the device."""
    return (
        name(session, "user", "user_id") or name(session, "application", "application_id") or name(session, "user_id")
    )


def kind_of(body: Body, said: tuple[Hypothesis, ...], *, linked: bool = False) -> Kind:
    """What the body is: the platform's check, a phrase, an opening, a silence, or something the device did."""
    request = part(body, "request")
    if "ping" in (request.get("command"), request.get("original_utterance")):
        return "ping"
    if linked:
        return "event"
    if said:
        return "text"
    if find(body, "session", "new") is True:
        return "start"
    return "silence" if text(request, "type") in SPOKEN else "event"


def hypotheses(request: Body, new: bool) -> tuple[Hypothesis, ...]:
    """What was said, best first.

    `command` lacks commas and the activation phrase, `original_utterance` has both: the first turn of a session is read
    from the command, later ones from the utterance. A fraction that spans several tokens is put back together.
    """
    if text(request, "type") == "ButtonPressed":
        payload = request.get("payload")
        pressed = payload if isinstance(payload, str) else text(payload, "text")
        return phrases([pressed or " ".join(texts(request, "nlu", "tokens"))])
    command, original = text(request, "command"), text(request, "original_utterance")
    mended = _mended(request)
    candidates = [mended if command else "", command] if new else [original, mended, command]
    return phrases(ADDRESSED.sub("", candidate.strip()) for candidate in candidates)


def response_of(reply: Reply, turn: Turn, platform: str) -> dict[str, Any]:
    """The `response` object that Alice and Marusya share."""
    limits = capabilities(platform)
    response: dict[str, Any] = {
        "text": clip(reply.text, limits.text),
        "tts": clip(to_words(reply.text), limits.text),
        "end_session": reply.end,
    }
    buttons = [{"title": title[: limits.title]} for title in reply.buttons[: limits.buttons]]
    if link_of(reply):
        buttons.insert(0, {"title": open_title(), "url": reply.link})
    if buttons and turn.screen:
        response["buttons"] = buttons
    return response


def turn_key(session: Body, request: Body) -> str | None:
    """Names the delivery. What was said is part of the name: test consoles number every message 0."""
    sequence = count(session, "message_id")
    if sequence is None:
        return None
    said = [request.get(key) for key in ("type", "command", "original_utterance", "payload")]
    return json.dumps([name(session, "session_id"), sequence, said], ensure_ascii=False, sort_keys=True)


def unwrapped(body: Body) -> Body:
    """The platform's own body out of a cloud function's event."""
    inner = body.get("body")
    if "request" in body or "session" in body or inner is None:
        return body
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except (ValueError, RecursionError):
            return body
    return inner if isinstance(inner, dict) else body


def _mended(request: Body) -> str:
    """The tokens as a phrase, with every fraction that the platform split into two tokens whole again."""
    tokens = [token for token in texts(request, "nlu", "tokens") if token]
    for entity in reversed(items(request, "nlu", "entities")):
        value = number(entity, "value")
        if entity.get("type") != "YANDEX.NUMBER" or not isinstance(value, float):
            continue
        whole = f"{Decimal(repr(value)):f}"
        for start in _places(tokens, whole):
            tokens[start : start + 2] = [whole]
            break
    return " ".join(tokens)


def _places(tokens: list[str], whole: str) -> list[int]:
    """Where two neighbouring tokens are the two halves of the number, the last place first."""
    halves = whole.split(".")
    return [start for start in range(len(tokens) - 2, -1, -1) if tokens[start : start + 2] == halves]


CHANNEL = Assistant("alice", read, write, secret=lambda settings: settings.secret_of_alice, ours=ours)
