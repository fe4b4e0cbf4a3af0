"""Several readings of one text, and of several recognised hypotheses."""

from collections.abc import Iterable
from functools import cache
from math import exp, log
from typing import NamedTuple

from speech.numerals import data
from speech.numerals.read import parse, split
from speech.numerals.segments import Segment

COST = {
    "and": 1.0,
    "small unit": 1.0,
    "bird": 1.0,
    "idiom": 1.0,
    "name": 1.0,
    "tail": 1.0,
    "interrupted": 1.0,
    "improper": 1.0,
    "zero": 1.2,
    "across": 1.3,
    "replace": 1.3,
    "million": 1.5,
    "comma": 1.5,
    "split": 1.6,
    "point": 1.7,
    "and point": 1.8,
    "repeat": 2.0,
    "fill": 2.0,
    "comma point": 2.2,
}
"""How much less likely the other way of a fork is than the usual one, as a negative logarithm."""
LONE_DIGIT_POINT = 1.4
"""«… один пять»: a lone last digit is often the tenths."""
MISHEARD = 4.0
HEARING_WEIGHT = 1.5
LEAST_CONFIDENCE = 1e-4


class Candidate(NamedTuple):
    """One reading of the whole text."""

    segments: tuple[Segment, ...]
    cost: float
    """0 is the usual reading; differences are differences of negative log likelihood."""
    why: str
    """The fork taken the other way ("and", "split", "tail" …), empty for the usual reading."""

    @property
    def values(self) -> tuple[str, ...]:
        """What ``numbers`` would give for it."""
        return tuple(segment.digits for segment in self.segments)


def candidates(text: str) -> list[list[str]]:
    """Several readings of the whole text, best first; the first is ``numbers(text)``."""
    return [list(candidate.values) for candidate in alternatives(text)]


def alternatives(text: str) -> list[Candidate]:
    """``candidates`` with their segments, costs and the fork each took."""
    best, forks = parse(text)
    found = {tuple(segment.digits for segment in best): Candidate(tuple(best), 0.0, "")}
    for cost, fork in sorted((_cost(fork, best), fork) for fork in forks):
        other, _ = parse(text, frozenset((fork,)))
        candidate = Candidate(tuple(other), cost, fork)
        found.setdefault(candidate.values, candidate)
    return list(found.values())


def _cost(fork: str, best: list[Segment]) -> float:
    if fork == "point" and len(best) == 1 and "lone last digit" in best[0].why:
        return LONE_DIGIT_POINT
    return COST[fork]


def pool(hypotheses: Iterable[tuple[str, float]]) -> list[Candidate]:
    """The candidates of several hypotheses of one utterance, (text, confidence 0…1) each, best first.

    A value list that several hypotheses agree on gathers their weight; its segments are those of the most likely one.
    Parse an Alice ``command`` and its ``original_utterance``, or Vosk's alternatives, together.
    """
    weights: dict[tuple[str, ...], float] = {}
    best: dict[tuple[str, ...], Candidate] = {}
    for text, confidence in hypotheses:
        heard = -HEARING_WEIGHT * log(max(confidence, LEAST_CONFIDENCE))
        for candidate in alternatives(text):
            cost = candidate.cost + heard
            weights[candidate.values] = weights.get(candidate.values, 0.0) + exp(-cost)
            if candidate.values not in best or cost < best[candidate.values].cost:
                best[candidate.values] = Candidate(candidate.segments, cost, candidate.why)
    pooled = [Candidate(one.segments, -log(weights[one.values]), one.why) for one in best.values()]
    return sorted(pooled, key=lambda candidate: candidate.cost)


def misheard(text: str) -> list[Candidate]:
    """What the text would say if one number word were its neighbour in sound («семьдесят» for «шестьдесят»).

    For a question only («семьдесят или шестьдесят?»), when the meter's history makes the heard value implausible.
    """
    words = split(text)
    found: dict[tuple[str, ...], Candidate] = {}
    for i, word in enumerate(words):
        for other in _confused().get(word, ()):
            segments, _ = parse(" ".join([*words[:i], other, *words[i + 1 :]]))
            candidate = Candidate(tuple(segments), MISHEARD, f"{word} for {other}")
            found.setdefault(candidate.values, candidate)
    return list(found.values())


@cache
def _confused() -> dict[str, tuple[str, ...]]:
    pairs: dict[str, tuple[str, ...]] = {}
    for line in data.lines("confused.tsv"):
        one, other = line.split("\t")
        pairs[one] = (*pairs.get(one, ()), other)
        pairs[other] = (*pairs.get(other, ()), one)
    return pairs
