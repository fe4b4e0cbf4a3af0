"""When a resident wants to be told something once: «завтра в девять», «через час», «25 ноября вечером»."""

import re
from datetime import datetime, time, timedelta

from billing.windows import clipped, month_start
from skill.dialogue.meaning.asked import RELATIVE, WEEKDAYS, day
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers, segments

MINUTES = 60
ONCE = re.compile(r"\b(один раз|1 раз|разово|разочек|однократно|одноразов\w+|не кажд\w+ месяц)\b")
EVERY = re.compile(r"(?<!не )\b(кажд\w+|ежемесячно|раз в месяц|всегда|постоянно)\b")
KEEPS_ON = re.compile(r"\bнапоминай(?:те)?\b")
TOO_OFTEN = re.compile(
    r"\b(кажд\w+ (ден\w+|недел\w+|час|утро|вечер|понедельник|вторник|сред\w|четверг|пятниц\w|суббот\w|воскресень\w)"
    r"|ежедневно|еженедельно|раз в (день|недел\w+))\b"
)
AFTER = re.compile(r"\bчерез (?:(?P<count>\w+) )?(?P<unit>минут|полчаса|час|день|дня|дней|недел|месяц)")
SPANS = {
    "полчаса": timedelta(minutes=30), "минут": timedelta(minutes=1), "час": timedelta(hours=1),
    "день": timedelta(days=1), "дня": timedelta(days=1), "дней": timedelta(days=1), "недел": timedelta(weeks=1),
}  # fmt: skip
AHEAD = re.compile(r"\bза (?:(?P<count>\w+) )?(?P<unit>сутки|день|денек|дн(?:я|ей|и)|недел\w+)\b")
"""«За пять дней»: no hour of an afternoon."""
WEEK = 7
HOURS = re.compile(r"\b(?P<count>\w+) час(?:ов|а|иков)?\b")
"""Numbers of hours are no readings, and are not among the numbers of a phrase."""
CLOCK = re.compile(
    r"\b(?:в|к|на(?= \d+(?::| час| утр| вечер| дня))) (?P<hour>[01]?\d|2[0-3])(?:[:. -]?(?P<minute>[0-5]\d))?(?!\d)"
    r"(?! ?-?(?:числ|го\b|ноя|дек|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|раз|дн|счетч))"
)
HALF = re.compile(r"\bв пол(?:овине)?[ -]?(?P<hour>\w+ого)\b")
PARTS = {"утр": time(9), "днем": time(14), "дня": time(14), "обед": time(13), "вечер": time(19), "полдень": time(12)}
PART = re.compile(r"\b(утр|днем|дня\b|обед|вечер|полдень)")
MORNING = time(9)
NOON, FIRST_HOUR = 12, 8
"""«В шесть», of which nothing else is said, is in the evening; from eight on it is in the morning."""


def is_once(text: str) -> bool:
    """Whether the words say that once is enough."""
    return ONCE.search(_plain(text)) is not None


def is_too_often(text: str) -> bool:
    """Whether more often than once a month is asked for."""
    return TOO_OFTEN.search(_plain(text)) is not None


def goes_on(text: str, said: Understanding) -> bool:
    """Whether every month is meant: it is said, or a day of the month is named with «напоминай».

    said: its `monthly` tells that the reminder spoken of comes every month.
    """
    if EVERY.search(_plain(text)) is not None:
        return True
    number = re.fullmatch(r"\d{1,2}", str(said.slots.get("date_or_day", ""))) is not None
    repeated = KEEPS_ON.search(text.lower()) is not None and number and not is_once(text)
    return bool(said.slots.get("monthly")) or repeated


def minute(text: str) -> int | None:
    """The minute of the day that a phrase names («вечером, часов в восемь»); None where it names none.

    >>> minute("и вечером чтоб, часов в 8"), minute("двадцатого")
    (1200, None)
    """
    at = _clock(_plain(text), text)
    return None if at is None else at.hour * MINUTES + at.minute


