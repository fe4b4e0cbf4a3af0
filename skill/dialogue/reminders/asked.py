"""When a reminder is to come, as a phrase asks for it: once at a moment, or every month on a day and at an hour."""

import re
from dataclasses import replace
from datetime import datetime

from billing import law, windows
from skill.dialogue.company import local, today
from skill.dialogue.flat import Flat
from skill.dialogue.meaning.asked import day
from skill.dialogue.reminders import moments
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers

MONTH_DAYS = 31
NOON = 12
MORNING = re.compile(r"\b(?:утр|ноч)")
USUAL_AHEAD = 3
"""So many days before the bill is due it is reminded of anyway."""
BARE_DAY = re.compile(
    r"(?:кажд\w+ месяц|ежемесячно|показани\w+|оплат\w+|напомина\w+(?: мне)?)(?: тоже| также| на)* (?P<day>\d{1,2})\b"
    r"(?! ?(?:час|мин|раз|дн|утр|вечер|:))"
)
"""«Каждый месяц 25», «про оплату 10»."""


def when(talk: Talk, said: Understanding, *, surely: bool = False) -> dict[str, object]:
    """What a phrase says of the time: `once_at`, or `day` of the month; `minute` of the day; days `ahead` of the end;
    and whether `once` is enough.

    said: of a reminder that is moved also its `minute`, and whether it is a `monthly` one. surely: the time was asked
    for.
    """
    text, now = talk.turn.text, local(talk)
    if not said.slots.get("date_or_day"):
        said = replace(said, slots={**said.slots, **extract("set_reminder", text)})
    said = _with_bare_day(said, text, surely=surely)
    monthly = moments.goes_on(text, said)
    once = not monthly and bool(surely or moments.is_once(text) or said.slots.get("once"))
    ahead = moments.ahead(text)
    at = None if ahead else moments.once(text, said, now, surely=once)
    on, slot = day(said, now.date()), str(said.slots.get("date_or_day", ""))
    number = int(slot) if on and slot.isdecimal() else on.day if on else None  # «31» of a shorter month too
    kept = said.slots.get("minute")
    named = _as_late(moments.minute(text), kept, text)
    minute = kept if named is None else named
    if at is not None and kept is not None and minute is not None and not moments.AFTER.search(text.lower()):
        at = at.replace(hour=minute // moments.MINUTES, minute=minute % moments.MINUTES)
    return {
        "day": number if at is None else None,
        "once_at": at.isoformat() if at else None,
        "once": once and not ahead,
        "minute": minute,
        "ahead": ahead,
    }


def _as_late(named: int | None, before: int | None, text: str) -> int | None:
    """«Лучше в девять» of a reminder in the evening is in the evening too."""
    half = NOON * moments.MINUTES
    if named is None or before is None or not named < half <= before or MORNING.search(text.lower()):
        return named
    return named + half


def _with_bare_day(said: Understanding, text: str, *, surely: bool) -> Understanding:
    """A number that can only be a day of the month is one."""
    number, bare = numbers(text), BARE_DAY.search(text.lower())
    if "date_or_day" in said.slots:
        return said
    if bare is not None and 1 <= int(bare["day"]) <= MONTH_DAYS:
        return replace(said, slots={**said.slots, "date_or_day": bare["day"]})
    if surely and len(number) == 1 and number[0].isdecimal() and moments.ahead(text) is None:
        return replace(said, slots={**said.slots, "date_or_day": number[0]})
    return said


def ahead_of(talk: Talk, kind: str, days: int) -> int | None:
    """The day of the month so many days before the bill is due or readings are no more taken; None: a usual one."""
    if kind == "pay":
        found = law.due_day(today(talk)) - days
        return None if days == USUAL_AHEAD or found < 1 else found
    window = Flat(talk).window
    found = windows.clipped(window.end.replace(day=1), window.end.day).day - days
    return found if found >= 1 else None


def moment(once_at: object) -> datetime | None:
    """What was kept in a draft."""
    return datetime.fromisoformat(str(once_at)) if once_at else None
