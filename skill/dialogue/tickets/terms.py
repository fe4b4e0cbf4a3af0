"""By when a request is due, as it is said: «в течение двух часов, до 14:30», «завтра до 12:30», «до 29 ноября»."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from billing import repairs
from billing.repairs import Due
from billing.tables import Ticket
from skill.dialogue.company import local
from skill.dialogue.flat import home_of
from skill.dialogue.talk import Talk
from speech import wording

HALF_AN_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
STEP = 5
"""Minutes are said in steps of so many, never later than they are."""
MORNING = 5
"""Hours before it are the night of the day before."""


def term(talk: Talk, details: str) -> Due:
    """When a request with these words is due if it is taken now; a stranger's house keeps the company's time."""
    zone = str(local(talk).tzinfo) if talk.resident is None else home_of(talk).timezone
    return repairs.due(details, talk.now, zone)


def of(talk: Talk, ticket: Ticket) -> Due:
    """When a request is due; its words tell what is done by then."""
    return replace(term(talk, ticket.details), on=ticket.deadline, at=ticket.due_at)


def sentence(talk: Talk, ticket: Ticket) -> str:
    """What is done by then, of a request taken before; an apology where that has passed."""
    due = of(talk, ticket)
    return talk.say(f"ticket.due.{'over' if _is_over(talk, due) else due.rule.task}", by=by(talk, due))


def at_first(talk: Talk, due: Due) -> str:
    """The term of a request just taken: how long it is, and when it ends."""
    ends = by(talk, due)
    if due.at is None or due.at - talk.now != due.within:  # some clocks do not run at night
        return ends
    return talk.say("ticket.by.within", span=_span(talk, due.within), by=ends.removeprefix("сегодня "))


def by(talk: Talk, due: Due) -> str:
    """«сегодня до 14:30», «ночью до 0:30», «завтра до 12:30», «до 29 ноября»."""
    now = talk.now.astimezone(ZoneInfo(home_of(talk).timezone))
    if due.at is None:
        return _by_day(talk, due.on, now.date())
    at = due.at.astimezone(now.tzinfo)
    at -= timedelta(minutes=at.minute % STEP)
    clock, days = f"{at.hour}:{at:%M}", (at.date() - now.date()).days
    if days == 1 and at.hour < MORNING and at - now <= DAY / 2:
        return talk.say("ticket.by.night", clock=clock) if clock != "0:00" else talk.say("ticket.by.midnight")
    name = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    if name is None:
        return talk.say("ticket.by.at", day=wording.day(at.date()), clock=clock)
    return talk.say(f"ticket.by.{name}", clock=clock)


def law(talk: Talk) -> str:
    """How long such a trouble may last, asked of no request: «за сколько должны починить лифт»."""
    due = term(talk, f"{talk.turn.text} не работает течёт")
    return talk.say(f"ticket.law.{due.rule.task}", span=_span(talk, due.within))


def _by_day(talk: Talk, day: date, today: date) -> str:
    if day == today:
        return talk.say("ticket.by.end_of_today")
    return talk.say("ticket.by.end_of_tomorrow" if day == today + DAY else "ticket.by.day", day=wording.day(day))


def _is_over(talk: Talk, due: Due) -> bool:
    today = talk.now.astimezone(ZoneInfo(home_of(talk).timezone)).date()
    return due.at < talk.now if due.at else due.on < today


def _span(talk: Talk, within: timedelta) -> str:
    """A stretch of time in the genitive: «получаса», «двух часов», «суток»."""
    known = {HALF_AN_HOUR: "half_an_hour", HOUR: "an_hour", DAY: "a_day"}
    if within in known:
        return talk.say(f"ticket.span.{known[within]}")
    if within >= repairs.BY_THE_CLOCK and not within % DAY:
        return talk.say("ticket.span.days", count=wording.cardinal(within.days, "g"))
    if within % HOUR:
        count = within // timedelta(minutes=1)
        return f"{wording.cardinal(count, 'g', 'f')} {wording.plural(count, 'минуты', 'минут', 'минут')}"
    count = within // HOUR
    return f"{wording.cardinal(count, 'g')} {wording.plural(count, 'часа', 'часов', 'часов')}"
