"""The automaton: a run of word codes → number parts and the roles between them.

A number grows while each word fits a lower free decimal slot («двести» leaves room for tens, «двадцать» for units) and
a scale word multiplies what was said since the last, larger one. What does not fit starts the next part; whether two
parts are groups of one dial reading is decided by assemble.py.
"""

from typing import cast

from speech.numerals import codes as c

ORDINAL, SCALED, COUNTED, BARE, WRITTEN = 1, 2, 4, 8, 16
"""Part flags: an ordinal word; holds a scale word; opens with a counted form («тыщ пять»); opens with a scale word;
written in digits."""

Item = tuple[int | str | None, int, int, int, int]
"""(value or digits as written or None for a role, first word, word after the last, part flags or role code, zeros said
after a scale word or the ordinal word's own value)."""

LIMIT = [0] + [100 if n % 100 == 0 else 10 if n % 10 == 0 and n % 100 > 10 else 1 for n in range(1, 1000)]
"""What a following word must be smaller than, by the value of the word before."""

ENDLESS = 99


def compose(words: list[int]) -> list[Item]:
    """Parts and roles in order. Fillers vanish; a plain word is kept only right after a part, as a break."""
    items: list[Item] = []
    add = items.append
    total = current = zeros = flags = limit = scale = end = 0
    start = -1
    for i, code in enumerate(words):
        if 0 < code < 1000:
            if code < limit:
                current += code
            else:
                if start >= 0:
                    add((total + current, start, end, flags, zeros))
                total = zeros = flags = 0
                scale = ENDLESS
                start = i
                current = code
            limit = LIMIT[code]
            end = i + 1
        elif code == -1:
            continue
        elif code <= 0:
            if start >= 0:
                add((total + current, start, end, flags, zeros))
                start = -1
            elif code == 0 and (not items or items[-1][0] is None):
                continue
            add((None, i, i + 1, code, 0))
            limit = scale = 0
        elif code < 1200:
            exponent = code % 100
            if exponent:
                if start >= 0 and exponent < scale:
                    total += (current or 1) * 10**exponent
                    flags |= SCALED
                else:
                    if start >= 0:
                        add((total + current, start, end, flags, zeros))
                    total = 10**exponent
                    flags = SCALED | BARE | COUNTED if code > 1100 else SCALED | BARE
                    start = i
                current = zeros = 0
                limit = 1000
                scale = exponent
            elif limit == 1000 or (zeros and not current and limit > 1):
                zeros += 1
                limit //= 10
            else:
                if start >= 0:
                    add((total + current, start, end, flags, zeros))
                total = current = zeros = flags = limit = scale = 0
                start = i
            end = i + 1
        elif code < c.ORDINAL_SCALE:
            value = code - c.ORDINAL
            if value < limit:
                current += value
                add((total + current, start, i + 1, flags | ORDINAL, value))
            else:
                if start >= 0:
                    add((total + current, start, end, flags, zeros))
                add((value, i, i + 1, ORDINAL, value))
            start = -1
            limit = scale = 0
        else:
            if start >= 0:
                add((total + current, start, end, flags, zeros))
                start = -1
            if code == c.DIGITS:
                add((cast(c.Digits, code).text, i, i + 1, WRITTEN, 0))
            else:
                add((None, i, i + 1, code, 0))
            limit = scale = 0
    if start >= 0:
        add((total + current, start, end, flags, zeros))
    return items
