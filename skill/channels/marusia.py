"""VK Marusya (Маруся): Alice's protocol with the session echoed, no number entities and a goodbye of its own.

Since 24 January 2025 new skills cannot be registered; existing ones live on.
"""

from dataclasses import replace

from skill.channels import alice
from skill.channels.body import Body, count, find, name, part, text
from skill.channels.channel import Assistant, phrases
from skill.dialogue.turn import Reply, Turn

INTERRUPTED = "on_interrupt"
GOODBYE = "хватит"


def read(body: Body) -> Turn:
    """The turn in a webhook body; «хватит» when the resident leaves the skill."""
    body = alice.unwrapped(body)
    session, request = part(body, "session"), part(body, "request")
    said = alice.hypotheses(request, session.get("new") is True)
    turn = Turn(
        channel="marusia",
        user_key=alice.user_of(session),
        session_key=name(session, "session_id"),
        hypotheses=said,
        kind="ping" if find(body, "meta", "test") is True else alice.kind_of(body, said),
        turn_key=alice.turn_key(session, request),
        sequence=count(session, "message_id"),
        source="marusya",
        screen="screen" in part(body, "meta", "interfaces"),
    )
    if _interrupted(body):
        return replace(turn, hypotheses=phrases([GOODBYE]), kind="text")
    return turn


def write(reply: Reply, turn: Turn, body: Body) -> Body:
    """The webhook's answer with the session sent back."""
    body = alice.unwrapped(body)
    session = part(body, "session")
    response = alice.response_of(reply, turn, "marusia")
    response["end_session"] = reply.end or _interrupted(body)
    echo = {
        "session_id": turn.session_key,
        "message_id": count(session, "message_id") or 0,
        "user_id": name(session, "user_id") or turn.user_key,
    }
    return {"version": "1.0", "session": echo, "response": response}


def _interrupted(body: Body) -> bool:
    return text(body, "request", "command") == INTERRUPTED


CHANNEL = Assistant(
    "marusia",
    read,
    write,
    secret=lambda settings: settings.marusia_secret,
    apart=alice.apart,
    browser="https://skill-debugger.marusia.mail.ru",
)
