"""Sber Salute (Салют), a chat app: SmartApp API. The answer may hold no null."""

from dataclasses import replace

from skill.channels import salute_payments
from skill.channels.body import Body, find, items, name, number, part, text
from skill.channels.channel import Assistant, link_of, open_title, phrases, pressed
from skill.channels.limits import capabilities, clip, pieces
from skill.channels.slower import slowed
from skill.dialogue.turn import Card, Kind, Reply, Turn
from speech.recognition import Hypothesis
from speech.wording import to_words

SPOKEN_LIMIT = 4096
WALK_TO_THE_METER_SECONDS = 15
LARGEST_ID = 2**63 - 1
TITLE_PADDINGS = {"left": "8x", "top": "10x", "right": "8x", "bottom": "6x"}
ROW_PADDINGS = {"left": "8x", "top": "6x", "right": "8x", "bottom": "6x"}
GUESS = 0.5
"""How far a guess beside the recognised phrase is trusted at most."""


def read(body: Body) -> Turn:
    """The turn in a message to the app; «хватит» when the app is closed."""
    payload, said = part(body, "payload"), _hypotheses(body)
    message_id = name(body, "messageId")
    return Turn(
        channel="salute",
        user_key=name(body, "uuid", "sub") or name(body, "uuid", "userId"),
        session_key=name(body, "sessionId"),
        hypotheses=said,
        kind=_kind(body, said),
        turn_key=f"{name(body, 'sessionId')}:{message_id}:{text(body, 'messageName')}" if message_id else None,
        source="salute",
        screen=find(payload, "device", "capabilities", "screen", "available") is not False,
        familiar=find(payload, "character", "appeal") == "no_official",
        can_pay=salute_payments.able(body),
        window=salute_payments.finished(body),
    )


def write(reply: Reply, turn: Turn, body: Body) -> Body:
    """ANSWER_TO_USER, or POLICY_RUN_APP for a bill that is paid in Salute's own window."""
    message_id = find(body, "messageId")
    known = isinstance(message_id, int) and not isinstance(message_id, bool) and abs(message_id) <= LARGEST_ID
    payload = salute_payments.opening(reply.invoice, body) if reply.invoice else _answer(reply, turn, body)
    if project := text(body, "payload", "projectName"):
        payload["projectName"] = project
    return {
        "messageName": "POLICY_RUN_APP" if reply.invoice else "ANSWER_TO_USER",
        "sessionId": turn.session_key,
        "messageId": message_id if known else 0,
        "uuid": {key: value for key, value in part(body, "uuid").items() if isinstance(value, str)},
        "payload": payload,
    }


def _answer(reply: Reply, turn: Turn, body: Body) -> Body:
    """Words to say, bubbles to read, suggestions that send their own title."""
    limits, over = capabilities("salute"), reply.end or text(body, "messageName") == "CLOSE_APP"
    payload: Body = {
        **_aloud(reply),
        "items": [_bubble(piece) for piece in pieces(reply.text, limits.text)],
        "auto_listening": not over,
        "finished": over,
    }
    if reply.card is not None and turn.screen:
        payload["items"].append({"card": _card(reply.card)})
    buttons = [_button(title, limits.title) for title in reply.buttons]
    if opening := link_of(reply) if turn.screen else "":
        buttons.insert(0, {"title": open_title(), "action": {"type": "deep_link", "deep_link": opening}})
    if buttons:
        payload["suggestions"] = {"buttons": buttons[: limits.buttons]}
    if reply.expecting == "number":
        payload["asr_hints"] = {"nospeechtimeout": WALK_TO_THE_METER_SECONDS}
    return payload


def _aloud(reply: Reply) -> Body:
    """What is said. Salute has no pace, only pauses: who asked for slower speech gets one after every part."""
    words = to_words(reply.text)
    if reply.slow:
        return {"pronounceText": slowed(words, SPOKEN_LIMIT), "pronounceTextType": "application/ssml"}
    return {"pronounceText": clip(words, SPOKEN_LIMIT), "pronounceTextType": "application/text"}


def _kind(body: Body, said: tuple[Hypothesis, ...]) -> Kind:
    payload = part(body, "payload")
    if text(body, "messageName") == "RUN_APP" or text(payload, "intent") == "run_app":
        return "start"
    if said:
        return "text"
    if text(body, "messageName") != "MESSAGE_TO_SKILL":
        return "event"
    return "start" if payload.get("new_session") is True else "silence"


def _hypotheses(body: Body) -> tuple[Hypothesis, ...]:
    """What was said, best first: as spoken (numbers in words), as displayed, and what else was heard."""
    payload, message = part(body, "payload"), part(body, "payload", "message")
    if text(body, "messageName") == "CLOSE_APP":
        return phrases(["хватит"])
    if text(payload, "intent") == "run_app" or text(body, "messageName") == "RUN_APP":
        return ()
    action = part(payload, "server_action")
    said = phrases(
        [
            text(message, "original_text"),
            text(message, "asr_normalized_message"),
            pressed(text(action, "payload", "text") or text(action, "parameters", "text"), ""),
        ]
    )
    known = {one.text for one in said}
    guesses = (one for one in items(payload, "asr", "hypotheses") if text(one, "text").strip() not in known)
    return (*said, *(guess for one in guesses for guess in _guess(one)))


def _guess(heard: Body) -> tuple[Hypothesis, ...]:
    """Another way to hear the phrase, with the platform's own trust in it."""
    told = number(heard, "probability") or number(heard, "confidence") or GUESS
    trust = float(min(max(told, 0), GUESS))
    return tuple(replace(one, confidence=trust) for one in phrases([text(heard, "text")]))


def apart(_turn: Turn, body: Body) -> str:
    """Stars that the resident gave the app; who was asked and gave none is not thanked."""
    rated = text(body, "messageName") == "RATING_RESULT" and find(body, "payload", "rating", "estimation") is not None
    return "channels.rated" if rated else ""


def _bubble(piece: str) -> Body:
    return {"bubble": {"text": piece, "markdown": False, "expand_policy": "auto_expand"}}


def _card(card: Card) -> Body:
    """A list: the title, then a cell for every row, its name above its value."""
    rows: list[Body] = [
        {
            "type": "left_right_cell_view",
            "paddings": ROW_PADDINGS,
            "divider": {"style": "default", "size": "d1"},
            "left": {
                "type": "simple_left_view",
                "texts": {"title": _text(name_of, "footnote1", "secondary"), "subtitle": _text(value, "body1")},
            },
        }
        for name_of, value in card.rows
    ]
    title = {"type": "text_cell_view", "paddings": TITLE_PADDINGS, "content": _text(card.title, "headline3")}
    return {"type": "list_card", "cells": [title, *rows]}


def _text(shown: str, typeface: str, color: str = "default") -> Body:
    """A text of a card, however many lines it takes."""
    return {"text": shown, "typeface": typeface, "text_color": color, "max_lines": 0}


def _button(title: str, limit: int) -> Body:
    return {"title": title[:limit], "action": {"type": "text", "text": title, "should_send_to_backend": True}}


CHANNEL = Assistant("salute", read, write, secret=lambda settings: settings.salute_secret, apart=apart)
