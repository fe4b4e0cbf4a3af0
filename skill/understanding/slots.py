"""What an utterance says beside its intent: resource, zone, place, values, period, day, channel, amount.

Strings, or lists where an utterance names several: `values` is always a list; `resource`, `zone` and `place` are one
string when it covers all values, else lists parallel to them. `slots.yaml` says which intent carries which slot.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from skill.understanding import dates, readings
from skill.understanding.enumerated import unnumbered
from skill.understanding.markers import Marker, markers, words
from skill.understanding.put_right import put_right, without_mistake
from skill.understanding.spread import spread
from skill.understanding.text import one_line
from speech.numerals import Segment, segments

Slots = dict[str, Any]

_FILE = Path(__file__).parent / "slots.yaml"
_NUMBER_LIKE = re.compile(
    r"\d|нол[ьья]|нул|од[ин]н|дв[ае]|три|четыр|пят|шес|сем|восем|вос[ье]м|девя|деся|дцат|сорок|сто|сот|тыщ|тысяч|полтор|половин"
    r"|сят\b|миллион"
)
_COUNTED_MONEY = re.compile(r"(?:руб\w*|р|рублик\w*|тысяч\w*|тыщ\w*|тыс)$")
_COUNTED_ELSE = re.compile(
    r"(?:раз\w*|лет|год\w*|месяц\w*|дн\w+|день|недел\w*|минут\w*|час\w*|квартир\w*|комнат\w*|человек\w*|платеж\w*|оплат\w*"
    r"|последн\w*|счетчик\w*|этаж\w*|кв|куб\w*|киловат\w*|процент\w*|числ[оа]м?|квадрат\w*|группы|услуг\w*|карт\w*|подъезд\w*"
    r"|счета|суток|сутки|г)$"
)
_NOT_MONEY_BEFORE = frozenset({"квартира", "кв", "дом", "номер", "заявка"})
_YEARS = range(2020, 2040)
_SMALLEST_SUM = 20
_OLDEST = 120
_EITHER = re.compile(r"(?<=[а-яё]{2})/(?=[а-яё]{2})", re.IGNORECASE)
"""«день/ночь»."""
_THOUSANDS = re.compile(
    r"(?<=[\dа-яё])\s*\bт\.\s?р\b\.?|(?<=[\dа-яё]) тыр\w{0,2}\b|(?<=\d)(?:[кk]|\s?т\.?\s?р)\b\.?", re.IGNORECASE
)
"""«3 т.р.», «2 тыр», «5к»."""
_AFTER_PERCENT = re.compile(r"\bпроцент")
_BY_COLOUR = ("submit_reading", "last_reading", "correct", "meter_verification")
"""Where «красный» is the hot meter."""
_WATER = re.compile(r"\bвод[ауеы]\b")
"""Neither cold nor hot: named beside the light, the two are no resource of ours together."""
_BILLED = re.compile(r"\bза (?:прошл|предыд|лет|зим|осен|весн|эт)")
_PHONE = re.compile(r"(?:\+7|\b[78])[ -]?\(?9\d{2}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}\b")
_UNTIL = re.compile(r"\bдо (?:янв|фев|март|апр|мая|июн|июл|авг|сен|окт|ноя|дек|лет|зим|осен|весн)")
_SINCE = re.compile(r"\bс (?:\d+ |\w+ого )?(?:янв|фев|март|апр|мая|июн|июл|авг|сен|окт|ноя|дек)")
_NOT_SUPPLY = ("электрон", "электрик", "электричк")


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    loaded = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {name: frozenset(value.split()) if isinstance(value, str) else value for name, value in loaded.items()}


def extract(intent: str, text: str) -> Slots:
    """The slots of an utterance whose intent is known."""
    slots = extracted(intent, text)
    return {name: list(value) if isinstance(value, list) else value for name, value in slots.items()}


@lru_cache(maxsize=2048)
def extracted(intent: str, text: str) -> Slots:
    """As `extract`, kept for the turns to come: not to be changed."""
    table = _table()
    if intent == "out_of_scope":
        return {}
    text = spread(unnumbered(text)) if intent == "submit_reading" else _EITHER.sub(" ", text)
    text = _THOUSANDS.sub(" тысяч рублей", text) if intent in table["amount"] else text
    text = one_line(without_mistake(text) if intent == "correct" else text)
    found, parts = markers(text, mistyped=intent == "submit_reading"), words(text)
    when = dates.find(text, found, readings=intent in table["readings"])
    numbers = segments(text) if may_have_numbers(text) else []
    if intent == "submit_reading":
        slots = _readings(text, numbers, found, when.taken) or _named(intent, parts, found)
    else:
        free = [n for n in numbers if n.kind != "ordinal" and not when.taken.intersection(range(n.start, n.end))]
        slots = _named(intent, parts, found) | _numbers(intent, text, parts, free)
    if intent in table["period"] and when.period and _period_meant(intent, parts, when.period):
        slots["period"] = when.period
    if intent in table["date_or_day"] and when.day and _day_meant(intent, parts, when.day):
        slots["date_or_day"] = when.day
    channels = [marker.meaning for marker in found if marker.slot == "channel_to" and not _at_the_post(parts, marker)]
    if channels and intent in table["channel_to"]:
        slots["channel_to"] = channels[-1]
    return slots


def may_have_numbers(text: str) -> bool:
    """A first look, much cheaper than hearing them: False only where there is none."""
    return _NUMBER_LIKE.search(text.lower()) is not None


def _readings(text: str, numbers: list[Segment], found: list[Marker], taken: frozenset[int]) -> Slots:
    rows = readings.assign(text, numbers, found, taken)
    slots: Slots = {"values": [row.value for row in rows]} if rows else {}
    for name in ("resource", "zone", "place"):
        column = [getattr(row, name) for row in rows]
        if any(column):
            slots[name] = column[0] if len(set(column)) == 1 else column
    return slots


def _named(intent: str, parts: list[str], found: list[Marker]) -> Slots:
    """Resource, zone and place of an utterance about other things than handing in numbers."""
    table, slots = _table(), Slots()
    resources = _resources(intent, parts, found) if intent in table["resource"] else []
    if len(resources) == 1:
        slots["resource"] = resources[0]
    elif resources and intent in table["several_resources"]:
        slots["resource"] = resources
    handed = intent == "submit_reading"
    zoned = [m.meaning for m in found if m.slot == "zone" and not (handed and m.word in ("день", "дня", "днем"))]
    zones = list(dict.fromkeys(zoned)) if intent in table["zone"] else []
    zones = zones if intent != "correct" or len(zones) == 1 else []
    if zones and slots.get("resource", "electricity") == "electricity":
        slots["resource"] = "electricity"
        slots["zone"] = zones[0] if len(zones) == 1 else zones
    places = list(dict.fromkeys(m.meaning for m in found if m.slot == "place" and _is_where(intent, m, parts)))
    if intent in table["place"] and (len(places) == 1 or (places and intent in ("emergency", "create_ticket"))):
        slots["place"] = places[0]
    return slots


def _is_where(intent: str, marker: Marker, parts: list[str]) -> bool:
    """Trouble is «в ванной» and floods «всю кухню»; it is not «от ванны»."""
    before = parts[marker.start - 1] if marker.start else ""
    if intent == "submit_reading" and before in ("под", "из", "от"):
        return False
    return (
        intent not in ("create_ticket", "emergency")
        or before in ("в", "во", "на", "у", "весь", "всю", "вся")
        or (intent == "emergency" and before == "из")
    )


def _resources(intent: str, parts: list[str], found: list[Marker]) -> list[str]:
    """The resources spoken of, each once, without words that only look like one."""
    named = [marker for marker in found if marker.slot == "resource"]
    trouble = intent in ("create_ticket", "ticket_status", "emergency", "outages")
    heat = any(marker.meaning == "heat" for marker in named)
    result = []
    for marker in named:
        water = marker.meaning in ("cold_water", "hot_water")
        flooding = intent == "emergency" and marker.word.startswith("топ")
        colour = marker.word.startswith(("красн", "син")) and intent not in _BY_COLOUR
        address = marker.word == "эл" and any(one.slot == "channel_to" for one in found)
        of_radiators = water and heat and trouble and not _is_of_water(parts, marker)
        if of_radiators or flooding or colour or address:
            continue
        if marker.word.startswith(("отопит", "двухтариф", "двухзон")) and intent not in (
            "outages",
            "tariffs",
            "reading_window",
            "submit_reading",
        ):
            continue
        if marker.meaning == "electricity" and not _is_supply(intent, marker):
            continue
        result.append(marker.meaning)
    if result and not trouble and _WATER.search(" ".join(parts)) and not {"cold_water", "hot_water"} & set(result):
        return []
    implied = _table()["implied"].get(intent, {})
    result = result or [meant for part in parts for stem, meant in implied.items() if part.startswith(stem)][:1]
    return list(dict.fromkeys(result))


def _is_of_water(parts: list[str], marker: Marker) -> bool:
    """Beside «батареи» only «горячей воды», «гвс» is water: «холодные» may be said of them."""
    near = parts[max(0, marker.start - 1) : marker.end + 1]
    return marker.word.endswith(("вс", "вээс")) or any(part.startswith("вод") for part in near)


def _at_the_post(parts: list[str], marker: Marker) -> bool:
    """«на почте» is where one stands in a queue, «на почту» where one gets letters."""
    return marker.word == "почте" and "".join(parts[marker.start - 1 : marker.start]) == "на"


def _is_supply(intent: str, marker: Marker) -> bool:
    """The lamp on the stairs is not the supply, an electrician not a utility, an electronic address neither."""
    return intent not in ("create_ticket", "emergency", "ticket_status") and not marker.word.startswith(_NOT_SUPPLY)


def _numbers(intent: str, text: str, parts: list[str], free: list[Segment]) -> Slots:
    """Amounts of money, or the numbers that an intent is about. `free` are those that belong to no date."""
    table, pieces = _table(), text.split()
    free = [number for number in free if "%" not in pieces[number.end - 1]]
    if intent in table["amount"]:
        money = [n for n in free if _is_money(parts, n)]
        clear = len(money) == 1 and not (intent == "explain_bill" and sum(n.value > 1 for n in free) > 1)
        return {"amount": readings.written(money[0])} if clear else {}
    if intent in table["account_number"]:
        told = [readings.written(n) for n in free if n.width >= 4]
        return _values(_accounts(text) if len(told) > 1 and _PHONE.search(text) else told)
    match intent:
        case "feedback":
            spoken = (mark for part in parts for stem, mark in table["ratings"].items() if part.startswith(stem))
            said = [readings.written(n) for n in free if n.value <= 10]
            return _values([*spoken, *said][:1])
        case "ticket_status":
            counted = (n for n in free if not _COUNTED_ELSE.match(_after(parts, n)))
            return _values([readings.written(n) for n in counted if n.value >= 10][:1])
        case "yes":
            return _values([readings.written(n) for n in free])
        case "last_reading":
            return _values([readings.written(n) for n in free if n.value >= 10])
        case "correct":
            return _values([readings.written(n) for n in put_right(parts, free) if n.value >= 10])
    return {}


def _accounts(text: str) -> list[str]:
    """The numbers beside a telephone number."""
    return [readings.written(one) for one in segments(_PHONE.sub(" ", text)) if one.width >= 4]


def _values(values: list[str]) -> Slots:
    return {"values": values} if values else {}


def _before(parts: list[str], number: Segment) -> str:
    return parts[number.start - 1] if number.start else ""


def _after(parts: list[str], number: Segment) -> str:
    return parts[number.end] if number.end < len(parts) else ""


def _is_money(parts: list[str], number: Segment) -> bool:
    if number.unit == "rub" or _COUNTED_MONEY.match(_after(parts, number)):
        return True
    age = _before(parts, number) in ("мне", "минут", "часов", "дней") and number.value < _OLDEST
    if age or _COUNTED_ELSE.match(_after(parts, number)) or _before(parts, number) in _NOT_MONEY_BEFORE:
        return False
    if number.unit not in ("", "rub", "unit") or _AFTER_PERCENT.search(" ".join(parts[number.start : number.end + 1])):
        return False
    kopecks = "." in readings.written(number)
    return (kopecks or abs(number.value) >= _SMALLEST_SUM) and number.value not in _YEARS


def _day_meant(intent: str, parts: list[str], day: str) -> bool:
    """«бабуля со второго чуть не улетела» speaks of a floor."""
    return intent != "create_ticket" or not day.isdigit() or any(part.startswith("числ") for part in parts)


def _period_meant(intent: str, parts: list[str], period: str) -> bool:
    """«больше, чем в том месяце» asks of the coming month, not of the last; «до января» is a term."""
    match intent:
        case "submit_reading":
            return readings.of_period(parts, period)
        case "penalty":
            return "за" in parts
        case "forecast":
            return period not in ("last_month", "this_year") and not _UNTIL.search(" ".join(parts))
        case "meter_verification":
            return not period.isdigit()
        case "explain_bill":
            named = period[0].isdigit() or period in dates.MONTHS or period == "this_month"
            return "чем" not in parts and (named or bool(_BILLED.search(" ".join(parts))))
        case "payment_history":
            return not _SINCE.search(" ".join(parts))
    return True
