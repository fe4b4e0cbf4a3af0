"""By when a request is due, as it is said: «в течение двух часов, до 14:30», «завтра до 12:30», «до 29 ноября»."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from billing import repairs
from billing.repairs import Due
from billing.tables import Ticket
from skill.dialogue.flat import home_of
from skill.dialogue.talk import Talk
from speech import wording

HALF_AN_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
STEP = 5
"""Minutes are said in steps of so many, never later than they are."""
MORNING = 5
"""Hours before it are the night of the day before."""


def term(talk: Talk, details: str) -> Due:
    """When a request with these words would be due if it were taken now."""
    return repairs.due(details, talk.now, home_of(talk).timezone)


def sentence(talk: Talk, ticket: Ticket) -> str:
    """What is done by then, of a request taken before; an apology where that has passed."""
    if _is_over(talk, ticket):
        return talk.say("ticket.due.over", by=by(talk, ticket))
    return talk.say(f"ticket.due.{term(talk, ticket.details).rule.task}", by=by(talk, ticket))


def at_first(talk: Talk, ticket: Ticket) -> str:
    """The term of a request just taken: how long it is, and when it ends."""
    ends, within = by(talk, ticket), term(talk, ticket.details).rule.within
    if ticket.due_at is None or ticket.due_at - talk.now != within:  # some clocks do not run at night
        return ends
    return talk.say("ticket.by.within", span=_span(talk, within), by=ends.removeprefix("сегодня "))


def by(talk: Talk, ticket: Ticket) -> str:
    """«сегодня до 14:30», «ночью до 0:30», «завтра до 12:30», «до 29 ноября»."""
    now = talk.now.astimezone(ZoneInfo(home_of(talk).timezone))
    if ticket.due_at is None:
        return _by_day(talk, ticket.deadline, now.date())
    at = ticket.due_at.astimezone(now.tzinfo)
    at -= timedelta(minutes=at.minute % STEP)
    clock, days = f"{at.hour}:{at:%M}", (at.date() - now.date()).days
    if days == 1 and at.hour < MORNING and at - now <= DAY / 2:
        return talk.say("ticket.by.night", clock=clock) if clock != "0:00" else talk.say("ticket.by.midnight")
    name = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    if name is None:
        return talk.say("ticket.by.at", day=wording.day(at.date()), clock=clock)
    return talk.say(f"ticket.by.{name}", clock=clock)


def _by_day(talk: Talk, day: date, today: date) -> str:
    if day == today:
        return talk.say("ticket.by.end_of_today")
    return talk.say("ticket.by.end_of_tomorrow" if day == today + DAY else "ticket.by.day", day=wording.day(day))


def _is_over(talk: Talk, ticket: Ticket) -> bool:
    today = talk.now.astimezone(ZoneInfo(home_of(talk).timezone)).date()
    return ticket.due_at < talk.now if ticket.due_at else ticket.deadline < today


def _span(talk: Talk, within: timedelta) -> str:
    """A stretch of time in the genitive: «получаса», «двух часов», «суток»."""
    known = {HALF_AN_HOUR: "half_an_hour", HOUR: "an_hour", DAY: "a_day"}
    if within in known:
        return talk.say(f"ticket.span.{known[within]}")
    if within % HOUR:
        count = within // timedelta(minutes=1)
        return f"{wording.cardinal(count, 'g', 'f')} {wording.plural(count, 'минуты', 'минут', 'минут')}"
    count = within // HOUR
    return f"{wording.cardinal(count, 'g')} {wording.plural(count, 'часа', 'часов', 'часов')}"
