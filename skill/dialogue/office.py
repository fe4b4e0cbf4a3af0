"""Часы работы: whether the office is open on a day, by the hours as the company writes them («пн-чт 8:00–17:00»)."""

import re
from datetime import date, datetime, time, timedelta

from billing.tables import Organization
from skill.dialogue.company import local, phone_told
from skill.dialogue.naming import capital, in_weekday
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply

WEEK = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAILY = frozenset({"ежедневно", "без выходных", "круглосуточно"})
OPEN = re.compile(r"\d|круглосуточ")
ENDS = re.compile(r"(\d{1,2})[:.](\d{2})\s*$")
LOOKED_AHEAD = 10
"""Days in which an office opens again."""


def on_day(talk: Talk, company: Organization, wanted: str) -> Reply | None:
    """Whether the office is open on a day: `today`, `tomorrow`, or a weekday's name in English; None where the hours do
    not tell."""
    now = local(talk)
    day = _day(wanted, now.date())
    hours = None if day is None else hours_on(company, day)
    if day is None or hours is None:
        return None
    over = day == now.date() and _is_over(hours, now)
    when = capital(_when(day, now.date()))
    if hours and not over:
        return talk.reply("contacts.open_on", when=when, hours=hours, address=company.address or company.spoken_name)
    following = next((one for one in _after(day) if hours_on(company, one)), None)
    if following is None:
        return None
    key, next_hours = "contacts.over_today" if over else "contacts.closed_on", str(hours_on(company, following))
    coming = _when(following, now.date())
    return talk.reply(key, when=when, next=coming, hours=next_hours, phone=phone_told(talk))


def hours_on(company: Organization, day: date) -> str | None:
    """The hours of a day, empty where it is a day off; None where they do not tell."""
    for days, hours in company.work_hours.items():
        if _holds(days, day.weekday()):
            return hours if OPEN.search(hours) else ""
    return None


def _holds(days: str, weekday: int) -> bool:
    """Whether «пн-чт», «пн, ср» or «ежедневно» holds for a weekday, Monday is 0."""
    written = days.lower().strip()
    if written in DAILY:
        return True
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[–—-]\s*", "-", written)):
        first, _, last = part.partition("-")
        if first in WEEK and WEEK.index(first) <= weekday <= WEEK.index(last if last in WEEK else first):
            return True
    return False


def _day(wanted: str, today: date) -> date | None:
    if wanted in NAMES:
        return today + timedelta(days=(NAMES.index(wanted) - today.weekday()) % 7)
    return {"today": today, "tomorrow": today + timedelta(days=1)}.get(wanted)


def _after(day: date) -> list[date]:
    return [day + timedelta(days=ahead) for ahead in range(1, LOOKED_AHEAD)]


def _is_over(hours: str, now: datetime) -> bool:
    ends = ENDS.search(hours)
    return ends is not None and now.time() >= time(int(ends[1]) % 24, int(ends[2]))


def _when(day: date, today: date) -> str:
    """«сегодня», «завтра», «в понедельник»."""
    ahead = (day - today).days
    return ("сегодня", "завтра")[ahead] if ahead < 2 else in_weekday(day)
