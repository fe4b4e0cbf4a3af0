"""Short phrases that lean on what was told: degrees after the norm, «пить можно?» of rusty water, an age."""

import re

from skill.dialogue.meaning.pointing import meaning_of, points_at
from skill.dialogue.talk import Talk
from skill.dialogue.turn import OFFER
from skill.understanding import Understanding
from speech.numerals import numbers

OF_REPAIRS = re.compile(r"кап\.? ?ремонт|капитальн")
"""After it an age asks about the payment for it."""
RUSTY = re.compile(r"ржав|мутн|рыж|ж[её]лт|коричн|бур(?:ая|ой)|грязн")
BAD_WATER = re.compile(rf"{RUSTY.pattern}|вод\w+ .*(?:воня|пахн|тухл|бел)|(?:бел|вонюч|тухл)\w+ вод|хлорк")
DEGREES = re.compile(r"\b(?:1\d|2\d|30|\w+надцать|двадцать(?: \w+)?)\b(?: градус\w*| с половиной| тепла)*")
SAYS_DEGREES = re.compile(
    rf"(?:(?:ну|а|да|нет|у|меня|нас|в|квартире|дома|комнате|спальне|детской|сейчас|всего|только|стоит|это|там|где то"
    rf"|около|примерно|градусник|термометр|показывает) )*{DEGREES.pattern}"
    r"(?: (?:дома|в квартире|в комнате|всего|у меня|это|норма|нормально|мало|хватит|ли|или нет))*"
)
OF_WARMTH = frozenset({"matters.cold", "matters.temperature", "matters.warm"})
"""Sentences after which a number is how warm a room is."""
OLD = re.compile(r"\b(?:[789]\d|семьдесят|восемьдесят|девяносто)\b")
"""An age from which the payment for repairs is lowered."""


def meant(talk: Talk, text: str) -> Understanding | None:
    """The plain phrase as it is meant; None where it does not lean on what was told."""
    free = not talk.session.scene or talk.session.step == OFFER
    if free and talk.session.about.get("intent") == "outages" and points_at("not_now", text):
        return Understanding("outages", talk.session.about["slots"], 1.0)
    warmth = free and not OF_WARMTH.isdisjoint(talk.session.told_of) and SAYS_DEGREES.fullmatch(text)
    if warmth and (degrees := _degrees(text)):
        return Understanding("temperature", {"degrees": degrees}, 1.0)
    about = talk.session.about
    spoken = about.get("intent") == "benefits" or OF_REPAIRS.search(str(about.get("text", "")).lower())
    if spoken and meaning_of("remarks", text) == "infirm":
        by_age = OLD.search(text) or about.get("intent") != "benefits"
        return Understanding("benefits", {"of": "capital_repair" if by_age else "pensioner"}, 1.0)
    return _of_water(talk, text)


def _degrees(text: str) -> str:
    """How warm it is, as a phrase of nothing else says; empty where its number is not clear."""
    written = re.findall(r"\d+", text)
    said = DEGREES.search(text)
    spoken = numbers(said[0].partition(" градус")[0]) if said is not None else []
    return (written or spoken or [""])[0]


def _of_water(talk: Talk, text: str) -> Understanding | None:
    """«Пить можно?», «почему ржавая» of the water that is told of, also while a request about it is read back."""
    asked = "drink" if points_at("drinkable", text) else "why" if points_at("why_bad_water", text) else ""
    session = talk.session
    if not asked or (session.scene and session.step != OFFER and session.scene != "ticket"):
        return None
    told = f"{session.about.get('text', '')} {session.about.get('trouble', '')} {session.draft.get('details', '')}"
    if not BAD_WATER.search(told.lower()):
        return None
    if asked == "why" and not RUSTY.search(told.lower()):
        asked = "smell"
    return Understanding("further", {"sentence": f"further.water.{asked}"}, 1.0)
