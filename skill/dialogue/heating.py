"""When heat is turned on and off (отопительный период): the town decides by the weather, no outage tells of it.

ПП 354, п. 5: it begins and ends the day after five days in a row colder, or warmer, than 8 °C on the average.
"""

import re

from billing import law
from billing.chargebook import open_book
from skill.dialogue.company import company_of, today
from skill.dialogue.talk import Talk

HEAT = re.compile(r"\b(?:отоплени|отопительн|батаре|радиатор|тепло\b|топить\b|топят\b)")
WHEN = re.compile(
    r"\b(?:когда|скоро|до какого|с какого|во сколько|долго ли|какого числа)\b|\b(?:не (?:дают|дали|включ|топят))"
)
COLD = re.compile(r"\bхолодно\b|\b(?:батаре|радиатор)\w* (?:\w+ )?(?:холодн|ледян)|холодн\w+ (?:батаре|радиатор)")
OFF = re.compile(r"\b(?:отключ|выключ|законч|конча|прекрат|убер|переста)|\bдо какого")


def wanted(talk: Talk, named: list[str]) -> list[str]:
    """The resources named; «холодно» is said of heat, and cold radiators are not of cold water."""
    text = _plain(talk)
    if not COLD.search(text):
        return named
    return [code for code in named if code not in ("COLD_WATER", "HEAT") or "холодной вод" in text] + ["HEAT"]


def is_asked(talk: Talk) -> bool:
    """«Когда включат отопление», «до какого числа топят», «почему не дают тепло»."""
    text = _plain(talk)
    return HEAT.search(text) is not None and WHEN.search(text) is not None


def told(talk: Talk) -> tuple[str, bool]:
    """Who turns heat on or off, and by what; whether it is to be on these days, and was not asked the end of."""
    if today(talk).month not in _months(talk):
        return talk.say("outages.heating_from"), False
    if OFF.search(_plain(talk)):
        return talk.say("outages.heating_until"), False
    return talk.say("outages.heating_on"), True


def _months(talk: Talk) -> frozenset[int]:
    company = company_of(talk)
    return open_book(talk.db, company.id).heating_season() if company else law.heating_months()


def _plain(talk: Talk) -> str:
    return talk.turn.text.lower().replace("ё", "е")
