"""Когда: the days on which readings are taken, and the day by which the bill is to be paid."""

import re
from datetime import date, timedelta

from sqlmodel import select

from billing import law, receipts, windows
from billing.tables import Property
from billing.windows import Rule, Window, month_start
from skill.dialogue.company import company_of, today
from skill.dialogue.flat import Flat, home_of
from skill.dialogue.meaning.asked import day, resources
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import month_name
from skill.dialogue.scenes.readings import SCENE as READINGS
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import OFFER, Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech import wording

NAME_WORDS = 2
"""So many words at most name a meter and ask nothing."""
OF_READINGS = frozenset({"last_reading", "reading_window", "submit_reading"})
ASKS = re.compile(r"\?|^\W*а\b", re.IGNORECASE)


class Calendar(Topic):
    """The scene of dates. What holds for the company is public; a resident hears what holds for the flat."""

    name = "calendar"
    intents = frozenset({"reading_window", "due_date"})
    next_scene = READINGS

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The window or the due day."""
        return self._window(talk, said) if said.intent == "reading_window" else self._due(talk)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A meter named instead of a yes begins the readings with it."""
        if talk.session.step == OFFER and len(talk.turn.text.split()) <= NAME_WORDS and not ASKS.search(talk.turn.text):
            slots = extract("submit_reading", talk.turn.text)
            if resources(Understanding("submit_reading", slots, 1.0)):
                talk.session.close()
                return READINGS.begin(talk, Understanding("submit_reading", slots, 1.0))
        return super().answer(talk, said)

    def _window(self, talk: Talk, said: Understanding) -> Reply:
        on = today(talk)
        if points_at("missed", talk.turn.text):
            return talk.reply("calendar.missed")
        window = _window_of(talk, said, on)
        if window is None:
            return talk.reply("calendar.unknown")
        if (told := self._other_day(talk, said, window, on)) is not None:
            return told
        days = windows.days_left(window, on)
        left = wording.plural(days, "остался", "осталось", "осталось")
        amid = window.is_open and any(kept["scene"] == READINGS.name for kept in talk.session.suspended)
        key = "still" if amid else "last_day" if days == 1 else "open" if window.is_open else "closed"
        text = talk.say(
            f"calendar.{key}",
            start=str(window.start.day),
            end=wording.day(window.end),
            left=f"{left} {days} {wording.plural(days, 'день', 'дня', 'дней')}",
            month=month_name(window.period),
        )
        return self.offers(talk, Reply(text)) if window.is_open and not amid else Reply(text)

    def _other_day(self, talk: Talk, said: Understanding, window: Window, on: date) -> Reply | None:
        """Whether readings are taken on another day than today, at a weekend, or again when all is given."""
        text, amid = talk.turn.text, bool(talk.session.suspended)
        if window.is_open and not amid and _is_all_given(talk):
            return self._after(talk, "given", said, window, window.end + timedelta(days=1))
        if not window.is_open:
            return None
        if points_at("any_day", text):
            told = talk.say("calendar.any_day", start=str(window.start.day), end=wording.day(window.end))
            return Reply(told) if amid else self.offers(talk, Reply(f"{told} {talk.say('calendar.now')}"))
        named = day(Understanding("reading_window", extract("reading_window", text), 1.0), on)
        if named is None or named <= on:
            return None
        if named > window.end:
            return self._after(talk, "after", said, window, named)
        return talk.reply("calendar.in_time", day=wording.day(named), end=wording.day(window.end))

    def _after(self, talk: Talk, key: str, said: Understanding, window: Window, named: date) -> Reply | None:
        """That a day belongs to the window after this one; None where it is not known."""
        later = _window_of(talk, said, named)
        if later is None or later.period == window.period:
            return None
        told = talk.say(
            f"calendar.{key}",
            month=month_name(window.period),
            end=wording.day(window.end),
            next=month_name(later.period),
            since=str(later.start.day) if later.start.month == later.end.month else wording.day(later.start),
            until=wording.day(later.end),
        )
        return Reply(told)

    def _due(self, talk: Talk) -> Reply:
        on = today(talk)
        receipt = receipts.latest(talk.db, home_of(talk).account_id) if talk.resident else None
        if receipt is not None and receipt.due_on >= on:
            due, period = receipt.due_on, receipt.period
        else:
            period = next(month for month in (month_start(on, -1), month_start(on)) if law.due_date(month) >= on)
            due = law.due_date(period)
        facts = {"day": wording.day(due), "month": month_name(period)}
        if receipt is not None and receipt.due_on < on and receipts.balance(talk.db, receipt.account_id, on).overdue:
            late, passed = month_name(receipt.period), wording.day(receipt.due_on)
            return Reply(talk.say("calendar.passed", late=late, passed=passed, **facts))
        return Reply(talk.say("calendar.due", **facts))


def _window_of(talk: Talk, said: Understanding, on: date) -> Window | None:
    if talk.resident is not None:
        flat = Flat(talk)
        wanted = resources(said)
        meter = next((meter for meter in flat.meters if meter.resource in wanted), None) if wanted else None
        of_flat = windows.rules_for(talk.db, flat.home.organization_id, flat.home.property_id, None)
        return windows.window_for(talk.db, meter.id, on) if meter else windows.window_on(of_flat, on)
    company = company_of(talk)
    if company is None:
        return None
    house = talk.db.exec(select(Property.id).where(Property.organization_id == company.id)).first()
    rules: list[Rule] = windows.rules_for(talk.db, company.id, house or 0, next(iter(resources(said)), None))
    return windows.window_on(rules, on)


def _is_all_given(talk: Talk) -> bool:
    """Whether every meter has its reading: looked up only where readings were spoken of, or the next ones are."""
    spoken = talk.session.about.get("before") in OF_READINGS or "следующ" in talk.turn.text.lower()
    if talk.resident is None or not spoken:
        return False
    flat = Flat(talk)
    return bool(flat.meters) and not flat.left()


SCENE = Calendar()
