"""The lexicon: word → code. The data files are read once; unknown words are read by unknown.py and remembered."""

from speech.numerals import codes as c
from speech.numerals import data

LEARNED_MOST = 4096
"""How many unknown words are remembered before they are forgotten together (about 1 MB)."""

FIXED = {
    "zero": c.ZERO,
    "zeros": c.ZEROS,
    "zeros_plural": c.ZEROS_ANY,
    "hundreds": c.HUNDREDS,
    "hundreds_counted": c.HUNDREDS + c.COUNTED,
    "tens": c.TENS,
    "tens_counted": c.TENS + c.COUNTED,
    "sta": c.STA,
    "teen": c.TEEN,
    "twenty": c.TWENTY,
    "half": c.ONE_AND_HALF,
    "half_of": c.HALF_OF,
    "pair": c.PAIR,
    "one_noun": c.ONE_NOUN,
    "bird": c.BIRD,
    "quarters": c.QUARTERS,
    "plain": c.PLAIN,
    "filler": c.FILLER,
    "break": c.BREAK,
    "comma": c.COMMA,
    "ellipsis": c.ELLIPSIS,
    "bracket": c.OPEN_BRACKET,
    "hyphen": c.HYPHEN,
    "and": c.AND,
    "whole": c.WHOLE,
    "minus": c.MINUS,
    "between": c.BETWEEN,
    "but": c.BUT,
    "not": c.NOT,
    "pause": c.PAUSE,
}
"""Classes of one code."""
FROM = {
    "cardinal": 0,
    "digit_noun": 0,
    "scale": c.SCALE,
    "scales": c.SCALE + c.COUNTED,
    "ordinal": c.ORDINAL,
    "ordinal_scale": c.ORDINAL_SCALE,
    "denominator": c.DENOMINATOR,
    "slang": c.SLANG,
    "alike": c.ALIKE,
}
"""Classes whose code is this plus the value."""
NAMED = {
    "idiom": c.PLAIN,
    "point": c.POINT,
    "fraction": c.FRACTION,
    "unit": c.UNIT,
    "small_unit": c.SMALL_UNIT,
    "label": c.LABEL,
    "index": c.INDEX,
    "place": c.PLACE,
    "times": c.TIMES,
    "correction": c.CORRECTION,
    "confirm": c.CONFIRM,
}
"""Classes whose value is a name."""


def code_of(kind: str, value: str) -> int:
    """The code of a line of the data files."""
    if kind in FIXED:
        return FIXED[kind]
    return FROM[kind] + int(value) if kind in FROM else c.Role(NAMED[kind], value)


class Lexicon(dict[str, int]):
    """Word → code. A word asked for the first time is read by unknown.py and remembered, within bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, frozenset[str]] = {}
        """Words that matter only beside others: "governs", "shortened"."""
        self._load("words.tsv")
        self.regular = frozenset(self)
        """The words of words.tsv: misheard words are matched with these."""
        self._load("reviewed.tsv")
        self.phrases = _read_phrases()
        for anchor in self.phrases:
            if not self.get(anchor):
                self[anchor] = c.ANCHOR
        self.anchors = frozenset(self.phrases)
        self.written = frozenset(self)
        """The words of the data files, without those learned since."""
        self.learned: list[str] = []

    def _load(self, name: str) -> None:
        for line in data.lines(name):
            kind, value, forms = line.split("\t")
            if kind == "list":
                self.lists[value] = frozenset(forms.split())
            else:
                self.update(dict.fromkeys(forms.split(), code_of(kind, value)))

    def __missing__(self, word: str) -> int:
        from speech.numerals.unknown import read_unknown

        code = read_unknown(word, self)
        if len(self.learned) >= LEARNED_MOST:
            learned, self.learned = self.learned, []
            for old in learned:
                self.pop(old, None)
        self.learned.append(word)
        self[word] = code
        return code


Phrase = tuple[tuple[str, ...], int, int]
"""Words, position of the anchor among them, code."""


def _read_phrases() -> dict[str, list[Phrase]]:
    phrases: dict[str, list[Phrase]] = {}
    for line in data.lines("phrases.tsv"):
        kind, name, text = line.split("\t")
        words = text.split()
        at = next(i for i, word in enumerate(words) if word.startswith("*"))
        words[at] = words[at][1:]
        phrases.setdefault(words[at], []).append((tuple(words), at, code_of(kind, name)))
    for known in phrases.values():
        known.sort(key=lambda phrase: -len(phrase[0]))
    return phrases


LEXICON = Lexicon()
