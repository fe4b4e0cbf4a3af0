"""A text as words, their codes and the spans they stand for."""

from speech.numerals import codes as c

COUNT = list(range(512))
"""Slices of it are the spans of a text that is still as said; quicker than a range made anew."""


class Words:
    """Words of a text with their codes, and for each the span of the text's words it stands for."""

    def __init__(self, words: list[str], codes: list[int]) -> None:
        self.words = words
        self.codes = codes
        count = len(words)
        self.starts = COUNT[:count] if count < len(COUNT) else list(range(count))
        self.ends = COUNT[1 : count + 1] if count < len(COUNT) else list(range(1, count + 1))
        self.repaired: set[int] = set()
        """First words of the spans that were merged, split or misheard."""
        self.forks: set[str] = set()
        """Forks met: «сорока», an idiom."""

    def writable(self) -> None:
        """Words and codes of its own, before words are folded."""
        self.words, self.codes = list(self.words), list(self.codes)

    def put(self, word: str, code: int, start: int, end: int) -> None:
        self.words.append(word)
        self.codes.append(code)
        self.starts.append(start)
        self.ends.append(end)

    def copy(self, text: "Words", start: int, end: int) -> None:
        """Put words of another text behind these."""
        self.words += text.words[start:end]
        self.codes += text.codes[start:end]
        self.starts += text.starts[start:end]
        self.ends += text.ends[start:end]

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
