"""Sentences out of pattern files: `(a|b)` one of these, `[c|d]` one of these or nothing, `<name>` a line of lists.txt.

The dialogue keeps its example sentences in this form; the graph's n-gram and vocabulary are made from samples of them.
"""

import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

_PART = re.compile(r"[(\[|\])]|<\w+>|[^(\[|\])<]+")
_SPOKEN = re.compile("[а-яё -]+")
LISTS = "lists.txt"


def read_lists(path: Path) -> dict[str, str]:
    """Name → pattern from lines of `name: pattern`."""
    rows = (line.partition(":") for line in _lines(path)) if path.is_file() else ()
    return {name.strip(): pattern.strip() for name, _, pattern in rows}


def _lines(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def fill(pattern: str, lists: dict[str, str], rng: random.Random) -> str:
    """One sentence of a pattern. A list that is not known is said as nothing."""
    parts = _PART.findall(pattern)
    said, _ = _choice(parts, 0, lists, rng)
    return " ".join(said.split())


def _choice(parts: list[str], at: int, lists: dict[str, str], rng: random.Random) -> tuple[str, int]:
    """One of the alternatives from `at` up to the bracket that closes them, and the place after it."""
    alternatives = [""]
    while at < len(parts) and parts[at] not in (")", "]"):
        part = parts[at]
        at += 1
        if part == "|":
            alternatives.append("")
        elif part in ("(", "["):
            inner, at = _choice(parts, at, lists, rng)
            alternatives[-1] += inner if part == "(" or rng.random() < 0.5 else ""
        elif part.startswith("<"):
            alternatives[-1] += fill(lists.get(part[1:-1], ""), lists, rng)
        else:
            alternatives[-1] += part
    return rng.choice(alternatives), at + 1


def pattern_sentences(folder: Path, times: int, seed: int) -> list[str]:
    """Sentences of all pattern files of a folder; those with digits are left out.

    Each pattern is filled `times` times and gives every sentence once, else patterns without choices would outweigh.
    """
    rng = random.Random(seed)
    lists = read_lists(folder / LISTS) or read_lists(folder.parent / LISTS)
    patterns = [line for path in sorted(folder.glob("*.txt")) if path.name != LISTS for line in _lines(path)]
    filled = (dict.fromkeys(fill(pattern, lists, rng) for _ in range(times)) for pattern in patterns)
    return [sentence.replace("-", " ") for several in filled for sentence in several if _SPOKEN.fullmatch(sentence)]


def heard_whole(sentences: list[str], at_least: int = 5) -> list[str]:
    """The sentences without those that tear a word apart («пере расчёт»): a resident says it whole, or says two words
    that are more often two."""
    words_of = [sentence.split() for sentence in sentences]
    whole = Counter(word for several in words_of for word in several)
    pairs = Counter(pair for several in words_of for pair in pairwise(several))
    words_alone = {pair for pair in pairs if len(pair[1]) == 1}  # «свет у», not «свету»
    torn = {pair for pair, count in pairs.items() if whole["".join(pair)] >= max(at_least, count)} - words_alone
    return [one for one, several in zip(sentences, words_of, strict=True) if torn.isdisjoint(pairwise(several))]
