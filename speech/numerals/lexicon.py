"""The lexicon: word → code. Loads words.tsv and reviewed.tsv once; unknown words are read by unknown.py and remembered."""

from collections.abc import Callable
from pathlib import Path

from speech.numerals import codes as c

LEARNED_MOST = 8192
"""How many unknown words are remembered before they are forgotten together (about 1 MB)."""

CODE_OF: dict[str, Callable[[str], int]] = {
    "zero": lambda value: c.ZERO,
    "zeros": lambda value: c.ZEROS,
    "zeros_plural": lambda value: c.ZEROS_ANY,
    "cardinal": int,
    "digit_noun": int,
    "scale": lambda value: c.SCALE + int(value),
    "scales": lambda value: c.SCALE + c.COUNTED + int(value),
    "ordinal": lambda value: c.ORDINAL + int(value),
    "ordinal_scale": lambda value: c.ORDINAL_SCALE + int(value),
    "hundreds": lambda value: c.HUNDREDS,
    "hundreds_counted": lambda value: c.HUNDREDS + c.COUNTED,
    "tens": lambda value: c.TENS,
    "tens_counted": lambda value: c.TENS + c.COUNTED,
    "sta": lambda value: c.STA,
    "teen": lambda value: c.TEEN,
    "twenty": lambda value: c.TWENTY,
    "half": lambda value: c.ONE_AND_HALF,
    "half_of": lambda value: c.HALF_OF,
    "pair": lambda value: c.PAIR,
    "one_noun": lambda value: c.ONE_NOUN,
    "bird": lambda value: c.BIRD,
    "denominator": lambda value: c.DENOMINATOR + int(value),
    "quarters": lambda value: c.QUARTERS,
    "plain": lambda value: c.PLAIN,
    "filler": lambda value: c.FILLER,
    "break": lambda value: c.BREAK,
    "comma": lambda value: c.COMMA,
    "bracket": lambda value: c.OPEN_BRACKET,
    "hyphen": lambda value: c.HYPHEN,
    "and": lambda value: c.AND,
    "whole": lambda value: c.WHOLE,
    "minus": lambda value: c.MINUS,
    "between": lambda value: c.BETWEEN,
    "but": lambda value: c.BUT,
    "not": lambda value: c.NOT,
    "point": lambda name: c.Role(c.POINT, name),
    "fraction": lambda name: c.Role(c.FRACTION, name),
    "unit": lambda name: c.Role(c.UNIT, name),
    "small_unit": lambda name: c.Role(c.SMALL_UNIT, name),
    "label": lambda name: c.Role(c.LABEL, name),
    "index": lambda name: c.Role(c.INDEX, name),
    "place": lambda name: c.Role(c.PLACE, name),
    "pause": lambda value: c.PAUSE,
    "slang": lambda value: c.SLANG + int(value),
    "times": lambda name: c.Role(c.TIMES, name),
    "correction": lambda name: c.Role(c.CORRECTION, name),
    "confirm": lambda name: c.Role(c.CONFIRM, name),
}


class Lexicon(dict[str, int]):
    """Word → code. A word asked for the first time is read by unknown.py and remembered, within bounds."""

    def __init__(self) -> None:
        super().__init__()
        folder = Path(__file__).parent
        self.regular: frozenset[str] = frozenset()
        """The words of words.tsv: misheard words are matched with these."""
        for name in ("words.tsv", "reviewed.tsv"):
            self.regular = frozenset(self)
            for line in (folder / name).read_text(encoding="utf-8").splitlines():
                if line and line[0] != "#":
                    kind, value, forms = line.split("\t")
                    self.update(dict.fromkeys(forms.split(), CODE_OF[kind](value)))
        self.phrases = _read_phrases(folder / "phrases.tsv")
        for anchor in self.phrases:
            if not self.get(anchor):
                self[anchor] = c.ANCHOR
        self.anchors = frozenset(self.phrases)
        self.written = frozenset(self)
        """The words of the data files, without those learned since."""
        self.learned: list[str] = []

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


def _read_phrases(path: Path) -> dict[str, list[Phrase]]:
    phrases: dict[str, list[Phrase]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and line[0] != "#":
            kind, name, text = line.split("\t")
            words = text.split()
            at = next(i for i, word in enumerate(words) if word.startswith("*"))
            words[at] = words[at][1:]
            code = c.Role(c.PLAIN, "idiom") if kind == "idiom" else CODE_OF[kind](name)
            phrases.setdefault(words[at], []).append((tuple(words), at, code))
    for known in phrases.values():
        known.sort(key=lambda phrase: -len(phrase[0]))
    return phrases


LEXICON = Lexicon()
