"""The rarer number words in plain codes: «три ста» → 300; «полторы тысячи» → 1, тысяча, 500; «пара сотен» → 200."""

from collections.abc import Callable
from typing import NamedTuple

from speech.numerals import codes as c
from speech.numerals.compose import LIMIT
from speech.numerals.lexicon import LEXICON
from speech.numerals.words import Words


def rare_words(text: Words) -> list[int]:
    """Where words need spelling out; most ordinals and written numbers do not."""
    codes = text.codes
    found: list[int] = []
    for i, code in enumerate(codes):
        if code > c.FAST_TOP:
            if code == c.DIGITS:
                rare = i + 1 < len(codes) and _is_scale(codes[i + 1])
            elif c.ORDINAL < code < c.ORDINAL_SCALE:
                word = text.words[i]
                rare = c.WHOLE in codes or word.endswith("ыми") or (i > 0 and text.words[i - 1] in _ONE)
            else:
                rare = True
            if rare:
                found.append(i)
        elif code == c.FRACTION and i + 1 < len(codes) and _is_scale(codes[i + 1]):
            found.append(i)
    return found


class Spot(NamedTuple):
    """A rare word among its neighbours."""

    code: int
    word: str
    previous: str
    """The word before it."""
    following: str
    before: int
    """The plain code before it, and the raw code after it."""
    after: int
    out: Words
    """What is spelled out so far."""
    flips: frozenset[str]


Spelled = tuple[list[int], int, int]
"""Plain codes, how many words before the spot they use up, how many after."""


def spell_out(text: Words, rare: list[int], flips: frozenset[str]) -> Words:
    """The text with only codes that compose.py and assemble.py know."""
    out = Words([], [])
    out.repaired, out.forks = text.repaired, text.forks
    done = 0
    for i in rare:
        if i < done:
            continue
        out.copy(text, done, i)
        put, used, skip = _spelled(_spot(text, i, out, flips))
        start = text.starts[i]
        for _ in range(used):
            start = out.pop()
        for one in put:
            out.put(text.words[i], one, start, text.ends[i + skip])
        done = i + 1 + skip
    out.copy(text, done, len(text.codes))
    return out


def _spot(text: Words, i: int, out: Words, flips: frozenset[str]) -> Spot:
    last = i + 1 == len(text.codes)
    return Spot(
        text.codes[i],
        text.words[i],
        text.words[i - 1] if i else "",
        "" if last else text.words[i + 1],
        out.codes[-1] if out.codes else c.PLAIN,
        c.PLAIN if last else text.codes[i + 1],
        out,
        flips,
    )


def _spelled(spot: Spot) -> Spelled:
    code = spot.code
    if code in _PARTIAL:
        return _partial(code, spot.before, spot.after)
    if code in _ALONE:
        return _ALONE[code](spot)
    if isinstance(code, c.Digits):
        return _times_scale(code.text, spot.after) if _is_scale(spot.after) else ([code], 0, 0)
    if c.ROUND < code < c.ROUND + 1000:
        return _round(code - c.ROUND, spot)
    if c.SLANG < code < c.SLANG + 20:
        return [_slang(code - c.SLANG, spot.before, spot.after)], 0, 0
    if c.ALIKE < code < c.FRAGMENT:
        return _alike(code - c.ALIKE, spot)
    if code == c.DENOMINATOR + 4 and not spot.word.endswith("ых") and c.WHOLE not in spot.out.codes:
        return [10, c.SCALE + 3], 0, 0
    if c.ORDINAL < code < c.DENOMINATOR:
        shared = spot.word.endswith("ыми") and 0 < spot.before < 1000 and code - c.ORDINAL >= LIMIT[spot.before]
        return _ordinal(code, spot.word, c.WHOLE in spot.out.codes or shared or spot.previous in _ONE), 0, 0
    if c.DENOMINATOR < code <= c.QUARTERS and c.WHOLE not in spot.out.codes:
        return [_denominator(code, spot.before, spot.word)], 0, 0
    return [code if code != c.FRAGMENT else c.PLAIN], 0, 0


