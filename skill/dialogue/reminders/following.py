"""What is said about the reminder just set: another one, another day or hour, «только один раз», «отмени»."""

import re

from skill.dialogue.meaning.plain import LEADS
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.reminders import moments
from skill.dialogue.reminders.asked import MONTH_DAYS
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers

FEW = 6
"""So many words at most are about the last reminder rather than a new one."""
ALSO = re.compile(rf"{LEADS}(?:и|а|еще|также)(?: еще| также)* (?:про|о|об|насчет) \w+(?: \w+){{0,2}}")
"""«И про отключения»: one reminder more."""
ALSO_ON = re.compile(
    rf"{LEADS}(?:(?:и|а|еще|также|про|о|об|насчет) )*(?:показани\w+|оплат\w+)(?: на)? (?P<day>\w+(?: \w+)?)(?: числа)?"
)
"""«А показания двадцатого»: no reading, though it sounds like one."""
MOVED = re.compile(
    rf"{LEADS}(?:не )?(?:перенеси|передвинь|сдвинь|поменяй|измени|поставь|лучше|давай|нужно|надо|напомни)(?:те)?"
    r"(?: его| напоминание| день| дату| время| лучше)*"
    r"(?: на)? (?P<day>\w+(?: \w+)?)(?: число| числа)?"
)
"""Another day for the reminder just spoken of."""
NOT_BUT = re.compile(rf"{LEADS}не (?:на )?\w+(?: \w+)?(?: числа)? а (?:лучше |на )*(?P<day>\w+(?: \w+)?)(?: числа)?")
"""«Не двадцатого, а двадцать второго»."""
BARE = re.compile(rf"{LEADS}(?:лучше |на )*(?P<day>\w+(?: \w+)?)(?: числа)?")
BARE_WORDS = 3
"""So few words that only name a day or an hour are said of the reminder just set."""
BESIDE = re.compile(
    r"\b(?:лучше|давай(?:те)?|можно|нельзя|тогда|чтоб|чтобы|если|часов|часиков|где то|примерно|около|желательно|только"
    r"|пожалуйста|напоминай(?:те)?|напомни(?:те)?|мне|это|не|нет|неа|стоп|точнее|вернее|хотя|а|и|ну|ой|да|лишь|бы|попозже)\b"
)
"""What is said beside another day or hour."""
AHEAD = re.compile(
    rf"{LEADS}(?:можно |лучше |если |да |об оплате |о показаниях |не |давай(?:те)? |напоминай(?:те)? |напомни(?:те)? )*"
    r"за (?:\w+ )?(?:сутки|день|денек|дн(?:я|ей)|недел\w+|месяц\w*)"
    r"(?: (?:до (?:срока|конца)(?: приема| оплаты)?|раньше|заранее|можно|нельзя|лучше|ли|напоминай(?:те)?"
    r"|напомни(?:те)?|пожалуйста))*"
)
"""«За пять дней до срока можно?»"""
ASKED = re.compile(
    rf"{LEADS}(?:это |напомните |напомнишь )*(?:в каком месяце|какого числа|в какой день|когда|во сколько"
    r"|за сколько(?: дней| времени)?)(?: это| напомните| напомнишь| до срока)*"
)
"""«В каком месяце» of the reminder just set."""
DROPPED = re.compile(
    rf"{LEADS}(?:(?:отмени|выключи|отключи|убери|удали|сними|сотри)(?:те)?|не (?:надо|нужно))"
    r"(?: (?:его|ее|их|это|этот|эту|все|всё|оба|обе|напоминани\w+|последн\w+|\w+[оы]е|\w+ье"
    r"|тогда|уже|вообще|больше|пока|ничего|напоминать|мне|спасибо))*"
)
"""«Отмени», «отмени всё», «убери второе» after reminders were set or told."""

QUESTIONS = ("how", "at", "when", "earlier", "unseen", "others")
"""What is asked of a reminder: by what it comes, at what hour, on which days, what if it is missed, to whom."""

REMINDS = re.compile(
    r"напом|на помин|памят|забы|забуд|предупре|сообщ|сигнал|знать|увед|звон|маяк|пин[аг]|оповещ|разбуд|смс|скажи|пришли"
    r"|подскаж|толкн|пиш|кажд|будильн|пуш|шл[иют]"
)
"""Words of somebody who wants to be reminded."""
SURE = 0.8


