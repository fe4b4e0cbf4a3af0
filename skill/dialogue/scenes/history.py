"""Показания и расход: what the books hold for each meter now or of a month gone by, and what was used."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from billing import readings
from billing.readings import LastReading
from billing.windows import month_start
from skill.dialogue.flat import Flat
from skill.dialogue.gate import barred
from skill.dialogue.meaning.again import ELLIPSIS
from skill.dialogue.meaning.asked import months, resources, span
from skill.dialogue.meaning.plain import plain
from skill.dialogue.naming import capital, month_name
from skill.dialogue.readings import past
from skill.dialogue.readings.comparing import declined, usual_lines
from skill.dialogue.readings.readback import values_shown
from skill.dialogue.scenes.readings import SCENE as READINGS
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

ALOUD = 3
"""So many meters are named at once where nothing can be shown; the rest on request."""
GOES_ON = 3
"""So few words go on with the question before."""
AVERAGE = re.compile(
    r"(?!.*\b(?:начисл|по средн(?!\w+ (?:это )?ск))).*(?:в среднем|средн(?:ий|его|ем|яя|юю)|\bобычно\b"
    r"|ск(?:олько|ока) (?:я |мы |у меня |у нас )*(?:трачу|тратим|расходуе?м?|потребляе?[юм]|уходит)"
    r"|(?:в|за) мес(?:яц)? (?:трачу|тратим|уходит))"
)
ARRIVED = re.compile(r"дошл|дошел|\bприня(?:ли|ты|л)\b|\bполучил|поступил|зафиксир|\bучли\b|учтены|записались")
"""Whether what was handed in has come: asked of the month that is open."""
SERIAL = re.compile(r"\bномер\w*\b.*\b(счетчик|прибор)|(заводск|серийн)\w+ номер|\b(счетчик|прибор)\w*\b.*\bномер")
COUNT = re.compile(r"\b(сколько|какие|перечисли|назови)\w*\b.*\b(счетчик|прибор)")


class History(Topic):
    """The scene of readings taken; a yes to its offer names the meters left, or hands in the month's readings."""

    name = "history"
    intents = frozenset({"last_reading"})
    next_scene = READINGS

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The newest readings of the meters asked about, those of a month that is named, or what was used."""
        if (bar := barred(talk)) is not None:
            return bar
        flat, wanted = Flat(talk), resources(said, talk.turn.text)
        if (of_meters := _of_meters(talk, flat, wanted)) is not None:
            return of_meters
        named = months(said, flat.today) or _long(flat, talk.turn.text)
        if not named and ARRIVED.search(talk.turn.text.lower().replace("ё", "е")):
            named = [flat.period]
        wanted = wanted or _of_before(talk)
        if _asks_average(talk):
            lines = usual_lines(talk, flat, [one for one in flat.meters if not wanted or one.resource in wanted])
            return talk.reply("history.average", lines=", ".join(lines)) if lines else self._nothing(talk, flat, [])
        if _asks_use(talk) or len(named) > 1:
            return self._used(talk, flat, named or _newest(flat), wanted)
        return self._tell(talk, flat, wanted, named[:1], 0, said.slots.get("place"))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes: the next meters."""
        draft = talk.session.draft
        if said.intent == "yes" and "at" in draft:
            named = [date.fromisoformat(month) for month in draft["months"]]
            return self._tell(talk, Flat(talk), list(draft["wanted"]), named, int(draft["at"]))
        return super().answer(talk, said)

    def _used(self, talk: Talk, flat: Flat, named: Sequence[date], wanted: list[str]) -> Reply:
        lines = past.used(talk, flat, named, wanted) if named else ""
        if not lines:
            return self._nothing(talk, flat, named)
        return talk.reply("history.used", month=past.span(named, flat.today), lines=lines)

    def _nothing(self, talk: Talk, flat: Flat, named: Sequence[date]) -> Reply:
        """No readings of that time; those of the month that is open can be handed in at once."""
        if not named:
            return talk.reply("history.none")
        month = past.span(named, flat.today)
        if list(named) == [flat.period] and flat.window.is_open and flat.left():
            return self.offers(talk, Reply(talk.say("history.not_yet", month=month)))
        return talk.reply("history.none_then", month=month)

    def _tell(
        self, talk: Talk, flat: Flat, wanted: list[str], named: Sequence[date], at: int, place: object = None
    ) -> Reply:
        talk.session.close()
        rows = past.booked(talk, flat, named, wanted) if named else _last(talk, flat, wanted)
        here = {meter.id for meter in flat.hanging(place)}
        rows = [row for row in rows if row.meter.id in here] or rows
        by_meter: dict[int, list[LastReading]] = defaultdict(list)
        for row in rows:
            by_meter[row.meter.id].append(row)
        refused = declined(talk, flat) if at == 0 and named in ([], [flat.period]) else ""
        if not by_meter:
            return Reply(refused) if refused else self._nothing(talk, flat, named)
        left = list(by_meter.values())[at:]
        some = left if talk.turn.screen or len(left) <= ALOUD + 1 else left[:ALOUD]
        told = _of_month(talk, flat, some, past.span(named, flat.today)) if named else _newest_told(talk, flat, some)
        text = " ".join(filter(None, [capital(told), refused]))
        if len(some) == len(left):
            return Reply(text)
        reply = self.offers(talk, Reply(f"{text} {talk.say('history.more')}"))
        talk.session.draft = {
            "wanted": wanted,
            "months": [month.isoformat() for month in named],
            "at": at + len(some),
        }
        return reply


