"""Merged and misheard number words.

A merged word («двестисорок») is cut into number words. A misheard one («шеснацать») is matched by its phonetic key,
which folds what Russian speech and recognisers confuse: unstressed vowels, voicing, doubled letters, «тс» for «ц», a
lost «ь». lookalikes.tsv lists real words that would match by chance and must stay words («трест», «седого»).
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from speech.numerals import codes as c
from speech.numerals import data

if TYPE_CHECKING:
    from speech.numerals.lexicon import Lexicon

SHORTEST_PIECE = 3
SHORTEST_HEARD = 5
LONG = 8
"""Lengths of words: what is shorter is too often something else."""
LONGEST_HEARD = 24
LONGEST_MERGED = 120
"""Longer tokens are no speech."""
ENDLESS = 99.0

_FOLD = str.maketrans("оеяэыюбвгджзщ", "аииииупфктшсш", "ьъ")
_CLUSTERS = (re.compile("т+с+|т+ц+|ц+"), re.compile(r"(.)\1+"))


def phonetic_key(word: str) -> str:
    """«двацать», «двадцать», «тваццать» → «тфацат»."""
    key = word.translate(_FOLD)
    key = _CLUSTERS[0].sub("ц", key)
    return _CLUSTERS[1].sub(r"\1", key)


class Repairs:
    """The tables made from the lexicon on the first unknown word."""

    def __init__(self, lexicon: "Lexicon") -> None:
        self.lookalikes = frozenset(word for line in data.lines("lookalikes.tsv") for word in line.split())
        self.pieces = {w: lexicon[w] for w in lexicon.written if len(w) >= SHORTEST_PIECE and _is_piece(lexicon[w])}
        self.longest_piece = max(map(len, self.pieces))
        self.keys: dict[str, tuple[str, int]] = {}
        self.deletions: dict[str, set[str]] = {}
        for word in sorted(lexicon.regular):
            if _is_target(word, lexicon[word]):
                self.keys.setdefault(phonetic_key(word), (word, lexicon[word]))
        for key in self.keys:
            for shorter in _deletions(key):
                self.deletions.setdefault(shorter, set()).add(key)
        self.fragments = frozenset(
            piece
            for word in lexicon.written
            if is_joinable(lexicon[word])
            for cut in range(2, len(word) - 1)
            for piece in (word[:cut], word[cut:])
        )

    def cut(self, word: str) -> list[tuple[str, int]] | None:
        """The fewest number words that make up ``word``, or None."""
        if len(word) > LONGEST_MERGED:
            return None
        best: list[list[tuple[str, int]] | None] = [[]] + [None] * len(word)
        for end in range(SHORTEST_PIECE, len(word) + 1):
            for start in range(max(0, end - self.longest_piece), end - SHORTEST_PIECE + 1):
                left, code = best[start], self.pieces.get(word[start:end])
                if left is not None and code is not None:
                    known = best[end]
                    if known is None or len(left) + 1 < len(known):
                        best[end] = [*left, (word[start:end], code)]
        found = best[-1]
        return found if found and len(found) > 1 and any(code > 0 for _, code in found) else None

    def hear(self, word: str) -> int | None:
        """The number word this one was meant to be, or None when none or several are near."""
        if not SHORTEST_HEARD <= len(word) <= LONGEST_HEARD:
            return None
        key = phonetic_key(word)
        near = set(self.deletions.get(key, ()))
        for shorter in (key, *_deletions(key)):
            if shorter in self.keys:
                near.add(shorter)
            near.update(other for other in self.deletions.get(shorter, ()) if _one_apart(other, key))
        found: dict[int, float] = {}
        for other in near:
            target, code = self.keys[other]
            if _same_start(word, target) and _same_end(word, target):
                far = _distance(_light(word), _light(target)) + (0 if other == key else 0.5)
                found[code] = min(far, found.get(code, ENDLESS))
        best = sorted(found, key=lambda code: found[code])
        if not best or found[best[0]] > (3 if len(word) >= LONG else 2):
            return None
        return best[0] if len(best) == 1 or found[best[1]] > found[best[0]] else None


def is_joinable(code: int) -> bool:
    """A number word, «целых», «запятая» or «половиной»: what pieces may be joined to."""
    return code > 0 or code in (c.WHOLE, c.POINT, c.FRACTION)


def _one_apart(one: str, other: str) -> bool:
    """Same length, one letter differs or two neighbours changed places."""
    if len(one) != len(other):
        return False
    differ = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differ) == 2:
        i, j = differ
        return j == i + 1 and one[i] == other[j] and one[j] == other[i]
    return len(differ) == 1


def _is_piece(code: int) -> bool:
    return code in (c.UNIT, c.SMALL_UNIT, c.WHOLE, c.POINT, c.FRACTION) or 0 < code < c.DIGITS


def _is_target(word: str, code: int) -> bool:
    """The short words, one to ten, are matched only as listed; so are their ordinals."""
    return len(word) > SHORTEST_HEARD and (10 < code <= c.FAST_TOP or c.ORDINAL + 10 < code < c.ORDINAL_SCALE)


def _same_start(word: str, target: str) -> bool:
    """The first letter is rarely misheard, but may be lost."""
    return phonetic_key(word[0]) == phonetic_key(target[0]) or word[0] == target[1]


def _same_end(word: str, target: str) -> bool:
    """«…сят» are tens, «…сот» hundreds: the stressed end is not misheard."""
    tens, hundreds = word.rstrip("ь").endswith("сят"), word.endswith("сот")
    return not (tens and target.endswith("сот")) and not (hundreds and target.endswith("сят"))


def _light(word: str) -> str:
    """Letters that are never heard apart made one; vowels kept."""
    return _CLUSTERS[1].sub(r"\1", _CLUSTERS[0].sub("ц", word.replace("ь", "").replace("дц", "тц").replace("дс", "тс")))


def _distance(one: str, other: str) -> int:
    """Levenshtein."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        left, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            left, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, left + (a != b))
    return row[-1]


def _deletions(key: str) -> Iterable[str]:
    return (key[:i] + key[i + 1 :] for i in range(len(key)))


_repairs: Repairs | None = None


def repairs(lexicon: "Lexicon") -> Repairs:
    global _repairs  # made once, on the first unknown word, to keep the import fast
    if _repairs is None:
        _repairs = Repairs(lexicon)
    return _repairs
