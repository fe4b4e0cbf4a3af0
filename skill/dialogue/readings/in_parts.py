"""A number said over several turns: «сто» … «сорок» … «восемь», «шесть» … «три» … «семь» … «пять»."""

import re
from dataclasses import replace

from billing.meters import MeterView
from skill.dialogue.readings import partly
from skill.dialogue.readings.apart import continued
from skill.dialogue.readings.draft import Entry
from skill.dialogue.readings.objections import Objections
from skill.dialogue.talk import Talk
from speech.numerals import segments

DENIES = re.compile(r"\b(?:не|нет)\b")


def joined(talk: Talk, books: Objections, meter: MeterView, asked: Entry, said: Entry) -> tuple[Entry, bool]:
    """What was said with the part before it, and whether more is to come. The part before it is what the books did not
    take, what a guess is asked about, or what was just read back («сто двадцать» … «пять»)."""
    bare = len(said.loose) == 1 and said.loose[0].isdecimal() and not DENIES.search(talk.turn.text.lower())
    measured = any(one.unit for one in segments(talk.turn.text))  # «два куба» go on with no number
    if len(meter.registers) > 1 or not bare or measured:
        return said, False
    before, rest = _before(talk.session.step, asked), said.loose[0]
    if books.likely(said, meter):
        return said, False
    if asked.rejected:
        return _as_the_end(books, meter, asked, said), False
    if not before.isdecimal():
        return said, False
    added = continued(before, rest)
    if added and books.likely(whole := replace(said, loose=[added]), meter):
        return whole, False
    if talk.session.step == "confirm":
        return _as_the_end(books, meter, asked, said), False
    last = next((str(int(one.value)) for one in meter.last.values()), "9" * meter.digits_int)
    for number, may_go_on in ((added, _may_grow(added, last)), (before + rest, _may_begin(before + rest, last))):
        whole = replace(said, loose=[number])
        if number and len(number) <= len(last) and (may_go_on or books.likely(whole, meter)):
            return whole, not books.likely(whole, meter)
    return said, False


def _as_the_end(books: Objections, meter: MeterView, asked: Entry, said: Entry) -> Entry:
    """«Двадцать два» after 120 was read back, or called wrong: 122, where the meter may show that."""
    whole = replace(said, loose=[partly.goes_on(asked, meter, said) or said.loose[0]])
    return whole if books.likely(whole, meter) else said


def _may_grow(number: str, last: str) -> bool:
    """Whether what is to be added to a number («сто сорок» …) may bring it over what the dial showed before."""
    zeros = len(number) - len(number.rstrip("0"))
    return zeros > 0 and int(number) < int(last) <= int(number) + 10**zeros


def _may_begin(digits: str, last: str) -> bool:
    """Whether digits said one by one («шесть», «три» …) may begin a number over what the dial showed before."""
    shown = int(last[: len(digits)])
    return len(digits) < len(last) and shown <= int(digits) <= 2 * shown + 1


def _before(step: str, asked: Entry) -> str:
    """The part said in the turn before; empty where that was none."""
    known = asked.values if step in {"confirm", "guess"} and len(asked.values) == 1 else asked.stopped
    return next(iter(known.values()), "")
