"""What an utterance says beside its intent: resource, zone, place, values, period, day, channel, amount.

Strings, or lists where an utterance names several: `values` is always a list; `resource`, `zone` and `place` are one string
when it covers all values, else lists parallel to them.
"""

import re
from typing import Any

from skill.understanding import dates, readings
from skill.understanding.markers import Marker, markers, words
from speech.numerals import Segment, segments

Slots = dict[str, Any]

_RESOURCEFUL = frozenset({
    "balance", "charges", "pay", "payment_status", "payment_history", "last_reading", "reading_window", "due_date", "tariffs",
    "outages", "create_ticket", "emergency", "set_reminder", "cancel_reminder", "send_receipt", "penalty", "meter_verification",
    "forecast", "saving_tips", "norms", "submit_reading", "explain_bill", "benefits", "correct",
})  # fmt: skip
_PLACEFUL = frozenset({"submit_reading", "last_reading", "create_ticket", "meter_verification", "correct", "emergency"})
_PERIODIC = frozenset({
    "charges", "explain_bill", "payment_status", "payment_history", "last_reading", "reading_window", "send_receipt", "forecast",
    "submit_reading", "pay", "correct", "due_date",
})  # fmt: skip
_DATED = frozenset({
    "payment_status", "reading_window", "due_date", "outages", "create_ticket", "ticket_status", "set_reminder",
    "cancel_reminder", "contacts", "correct", "meter_verification", "last_reading", "pay", "news", "emergency", "operator",
})  # fmt: skip
_MONEYED = frozenset({
    "balance", "explain_bill", "pay", "payment_status", "tariffs", "forecast", "penalty", "charges", "payment_history", "benefits",
})  # fmt: skip
_VALUED = frozenset({"submit_reading", "ticket_status", "link_account", "feedback", "yes", "last_reading", "switch_account", "unlink"})
_DIGIT = re.compile(r"\d")
_NUMBER_LIKE = re.compile(
    r"\d|ноль|нол[ья]|нул|од[ин]н|два|две|три|четыр|пят|шес|сем|восем|вос[ье]м|девя|деся|дцат|сорок|сто|сот|тыщ|тысяч|полтор|половин|писят|миллион"
)
_COUNTED_MONEY = re.compile(
    r"(?:руб\w*|р|рублик\w*|тысяч\w*|тыщ\w*|тыс|₽)$"
)
_NO_MONEY_AFTER = re.compile(
    r"(?:раз\w*|лет|год\w*|месяц\w*|дн\w+|день|недел\w*|минут\w*|час\w*|квартир\w*|комнат\w*|человек\w*|платеж\w*|оплат\w*|последн\w*|счетчик\w*|"
    r"этаж\w*|кв|куб\w*|киловат\w*|процент\w*|числ\w*|квадрат\w*|группы|услуг\w*|карт\w*|стук|подъезд\w*|счета|суток|сутки|г)$"
)
_RATINGS = {"пятерк": "5", "пятероч": "5", "четверк": "4", "четвероч": "4", "тройк": "3", "троеч": "3", "двойк": "2", "двоеч": "2", "единиц": "1", "кол": "1", "нол": "0"}


def extract(intent: str, text: str) -> Slots:
    """The slots of an utterance whose intent is known."""
    if intent == "out_of_scope":
        return {}
    found = markers(text)
    when = dates.find(text, found)
    numbers = segments(text) if _NUMBER_LIKE.search(text.lower()) else []
    slots: Slots = {}
    if intent == "submit_reading":
        slots |= _readings(text, numbers, found, when.taken)
    else:
        slots |= _named(intent, text, found)
        slots |= _numbers(intent, text, numbers, when)
    if intent in _PERIODIC and when.period and _period_meant(intent, text, when.period):
        slots["period"] = when.period
    if intent in _DATED and when.day:
        slots["date_or_day"] = when.day
    if intent == "send_receipt":
        channel = next((marker.meaning for marker in found if marker.slot == "channel_to"), None)
        if channel:
            slots["channel_to"] = channel
    return slots


def _readings(text: str, numbers: list[Segment], found: list[Marker], taken: frozenset[int]) -> Slots:
    rows = readings.assign(text, numbers, found, taken)
    if not rows:
        return _named("submit_reading", text, found)
    slots: Slots = {"values": [row.value for row in rows]}
    for name in ("resource", "zone", "place"):
        column = [getattr(row, name) for row in rows]
        if any(column):
            slots[name] = column[0] if len(set(column)) == 1 else column
    return slots


