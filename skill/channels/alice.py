"""Yandex Alice, a skill's webhook (Yandex Dialogs, protocol 1.0). VK Marusya speaks a dialect of it (`marusia`)."""

import base64
import json
import re
from decimal import Decimal
from typing import Any

from skill.channels import alice_shows
from skill.channels.alice_calls import authentic, is_paid_by_yandex
from skill.channels.body import Body, count, find, items, name, number, part, text, texts
from skill.channels.channel import Assistant, link_of, open_title, phrases, pressed
from skill.channels.limits import capabilities, clip
from skill.channels.slower import PART
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Card, Kind, Reply, Turn
from skill.settings import Settings
from skill.understanding import understand
from speech.recognition import Hypothesis
from speech.wording import to_words

SPOKEN = "SimpleUtterance"
PRESSED = frozenset({"ButtonPressed", "DeepLink"})
APART = {
    "Purchase.Confirmation": "channels.no_purchase",
    "Geolocation.Allowed": "channels.no_location",
    "Geolocation.Rejected": "channels.no_location",
}
"""What is answered beside the conversation: nothing is sold or played here, and the flat's address is known."""
URGENT = frozenset({"emergency", "operator"})
SURELY_OURS = 0.9
"""From this confidence on a phrase marked as dangerous is answered as any other; what we do not do is never sure."""
PLAYER = "AudioPlayer."
PAUSE = " sil <[500]> "
ADDRESSED = re.compile(r"^(?:алиса|маруся)[\s,!.]+", re.IGNORECASE)
CARD_ROWS, CARD_HEADER, CARD_TITLE, CARD_VALUE = 5, 64, 128, 256


def read(body: Body) -> Turn:
    """The turn in a webhook body; a body wrapped in `body` by a proxy or a cloud function is unwrapped first."""
    body = unwrapped(body)
    session, request, interfaces = part(body, "session"), part(body, "request"), part(body, "meta", "interfaces")
    if alice_shows.is_pulled(body):
        return alice_shows.read(user_of(session), turn_key(session, request))
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


def write(reply: Reply, turn: Turn, body: Body) -> Body:
    """The webhook's answer. Where the device can, it offers the linking page with the question for the account."""
    body = unwrapped(body)
    if alice_shows.is_pulled(body):
        return alice_shows.write(reply)
    response = response_of(reply, turn, "alice")
    for button in response.get("buttons", ()):
        button["hide"] = "url" not in button
    if reply.card is not None and turn.screen and "no_cards_support" not in texts(body, "meta", "flags"):
        response["card"] = _card(reply, reply.card)
    if turn.can_link and reply.linking:
        response["directives"] = {"start_account_linking": {}}
    if text(body, "request", "type").startswith(PLAYER):
        response["should_listen"] = False
    return {"version": "1.0", "response": response}


def ours(body: Body, settings: Settings) -> bool:
    """Whether the skill is one of those let in, and a purchase, if it is one, Yandex's own."""
    allowed, body = settings.alice_skill_ids, unwrapped(body)
    known = not allowed or text(body, "session", "skill_id") in allowed
    return known and is_paid_by_yandex(part(body, "request"), settings)


def apart(turn: Turn, body: Body) -> str:
    """Purchases, places, the player, and phrases marked as dangerous, unless they are surely about the flat."""
    request = part(unwrapped(body), "request")
    if find(request, "markup", "dangerous_context") is True and turn.text:
        said = understand(turn.text, turn.channel)
        about_the_flat = said.intent != "out_of_scope" and said.confidence >= SURELY_OURS
        return "" if about_the_flat or said.intent in URGENT else "channels.dangerous"
    kind = text(request, "type")
    return APART.get(kind, "channels.no_player" if kind.startswith(PLAYER) else "")


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
    return "silence" if text(request, "type") in (SPOKEN, "") else "event"


