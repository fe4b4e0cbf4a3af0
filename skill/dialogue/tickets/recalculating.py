"""Перерасчёт: whether money comes back for what was asked about, before a request for it is proposed.

Too long an interruption lowers the month's charge by 0.15 % an hour (ПП 354, п. 98 and приложение 1).
"""

import re
from dataclasses import dataclass

from skill.dialogue.meaning.asked import resources, service_name
from skill.dialogue.meaning.plain import plain
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract

_NOBODY = r"(?:меня|нас|никого|дома|жильцов)"
_SERVICE = r"(?! (?:\w+ ){0,2}(?:вод|гвс|хвс|гор|хол|свет|электр|отоплен|тепл|газ|лифт|домофон))"
ABSENT = re.compile(
    rf"{_NOBODY}(?: \w+){{0,3}} не было{_SERVICE}|не было(?: (?!у\b)\w+)? {_NOBODY}"
    r"|уезжал|уехал|отсутств|не жил|лежал|отпуск|больниц|командировк|отъезд"
)
WHETHER = re.compile(
    r"\b(обязаны|должны|будет|положен|полагается|сделают|сделаете|дадут|дадите|пересчита(?:ют|ете|ется)"
    r"|верн(?:ут|ете)|уменьш(?:ат|ите|ится)|сниз(?:ят|ите|ится)|сним(?:ут|ете)|вычт(?:ут|ете)|компенсиру\w+|платить"
    r"|плачу|платим|проведут)\b"
    r"|^(?:(?:а|и|ну|это) )*можно (?:ли )?(?:это )?пересчитать$"
    r"|^(?:(?:а|и|ну|про|насчет|что с) )*(?:перерасчет|пересчет)\w*$"
)
"""It is asked whether there will be one; «сделайте» asks for it."""
FAILED = re.compile(
    r"\b(?:нету?|не (?:было|работа|грел|гре|дают|давал|теч|текла|ш)\w*|без|отключ\w+|ледян\w+|включат"
    r"|дадут (?:\w+ )?(?:вод|свет|горяч|холодн|газ|тепл|отоплен)\w*"
    r"|холодн\w+ батаре\w+|батаре\w+ холодн\w+)\b"
)
BAD = re.compile(r"\b(?:еле|чуть|едва) (?:\w+ )?тепл|\bградус|\bхолодн\w+ батаре|батаре\w+ (?:\w+ )?холодн|\bледян")
"""It was there, but not as it must be."""
GONE = re.compile(r"\bне было\b")
RULES = {"COLD_WATER": "water", "HOT_WATER": "water", "HEAT": "heat", "ELECTRICITY": "electricity", "GAS": "gas"}


@dataclass(frozen=True)
class Ground:
    """What a recalculation would rest on. key: the sentence that tells the rule; details: the request for it."""

    key: str
    details: str


def ground(talk: Talk) -> Ground | None:
    """The rule to tell before a request; None where a request is plainly asked for, or nobody knows what of."""
    text = plain(talk.turn.text)
    if ABSENT.search(text):
        return None
    asks, before = WHETHER.search(text) is not None, plain(str(talk.session.about.get("trouble", "")))
    told = (text, before) if asks else (text,) if GONE.search(text) else ()
    trouble = next((one for one in told if FAILED.search(one) or BAD.search(one)), "")
    if not trouble:
        return Ground("ticket.what_to_recalculate", "") if asks else None
    named = resources(Understanding("", extract("charges", trouble), 1.0), trouble)
    code = "HEAT" if "батаре" in trouble or "градус" in trouble else named[0] if named else ""
    service = service_name(code) if code else talk.say("ticket.some_service")
    rule = "bad" if BAD.search(trouble) else RULES.get(code, "other")
    return Ground(f"ticket.interrupted.{rule}", talk.say("ticket.for_interruption", service=service))