def _one_and_half(spot: Spot) -> Spelled:
    """«полторы тысячи», «тысячи полторы», «полтора»."""
    codes = spot.out.codes
    if c.SCALE + c.COUNTED < spot.before < c.FAST_TOP and (len(codes) < 2 or codes[-2] <= 0):
        return _half_more(1, spot.before)[0], 1, 0
    return _half_more(1, spot.after)


def _fraction(spot: Spot) -> Spelled:
    """«две с половиной тысячи»; without a scale word it is left to assemble.py."""
    counted, fillers = spot.out.before_fillers()
    if _is_scale(spot.after) and 0 < counted < (1000 if spot.after <= c.FAST_TOP else 10):
        put, _, skip = _half_more(counted, spot.after)
        return put, fillers + 1, skip
    return [spot.code], 0, 0


def _half_of(spot: Spot) -> Spelled:
    """«пол сотни», «пол миллиона», «пол куба»."""
    if spot.after in (c.HUNDREDS, c.HUNDREDS + c.COUNTED):
        return [50], 0, 1
    if _is_scale(spot.after):
        return _half(spot.after), 0, 1
    return [c.Digits("0.5") if spot.after == c.UNIT else c.PLAIN], 0, 0


def _pair(spot: Spot) -> Spelled:
    return [2 if _is_scale(spot.after) or spot.after == c.ZEROS else c.PLAIN], 0, 0


def _bird(spot: Spot) -> Spelled:
    """«сорока» is the number beside a number, before a unit and after «около, до, больше»; alone it is the bird."""
    spot.out.forks.add("bird")
    codes = spot.out.codes
    joined = spot.before == c.AND and len(codes) > 1 and codes[-2] > 0
    company = 0 < spot.after < c.ORDINAL or spot.after == c.UNIT or spot.before > 0 or joined
    if company or spot.previous in LEXICON.lists["governs"] or "bird" in spot.flips:
        return [40], 0, 0
    return [c.PLAIN], 0, 0


def _one_noun(spot: Spot) -> Spelled:
    """«двести тридцать одна единица» counts units, «двойка единица» are digits."""
    one = spot.before == 1 and spot.previous in _ONE
    counted = one or (1 < spot.before < 5 and spot.word.endswith("ы"))
    return [c.Role(c.UNIT, "unit") if counted else 1], 0, 0


def _alike(digit: int, spot: Spot) -> Spelled:
    """«три семёрки» is 777; the unit of «двадцать три семёрки» belongs to the number before."""
    codes = spot.out.codes
    left = codes[-2] if len(codes) > 1 else c.PLAIN
    taken = c.SCALE < left <= c.FAST_TOP or (0 < left < 1000 and spot.before < LIMIT[left])
    return ([digit] * spot.before, 1, 0) if 1 < spot.before < 10 and not taken else ([digit], 0, 0)


_ALONE: dict[int, Callable[[Spot], Spelled]] = {
    c.ONE_AND_HALF: _one_and_half,
    c.FRACTION: _fraction,
    c.HALF_OF: _half_of,
    c.PAIR: _pair,
    c.BIRD: _bird,
    c.ONE_NOUN: _one_noun,
}


def _denominator(code: int, before: int, word: str) -> int:
    """«пять десятых», «три четвёртых»; but «сто десятых», «двадцать четвёртых» are ordinals in the plural."""
    if code == c.QUARTERS:
        return code if before in (1, 3) or word == "четверти" else c.ORDINAL + 4
    ten = {1: 10, 2: 100}.get(code - c.DENOMINATOR)
    if ten and (
        (before <= 0 and before != c.FILLER)
        or (0 < before < 1000 and LIMIT[before] > ten)
        or c.SCALE < before < c.FAST_TOP
    ):
        return c.ORDINAL + ten
    return code


def _slang(exponent: int, before: int, after: int) -> int:
    """«два лимона», «штука двести»; but «пять штук» are things."""
    if exponent == 3:
        return c.SCALE + exponent if before <= 0 < after < 1000 else c.Role(c.UNIT, "unit")
    return c.SCALE + exponent if before > 0 else c.PLAIN


