"""Values said in a row that were heard as one long number: «свет 6229 1838», «125 148 6375»."""

import re
from dataclasses import replace

from billing.meters import MeterView
from skill.dialogue.flat import Flat
from skill.dialogue.readings.draft import Entry
from skill.dialogue.readings.objections import Objections
from speech.numerals import candidates, numbers

OF_FRACTIONS = re.compile(r"\d[.,]\d|запят|точк|цел(?:ых|ая|ые)|десят(?:ых|ая)|сот(?:ых|ая)|тысячн|красн|половин")
"""A fraction is meant in earnest."""


def apart(books: Objections, flat: Flat, text: str, entries: list[Entry]) -> list[Entry]:
    """The entries, a value that fits no meter taken apart where its parts fit: registers of one meter, or meters."""
    return [part for entry in entries for part in _parts(books, flat, text, entry)]


def _parts(books: Objections, flat: Flat, text: str, entry: Entry) -> list[Entry]:
    if not any(entry.fits(meter) for meter in flat.meters):  # «в ванной» was said of the meters before
        entry = replace(entry, place=None)
    meters = [meter for meter in flat.meters if entry.fits(meter)]
    if len(entry.loose) != 1 or entry.values or any(books.likely(entry, meter) for meter in meters):
        return [entry]
    for run in _runs(text, entry.loose[0]):
        whole = replace(entry, loose=run)
        if any(whole.fits(meter) and books.likely(whole, meter) for meter in meters):
            return [whole]
        if alone := _each(books, meters, entry, run):
            return alone
    for other in [*_said_once(text, entry.loose[0]), *_in_pieces(text, entry.loose[0])]:
        once = replace(entry, loose=[other])
        if any(once.fits(meter) and books.likely(once, meter) for meter in meters):
            return [once]
    return [entry]


def _each(books: Objections, meters: list[MeterView], entry: Entry, run: list[str]) -> list[Entry]:
    """The numbers as readings of one meter after another, as many of each as it has registers; empty where any of them
    fits none, or several."""
    parts, taken, at = list[Entry](), set[int](), 0
    while at < len(run):
        told = [(meter, run[at : at + len(meter.registers)]) for meter in meters]
        alone = [(Entry(entry.meter, entry.resource, entry.place, values), meter) for meter, values in told]
        found = [(one, meter) for one, meter in alone if books.likely(one, meter)]
        if len(found) != 1 or found[0][1].id in taken:
            return []
        parts.append(found[0][0])
        taken.add(found[0][1].id)
        at += len(found[0][0].loose)
    return parts


def _said_once(text: str, value: str) -> list[str]:
    """The value without what was doubled: «сто сорок восемь, сто сорок восемь», or words that recognition heard twice
    («сто сто двадцать двадцать пять»)."""
    half = value[: len(value) // 2]
    if half and half * 2 == value:
        return [half]
    words = text.split()
    single = [word for word, before in zip(words, ["", *words[:-1]], strict=True) if word.lower() != before.lower()]
    said = numbers(" ".join(single))
    return said if len(said) == 1 and len(single) < len(words) else []


def _in_pieces(text: str, value: str) -> list[str]:
    """What «сто сорок и восемь», «один потом четыре и восемь» may be beside a value with a fraction: one number."""
    if "." not in value or OF_FRACTIONS.search(text.lower()):
        return []
    heard = [parts for parts in candidates(text) if len(parts) > 1 and all(part.isdecimal() for part in parts)]
    return [whole for parts in heard for whole in (continued(parts[0], "".join(parts[1:])), "".join(parts)) if whole]


def continued(before: str, rest: str) -> str:
    """A number of two parts, «сто» and «двадцать пять»; empty where the second does not fit into the first.

    >>> continued("100", "25"), continued("120", "25")
    ('125', '')
    """
    zeros = len(before) - len(before.rstrip("0"))
    return str(int(before) + int(rest)) if zeros and len(rest) <= zeros else ""


def _runs(text: str, value: str) -> list[list[str]]:
    """Neighbouring numbers of other ways to hear the text that make up the value together."""
    return [
        [part.lstrip("0") or "0" for part in heard[start:end]]
        for heard in candidates(text)
        for start in range(len(heard))
        for end in range(start + 2, len(heard) + 1)
        if "".join(heard[start:end]).lstrip("0") == value
    ]
