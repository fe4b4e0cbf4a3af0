"""Before the automaton: unfold merged tokens, fold phrases, join split words, spell out the rarer number words.

All of it yields plain codes again («три ста» → 300; «полторы тысячи» → 1, тысяча, 500), each with its span of words.
"""

from speech.numerals import codes as c
from speech.numerals.compose import LIMIT
from speech.numerals.lexicon import LEXICON


class Words:
    """Words of a text with their codes, and for each the span of the text's words it stands for."""

    def __init__(self, words: list[str], codes: list[int]) -> None:
        self.words = words
        self.codes = codes
        self.starts = list(range(len(words)))
        self.ends = list(range(1, len(words) + 1))
        self.repaired: set[int] = set()
        """First words of the spans that were merged, split or misheard."""
        self.forks: set[str] = set()
        """Forks met: «сорока», an idiom."""

    @classmethod
    def empty(cls) -> "Words":
        return cls([], [])

    def writable(self) -> None:
        """Lists of its own, before words are folded."""
        self.words, self.codes = list(self.words), list(self.codes)

    def put(self, word: str, code: int, start: int, end: int) -> None:
        self.words.append(word)
        self.codes.append(code)
        self.starts.append(start)
        self.ends.append(end)

    def insert(self, at: int, code: int) -> None:
        """A word that was not said."""
        self.words[at:at] = [""]
        self.codes[at:at] = [code]
        self.starts[at:at] = [self.starts[at]]
        self.ends[at:at] = [self.starts[at]]

    def pop(self) -> int:
        """Take back the last word; where it started."""
        del self.words[-1], self.codes[-1], self.ends[-1]
        return self.starts.pop()

    def before_fillers(self) -> tuple[int, int]:
        """The last code that is no filler and how many fillers follow it."""
        fillers = 0
        while fillers < len(self.codes) and self.codes[-1 - fillers] == c.FILLER:
            fillers += 1
        return (self.codes[-1 - fillers] if fillers < len(self.codes) else c.PLAIN), fillers

    def fold(self, at: int, until: int, code: int) -> None:
        """Make one word of those from ``at`` to ``until``."""
        self.words[at:until] = [" ".join(self.words[at:until])]
        self.codes[at:until] = [code]
        self.starts[at:until] = [self.starts[at]]
        self.ends[at:until] = [self.ends[until - 1]]


def prepare(words: list[str], codes: list[int], flips: frozenset[str] = frozenset()) -> Words:
    """The text's words with only plain codes left; ``flips`` names forks to take the other way (candidates.py)."""
    if "1." in words or "1)" in words:
        codes = _list_marks(words, codes)
    text = _unfolded(words, codes) if c.COMPOUND in codes else Words(words, codes)
    if not LEXICON.anchors.isdisjoint(text.words) or c.ANCHOR in text.codes:
        _fold_phrases(text, flips)
    if c.FRAGMENT in text.codes:
        _join_fragments(text)
    if c.PAUSE in text.codes:
        _drop_pauses(text)
    if c.INDEX in text.codes:
        _end_index(text)
    if c.FRACTION in text.codes or max(text.codes) > c.FAST_TOP:
        return _spell_out(text, flips)
    return text


def _list_marks(words: list[str], codes: list[int]) -> list[int]:
    """«1) 231 2) 112»: the marks of a numbered list are labels."""
    mark = "." if "1." in words else ")"
    if f"2{mark}" not in words:
        return codes
    return [
        c.Role(c.LABEL, word[0]) if len(word) == 2 and word[0].isdigit() and word[1] == mark else code
        for word, code in zip(words, codes, strict=True)
    ]


def _drop_pauses(text: Words) -> None:
    """«секунду» is a filler inside a number; «одну секунду» is none."""
    text.codes = [
        c.FILLER if code == c.PAUSE or (code == 1 and text.codes[i + 1 : i + 2] == [c.PAUSE]) else code
        for i, code in enumerate(text.codes)
    ]


def _end_index(text: Words) -> None:
    """«тариф два тысяча двести»: the tariff's number does not count the thousands after it."""
    text.writable()
    for i in range(len(text.codes) - 2, 0, -1):
        unit, after = text.codes[i], text.codes[i + 1]
        if text.codes[i - 1] == c.INDEX and 1 < unit < 5 and c.SCALE < after < c.SCALE + c.COUNTED:
            text.insert(i + 1, c.BREAK)


def _unfolded(words: list[str], codes: list[int]) -> Words:
    text = Words.empty()
    for i, (word, code) in enumerate(zip(words, codes, strict=True)):
        if isinstance(code, c.Compound):
            if code.repaired:
                text.repaired.add(i)
            for piece, piece_code in zip(code.words, code.codes, strict=True):
                text.put(piece, piece_code, i, i + 1)
        else:
            text.put(word, code, i, i + 1)
    return text


def _fold_phrases(text: Words, flips: frozenset[str]) -> None:
    text.writable()
    words = text.words
    i = 0
    while i < len(words):
        for phrase, at, code in LEXICON.phrases.get(words[i], ()):
            start = i - at
            if start < 0 or tuple(words[start : start + len(phrase)]) != phrase:
                continue
            if isinstance(code, c.Role) and code == c.PLAIN:
                text.forks.add("idiom")
                if "idiom" in flips:
                    continue
            text.fold(start, start + len(phrase), code)
            i = start
            break
        i += 1


def _join_fragments(text: Words) -> None:
    """«девяно сто», «во семь», «четыр над цать»: a piece and its neighbour that together are a number word."""
    text.writable()
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


