"""What is said about the reminder just set: another one, another day or hour, «только один раз», «отмени»."""

import re

from skill.dialogue.meaning.plain import LEADS
from skill.dialogue.reminders import moments
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers

FEW = 6
"""So many words at most are about the last reminder rather than a new one."""
ALSO = re.compile(rf"{LEADS}(?:и|а|еще|также)(?: еще| также)* (?:про|о|об|насчет) \w+(?: \w+){{0,2}}")
"""«И про отключения»: one reminder more."""
MOVED = re.compile(
    rf"{LEADS}(?:перенеси|передвинь|сдвинь|поменяй|измени|поставь|лучше|давай|нужно|надо|напомни)(?:те)?"
    r"(?: его| напоминание| день| дату| время| лучше)*"
    r"(?: на)? (?P<day>\w+(?: \w+)?)(?: число| числа)?"
)
"""Another day for the reminder just spoken of."""
BARE_WORDS = 3
"""So few words that only name a day or an hour are said of the reminder just set."""
RATHER = re.compile(rf"^{LEADS}(?:(?:лучше|давай|давайте|можно|тогда) )*")
"""What leads in another hour."""
ASKED = re.compile(
    rf"{LEADS}(?:это |напомните |напомнишь )*(?:в каком месяце|какого числа|в какой день|когда)(?: это| напомните)*"
)
"""«В каком месяце» of the reminder just set."""
DROPPED = re.compile(
    rf"{LEADS}(?:(?:отмени|выключи|отключи|убери|удали|сними|сотри)(?:те)?|не (?:надо|нужно))"
    r"(?: (?:его|ее|их|это|этот|эту|все|всё|оба|обе|напоминани\w+|последн\w+|\w+[оы]е|\w+ье))*"
)
"""«Отмени», «отмени всё», «убери второе» after reminders were set or told."""


def meant(talk: Talk, text: str, *, certain: bool) -> Understanding | None:
    """What plain words mean for the last reminder; None: nothing. certain: they are surely of another matter."""
    if DROPPED.fullmatch(text):
        return Understanding("cancel_reminder", {"pointed": True}, 1.0)
    if not certain and ALSO.fullmatch(text):
        return Understanding("set_reminder", extract("set_reminder", talk.turn.text), 0.5)
    if ASKED.fullmatch(text):
        return Understanding("set_reminder", {"list": True}, 1.0)
    return _moved(talk, text) if "kind" in talk.session.about else None


def _moved(talk: Talk, text: str) -> Understanding | None:
    """Another day or hour for the reminder just set, or «только один раз»."""
    about = talk.session.about
    slots = ({"date_or_day": about["date"]} if about["once"] else {}) | extract("set_reminder", talk.turn.text)
    same = {"kind": about["kind"], "row": about["row"]}
    if moments.is_once(text) and len(text.split()) <= FEW and "напомн" not in text:
        return Understanding("set_reminder", {"date_or_day": about["date"], **slots, **same, "once": True}, 1.0)
    if about["once"] and moments.EVERY.search(text) and len(text.split()) <= FEW and "напом" not in text:
        return Understanding("set_reminder", {"date_or_day": str(int(about["date"][-2:])), **same}, 1.0)
    few = len(RATHER.sub("", text).split()) <= BARE_WORDS
    if few and "date_or_day" not in slots and moments.names_one(talk.turn.text):  # «вечером», said of that day
        return Understanding("set_reminder", {"date_or_day": about["date"], **same, "once": True}, 1.0)
    tells = moments.names_one(talk.turn.text) if about["once"] else "date_or_day" in slots
    if few and tells:
        return Understanding("set_reminder", {**slots, **same, "once": about["once"]}, 1.0)
    moved = MOVED.fullmatch(text)
    if moved is None:
        return None
    hour = re.match(r"(?:в|к) |\w+ (?:час\w*|утра|вечера|дня)$", moved["day"]) is not None
    if len(days := numbers(moved["day"])) == 1 and not hour:
        slots = {**slots, "date_or_day": days[0]}
    elif not moments.names_one(talk.turn.text):
        return None
    return Understanding("set_reminder", {**slots, **same, "once": about["once"]}, 1.0)
