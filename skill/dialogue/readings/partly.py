"""A part of a number set right, or only its end said: «не тридцать, а сорок», «последняя не семь, а один», «в конце
один», «последние цифры двадцать три», «6203 или 6213, не разберу»."""

import re
from dataclasses import dataclass
from decimal import Decimal

from billing.meters import MeterView
from skill.dialogue.meaning.plain import plain
from skill.dialogue.readings.draft import Entry, as_said
from skill.dialogue.readings.gathering import Gathering
from skill.understanding.serials import serials
from speech.numerals import Segment, segments

_END = (
    r"(?:(?:на|в) (?:самом )?конце|конец|(?:за|о)канчива\w+(?: на)?"
    r"|последн\w+(?: (?:две|три|2|3))?(?: цифр\w*| числ\w*)?(?: там)?)"
)
OF_THE_END = re.compile(rf"\b{_END}\b")
NOT_BUT = re.compile(r"\bне (?P<wrong>.+?) а (?P<right>.+)|\bвместо (?P<instead>.+?) (?P<now>\S.*)")
BUT_NOT = re.compile(r"^(?P<right>.+?) а не (?P<wrong>.+)")
OF_A_METER = re.compile(r"\b(?:красн\w+|номер\w*|сч[её]тчик\w*|прибор\w*)\b")
AFTER_COMMA = re.compile(
    r"(?:(?:а|и|ой|там|еще|да|нет) )*(?:после (?:запятой|точки)|красн\w+(?: цифр\w*)?|дробн\w+(?: часть)?)"
    r" (?:(?:там|это|стоит|идет|еще|и|цифра) )*(?P<tail>.+?)(?: красн\w+)?"
)
ODD = frozenset({"DIGIT_COUNT_MISMATCH", "LESS_THAN_PREVIOUS", "TOO_BIG", "TOO_MANY_DECIMALS", "TOO_MANY_DIGITS"})
"""What the books find where the comma stands in the wrong place."""
SAID = frozenset({"confirm", "doubt", "guess", "fix", "value"})
"""Steps where a value was said before."""
ONLY_NOT = re.compile(r"(?:(?:нет|ой|да|ну|там) )*не (?P<wrong>\w.*)")
EITHER = re.compile(r"^(?P<first>.+) или (?P<second>.+)$")


@dataclass(frozen=True)
class Known:
    """A value that may be meant: read back, rejected or written down just before."""

    meter: MeterView
    register: str
    value: str
    others: dict[str, str]


def set_right(gathering: Gathering, entries: list[Entry]) -> list[Entry]:
    """The reading whose part the phrase sets right, whole; the entries as they were where it does not."""
    text = plain(gathering.talk.turn.text)
    if (fraction := _with_fraction(gathering, text)) is not None:
        return [fraction]
    wrong, right = _wrong_and_right(text)
    end = None if wrong else _end(text)
    if not wrong and end is None:
        return entries
    if (
        wrong
        and right
        and any(_taken(gathering, known.meter, str(right.value)) for known in _known(gathering, entries))
    ):
        return entries  # the whole number was said once more
    found = [
        (known, whole)
        for known in _known(gathering, entries)
        if (whole := _mended(known.value, wrong, right) if wrong else _ended(known.value, end))
        and _possible(gathering, known, whole)
    ]
    if not found and end is not None and not _of_serial(gathering, text):
        found = _of_last(gathering, entries, end)
    if len(found) != 1:
        return entries
    known, whole = found[0]
    values = {**known.others, known.register: whole}
    return [Entry(known.meter.id, known.meter.resource, known.meter.place, values=values)]


def _with_fraction(gathering: Gathering, text: str) -> Entry | None:
    """«После запятой пять», «красная семь» of the value just read back: 132,5 of 1325, 125,5 of 125."""
    found = AFTER_COMMA.fullmatch(text) if gathering.step in SAID else None
    if found is None:
        return None
    said = segments(found["tail"])
    known = _known(gathering, [])
    if len(said) != 1 or len(known) != 1 or said[0].end < len(found["tail"].split()) or not known[0].value.isdecimal():
        return None
    value, tail = known[0].value, said[0].digits
    whole = [f"{value}.{tail}"]
    if value.endswith(tail) and len(tail) < len(value):
        whole.append(f"{value[: -len(tail)]}.{tail}")
    [(meter, others, register)] = [(one.meter, one.others, one.register) for one in known]
    held = [{**others, register: one} for one in whole]
    entries = [Entry(meter.id, meter.resource, meter.place, values=values) for values in held]
    fitting = [entry for entry in entries if not ODD.intersection(one.code for one in gathering.books.findings(entry))]
    return (fitting or entries)[0]


def goes_on(asked: Entry, meter: MeterView, said: Entry) -> str:
    """A bare number shorter than the one just read back, or just called wrong, as its end: «двадцать два» after 120."""
    known = asked.values or asked.rejected
    before = known.get(meter.registers[0], "")
    return _replaced(before, said.loose[0]) if len(said.loose[0]) < len(before) else ""


def denied(text: str, value: str) -> bool:
    """Whether a phrase only says what a value is not: «не двадцать» of 120."""
    found = ONLY_NOT.fullmatch(plain(text))
    wrong = found["wrong"] if found else ""
    said = segments(wrong)
    return len(said) == 1 and said[0].end == len(wrong.split()) and value.endswith(said[0].digits)


