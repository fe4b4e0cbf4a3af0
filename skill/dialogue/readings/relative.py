"""Readings told by the last ones: «то же самое», «не пользовались», «плюс пять кубов»."""

import re
from decimal import Decimal

from billing.meters import MeterView
from skill.dialogue.flat import Flat
from skill.dialogue.meaning.asked import resources
from skill.dialogue.meaning.plain import plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.readings.draft import Entry, as_said
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers

UNKNOWN = re.compile(
    r"(?:\w+ ){1,2}(?:(?:я |пока |еще )*не "
    r"(?:знаю|помню|вижу|видно|(?:по)?смотрел\w?|снимал\w?|снял\w?|списа(?:л|вал)\w?|записа(?:л|вал)\w?)|потом\b|позже\b)"
)
"""«Свет не знаю», «газ потом»: said of no meter but this."""
RISE = re.compile(
    r"\b(плюс|прибав|добав|приплюс|накин|ушло|потрат|израсход|истрат|расход|больше|сожг|сжег|нажг|спалил)"
)
"""Words that make a number a rise, one for each number."""


def by_last(flat: Flat, text: str, entries: list[Entry], asked: Entry | None) -> list[Entry]:
    """The entries with what the phrase says by the last readings put into numbers.

    asked: the entry that the open question is about. Without a meter named or asked for, «то же самое» is said of all
    that are left. A meter that has no last reading, or a rise of several registers at once, stays without a value.
    """
    if points_at("same", text) and not (points_at("plus", text) and numbers(text)):
        return _same(flat, text, [entry for entry in entries if not _is_nothing(entry) or entry.resource], asked)
    entries = [_nothing_by_zones(flat, entry, asked) for entry in entries]
    if not points_at("plus", text):
        return entries
    rises, named = numbers(text), [Entry(resource=code) for code in _spoken_of(text)]
    if len(rises) == 1 and len(entries) < 2:
        named = [entry for entry in entries if entry.resource or entry.place]
    meters = [_named(flat, entry) for entry in named] or [_asked(flat, asked)]
    if len(meters) != len(rises) or len(rises) > len(RISE.findall(plain(text))):
        return entries
    if any(len(fitting) != 1 or len(fitting[0].registers) > 1 or not fitting[0].last for fitting in meters):
        return entries
    return [_risen(fitting[0], Decimal(rise)) for fitting, rise in zip(meters, rises, strict=True)]


def left_out(text: str) -> set[str]:
    """Resources that the phrase leaves for later: «свет не знаю», «а газ потом»."""
    return {code for clause in UNKNOWN.findall(plain(text)) for code in _spoken_of(clause)}


def unused(flat: Flat, entry: Entry) -> list[Entry]:
    """The last values of every meter left that «ноль» may have been said of; empty where another value was said."""
    if not _is_nothing(entry):
        return []
    left = {meter.id for meter in flat.left()}
    return [_entry(meter, _last(meter)) for meter in _named(flat, entry) if meter.last and meter.id in left]


def _nothing_by_zones(flat: Flat, entry: Entry, asked: Entry | None) -> Entry:
    """«Свет ноль» of a meter with several registers: none of them has moved."""
    meters = _named(flat, entry) if entry.resource or entry.place else _asked(flat, asked)
    if not _is_nothing(entry) or len(meters) != 1 or len(meters[0].registers) < 2 or not meters[0].last:
        return entry
    return _entry(meters[0], _last(meters[0]))


def _is_nothing(entry: Entry) -> bool:
    return not entry.values and bool(entry.loose) and not any(map(Decimal, entry.loose))


def _last(meter: MeterView) -> dict[str, Decimal]:
    return {register: last.value for register, last in meter.last.items()}


def _same(flat: Flat, text: str, entries: list[Entry], asked: Entry | None) -> list[Entry]:
    told = [entry for entry in entries if entry.values or entry.loose]
    unknown = left_out(text)
    entries = [entry for entry in entries if entry.resource not in unknown]
    named = [entry for entry in entries if entry not in told and (entry.resource or entry.place)]
    known = {entry.resource for entry in entries}
    named += [Entry(resource=code) for code in _spoken_of(text) if code not in known | unknown]
    meters = [meter for entry in named for meter in _named(flat, entry)]
    if not named and not told:
        meters = _asked(flat, asked) or flat.left()
    return told + [_entry(meter, _last(meter)) for meter in meters if meter.last]


def _spoken_of(text: str) -> list[str]:
    return resources(Understanding("last_reading", extract("last_reading", text)), text)


def _risen(meter: MeterView, rise: Decimal) -> Entry:
    register = meter.registers[0]
    return _entry(meter, {register: meter.last[register].value + rise})


def _named(flat: Flat, said: Entry) -> list[MeterView]:
    return [meter for meter in flat.meters if Entry(resource=said.resource, place=said.place).fits(meter)]


def _asked(flat: Flat, asked: Entry | None) -> list[MeterView]:
    return [flat.meter(asked.meter)] if asked is not None and asked.meter is not None else []


def _entry(meter: MeterView, values: dict[str, Decimal]) -> Entry:
    shown = {register: as_said(value) for register, value in values.items()}
    return Entry(resource=meter.resource, place=meter.place, values=shown)
