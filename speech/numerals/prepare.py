"""Before the automaton: unfold merged tokens, fold phrases, join split words, spell out the rarer number words.

All of it yields plain codes again («три ста» → 300; «полторы тысячи» → 1, тысяча, 500), each with its span of words.
"""

from speech.numerals import codes as c
from speech.numerals.lexicon import LEXICON


class Words:
    """Words of a text with their codes, and for each the span of the text's words it stands for."""

    def __init__(self, words: list[str], codes: list[int]) -> None:
        self.words: list[str] = []
        self.codes: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.repaired: set[int] = set()
        """First words of the spans that were merged, split or misheard."""
        for i, (word, code) in enumerate(zip(words, codes, strict=True)):
            if isinstance(code, c.Compound):
                if code.repaired:
                    self.repaired.add(i)
                for piece, piece_code in zip(code.words, code.codes, strict=True):
                    self.put(piece, piece_code, i, i + 1)
            else:
                self.put(word, code, i, i + 1)

    def put(self, word: str, code: int, start: int, end: int) -> None:
        self.words.append(word)
        self.codes.append(code)
        self.starts.append(start)
        self.ends.append(end)

    def pop(self) -> int:
        """Take back the last word; where it started."""
        del self.words[-1], self.codes[-1], self.ends[-1]
        return self.starts.pop()

    def drop_fillers(self) -> int:
        """Take back fillers at the end; the code before them."""
        while self.codes and self.codes[-1] == c.FILLER:
            self.pop()
        return self.codes[-1] if self.codes else c.PLAIN

    def fold(self, at: int, until: int, code: int) -> None:
        """Make one word of those from ``at`` to ``until``."""
        self.words[at:until] = [" ".join(self.words[at:until])]
        self.codes[at:until] = [code]
        self.starts[at:until] = [self.starts[at]]
        self.ends[at:until] = [self.ends[until - 1]]


def prepare(words: list[str], codes: list[int], flips: frozenset[str] = frozenset()) -> Words:
    """The text's words with only plain codes left; ``flips`` names forks to take the other way (candidates.py)."""
    text = Words(words, codes)
    _fold_phrases(text, flips)
    _join_fragments(text)
    return _spell_out(text, flips)


def _fold_phrases(text: Words, flips: frozenset[str]) -> None:
    phrases = LEXICON.phrases
    i = 0
    while i < len(text.words):
        for words, at, code in phrases.get(text.words[i], ()):
            start = i - at
            if start >= 0 and tuple(text.words[start : start + len(words)]) == words:
                if code == c.PLAIN and "idiom" in flips:
                    continue
                text.fold(start, start + len(words), code)
                i = start
                break
        i += 1


def _join_fragments(text: Words) -> None:
    """«девяно сто», «во семь», «четыр над цать»: a piece and its neighbour that together are a number word."""
    i = 0
    while i < len(text.codes):
        if text.codes[i] == c.FRAGMENT:
            for start in (i - 1, i):
                if start < 0 or start + 1 >= len(text.words):
                    continue
                whole = text.words[start] + text.words[start + 1]
                if whole in LEXICON.written and LEXICON[whole] > 0:
                    text.fold(start, start + 2, LEXICON[whole])
                    text.words[start] = whole
                    text.repaired.add(text.starts[start])
                    i = start - 1
                    break
        i += 1
    text.codes = [c.PLAIN if code == c.FRAGMENT else code for code in text.codes]


def _spell_out(text: Words, flips: frozenset[str]) -> Words:
    if max(text.codes) <= c.FAST_TOP and c.FRACTION not in text.codes:
        return text
    out = Words([], [])
    out.repaired = text.repaired
    codes = text.codes
    skip = 0
    for i, code in enumerate(codes):
        if skip:
            skip -= 1
            out.ends[-1] = text.ends[i]
            continue
        before = out.codes[-1] if out.codes else c.PLAIN
        after = codes[i + 1] if i + 1 < len(codes) else c.PLAIN
        start, end = text.starts[i], text.ends[i]
        put = [code]
        if code in _PARTIAL:
            put, replaces = _PARTIAL[code](before)
            if replaces:
                start = out.pop()
        elif code == c.ONE_AND_HALF:
            put, skip = _half_more([1], after)
        elif code == c.HALF_OF:
            put, skip = _half_of(after)
        elif code == c.PAIR:
            put = [2] if _is_scale(after) or after == c.ZEROS else [c.PLAIN]
        elif code == c.BIRD:
            put = [40] if _in_company(before, after) or "bird" in flips else [c.PLAIN]
        elif code == c.ONE_NOUN:
            put = [c.Role(c.UNIT, "unit") if 0 < before < 5 else 1]
        elif code == c.FRACTION and _is_scale(after) and 0 < (before := out.drop_fillers()) < 1000:
            start = out.pop()
            put, skip = _half_more([before], after)
        elif (denominator := _FEMININE.get(text.words[i], 0)) and i and text.words[i - 1] in _ONE:
            put = [denominator]
        elif c.ORDINAL_SCALE < code < c.DENOMINATOR:
            put = [code - c.ORDINAL_SCALE + c.SCALE]
        elif c.ROUND < code < c.ROUND + 1000:
            fits = 0 < before < 1000 or c.SCALE < before < c.FAST_TOP
            put = [code - c.ROUND] if fits and not text.words[max(i - 1, 0)].isdigit() else [c.Digits(str(code - c.ROUND))]
        elif isinstance(code, c.Digits) and _is_scale(after):
            put, skip = _times_scale(code.text, after)
        for one in put:
            out.put(text.words[i], one, start, end)
    return out