def _spell_out(text: Words, flips: frozenset[str]) -> Words:
    out = Words.empty()
    out.repaired, out.forks = text.repaired, text.forks
    skip = 0
    whole = False
    words, codes, starts, ends = out.words, out.codes, out.starts, out.ends
    for i, code in enumerate(text.codes):
        if skip:
            skip -= 1
            ends[-1] = text.ends[i]
        elif code > c.FAST_TOP or code == c.FRACTION:
            start = text.starts[i]
            put, used, skip = _spelled(text, i, out, whole, flips)
            for _ in range(used):
                start = out.pop()
            for one in put:
                out.put(text.words[i], one, start, text.ends[i])
        else:
            whole = whole or code == c.WHOLE
            words.append(text.words[i])
            codes.append(code)
            starts.append(text.starts[i])
            ends.append(text.ends[i])
    return out


Spelled = tuple[list[int], int, int]
"""Plain codes, how many words before them they use up, how many after."""


def _spelled(text: Words, i: int, out: Words, whole: bool, flips: frozenset[str]) -> Spelled:
    """One of the rarer number words in plain codes."""
    code, word = text.codes[i], text.words[i]
    before = out.codes[-1] if out.codes else c.PLAIN
    after = text.codes[i + 1] if i + 1 < len(text.codes) else c.PLAIN
    if code in _PARTIAL:
        return _partial(code, before, after)
    if code == c.ONE_AND_HALF:
        if c.SCALE + c.COUNTED < before < c.FAST_TOP and (len(out.codes) < 2 or out.codes[-2] <= 0):
            return _half_more([1], before)[0], 1, 0
        return _half_more([1], after)
    if code == c.FRACTION:
        counted, fillers = out.before_fillers()
        if _is_scale(after) and 0 < counted < (1000 if after <= c.FAST_TOP else 10):
            put, _, skip = _half_more([counted], after)
            return put, fillers + 1, skip
        return [code], 0, 0
    if code == c.HALF_OF:
        return _half_of(after)
    if code == c.PAIR:
        return [2 if _is_scale(after) or after == c.ZEROS else c.PLAIN], 0, 0
    if code == c.BIRD:
        out.forks.add("bird")
        return [40 if _in_company(before, after, text, i) or "bird" in flips else c.PLAIN], 0, 0
    if code == c.ONE_NOUN:
        counted = before == 1 and text.words[i - 1] in _ONE or 1 < before < 5 and word.endswith("ы")
        return [c.Role(c.UNIT, "unit") if counted else 1], 0, 0
    if c.ROUND < code < c.ROUND + 1000:
        return _round(code - c.ROUND, before, after, text, i)
    if isinstance(code, c.Digits) and _is_scale(after):
        return _times_scale(code.text, after)
    if c.SLANG < code < c.SLANG + 20:
        return [_slang(code - c.SLANG, before, after)], 0, 0
    if c.ORDINAL < code < c.DENOMINATOR:
        return _ordinal(code, word, whole or (i > 0 and text.words[i - 1] in _ONE)), 0, 0
    if c.DENOMINATOR < code <= c.QUARTERS and not whole:
        return [_denominator(code, before, word)], 0, 0
    return [code if code != c.FRAGMENT else c.PLAIN], 0, 0


def _denominator(code: int, before: int, word: str) -> int:
    """«пять десятых», «три четвёртых»; but «сто десятых», «двадцать четвёртых» are ordinals in the plural."""
    if code == c.QUARTERS:
        return code if before in (1, 3) or word == "четверти" else c.ORDINAL + 4
    ten = {1: 10, 2: 100}.get(code - c.DENOMINATOR)
    if ten and (before <= 0 and before != c.FILLER or 0 < before < 1000 and LIMIT[before] > ten):
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


def _round(value: int, before: int, after: int, text: Words, i: int) -> Spelled:
    """«сто 20 3» composes, «200 31» is two groups: digits compose only with words."""
    with_word = 0 < after < LIMIT[value] and not text.words[i + 1].isdigit()
    fits = 0 < before < 1000 or c.SCALE < before < c.FAST_TOP
    if with_word or _is_scale(after) or (fits and not text.words[max(i - 1, 0)].isdigit()):
        return [value], 0, 0
    return [c.Digits(str(value))], 0, 0


def _is_scale(code: int) -> bool:
    return c.SCALE < code <= c.FAST_TOP or code in (c.HUNDREDS, c.HUNDREDS + c.COUNTED, c.TENS, c.TENS + c.COUNTED)


def _in_company(before: int, after: int, text: Words, i: int) -> bool:
    """«сорока» is the number beside a number, before a unit and after «около, до, больше»; alone it is the bird."""
    if 0 < after < c.ORDINAL or after == c.UNIT or before > 0:
        return True
    return i > 0 and text.words[i - 1] in _GOVERN


_GOVERN = frozenset(
    "около порядка больше более меньше менее до от с из свыше к равно равняется по ровно почти примерно "
    "приблизительно без после".split()
)


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


def _half_more(whole: list[int], after: int) -> Spelled:
    """«полтора» before a scale word is a number of the next smaller words: «полтора миллиона» → 1 000 000, 500 000."""
    if after in (c.HUNDREDS, c.HUNDREDS + c.COUNTED):
        return [whole[-1] * 100 + 50], 0, 1
    if after in (c.TENS, c.TENS + c.COUNTED):
        return [whole[-1] * 10 + 5], 0, 1
    if _is_scale(after):
        return [*whole, after, *_half(after)], 0, 1
    return [c.Digits("1.5")], 0, 0


def _half_of(after: int) -> Spelled:
    if after in (c.HUNDREDS, c.HUNDREDS + c.COUNTED):
        return [50], 0, 1
    if _is_scale(after):
        return _half(after), 0, 1
    return [c.Digits("0.5") if after == c.UNIT else c.PLAIN], 0, 0


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
