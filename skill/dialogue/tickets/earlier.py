"""Requests taken before: how they are doing, what is asked back about them, which tells of the same."""

import re
from collections.abc import Sequence
from dataclasses import replace

from billing import tickets
from billing.tables import Ticket
from skill.dialogue.company import phone_told
from skill.dialogue.flat import home_of
from skill.dialogue.meaning import troubles
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import calls, questions, terms, words
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

NAMED = 3
SEVERAL = re.compile(r"\b(заявк(?:и|ами|ах|ам)|вс[её]м? заявк\w*|мои (?:обращени|жалоб)\w+)\b")
"""Asked of all requests; so many of them are named."""


def status(talk: Talk, said: list[str]) -> Reply:
    """The request of the number said, else the newest one that is not done."""
    rows = tickets.of_account(talk.db, home_of(talk).account_id)
    call = calls.of(talk) if not said else None
    if call is not None and not rows:
        return Reply(f"{calls.told(talk, call)} {talk.say('emergency.no_others')}")
    named = [row for row in rows if str(row.number) in said] or _of_the_kind(talk, rows)
    if not rows and words.BY_PHONE.search(talk.turn.text.lower()):
        return talk.reply("ticket.not_here", phone=phone_told(talk))
    if said and not named:
        return talk.reply("ticket.no_such", number=said[0])
    active = [row for row in rows if row.status not in {"CLOSED", "DECLINED"}]
    chosen = named or active or rows
    if not chosen:
        return talk.reply("ticket.none")
    before = f"{calls.told(talk, call)} " if call is not None and not calls.has_a_request(talk, call) else ""
    if len(active) > 1 and not named and SEVERAL.search(talk.turn.text.lower()):
        several = _several(talk, active)
        return replace(several, text=before + several.text)
    others = sum(row.status in tickets.UNDONE for row in active if row is not chosen[0]) if not named else 0
    more = talk.say("ticket.others", count=str(others), word=_word(others))
    return Reply(before + _told(talk, chosen[0]) + (f" {more}" if others > 0 else ""))


def _of_the_kind(talk: Talk, rows: Sequence[Ticket]) -> list[Ticket]:
    """Of several requests the one that the question names: «заявку на батареи отправили?»."""
    kind = troubles.category(talk.turn.text)
    fitting = [row for row in rows if kind in troubles.TRADES and troubles.category(row.details) == kind]
    return fitting[:1] if len(rows) > 1 else []


def _several(talk: Talk, rows: list[Ticket]) -> Reply:
    lines = [_line(talk, row) for row in rows[:NAMED]]
    told = talk.reply("ticket.several", count=str(len(rows)), word=_word(len(rows)), lines="; ".join(lines))
    more = len(rows) - NAMED
    others = talk.say("ticket.others", count=str(more), word=_word(more)) if more > 0 else ""
    return replace(told, text=f"{told.text} {others}".strip())


def asked_back(talk: Talk, intent: str) -> Reply | None:
    """What is asked back after a request was taken or told: why so long, what if nobody comes, papers, when."""
    text, keys = talk.turn.text, dict[str, str]()
    free = words.price(str(talk.session.about.get("trouble", "")))
    if intent == "ticket_status":
        keys = {"so_long": "ticket.so_long", "never_came": "ticket.never_came", "free": free}
    elif intent == "recalculation":
        keys = {"for_what": "ticket.what_is_recalculated", "papers": _papers(talk)}
        keys |= {"recalculated": "ticket.recalculated", "when": "ticket.recalculated"}
    return next((talk.reply(key) for name, key in keys.items() if points_at(name, text)), None)


def _papers(talk: Talk) -> str:
    """What has to be brought: nothing where a service was bad, for that is looked at."""
    details = str(talk.session.draft.get("details", "")).lower()
    return "ticket.no_papers" if "плохую услугу" in details else "ticket.absence_papers"


def asked_of(talk: Talk, said: Understanding) -> Reply | None:
    """What is asked of a request that was sent (`questions`); who comes is told with its term."""
    kind = str(said.slots.get("asked", ""))
    if not kind:
        return None
    row = next(iter(tickets.of_account(talk.db, home_of(talk).account_id, only_active=True)), None)
    if kind == "written":
        return None if row is None else _written(talk, row)
    details = row.details if row is not None else str(talk.session.about.get("text", ""))
    due = f" {terms.sentence(talk, row)}" if row is not None and kind == "who" else ""
    return Reply(questions.told(talk, kind, details) + due)


def _written(talk: Talk, row: Ticket) -> Reply:
    """The whole text of the request made last, for whom asks whether a thing is in it."""
    return talk.reply("ticket.written", number=str(row.number), details=words.said_back(row.details.rstrip(".")))


def alike(talk: Talk, details: str) -> Ticket | None:
    """A request in work that tells of the same trouble."""
    rows = tickets.of_account(talk.db, home_of(talk).account_id, only_active=True)
    return next((row for row in rows if row.status in tickets.UNDONE and troubles.is_same(row.details, details)), None)


def _line(talk: Talk, row: Ticket) -> str:
    by = terms.by(talk, terms.of(talk, row))
    return talk.say("ticket.one_of_several", number=str(row.number), details=_brief(row), by=by)


def _told(talk: Talk, row: Ticket) -> str:
    answer = f" {row.answer}" if row.answer else ""
    facts = {"number": str(row.number), "details": _brief(row), "answer": answer}
    return talk.say(f"ticket.status.{row.status}", due=terms.sentence(talk, row), **facts)


def _brief(row: Ticket) -> str:
    return troubles.brief(words.said_back(row.details.rstrip(".")))


def _word(count: int) -> str:
    return wording.plural(count, "заявка", "заявки", "заявок")
