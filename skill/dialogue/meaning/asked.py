"""What a phrase asks about, from its slots and words: resources and services, months, a day, a sum."""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from billing.resources import FACTS, Resource
from billing.windows import clipped, month_start
from skill.dialogue.naming import resource_name
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
NAMING = frozenset({"submit_reading", "correct", "no", "yes", "pay", "balance"})
"""Intents that a sum said alone sounds like."""
SUM_WORDS, DOUBTED = 4, 0.5
"""A sum alone has so many words at most; less sure than this, other intents do not stand in its way."""
SEASONS = {"winter": (12, 1, 2), "spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11)}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RELATIVE = {"yesterday": -1, "today": 0, "tomorrow": 1}


@cache
def _services() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(files(__package__).joinpath("services.yaml").read_text("utf-8")))


WATERS = ("COLD_WATER", "HOT_WATER")
MONTH_WORD = re.compile(r"\b(?:янв|фев|мар|апр|ма[йяе]|июн|июл|авг|сен|окт|ноя|дек)\w*")
RANGE = re.compile(rf"{MONTH_WORD.pattern}(?: \d{{4}})?\s*(?:[-–—]|по\b|до\b)\s*{MONTH_WORD.pattern}")
"""«Май – октябрь», «с мая по октябрь»."""
LAST_YEAR = re.compile(r"\bпрошл\w+ год(у|ом|а)?\b|\bгод(ом)? назад\b")
LAST_MONTHS = re.compile(r"\bпоследни[ех]\b.*\bмесяц")
SPAN = re.compile(
    r"\bза (?:последн\w+ |прошедш\w+ |весь |целый |эти )*"
    r"(?:(?P<name>год|полгода|полугодие|квартал)\b(?! назад| впер)|(?P<count>\w+) месяц\w*)"
)
SPANS = {"год": 12, "полгода": 6, "полугодие": 6, "квартал": 3}
YEAR = 12
ABBREVIATION = 3
"""A stem of so many letters is an abbreviation."""
BOTH_WATERS = "холодная вода и горячая вода"
OF_THE_HOUSE = re.compile(r"\b(одн|сои|общедом\w+(?: нужд\w+| расход\w+)?) (?:за|на|по) (?:свет\w*|электр\w+|вод\w+)")
"""«ОДН за свет» is no light of the flat."""
WATER = re.compile(r"\bвод[аыуе]\b|\bводичк")


def resources(said: Understanding, text: str = "") -> list[str]:
    """Codes of the resources named, in the order said; «вода» in the text alone means both of them."""
    slot = said.slots.get("resource")
    if not slot and WATER.search(text.lower()):  # beside another one too: «за свет и воду»
        slot = extract("charges", WATER.sub(BOTH_WATERS, text.lower())).get("resource") or list(WATERS)
    named = slot if isinstance(slot, list) else [slot] if slot else []
    codes = [str(name).upper() for name in named if name]
    return [code for code in dict.fromkeys(codes) if code in Resource.__members__]


def services(said: Understanding, text: str) -> list[str]:
    """Codes of the resources and other services of a bill that a phrase names, else of those spoken of before it."""
    lowered = OF_THE_HOUSE.sub(r"\1", text.lower())
    others = [code for code, pattern in _stems().items() if pattern.search(lowered)]
    named = resources(said, lowered) if lowered == text.lower() else []
    return list(dict.fromkeys([*named, *others])) or [*said.slots.get("services", ())]


@cache
def _stems() -> dict[str, re.Pattern[str]]:
    """How each service is asked for; an abbreviation («одн», «тко») is the whole word."""
    known = {code: service["stems"] for code, service in _services().items() if service["stems"]}
    return {
        code: re.compile("|".join(rf"\b{stem}\b" if len(stem) <= ABBREVIATION else rf"\b{stem}" for stem in stems))
        for code, stems in known.items()
    }


def service_name(code: str) -> str:
    """«холодная вода», «вывоз мусора»: what a service of a bill is called in an answer."""
    known = _services().get(code)
    return str(known["name"]) if known else resource_name(code)


def service_unit(code: str) -> str:
    """The unit that a service is charged by: of the resource, «м²» for the house's upkeep; empty for one sum a flat."""
    return FACTS[Resource(code)].unit if code in Resource.__members__ else str(_services()[code].get("unit", ""))


