"""How requests taken before are doing: one by its number or the newest, or all that are in work."""

import re

from billing import tickets
from billing.tables import Ticket
from skill.dialogue.flat import home_of
from skill.dialogue.meaning import troubles
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import terms
from skill.dialogue.turn import Reply
from speech import wording
from speech.numerals import numbers

NAMED = 4
SEVERAL = re.compile(r"\b(заявк(?:и|ами|ах|ам)|вс[её]м? заявк\w*|мои (?:обращени|жалоб)\w+)\b")
"""Asked of all requests; so many of them are named."""


def status(talk: Talk) -> Reply:
    """The request of the number said, else the newest one that is not done."""
    said = numbers(talk.turn.text)
    rows = tickets.of_account(talk.db, home_of(talk).account_id)
    named = [row for row in rows if str(row.number) in said]
    if said and not named:
        return talk.reply("ticket.no_such", number=said[0])
    active = [row for row in rows if row.status not in {"CLOSED", "DECLINED"}]
    chosen = named or active or rows
    if not chosen:
        return talk.reply("ticket.none")
    if len(active) > 1 and not named and SEVERAL.search(talk.turn.text.lower()):
        return _several(talk, active)
    others = len(active) - 1 if not named else 0
    more = talk.say("ticket.others", count=str(others), word=_word(others))
    return Reply(_told(talk, chosen[0]) + (f" {more}" if others > 0 else ""))


def _several(talk: Talk, rows: list[Ticket]) -> Reply:
    lines = [
        talk.say("ticket.one_of_several", number=str(row.number), details=_brief(row), by=terms.by(talk, row))
        for row in rows[:NAMED]
    ]
    return talk.reply("ticket.several", count=str(len(rows)), word=_word(len(rows)), lines="; ".join(lines))


def _told(talk: Talk, row: Ticket) -> str:
    answer = f" {row.answer}" if row.answer else ""
    facts = {"number": str(row.number), "details": _brief(row), "answer": answer}
    return talk.say(f"ticket.status.{row.status}", due=terms.sentence(talk, row), **facts)


def _brief(row: Ticket) -> str:
    return troubles.brief(row.details.rstrip("."))


def _word(count: int) -> str:
    return wording.plural(count, "заявка", "заявки", "заявок")
