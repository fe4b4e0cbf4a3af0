"""Fractions in all the ways they are said: «целых … десятых», «запятая», «и», «с половиной», «и три четверти»."""

from typing import TYPE_CHECKING, cast

from speech.numerals import codes as c
from speech.numerals.compose import ORDINAL, SCALED, Item
from speech.numerals.reading import Reading

if TYPE_CHECKING:
    from speech.numerals.assemble import Assembler

LONGEST_NUMERATOR = 15
"""Digits; nobody says more before «десятых»."""
SHARES = {c.QUARTERS: {"1": "25", "2": "5", "3": "75"}, c.HALVES: {"1": "5"}}


def join_with_and(state: "Assembler", i: int, item: Item, reading: Reading) -> bool:
    """«двенадцать и пять» is 12.5, «тысяча и один» 1001, «сто и двести» two; whether it was joined."""
    digits = str(item[0])
    if state.between or reading.fraction is not None or item[3] & (ORDINAL | SCALED) or "." in digits:
        state.finish()
    elif i + 1 < len(state.items) and state.items[i + 1][3] > c.DENOMINATOR and state.items[i + 1][0] is None:
        state.into_fraction = True
    elif reading.flags & SCALED and reading.digits.endswith("000") and len(digits) <= 3:
        reading.digits = reading.digits[: -len(digits)] + digits
        reading.parts[-1] = reading.parts[-1][: -len(digits)] + digits
        reading.end = item[2]
        reading.why += ("«и» inside the number",)
        return True
    elif len(digits) == 1 or digits[0] == "0":
        state.forks.add("and")
        if "and" in state.flips:
            state.finish()
        else:
            state.into_fraction = True
            reading.why += ("«и» before the fraction",)
    else:
        state.forks.add("and point")
        if "and point" in state.flips:
            state.into_fraction = True
        else:
            state.finish()
    return False


def on_denominator(state: "Assembler", _: int, item: Item) -> None:
    reading = state.open
    if reading is None:
        return
    if item[3] in SHARES:
        split_share(state, reading, SHARES[item[3]])
    elif state.into_fraction:
        reading.fraction = (reading.fraction or "0").zfill(item[3] - c.DENOMINATOR)
    else:
        split_fraction(state, reading, item[3] - c.DENOMINATOR)
    reading.why += ("denominator",)
    reading.end = item[2]
    if reading.digits == "0" and reading.linked is not None and reading.linked.fraction is None:
        reading.linked.fraction = reading.fraction
        reading.linked.end = item[2]
        state.open = None
    state.finish()


def split_fraction(state: "Assembler", reading: Reading, places: int) -> None:
    """«двенадцать пять десятых», «двадцать пять десятых»: the numerator is the tail below the denominator."""
    if len(reading.parts[-1]) > LONGEST_NUMERATOR:
        return
    number = int(reading.parts.pop())
    numerator = number % 10**places
    if number != numerator:
        state.forks.add("improper")
        if "improper" in state.flips:
            text = str(number).zfill(places + 1)
            reading.parts.append(text[:-places])
            reading.digits, reading.fraction = "".join(reading.parts), text[-places:]
            return
        reading.parts.append(str(number - numerator))
    reading.bare_fraction = not reading.parts
    reading.parts = reading.parts or ["0"]
    reading.digits = "".join(reading.parts)
    reading.fraction = str(numerator).zfill(places)


def split_share(state: "Assembler", reading: Reading, shares: dict[str, str]) -> None:
    """«пять и три четверти», «восемь целых и одна вторая»."""
    if state.into_fraction:
        reading.fraction = shares.get(reading.fraction or "", reading.fraction)
    elif reading.parts[-1] in shares:
        reading.fraction = shares[reading.parts.pop()]
        reading.parts = reading.parts or ["0"]
        reading.digits = "".join(reading.parts)


def on_point(state: "Assembler", i: int, _: Item) -> None:
    if state.open is None and state.linked is not None and state.linked is state.readings[-1]:
        state.open = state.readings.pop()
    if state.open is not None and state.open.fraction is None and number_follows(state, i):
        state.into_fraction = True
        state.joined = False
        state.open.why += ("decimal point said",)
    else:
        state.finish()


def number_follows(state: "Assembler", i: int) -> bool:
    for item in state.items[i + 1 :]:
        if item[0] is not None:
            return True
        if item[3] not in (c.POINT, c.AND, c.WHOLE):
            return False
    return False


def on_whole(state: "Assembler", _: int, item: Item) -> None:
    if state.open is not None and state.open.fraction is None:
        state.into_fraction = True
        state.joined = False
        state.open.end = item[2]


def on_fraction(state: "Assembler", _: int, item: Item) -> None:
    reading = state.open
    if reading is None and state.linked is not None and state.linked is state.readings[-1]:
        reading = state.linked
    if reading is not None and reading.fraction is None:
        reading.fraction = cast(c.Role, item[3]).name
        reading.end = item[2]
        reading.why += ("half or quarter",)
    state.finish()