def _named(intent: str, text: str, found: list[Marker]) -> Slots:
    """Resource, zone and place of an utterance about other things than handing in numbers."""
    slots: Slots = {}
    zones = [m for m in found if m.slot == "zone"] if intent in ("tariffs", "last_reading", "charges", "submit_reading") else []
    resources = list(dict.fromkeys(_resources(intent, text, found)))
    if intent == "emergency" and not resources and "плит" in text.lower():
        resources = ["gas"]
    if intent in _RESOURCEFUL and resources:
        if len(resources) == 1:
            slots["resource"] = resources[0]
        elif intent in ("charges", "last_reading", "tariffs", "pay", "submit_reading", "forecast", "payment_history", "outages", "meter_verification", "send_receipt", "norms", "saving_tips"):
            slots["resource"] = resources
    kinds = list(dict.fromkeys(m.meaning for m in zones))
    if kinds and slots.get("resource", "electricity") == "electricity":
        slots["resource"] = "electricity"
        slots["zone"] = kinds[0] if len(kinds) == 1 else kinds
    if intent in _PLACEFUL:
        places = list(dict.fromkeys(m.meaning for m in found if m.slot == "place" and _is_where(intent, m, words(text))))
        if len(places) == 1:
            slots["place"] = places[0]
    return slots


def _is_where(intent: str, marker: Marker, parts: list[str]) -> bool:
    """Trouble is «в ванной», not «от ванны»."""
    return intent not in ("create_ticket", "emergency") or (marker.start > 0 and parts[marker.start - 1] in ("в", "во", "на", "у"))


def _resources(intent: str, text: str, found: list[Marker]) -> list[str]:
    parts = words(text)
    heat = any(m.meaning == "heat" for m in found)
    result = []
    for marker in found:
        if marker.slot != "resource":
            continue
        if marker.meaning in ("cold_water", "hot_water") and heat and intent in ("create_ticket", "emergency", "outages"):
            continue
        if intent == "emergency" and marker.meaning == "heat" and marker.word.startswith("топ"):
            continue
        if marker.meaning == "electricity" and not _is_supply(intent, marker, parts):
            continue
        result.append(marker.meaning)
    return result


def _is_supply(intent: str, marker: Marker, parts: list[str]) -> bool:
    """The lamp on the stairs is not the supply, an electrician not a utility, an electronic address neither."""
    word = marker.word
    if word.startswith(("электрон", "электрик", "электричк")):
        return False
    if intent in ("create_ticket", "emergency"):
        return False
    following = parts[marker.end] if marker.end < len(parts) else ""
    return not (word == "светы" or following.startswith("почт"))


def _numbers(intent: str, text: str, numbers: list[Segment], when: dates.Dates) -> Slots:
    """Amounts of money, or the numbers an intent is about."""
    parts = words(text)
    free = [n for n in numbers if n.kind != "ordinal" and not when.taken.intersection(range(n.start, n.end))]
    if intent in _MONEYED:
        money = [n for n in free if _is_money(parts, n)]
        if len(money) == 1 and not (intent == "explain_bill" and len(free) > 1):
            return {"amount": readings.written(money[0])}
        return {}
    if intent == "feedback":
        rating = next((value for part in parts for stem, value in _RATINGS.items() if part == stem or (len(stem) > 3 and part.startswith(stem))), None)
        values = [rating] if rating else [readings.written(n) for n in free if n.value <= 10][:1]
        return {"values": values} if values else {}
    if intent == "ticket_status":
        values = [n.digits for n in free if n.value >= 10 and not _NO_MONEY_AFTER.match(parts[n.end] if n.end < len(parts) else "")]
        return {"values": values[:1]} if values else {}
    if intent in ("link_account", "switch_account", "unlink"):
        values = [n.digits for n in free if n.width >= 4]
        return {"values": [value.lstrip("0") or "0" for value in values]} if values else {}
    if intent == "yes":
        return {"values": [readings.written(n) for n in free]} if free else {}
    if intent == "last_reading":
        values = [readings.written(n) for n in free if n.value >= 10 and not _denied(parts, n)]
        return {"values": values} if values else {}
    return {}


def _denied(parts: list[str], number: Segment) -> bool:
    return number.start > 0 and parts[number.start - 1] == "не"


def _is_money(parts: list[str], number: Segment) -> bool:
    before = parts[number.start - 1] if number.start else ""
    after = parts[number.end] if number.end < len(parts) else ""
    if number.unit == "rub" or _COUNTED_MONEY.match(after):
        return True
    if _NO_MONEY_AFTER.match(after) or before in ("квартира", "кв", "дом", "мне", "номер", "заявка", "на первом"):
        return False
    return abs(number.value) >= 20 and not (2020 <= number.value <= 2039 and number.width == 4)


def _period_meant(intent: str, text: str, period: str) -> bool:
    """«больше, чем в том месяце» asks of the coming month; «в том году» of a year names no month of the books."""
    lowered = text.lower()
    if intent in ("forecast", "explain_bill", "saving_tips") and period in ("last_month", "this_year"):
        return False
    return not (intent == "explain_bill" and re.search(r"чем (?:в|за)", lowered))
