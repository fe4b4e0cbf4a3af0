"""Ordering candidate readings by what the meter can show and is likely to show."""

from collections.abc import Sequence
from decimal import Decimal
from math import log
from typing import NamedTuple

from speech.numerals.candidates import Candidate

SPREAD = 1.3
"""Standard deviation of the logarithm of a household's use against its habit: a fourfold month is still common."""
BACKWARDS = 8.0
"""Cost of a reading below the previous one: a replaced meter or a mistake, rare but possible."""
ROLLOVER = 3.0
"""Cost of a dial that passed its last number."""
ODD_WIDTH = 2.0
"""Cost of leading zeros said that do not fill the dial."""
RED_DIGITS = 0.5
"""Cost of reading the red digits of the dial into the whole number."""
SEVERAL = 4.0
"""Cost of several values where one dial was asked for."""
SURE_MARGIN = 1.5


class Dial(NamedTuple):
    """What a meter's dial shows: digits before the point and (red) digits after it."""

    whole: int
    fraction: int = 0


class Ranked(NamedTuple):
    """One possible reading of the dial."""

    value: Decimal
    cost: float
    """Lower is likelier; a difference is one of negative log likelihood."""
    why: tuple[str, ...]
    sure: bool
    """Book it without a question: clearly better than the next, from exact words, nothing corrected."""


def rank(
    candidates: Sequence[Candidate | Sequence[str]],
    dial: Dial,
    previous: Decimal | None = None,
    daily_use: Decimal | None = None,
    days: int = 30,
) -> list[Ranked]:
    """The readings the dial can show, likeliest first; empty when no candidate fits it.

    ``candidates`` are those of ``alternatives``, ``pool`` or plain ``candidates`` (best first); ``previous`` is the
    last accepted reading, ``daily_use`` the usual use a day in the meter's unit, ``days`` the days since ``previous``.
    """
    best: dict[Decimal, tuple[float, tuple[str, ...], bool]] = {}
    for place, candidate in enumerate(candidates):
        if isinstance(candidate, Candidate):
            values, base, doubtful = candidate.values, candidate.cost, _doubtful(candidate)
            reasons: tuple[str, ...] = (candidate.why,) if candidate.why else ()
        else:
            values, base, doubtful, reasons = tuple(candidate), float(place), False, ()
        several = SEVERAL * (len(values) - 1)
        for text in values:
            for value, extra, why in _on_dial(text, dial):
                cost, history = _history_cost(value, dial, previous, daily_use, days)
                total = base + several + extra + cost
                if value not in best or total < best[value][0]:
                    best[value] = (total, (*reasons, *why, *history), doubtful)
    ordered = sorted(best.items(), key=lambda entry: entry[1][0])
    return [
        Ranked(value, cost, why, i == 0 and not doubtful and _clear(ordered, previous))
        for i, (value, (cost, why, doubtful)) in enumerate(ordered)
    ]


def _doubtful(candidate: Candidate) -> bool:
    return any(segment.repaired or segment.corrected for segment in candidate.segments)


def _clear(ordered: list[tuple[Decimal, tuple[float, tuple[str, ...], bool]]], previous: Decimal | None) -> bool:
    value, (cost, _, _) = ordered[0]
    backwards = previous is not None and value < previous
    return not backwards and (len(ordered) == 1 or ordered[1][1][0] - cost >= SURE_MARGIN)


def _on_dial(text: str, dial: Dial) -> list[tuple[Decimal, float, tuple[str, ...]]]:
    """The values the dial could show for what was said: as said, and with the red digits read into the whole."""
    whole, _, fraction = text.partition(".")
    if text.startswith("-") or len(fraction.rstrip("0")) > dial.fraction:
        return []
    zeros = whole != "0" and whole.startswith("0")
    found: list[tuple[Decimal, float, tuple[str, ...]]] = []
    if len(whole.lstrip("0")) <= dial.whole:
        odd = zeros and len(whole) != dial.whole
        found.append((Decimal(text), ODD_WIDTH if odd else 0.0, ("width does not fit",) if odd else ()))
    if dial.fraction and not fraction and len(whole) == dial.whole + dial.fraction:
        found.append((Decimal(whole).scaleb(-dial.fraction), RED_DIGITS, ("red digits read too",)))
    return found


def _history_cost(
    value: Decimal, dial: Dial, previous: Decimal | None, daily_use: Decimal | None, days: int
) -> tuple[float, tuple[str, ...]]:
    if previous is None:
        return 0.0, ()
    use = value - previous
    full = Decimal(10) ** dial.whole
    if use < 0:
        around = use + full
        if around < full / 10 and previous > full * 9 / 10:
            return ROLLOVER + _use_cost(around, daily_use, days), ("dial passed its last number",)
        return BACKWARDS, ("below the previous reading",)
    return _use_cost(use, daily_use, days), ()


def _use_cost(use: Decimal, daily_use: Decimal | None, days: int) -> float:
    """A wide log-normal around the habit; half a unit keeps an empty flat's zero finite."""
    if daily_use is None:
        return 0.0
    usual = max(daily_use * max(days, 1), Decimal("0.5"))
    ratio = log(float((use + Decimal("0.5")) / (usual + Decimal("0.5"))))
    return 0.5 * (ratio / SPREAD) ** 2