def _ordinal(code: int, word: str, fraction: bool) -> list[int]:
    """«одна десятая», «целым пяти десятым» are denominators; «тысячный» after a number multiplies it."""
    if fraction:
        for stem, places in _DENOMINATORS.items():
            if word.startswith(stem):
                return [c.DENOMINATOR + places]
        if word.startswith("четверт"):
            return [c.QUARTERS]
        if word in ("вторая", "второй", "вторую"):
            return [c.HALVES]
    return [code - c.ORDINAL_SCALE + c.SCALE if code > c.ORDINAL_SCALE else code]


def _round(value: int, spot: Spot) -> Spelled:
    """«сто 20 3» composes, «200 31» is two groups: digits compose only with words."""
    with_word = 0 < spot.after < LIMIT[value] and not spot.following.isdigit()
    fits = (0 < spot.before < 1000 or c.SCALE < spot.before < c.FAST_TOP) and not spot.previous.isdigit()
    return [value if with_word or fits or _is_scale(spot.after) else c.Digits(str(value))], 0, 0


def _is_scale(code: int) -> bool:
    return c.SCALE < code <= c.FAST_TOP or code in (c.HUNDREDS, c.HUNDREDS + c.COUNTED, c.TENS, c.TENS + c.COUNTED)


def _partial(code: int, before: int, after: int) -> Spelled:
    """A word that works on the unit beside it: «три ста», «пять сотен», «сотни три», «шесть десят», «пят надцать»."""
    times, plus, units, alone, counted = _PARTIAL[code]
    if code in (c.ZEROS, c.ZEROS_ANY):
        return ([c.ZERO] * before, 1, 0) if 1 < before < 10 else ([alone], 0, 0)
    if before in units:
        return [before * times + plus], 1, 0
    if counted and 0 < after < 10:
        return [after * times], 0, 1
    return [alone], 0, 0


_UNITS = range(1, 10)
_PARTIAL = {
    c.HUNDREDS: (100, 0, _UNITS, 100, False),
    c.HUNDREDS + c.COUNTED: (100, 0, _UNITS, 100, True),
    c.TENS: (10, 0, range(1, 11), 10, False),
    c.TENS + c.COUNTED: (10, 0, range(1, 11), 10, True),
    c.STA: (100, 0, range(2, 10), 100, False),
    c.TEEN: (1, 10, _UNITS, c.PLAIN, False),
    c.TWENTY: (10, 0, (2, 3), c.PLAIN, False),
    c.ZEROS: (0, 0, _UNITS, c.ZERO, False),
    c.ZEROS_ANY: (0, 0, _UNITS, c.FILLER, False),
}
"""Code → (factor, addend, units it works on, what it is alone, whether the unit may follow it)."""

_ONE = frozenset(("одна", "одной", "одну"))
_DENOMINATORS = {"десятитысячн": 4, "десят": 1, "сот": 2, "тысячн": 3, "стотысячн": 5, "миллионн": 6}


def _half_more(whole: int, after: int) -> Spelled:
    """«полтора» before a scale word is a number of the next smaller words: «полтора миллиона» → 1 000 000, 500 000."""
    if after in (c.HUNDREDS, c.HUNDREDS + c.COUNTED, c.STA):
        return [whole * 100 + 50], 0, 1
    if after in (c.TENS, c.TENS + c.COUNTED):
        return [whole * 10 + 5], 0, 1
    if _is_scale(after):
        return [whole, after, *_half(after)], 0, 1
    return [c.Digits("1.5")], 0, 0


def _half(scale: int) -> list[int]:
    """Half a thousand is 500, half a million 500 thousand."""
    exponent = scale % 100
    return [500, c.SCALE + exponent - 3] if exponent > 3 else [500]


def _times_scale(text: str, after: int) -> Spelled:
    """«1.5 тысячи» → the digits 1500."""
    exponent = {c.HUNDREDS: 2, c.TENS: 1}.get(after % 100 + 1200, after % 100)
    whole, _, fraction = text.partition(".")
    moved = whole + fraction[:exponent].ljust(exponent, "0")
    rest = fraction[exponent:]
    return [c.Digits(moved + ("." + rest if rest else ""))], 0, 1