def _of_meters(talk: Talk, flat: Flat, wanted: list[str]) -> Reply | None:
    """Which meters the flat has, or their numbers; None where their readings are asked about."""
    text = talk.turn.text.lower().replace("ё", "е")
    if "показан" in text or not flat.meters or not (SERIAL.search(text) or COUNT.search(text)):
        return None
    some = [meter for meter in flat.meters if meter.resource in wanted] or flat.meters
    if not SERIAL.search(text):
        return talk.reply("history.meters", count=str(len(flat.meters)), names=flat.names(flat.meters))
    lines = ", ".join(f"{flat.name(meter)} номер {meter.serial}" for meter in some)
    return Reply(talk.say("history.serials", lines=lines))


def _asks_average(talk: Talk) -> bool:
    """Whether the usual use is asked for, here or in the question that «а света?» goes on with."""
    text = talk.turn.text.lower()
    goes_on = ELLIPSIS.match(plain(text)) and len(text.split()) <= GOES_ON
    before = str(talk.session.about.get("text", "")).lower() if goes_on else ""
    return AVERAGE.match(text) is not None or AVERAGE.match(before) is not None


def _long(flat: Flat, text: str) -> list[date]:
    """«За год», «за полгода»: the months of that time from the newest reading back."""
    newest = _newest(flat)
    return [month_start(newest[0], back) for back in range(1 - span(text), 1)] if newest and span(text) else []


def _asks_use(talk: Talk) -> bool:
    """Whether consumption is asked about; «а света?» is asked in the words of the question before it."""
    about, text = talk.session.about, talk.turn.text
    before = about["text"] if about.get("intent") == "last_reading" and "показан" not in text.lower() else ""
    return past.USED.search(f"{text} {before}".lower().replace("ё", "е")) is not None


def _of_before(talk: Talk) -> list[str]:
    """«А в сентябре?» after «сколько воды я потратил» asks of water too."""
    about = talk.session.about
    if about.get("intent") != "last_reading" or past.USED.search(talk.turn.text.lower().replace("ё", "е")):
        return []
    return resources(Understanding("last_reading", {}, 1.0), about["text"]) if _asks_use(talk) else []


def _last(talk: Talk, flat: Flat, wanted: list[str]) -> list[LastReading]:
    rows = readings.last_readings(talk.db, flat.home.account_id, flat.today)
    return [row for row in rows if not wanted or row.meter.resource in wanted]


def _newest(flat: Flat) -> list[date]:
    """The newest month with a reading, as a list of one; empty without any."""
    return sorted({last.period for meter in flat.meters for last in meter.last.values()})[-1:]


def _of_month(talk: Talk, flat: Flat, meters: list[list[LastReading]], month: str) -> str:
    whole = not talk.turn.screen and len(meters) > 1
    lines = ", ".join(f"{flat.name(rows[0].meter)} {_values(rows, whole=whole)}" for rows in meters)
    days = {row.taken_at for rows in meters for row in rows}
    if len(days) == 1:
        return talk.say("history.then_on", month=month, day=wording.day(days.pop()), lines=lines)
    return talk.say("history.then", month=month, lines=lines)


def _newest_told(talk: Talk, flat: Flat, meters: list[list[LastReading]]) -> str:
    """The meters in a row; their day or month once where they share it."""
    whole = not talk.turn.screen and len(meters) > 1
    lines = [f"{flat.name(rows[0].meter)} {_values(rows, whole=whole)}" for rows in meters]
    newest = [max(row.taken_at for row in rows) for rows in meters]
    periods = {max(row.period for row in rows) for rows in meters}
    if len(set(newest)) == 1:
        return talk.say("history.all", day=wording.day(newest[0]), lines=", ".join(lines))
    if len(periods) == 1:
        return talk.say("history.month", month=month_name(periods.pop()), lines=", ".join(lines))
    dated = [f"{line} ({wording.day(day)})" for line, day in zip(lines, newest, strict=True)]
    return talk.say("history.lines", lines=", ".join(dated))


def _values(rows: list[LastReading], *, whole: bool) -> str:
    """whole: of several meters in a row no fraction is told, which nobody would keep in mind."""
    values = {row.register: Decimal(int(row.value)) if whole else row.value for row in rows}
    return values_shown(values, rows[0].meter)


SCENE = History()
