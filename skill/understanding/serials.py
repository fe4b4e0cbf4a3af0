"""Meters named by the end of their number: «тот, что на 552 заканчивается», «номер на конце 552»."""

import re
from collections.abc import Sequence

from skill.understanding.markers import words
from skill.understanding.text import one_line
from speech.numerals import Segment, segments

_END = r"(?:за|о|)к[оа]нч\w+|последн\w+ (?:две |три |четыре )?цифр\w*"
_BEFORE = re.compile(rf"\b(?:(?:{_END})(?: номер\w*)?(?: на)?|(?:на|в) конце|номер\w*(?: \w+)? на)$")
_NUMBER = re.compile(r"\b(?:номером|(?:заводск|серийн)\w+ номер\w*(?: на)?|(?:тот|та|котор\w+)(?: что| котор\w+)? на)$")
_AFTER = re.compile(rf"(?:{_END}|(?:на|в) конце)\b")
_LIKEWISE = re.compile(r"\b(?:тот|та|что|котор\w+|друг\w+|втор\w+|а) на$")
"""«…, а что на 417»: after one meter named so, another."""
_ON = ("на", "с", "со")
_FEWEST_DIGITS = 3
"""Fewer after «номером» are the meter's place in a list, «тот, что на 8» is a floor."""


def serial_numbers(parts: list[str], numbers: Sequence[Segment]) -> list[Segment]:
    """Those of the numbers that are ends of meters' own; parts: the words of the phrase."""
    found: list[Segment] = []
    for number in numbers:
        before = " ".join(filter(None, parts[found[-1].end if found else 0 : number.start]))
        after = " ".join(filter(None, parts[number.end :]))
        on = number.start > 0 and parts[number.start - 1] in _ON
        told_after = bool(found) and found[-1].end < number.start and _AFTER.match(before)
        called = (
            (_BEFORE.search(before) and not told_after)
            or (found and _LIKEWISE.search(before))
            or (on and _AFTER.match(after))
            or (_NUMBER.search(before) and number.width >= _FEWEST_DIGITS)
        )
        if called:
            found.append(number)
    return found


def serials(text: str) -> list[str]:
    """The ends of meters' numbers in a phrase, as digits.

    >>> serials("тот что на пятьсот пятьдесят два заканчивается двести тридцать один"), serials("холодная 125")
    (['552'], [])
    """
    text = one_line(text)
    return [f"{number.value:f}" for number in serial_numbers(words(text), segments(text))]