def _is_scale(code: int) -> bool:
    return c.SCALE < code <= c.FAST_TOP or code in (c.HUNDREDS, c.HUNDREDS + c.COUNTED, c.TENS, c.TENS + c.COUNTED)


def _in_company(before: int, after: int) -> bool:
    """«сорока» is the number beside a number, before a unit and after «около, до, больше»; alone it is the bird."""
    return 0 < after < c.ORDINAL or after == c.UNIT or after <= c.POINT or before > 0 or before == c.FILLER


def _hundreds(before: int) -> tuple[list[int], bool]:
    return ([before * 100], True) if 0 < before < 10 else ([100], False)


def _tens(before: int) -> tuple[list[int], bool]:
    return ([before * 10], True) if 0 < before < 10 else ([10], False)


def _sta(before: int) -> tuple[list[int], bool]:
    return ([before * 100], True) if before in (3, 4) else ([100], False)


def _teen(before: int) -> tuple[list[int], bool]:
    return ([before + 10], True) if 0 < before < 10 else ([c.PLAIN], False)


def _twenty(before: int) -> tuple[list[int], bool]:
    return ([before * 10], True) if before in (2, 3) else ([c.PLAIN], False)


def _zeros(before: int) -> tuple[list[int], bool]:
    return ([c.ZERO] * before, True) if 1 < before < 10 else ([c.ZERO], False)


_ONE = frozenset(("одна", "одной", "одну"))
_FEMININE = {
    stem + ending: c.DENOMINATOR + places
    for stem, places in (("десят", 1), ("сот", 2), ("тысячн", 3), ("десятитысячн", 4))
    for ending in ("ая", "ой", "ую")
}
"""«одна десятая» is a fraction, not the tenth."""

_PARTIAL = {
    c.HUNDREDS: _hundreds,
    c.HUNDREDS + c.COUNTED: _hundreds,
    c.TENS: _tens,
    c.TENS + c.COUNTED: _tens,
    c.STA: _sta,
    c.TEEN: _teen,
    c.TWENTY: _twenty,
    c.ZEROS: _zeros,
}
"""Words that work on the unit before them: code → (codes, whether the unit is used up)."""


def _half_more(whole: list[int], after: int) -> tuple[list[int], int]:
    """«полтора» before a scale word is a number of the next smaller words: «полтора миллиона» → 1 000 000, 500 000."""
    if after in (c.HUNDREDS, c.HUNDREDS + c.COUNTED):
        return [whole[-1] * 100 + 50], 1
    if after in (c.TENS, c.TENS + c.COUNTED):
        return [whole[-1] * 10 + 5], 1
    if _is_scale(after):
        exponent = after % 100
        return [*whole, after, 500, *([c.SCALE + exponent - 3] if exponent > 3 else [])], 1
    return [c.Digits("1.5")], 0


def _half_of(after: int) -> tuple[list[int], int]:
    if after in (c.HUNDREDS, c.HUNDREDS + c.COUNTED):
        return [50], 1
    if _is_scale(after):
        exponent = after % 100
        return [500, *([c.SCALE + exponent - 3] if exponent > 3 else [])], 1
    return ([c.Digits("0.5")], 0) if after == c.UNIT else ([c.PLAIN], 0)


def _times_scale(text: str, after: int) -> tuple[list[int], int]:
    """«1.5 тысячи» → the digits 1500."""
    exponent = {c.HUNDREDS: 2, c.TENS: 1}.get(after % 100 + 1200, after % 100)
    whole, _, fraction = text.partition(".")
    moved = whole + fraction[:exponent].ljust(exponent, "0")
    rest = fraction[exponent:]
    return [c.Digits(moved + ("." + rest if rest else ""))], 1