def is_a_guess(talk: Talk, said: Understanding) -> bool:
    """Whether a reminder is only guessed at: none is switched on by «а когда квитанция придёт»."""
    spoken = talk.session.scene == "reminders" or talk.session.about.get("intent") == "set_reminder"
    return (
        said.intent == "set_reminder"
        and said.confidence < SURE
        and not spoken
        and REMINDS.search(talk.turn.text.lower()) is None
    )


def asked(talk: Talk) -> Understanding | None:
    """A question about the reminder that is spoken of; it changes nothing."""
    if talk.session.about.get("intent") != "set_reminder":
        return None
    kind = next((kind for kind in QUESTIONS if points_at(f"reminder_{kind}", talk.turn.text)), None)
    slots = {"asked": kind, "row": talk.session.about.get("row")}
    return Understanding("set_reminder", slots, 1.0) if kind else None


def meant(talk: Talk, text: str, *, certain: bool) -> Understanding | None:
    """What plain words mean for the last reminder; None: nothing. certain: they are surely of another matter."""
    if DROPPED.fullmatch(text):
        return Understanding("cancel_reminder", {"pointed": True}, 1.0)
    on = ALSO_ON.fullmatch(text)
    if (not certain and ALSO.fullmatch(text)) or (on and _number(on["day"])):
        return Understanding("set_reminder", extract("set_reminder", talk.turn.text), 0.5)
    if ASKED.fullmatch(text):
        return Understanding("set_reminder", {"list": True}, 1.0)
    return _moved(talk, text) if "kind" in talk.session.about else None


def _moved(talk: Talk, text: str) -> Understanding | None:
    """Another day or hour for the reminder just set, or «только один раз»."""
    about, said = talk.session.about, talk.turn.text
    once, brief = about["once"], len(text.split()) <= FEW and "напом" not in text
    same = {
        "kind": about["kind"],
        "row": about["row"],
        "minute": about.get("minute"),
        "monthly": not once,
        "once": once,
    }
    slots = ({"date_or_day": about["date"]} if once else {}) | extract("set_reminder", said)
    if moments.is_once(text) and brief:
        return _changed({"date_or_day": about["date"], **slots, **same, "once": True, "monthly": False})
    if once and moments.EVERY.search(text) and brief:
        return _changed({"date_or_day": str(int(about["date"][-2:])), **same, "once": False, "monthly": True})
    if AHEAD.fullmatch(text):
        return _changed({**same, "once": False, "monthly": True})
    few = len(BESIDE.sub(" ", text).split()) <= BARE_WORDS
    if few and "date_or_day" not in extract("set_reminder", said) and _names_an_hour(said):
        return _changed({"date_or_day": about["date"], **same})  # «вечером», said of that day
    if few and (moments.names_one(said) if once else "date_or_day" in slots):
        return _changed({**slots, **same, **_for_once(slots)})
    moved = NOT_BUT.fullmatch(text) or MOVED.fullmatch(text)
    if moved is None and not once and (bare := BARE.fullmatch(text)) and _number(bare["day"]):
        moved = bare
    if moved is None:
        return None
    if days := _number(moved["day"]):
        slots = {**slots, "date_or_day": days}
    elif not moments.names_one(said):
        return None
    return _changed({**slots, **same, **_for_once(slots)})


def _changed(slots: dict[str, object]) -> Understanding:
    return Understanding("set_reminder", {name: value for name, value in slots.items() if value is not None}, 1.0)


def _for_once(slots: dict[str, object]) -> dict[str, object]:
    """«Лучше завтра» of a reminder of every month means once."""
    named = str(slots.get("date_or_day", ""))
    return {} if not named or named.isdecimal() else {"monthly": False, "once": True}


def _names_an_hour(text: str) -> bool:
    """Whether an hour is named, no span of time («через час») and no other day."""
    return moments.minute(text) is not None and moments.AFTER.search(text.lower()) is None and "послезавтра" not in text


def _number(words: str) -> str:
    """The day of a month that is named as a bare number; empty where it is none, or an hour."""
    hour = re.match(r"(?:в|к) |\w+ (?:час\w*|утра|вечера|дня)$", words) is not None
    said = numbers(words)
    return said[0] if len(said) == 1 and not hour and said[0].isdecimal() and 1 <= int(said[0]) <= MONTH_DAYS else ""
