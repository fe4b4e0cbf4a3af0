"""Alice's morning show asks the skill for an episode (Show.Pull): when readings are taken, as long as it is news."""

import re
from datetime import datetime, timedelta

from skill.channels.body import Body, part, text
from skill.channels.channel import phrases
from skill.channels.limits import capabilities, clip
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply, Turn, digest
from speech.wording import to_words

ASKED = "когда передавать показания"
QUESTION = re.compile(r"\s*[^.!?]*\?$")
VALID = timedelta(days=1)


def is_pulled(body: Body) -> bool:
    """Whether the show asks for an episode."""
    return text(body, "request", "type") == "Show.Pull"


def read(user: str, key: str | None) -> Turn:
    """The show's question, in a conversation of its own: the resident's goes on where it was."""
    return Turn("alice", user, "show", phrases([ASKED]), turn_key=key, source="alice", screen=False)


def write(reply: Reply) -> Body:
    """The episode. Nobody answers a show, so it asks nothing."""
    told = QUESTION.sub("", reply.text) or phrase("channels.show", 0)
    limit = capabilities("alice").text
    title = phrase("channels.show_title", 0)
    item = {"content_id": digest(told), "title": title, "title_tts": title}
    response = {"text": clip(told, limit), "tts": clip(to_words(told), limit), "end_session": True}
    return {"version": "1.0", "response": {**response, "show_item_meta": item}}


def dated(answer: Body, _body: Body, now: datetime) -> Body:
    """The episode with the moments from which and until which it is news (ISO 8601, UTC)."""
    if item := part(answer, "response", "show_item_meta"):
        item["publication_date"] = _moment(now)
        item["expiration_date"] = _moment(now + VALID)
    return answer


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
