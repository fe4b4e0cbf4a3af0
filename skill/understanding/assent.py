"""Whether an utterance holds a word of assent (`assent.txt`): without one it is no yes, whatever it resembles."""

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from skill.understanding.text import plain, sound

_FILE = Path(__file__).parent / "assent.txt"
_LETTERS = re.compile(r"[а-яa-z]+")
_DRAWN_OUT = re.compile(r"(.)\1+")
_REPEATED = re.compile(r"(да|угу|ага)+")
_SHORTEST_HEARD = 5
"""«Тело» sounds like «дело»: a shorter word counts as it is spelt."""
_SHORTEST_SLIPPED = 6


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    """Words as they are spelt, those that count by their sound too, and whole turns of speech."""
    lines = [line for line in _FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    spelt, sounding, turns = "\n".join(lines).strip().split("\n\n")
    heard = frozenset(sound(word) for word in sounding.split() if len(word) >= _SHORTEST_HEARD)
    return frozenset(f"{spelt} {sounding}".split()), heard, tuple(turns.splitlines())


@lru_cache(maxsize=4096)
def agrees(text: str) -> bool:
    """Whether there is a word in it that says yes.

    >>> agrees("ну да"), agrees("прваильно"), agrees("кане шно"), agrees("само собой"), agrees("югу"), agrees("отец")
    (True, True, True, True, False, False)
    """
    words = _LETTERS.findall(plain(text))
    if any(_is_assent(word) for word in words):
        return True
    if any(len(whole) >= _SHORTEST_HEARD and _is_assent(whole) for whole in map("".join, pairwise(words))):
        return True  # «кане шно»
    said = f" {' '.join(words)} "
    return any(f" {turn} " in said for turn in _words()[2])


@lru_cache(maxsize=4096)
def _is_assent(word: str) -> bool:
    spelt, heard, _ = _words()
    if word in spelt or _DRAWN_OUT.sub(r"\1", word) in spelt or _REPEATED.fullmatch(word):
        return True
    key = sound(word)
    if len(word) >= _SHORTEST_HEARD and key in heard:
        return True
    if any(word[:cut] in spelt for cut in range(_SHORTEST_HEARD, len(word) - 1)):  # «верноотправляйте»
        return True
    return len(key) >= _SHORTEST_SLIPPED and any(_one_slip(key, one) for one in heard if len(one) >= len(key) - 1)


def _one_slip(said: str, meant: str) -> bool:
    """Whether one letter after the first is lost, added, changed, or swapped with the next."""
    at = next((i for i, (a, b) in enumerate(zip(said, meant, strict=False)) if a != b), min(len(said), len(meant)))
    if not at:
        return False
    swapped = said[at : at + 2] == meant[at : at + 2][::-1] and said[at + 2 :] == meant[at + 2 :]
    return swapped or said[at + 1 :] == meant[at + 1 :] or said[at:] == meant[at + 1 :] or said[at + 1 :] == meant[at:]
