"""«Убери последнее», «без последнего и отправляй»: what was added last goes, and not the whole request."""

import re
from typing import Any

from skill.dialogue.meaning.plain import plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import drafted, words

_PARTS = ("details", "place", "others")
SENDS = re.compile(r"\b(?<!не )(?:отправля|отправ[ьи]|посыла|пошли|шли|оформ|передава|передай)")


def kept(talk: Talk, now: dict[str, Any]) -> dict[str, Any]:
    """The request as it was read back before what is added `now`; said once more, it stays what it was before that."""
    draft = talk.session.draft
    if talk.session.scene != "ticket" or not set(_PARTS) <= draft.keys():
        return {}
    before = {name: draft[name] for name in _PARTS}
    earlier = draft.get("before")
    return {"before": before} if before != now else {"before": earlier} if earlier else {}


def meant(talk: Talk) -> str:
    """`drop` or `send` (what is left goes at once); empty for any other phrase."""
    text = talk.turn.text
    told_by_word = points_at("drop_last", text)
    not_that = points_at("not_that", text) and "before" in talk.session.draft
    if not (told_by_word or not_that):
        return ""
    return "send" if SENDS.search(plain(text)) else "drop"


def undone(talk: Talk, *, sends: bool) -> str:
    """The sentence that tells what the request is without the last; empty where nothing was added to it."""
    before = talk.session.draft.get("before")
    if not before:
        return ""
    talk.session.draft = {**drafted.sent(talk), **before}
    details = capital(words.said_back(drafted.told(talk)))
    return talk.say("ticket.left_of_it", details=details) if sends else talk.say("ticket.without_last")