def hypotheses(request: Body, new: bool) -> tuple[Hypothesis, ...]:
    """What was said, best first.

    `command` lacks commas and the activation phrase, `original_utterance` has both: the first turn of a session is read
    from the command, later ones from the utterance. A fraction that stands as two numbers is put back together.
    """
    if text(request, "type") in PRESSED:
        payload = request.get("payload")
        sent = payload if isinstance(payload, str) else text(payload, "text")
        return phrases([pressed(sent, " ".join(texts(request, "nlu", "tokens")) or text(request, "command"))])
    command, original = text(request, "command"), text(request, "original_utterance")
    tokens = " ".join(token for token in texts(request, "nlu", "tokens") if token)
    candidates = [tokens if command else "", command] if new else [original, tokens, command]
    return phrases(_mended(ADDRESSED.sub("", candidate.strip()), request) for candidate in candidates)


def response_of(reply: Reply, turn: Turn, platform: str) -> dict[str, Any]:
    """The `response` object that Alice and Marusya share."""
    limits = capabilities(platform)
    response: dict[str, Any] = {
        "text": clip(reply.text, limits.text),
        "tts": _aloud(reply, platform, limits.text),
        "end_session": reply.end,
    }
    buttons = [{"title": title[: limits.title]} for title in reply.buttons[: limits.buttons]]
    if link_of(reply):
        buttons.insert(0, {"title": open_title(), "url": reply.link})
    if buttons and turn.screen:
        response["buttons"] = buttons
    return response


def _aloud(reply: Reply, platform: str, limit: int) -> str:
    """Alice has no pace, only pauses (platforms.md §12): who asked for slower speech gets one after every part."""
    words = clip(to_words(reply.text), limit)
    return PART.sub(PAUSE, words) if reply.slow and platform == "alice" else words


def turn_key(session: Body, request: Body) -> str | None:
    """Names the delivery. What was said is part of the name: test consoles number every message 0."""
    sequence = count(session, "message_id")
    if sequence is None:
        return None
    said = [request.get(key) for key in ("type", "command", "original_utterance", "payload")]
    return json.dumps([name(session, "session_id"), sequence, said], ensure_ascii=False, sort_keys=True)


def unwrapped(body: Body) -> Body:
    """The platform's own body out of a cloud function's event, where it may stand in Base64."""
    inner = body.get("body")
    if "request" in body or "session" in body or inner is None:
        return body
    if isinstance(inner, str):
        try:
            inner = json.loads(base64.b64decode(inner) if body.get("isBase64Encoded") is True else inner)
        except (ValueError, RecursionError):
            return body
    return inner if isinstance(inner, dict) else body


def _mended(said: str, request: Body) -> str:
    """The phrase with every fraction whole again that the platform heard as one number and wrote as two: «100 9»."""
    for entity in items(request, "nlu", "entities"):
        value = number(entity, "value")
        if entity.get("type") == "YANDEX.NUMBER" and isinstance(value, float):
            whole = f"{Decimal(repr(value)):f}"
            said = re.sub(rf"(?<![\d.,]){whole.replace('.', ' +')}(?![\d.,]*\d)", whole, said, count=1)
    return said


def _card(reply: Reply, card: Card) -> Body:
    """ItemsList. The text is not shown beside a card, so the open question stands at its foot."""
    rows = list(card.rows)
    found: Body = {
        "type": "ItemsList",
        "header": {"text": clip(card.title, CARD_HEADER)},
        "items": [{"title": clip(title, CARD_TITLE), "description": clip(value, CARD_VALUE)} for title, value in rows],
    }
    if len(rows) > CARD_ROWS:
        rest = [title for title, _ in rows[CARD_ROWS - 1 :]]
        more = {"title": phrase("channels.rest", 0), "description": clip(", ".join(rest), CARD_VALUE)}
        found["items"] = [*found["items"][: CARD_ROWS - 1], more]
    question = reply.text.rpartition(". ")[2]
    if question.endswith("?") and len(question) <= CARD_HEADER:
        found["footer"] = {"text": question}
    return found


CHANNEL = Assistant(
    "alice",
    read,
    write,
    secret=lambda settings: settings.secret_of_alice,
    ours=ours,
    authentic=authentic,
    apart=apart,
    dated=alice_shows.dated,
)