def months(said: Understanding, on: date, text: str = "") -> list[date]:
    """First days of the months a phrase names, oldest first, none of them to come; empty when it names none.

    text: the phrase itself, for several months («за август и октябрь»), «последние три месяца» and «прошлый год».
    """
    if several := _several(text.lower(), month_start(on)):
        return several
    period = str(said.slots.get("period", ""))
    this = month_start(on)
    if re.fullmatch(r"\d{4}-\d{2}", period):
        found = [date(int(period[:4]), int(period[5:]), 1)]
    elif re.fullmatch(r"\d{4}", period):
        found = [date(int(period), month, 1) for month in range(1, 13)]
    elif period in MONTHS:
        found = [_latest(MONTHS.index(period) + 1, this)]
    elif period in SEASONS:
        last = _latest(SEASONS[period][-1], this)
        found = [month_start(last, back) for back in (-2, -1, 0)]
    elif period == "this_year":
        found = [date(on.year, month, 1) for month in range(1, on.month + 1)]
    else:
        found = {"this_month": [this], "last_month": [month_start(this, -1)], "next_month": []}.get(period, [])
    return [month for month in found if month <= this]


def _several(text: str, this: date) -> list[date]:
    """Months that only the words tell; empty where the slot is enough."""
    periods = [extract("charges", word).get("period") for word in MONTH_WORD.findall(text)]
    named = {_latest(MONTHS.index(period) + 1, this) for period in periods if period in MONTHS}
    if len(named) > 1 and RANGE.search(text):
        first, last = min(named), max(named)
        gone = (last.year - first.year) * YEAR + last.month - first.month
        return [month_start(first, ahead) for ahead in range(gone + 1)]
    if len(named) > 1:
        return sorted(named)
    if LAST_YEAR.search(text):
        year = this.year - 1
        return [day.replace(year=year) for day in named] or [date(year, month, 1) for month in range(1, 13)]
    count = numbers(text)
    if LAST_MONTHS.search(text) and len(count) == 1 and count[0].isdecimal() and 1 < int(count[0]) <= YEAR:
        return [month_start(this, back) for back in range(-int(count[0]), 0)]
    return []


def span(text: str) -> int:
    """How many months back a phrase asks about («за полгода», «за три месяца»); 0 where it does not.

    >>> span("сколько начислили за полгода"), span("за три месяца"), span("за этот месяц")
    (6, 3, 0)
    """
    found = SPAN.search(text.lower())
    if found is None or found["name"]:
        return SPANS[found["name"]] if found else 0
    count = numbers(found["count"])
    return int(count[0]) if count and count[0].isdecimal() and 1 < int(count[0]) <= YEAR else 0


def day(said: Understanding, on: date) -> date | None:
    """The next day that a phrase means («25» of this month or the next); None when it names none."""
    slot = str(said.slots.get("date_or_day", ""))
    if slot in RELATIVE:
        return on + timedelta(days=RELATIVE[slot])
    if slot in WEEKDAYS:
        return on + timedelta(days=(WEEKDAYS.index(slot) - on.weekday()) % 7)
    if re.fullmatch(r"\d{2}-\d{2}", slot):
        month, number = int(slot[:2]), int(slot[3:])
        this_year = clipped(date(on.year, month, 1), number)
        return this_year if this_year >= on else clipped(date(on.year + 1, month, 1), number)
    if slot.isdecimal() and 1 <= int(slot) <= 31:
        this_month = clipped(month_start(on), int(slot))
        return this_month if this_month >= on else clipped(month_start(on, 1), int(slot))
    return None


def kopecks(said: Understanding) -> int | None:
    """The sum of money in a phrase; None without one."""
    try:
        return int(Decimal(str(said.slots["amount"])) * 100)
    except (KeyError, InvalidOperation):
        return None


def only_sum(text: str) -> int | None:
    """Kopecks of the only number in an answer to «сколько»."""
    said = numbers(text)
    try:
        return int(Decimal(said[0]) * 100) if len(said) == 1 else None
    except InvalidOperation:
        return None


def is_sum(said: Understanding, text: str) -> bool:
    """Whether the phrase is a sum and nothing else («тысячу», «полторы тысячи»), no meter with its value."""
    alone = len(text.split()) <= SUM_WORDS and only_sum(text) is not None and not said.slots.get("resource")
    return alone and (said.intent in NAMING or said.intent == "out_of_scope" or said.confidence < DOUBTED)


def _latest(month: int, this: date) -> date:
    """The newest month of this number that is not to come."""
    year = this.year if month <= this.month else this.year - 1
    return date(year, month, 1)
