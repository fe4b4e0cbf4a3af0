"""What is said of a trouble while its request is read back, or offered: its place, since when, when to come."""

import re
from dataclasses import dataclass

from skill.dialogue.meaning import more, temper, troubles
from skill.dialogue.meaning.plain import asks
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import when, words
from skill.dialogue.tickets.recalculating import ABSENT
from skill.identity import masking
from skill.understanding import Understanding

LEAVING = frozenset({"no", "back", "stop"})
DESCRIBING = LEAVING | {
    "create_ticket", "ticket_status", "outages", "feedback", "out_of_scope", "yes", "correct", "emergency",
}  # fmt: skip
"""Intents that a description of trouble may sound like."""
SURE = 0.7
GUESSED = 0.35
"""Below it a phrase means nothing else."""
ELSEWHERE = re.compile(r"показани|\bплат|\bдолг|квитанц|\bсч[её]т[ауе]?\b|оператор|сотрудник|тариф|заявк")
"""What a phrase about other matters names."""
ANEW = re.compile(
    r"^\W*(?:(?:да|ну|ой|нет|не то|не так|неправильно|неверно|не правильно|стоп|стойте|погодите|лучше|там)\b\W*)+"
    r"(?:напиши|пиши|запиши|укажи|исправь|поменяй|измени|переделай|переделывай|перепиши)(?:те)?\b(?: (?:так|лучше"
    r"|на|просто))*\W+(?P<anew>\S+ \S.*)$",
    re.IGNORECASE,
)
"""«Нет, не так. Напишите: нет горячей воды»."""
WATER = r"\bвод[аыуе]\b|\bкран|напор"
WAITS = re.compile(
    r"\W*(?:(?:ой|ну|так|да|а|нет|сейчас|щас)\W+)*(?:подожд|погод|постой|обожд|минут"
    r"|секунд)",
    re.IGNORECASE,
)
LEAST = 2
"""So many words at least say something of a trouble."""


@dataclass(frozen=True)
class Added:
    """The request with what was added. others: troubles that follow as requests of their own, None: as before; whole:
    the details are not taken apart."""

    details: str
    place: str = ""
    others: list[str] | None = None
    whole: bool = False


def added(talk: Talk, said: Understanding, details: str, told: str, others: list[str]) -> Added | None:
    """The request `details`, `told` with its place, as what is said now makes it; None where it says nothing of it."""
    text = talk.turn.text.lower().strip()
    known = troubles.category(talk.turn.text) != "other"
    place = told.removeprefix(details).lstrip(", ")
    further = more.told(talk.turn.text)
    if not further and (anew := ANEW.match(talk.turn.text)) is not None:
        return Added(anew["anew"])
    if further:
        if troubles.is_one_more(details, f"ещё {further}"):
            return Added(details, place=place, others=[*others, further])
        return Added(f"{told}, {further}", whole=True)
    if when.is_told(text) or points_at("wish", text):
        return Added(when.with_it(told, words.added(talk.turn.text)), whole=True)
    if points_at("separate", text):
        return Added(told, whole=True)
    if troubles.MILD.fullmatch(text):  # «не сильно» is no «no»
        return Added(f"{told}, {text}", whole=True)
    if known and said.intent in DESCRIBING and troubles.is_one_more(details, talk.turn.text):
        return Added(details, place=place, others=[*others, talk.turn.text])
    if (corrected := troubles.CORRECTED.fullmatch(text)) is not None:
        moved = troubles.put_right(details, text) or troubles.moved(details, corrected["place"])
        return Added(moved or details, place="" if moved else corrected["place"])
    if words.RECALCULATION.search(details.lower()) and (ABSENT.search(text) or words.DAYS.fullmatch(text)):
        return Added(f"{details}, {text}")
    fits = said.intent in LEAVING | DESCRIBING or said.confidence < SURE
    if fits and (troubles.SPOT.fullmatch(text) or (not known and troubles.PLACE.fullmatch(text))):
        return Added(details, place=text)
    since = _since(text, fits=fits and not known)
    if since or (known and said.intent in DESCRIBING and troubles.AND_MORE.match(text)):
        return Added(f"{told}, {'' if since else 'ещё '}{troubles.LEAD.sub('', text)}")
    return Added(f"{told}, {words.added(talk.turn.text)}", whole=True) if is_particular(talk) else None


def is_particular(talk: Talk) -> bool:
    """Whether a phrase says what belongs to a request and to nothing else: the entrance, degrees, the hour, whom to
    call."""
    text = talk.turn.text
    if (
        when.is_told(text)
        or points_at("particulars", text)
        or points_at("wish", text)
        or masking.without_phones(text) != text
    ):
        return True
    return any(form.fullmatch(text.lower().rstrip(" .")) for form in (troubles.EXTENT, troubles.SPOT))


def belongs(talk: Talk, said: Understanding) -> bool:
    """Whether any other phrase is taken for more of the trouble while its request is read back: it is said, not asked,
    and means nothing else."""
    text = talk.turn.text
    if asks(text) or WAITS.match(text) or len(text.split()) < LEAST or temper.signs(text):
        return False
    if said.intent in LEAVING:
        return not (points_at("declined", text) or points_at("waved_off", text))
    if ELSEWHERE.search(text.lower()):
        return False
    if points_at("of_water", text):
        return re.search(WATER, str(talk.session.draft["details"]).lower()) is not None
    return said.intent == "out_of_scope" or said.confidence < GUESSED


def to_offered(talk: Talk, said: Understanding, details: str) -> str:
    """The trouble of a request that is only offered, with what is said of it in answer; empty where nothing is."""
    text = talk.turn.text.lower().strip()
    where = troubles.SPOT.fullmatch(text) or troubles.PLACE.fullmatch(text)
    goes_on = said.intent == "create_ticket" and not troubles.is_told(text) and not asks(text)
    comes = when.is_told(text) or points_at("particulars", text)
    if (
        not details
        or points_at("free", text)
        or points_at("send_it", text)
        or not (where or goes_on or comes or _since(text, fits=True))
    ):
        return ""
    return f"{details}, {words.added(talk.turn.text)}"


def _since(text: str, *, fits: bool) -> bool:
    """Whether it is how far the trouble goes, or since when it is there."""
    if troubles.EXTENT.fullmatch(text.rstrip(" .")) is not None:
        return True
    return fits and troubles.SINCE.fullmatch(text) is not None
