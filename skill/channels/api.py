"""Our own plain HTTP: Siri Shortcuts, Home Assistant, the page at `/`, anything that can send text or sound.

A business error is a spoken sentence with status 200; 4xx say what is wrong with the request, in words too.
"""

from decimal import Decimal
from typing import Any

from skill.channels.body import number
from skill.dialogue.tables import ApiToken
from skill.dialogue.turn import Kind, Reply, Turn, spoken
from speech.recognition import Hypothesis
from speech.wording import to_words

MAX_TEXT = 2000
MAX_NAME = 128


class BadRequest(ValueError):
    """The body is not what the door takes; the message says why."""


def read(body: object, holder: ApiToken, delivery: str | None) -> Turn:
    """The turn in `{"text": …, "session": …}`; an empty text, or none and nothing else, opens the conversation.

    Either may be a number: Siri Shortcuts send one as it was asked for. delivery: the caller's name for this request
    (header `Idempotency-Key`), so that it can be sent again safely.
    Raises BadRequest.
    """
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    if "text" not in body and set(body) - {"session"}:
        raise BadRequest("the body has no text")
    text = _written(body, "text") or ""
    if not isinstance(text, str):
        raise BadRequest("text must be a string or a number")
    if len(text) > MAX_TEXT:
        raise BadRequest(f"text is longer than {MAX_TEXT} characters")
    said = spoken(text)
    return _turn(holder, session_name(_written(body, "session")), said, "text" if said else "start", delivery)


def heard(hypotheses: list[Hypothesis], holder: ApiToken, session: str, delivery: str | None) -> Turn:
    """The turn in a recording; nothing heard is a silence."""
    return _turn(holder, session, tuple(hypotheses), "text" if hypotheses else "silence", delivery)


def session_name(given: object) -> str:
    """The caller's name of the conversation; without one there is one conversation a token. Raises BadRequest."""
    if given is None or given == "":
        return "main"
    if not isinstance(given, str) or len(given) > MAX_NAME:
        raise BadRequest(f"session must be a string of at most {MAX_NAME} characters")
    return given


def write(reply: Reply, turn: Turn) -> dict[str, Any]:
    """The JSON answer; `link` is there when there is a page to open."""
    answer = {
        "text": reply.text,
        "speech": to_words(reply.text),
        "buttons": list(reply.buttons),
        "session": turn.session_key,
        "end": reply.end,
        "expecting": reply.expecting,
    }
    return {**answer, "link": reply.link} if reply.link else answer


def _written(body: dict[str, Any], key: str) -> object:
    """The value at the key, a number as it is written by hand."""
    told = number(body, key)
    return body.get(key) if told is None else f"{Decimal(repr(told)):f}"


def _turn(holder: ApiToken, session: str, said: tuple[Hypothesis, ...], kind: Kind, delivery: str | None) -> Turn:
    if delivery is not None and len(delivery) > MAX_NAME:
        raise BadRequest(f"Idempotency-Key is longer than {MAX_NAME} characters")
    return Turn(
        channel=holder.channel,
        user_key=holder.user_key,
        session_key=session,
        hypotheses=said,
        kind=kind,
        turn_key=f"{session}:{delivery}" if delivery else None,
        source="web_app" if holder.channel == "web" else "api",
    )
