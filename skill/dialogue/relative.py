"""Readings told by the last ones: «то же самое», «не пользовались», «плюс пять кубов»."""

from decimal import Decimal

from billing.meters import MeterView
from skill.dialogue.asked import resources
from skill.dialogue.context import points_at
from skill.dialogue.draft import Entry
from skill.dialogue.flat import Flat
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers


def by_last(flat: Flat, text: str, entries: list[Entry], asked: Entry | None) -> list[Entry]:
    """The entries with what the phrase says by the last readings put into numbers.

    asked: the entry that the open question is about. Without a meter named or asked for, «то же самое» is said of all
    that are left. A meter that has no last reading, or a rise of several registers at once, stays without a value.
    """
    if points_at("same", text):
        return _same(flat, text, entries, asked)
    rise = numbers(text) if points_at("plus", text) else []
    if len(rise) != 1 or len(entries) > 1:
        return entries
    said = entries[0] if entries else Entry()
    meters = _named(flat, said) if said.resource or said.place else _asked(flat, asked)
    if len(meters) != 1 or len(meters[0].registers) > 1 or not meters[0].last:
        return entries
    register = meters[0].registers[0]
    return [_entry(meters[0], {register: meters[0].last[register].value + Decimal(rise[0])})]


def _same(flat: Flat, text: str, entries: list[Entry], asked: Entry | None) -> list[Entry]:
    told = [entry for entry in entries if entry.values or entry.loose]
    named = [entry for entry in entries if entry not in told and (entry.resource or entry.place)]
    known = {entry.resource for entry in entries}
    spoken_of = resources(Understanding("last_reading", extract("last_reading", text)), text)
    named += [Entry(resource=code) for code in spoken_of if code not in known]
    meters = [meter for entry in named for meter in _named(flat, entry)]
    if not named and not told:
        meters = _asked(flat, asked) or flat.left()
    return told + [
        _entry(meter, {register: last.value for register, last in meter.last.items()}) for meter in meters if meter.last
    ]


def _named(flat: Flat, said: Entry) -> list[MeterView]:
    return [meter for meter in flat.meters if Entry(resource=said.resource, place=said.place).fits(meter)]


def _asked(flat: Flat, asked: Entry | None) -> list[MeterView]:
    return [flat.meter(asked.meter)] if asked is not None and asked.meter is not None else []


def _entry(meter: MeterView, values: dict[str, Decimal]) -> Entry:
    shown = {register: format(value.normalize(), "f") for register, value in values.items()}
    return Entry(resource=meter.resource, place=meter.place, values=shown)