def ahead(text: str) -> int | None:
    """How many days before an event a phrase names; None where it names none.

    >>> ahead("за 5 дней можно?"), ahead("за недельку до срока"), ahead("в 5 дня")
    (5, 7, None)
    """
    found = AHEAD.search(text.lower().replace("ё", "е"))
    if found is None:
        return None
    said = numbers(found["count"] or "")
    count = int(said[0]) if said and said[0].isdecimal() else 2 if found["count"] in {"пару", "парочку"} else 1
    return count * (WEEK if found["unit"].startswith("нед") else 1)


def names_one(text: str) -> bool:
    """Whether a day or an hour is named («на завтра», «в десять»)."""
    plain = _plain(text)
    named = "date_or_day" in extract("set_reminder", text) or "послезавтра" in plain
    return named or AFTER.search(plain) is not None or _clock(plain, text) is not None


def once(text: str, said: Understanding, now: datetime, *, surely: bool = False) -> datetime | None:
    """The moment that a phrase names for one reminder, in the time zone of `now`; None when it names none.

    A bare day of the month («двадцатого») is one of every month, unless once is asked for (or `surely`), or an hour is
    named. Without an hour it is nine in the morning, today the hour after this one. The moment may be past.
    """
    plain = _plain(text)
    if goes_on(text, said):
        return None
    if HALF.search(text.lower()):  # «в половине седьмого» names no day
        said = Understanding(said.intent, extract("set_reminder", HALF.sub("", text.lower())), said.confidence)
    if (after := AFTER.search(plain)) is not None:
        return _later(after, now, _clock(plain.replace(after[0], ""), text))
    on, at = day(said, now.date()), _clock(plain, text)
    if "послезавтра" in plain:
        on = now.date() + timedelta(days=2)
    slot = str(said.slots.get("date_or_day", ""))
    monthly = on is not None and slot not in {*RELATIVE, *WEEKDAYS} and "-" not in slot and "послезавтра" not in plain
    if on is None and at is not None:
        moment = datetime.combine(now.date(), at, now.tzinfo)
        return moment if moment > now else moment + timedelta(days=1)
    if on is None or (monthly and at is None and not (surely or is_once(text))):
        return None
    if on == now.date() and at is None:
        return _next_hour(now)
    return datetime.combine(on, at or MORNING, now.tzinfo)


def _later(after: re.Match[str], now: datetime, at: time | None) -> datetime:
    unit, said = after["unit"], numbers(after["count"] or "")
    count = int(said[0]) if said and said[0].isdecimal() else 2 if after["count"] == "пару" else 1
    if unit == "месяц":
        day_then = clipped(month_start(now.date(), count), now.day)
        return datetime.combine(day_then, at or MORNING, now.tzinfo)
    moment = now + SPANS[unit] * count
    return moment if SPANS[unit] < timedelta(days=1) else datetime.combine(moment.date(), at or MORNING, now.tzinfo)


def _clock(plain: str, text: str) -> time | None:
    """The time of the day, from hours and minutes or from «утром», «вечером»."""
    plain = AHEAD.sub(" ", plain)
    part = PART.search(plain)
    half, found = HALF.search(text.lower()), CLOCK.search(plain)
    said = numbers(half["hour"]) if half else []
    if said and said[0].isdecimal():
        hour, minute = int(said[0]) - 1, 30
    elif found is not None:
        hour, minute = int(found["hour"]), int(found["minute"] or 0)
    else:
        return PARTS[part[1]] if part else None
    late = part[1] in {"вечер", "дня", "днем"} if part else 0 < hour < FIRST_HOUR
    return time(hour + 12 if late and hour < NOON else hour, minute)


def _next_hour(now: datetime) -> datetime:
    return (now + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)


def _plain(text: str) -> str:
    """Lower case, «е» for «ё», numbers in digits: «в девять тридцать» is «в 930»."""
    words = HOURS.sub(_hours, text.lower().replace("ё", "е")).split()
    for one in reversed(segments(" ".join(words))):
        if any(word.isalpha() for word in words[one.start : one.end]):
            words[one.start : one.end] = [one.digits]
    return " ".join(words)


def _hours(found: re.Match[str]) -> str:
    """«Девять часов» in digits."""
    said = numbers(found["count"])
    return f"{said[0]} часов" if len(said) == 1 else found[0]