def either(text: str, meter: MeterView) -> tuple[str, str] | None:
    """The two numbers that «шесть тысяч двести три или тринадцать» wavers between, both whole; None without them."""
    found = EITHER.match(plain(text))
    if found is None or len(meter.registers) > 1:
        return None
    first, second = segments(found["first"]), segments(found["second"])
    if not first or not second or first[-1].end < len(found["first"].split()) or second[0].start > 0:
        return None
    left, right = first[-1].digits, second[0].digits
    if not (left + right).isdecimal():
        return None
    whole = _replaced(left, right) if len(right) < len(left) else right
    return (left.lstrip("0"), whole.lstrip("0")) if left and whole else None


def _wrong_and_right(text: str) -> tuple[Segment | None, Segment | None]:
    found = NOT_BUT.search(text) or BUT_NOT.match(text)
    if found is None:
        return None, None
    parts = found.groupdict()
    wrong = segments(OF_THE_END.sub(" ", parts["wrong"] or parts.get("instead") or ""))
    right = segments(OF_THE_END.sub(" ", parts["right"] or parts.get("now") or ""))
    return (wrong[0], right[0]) if len(wrong) == len(right) == 1 else (None, None)


def _end(text: str) -> Segment | None:
    """The only number of a phrase that says how a reading ends."""
    if not OF_THE_END.search(text) or OF_A_METER.search(text):
        return None
    said = segments(OF_THE_END.sub(" ", text))
    return said[0] if len(said) == 1 and said[0].digits.isdecimal() else None


def _mended(value: str, wrong: Segment, right: Segment | None) -> str:
    """The value with its wrong part replaced; empty where it has no such part.

    >>> [_mended("6230", *map(_number, two)) for two in (("30", "40"), ("200", "330"), ("0", "7"), ("50", "60"))]
    ['6240', '6330', '6237', '']
    """
    old, new = wrong.digits, right.digits if right else ""
    if not (value + old + new).isdecimal() or not new or len(old) >= len(value) or len(new) >= len(value):
        return ""
    if value.endswith(old):
        return _replaced(value, new.rjust(len(old), "0"))
    bare = old.rstrip("0")
    zeros = len(old) - len(bare)
    if zeros and bare and value[: len(value) - zeros].endswith(bare):
        if len(new) == len(old) and new.endswith("0" * zeros):
            return _replaced(value, new[: len(bare)] + value[len(value) - zeros :])
        return _replaced(value, new)
    if value.count(old) == 1 and len(new) == len(old):
        return value.replace(old, new)
    return ""


def _number(digits: str) -> Segment:
    return segments(digits)[0]


def _ended(value: str, end: Segment | None) -> str:
    return _replaced(value, end.digits) if end is not None and value.isdecimal() and end.width < len(value) else ""


def _replaced(value: str, end: str) -> str:
    """The value with another end; empty where it is no whole number.

    >>> _replaced("6237", "1"), _replaced("120", "22")
    ('6231', '122')
    """
    return value[: len(value) - len(end)] + end if (value + end).isdecimal() else ""


def _known(gathering: Gathering, entries: list[Entry]) -> list[Known]:
    """The values that may be meant, of the meters and zones named."""
    drafted = [
        (gathering.flat.meter(entry.meter), entry.values or entry.rejected)
        for entry in gathering.draft.entries
        if entry.meter is not None and gathering.step in SAID
    ]
    booked = [
        (meter, {zone: as_said(last.value) for zone, last in meter.last.items()})
        for meter in map(gathering.flat.meter, gathering.draft.booked)
        if gathering.step in {"rest", "which"}
    ]
    named = [entry for entry in entries if entry.resource or entry.place]
    zones = {zone for entry in entries for zone in entry.values}
    return [
        Known(meter, zone, value, values)
        for meter, values in drafted or booked
        if not named or any(Entry(resource=one.resource, place=one.place).fits(meter) for one in named)
        for zone, value in values.items()
        if not zones or zone in zones
    ]


def _of_last(gathering: Gathering, entries: list[Entry], end: Segment) -> list[tuple[Known, str]]:
    """What the meter named, or asked for, would show now if its last value went on to such an end."""
    asked = gathering.asked
    named = [entry for entry in entries if entry.resource or entry.place]
    if not named and asked is not None and asked.meter is not None and not asked.values:
        named = [asked]
    meters = [meter for meter in gathering.flat.left() if any(_is_of(entry, meter) for entry in named)]
    if len(meters) != 1 or len(meters[0].registers) > 1 or not meters[0].last:
        return []
    meter, register = meters[0], meters[0].registers[0]
    last = str(int(meter.last[register].value))
    whole = Decimal(_ended(last, end) or 0)
    whole += 10**end.width if whole and whole < int(last) else 0
    taken = whole and _taken(gathering, meter, as_said(whole))
    return [(Known(meter, register, last, {}), f"{whole:f}")] if taken else []


def _is_of(entry: Entry, meter: MeterView) -> bool:
    return Entry(resource=entry.resource, place=entry.place).fits(meter) and entry.meter in (None, meter.id)


def _of_serial(gathering: Gathering, text: str) -> bool:
    """Whether the end said is that of a meter's own number."""
    ends = serials(text)
    return any(meter.serial.endswith(end) for meter in gathering.flat.meters for end in ends if len(end) > 1)


def _possible(gathering: Gathering, known: Known, whole: str) -> bool:
    """Whether the books would not stop at the whole value."""
    return not gathering.books.stopped(Entry(known.meter.id, values={**known.others, known.register: whole}))


def _taken(gathering: Gathering, meter: MeterView, value: str) -> bool:
    return len(meter.registers) == 1 and gathering.books.acceptable(Entry(loose=[value]), meter)
