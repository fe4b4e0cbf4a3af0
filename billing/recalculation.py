"""Перерасчёт: months that were charged by estimate, by mistake of the law's kind or by a norm, reckoned anew.

Pure functions. A correction says why (`reason`): readings — they came late; interference — an act of п. 62; year — the
house's meter has shown what the common needs or the heating of last year were.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any, Literal

from billing import law
from billing.charges import Line, MeterVolume, by_zone, meter_facts

LITRE = Decimal("0.001")
Reason = Literal["readings", "interference", "year"]
Real = Mapping[tuple[int, str], Decimal | None]
"""Volumes that meters have shown, by meter and zone; None: not charged by that meter, another was in its place."""


@dataclass(frozen=True)
class Past:
    """A month charged before: what was charged in the end, and by which meters and volumes."""

    period: date
    charged: int
    volume: Decimal
    meters: tuple[MeterVolume, ...] = ()


@dataclass(frozen=True)
class Correction:
    """A past month reckoned anew: kopecks before and after, and the volume before and after."""

    period: date
    was: int
    now: int
    volume_was: Decimal
    volume: Decimal
    meters: tuple[MeterVolume, ...] = ()
    reason: Reason = "readings"


def average_volume(months: Sequence[Decimal]) -> Decimal | None:
    """Average month (п. 59) of past monthly volumes, newest first: of six, of at least three; None with fewer."""
    rule = law.estimates()
    used = months[: rule.average_of_months]
    if len(used) < rule.average_at_least:
        return None
    return (sum(used, Decimal(0)) / len(used)).quantize(LITRE, ROUND_HALF_UP)


def spread(volume: Decimal, months: int) -> tuple[Decimal, Decimal]:
    """A volume read after several months: for each earlier month, and for the last one (which takes the rest).

    Rounded down, so that of a few litres over many months no part is below zero.
    """
    each = (volume / months).quantize(LITRE, ROUND_DOWN)
    return each, volume - each * (months - 1)


def correct(past: Past, real: Real, cost: Callable[[Mapping[str, Decimal]], int]) -> Correction:
    """A month charged by estimate, reckoned anew: real volumes by (meter, zone) take the place of the estimates.

    cost: kopecks of the service's volumes by zone in that month.
    """
    meters = _with(past, real)
    volumes = by_zone(meters)
    return Correction(past.period, past.charged, cost(volumes), past.volume, sum(volumes.values(), Decimal(0)), meters)


def correct_share(past: Past, real: Real, cost: Callable[[Decimal], int]) -> Correction:
    """The same for a service that meters make only a part of (heating): the rest of its volume stays."""
    meters = _with(past, real)
    change = sum((one.volume for one in meters), Decimal(0)) - sum((one.volume for one in past.meters), Decimal(0))
    volume = max(Decimal(0), past.volume + change)
    return Correction(past.period, past.charged, cost(volume), past.volume, volume, meters)


def _with(past: Past, real: Real) -> tuple[MeterVolume, ...]:
    kept = (one for one in past.meters if (one.meter_id, one.zone) not in real)
    shown = (MeterVolume(*which, volume) for which, volume in real.items() if volume is not None)
    return (*kept, *shown)


def with_corrections(line: Line, corrections: Sequence[Correction]) -> Line:
    """The line with the recalculation of past months and its explanation; those that change nothing are left out."""
    listed = [one for one in corrections if one.now != one.was or one.volume != one.volume_was]
    if not listed:
        return line
    explained = [
        {
            "period": one.period.isoformat(),
            "was": one.was,
            "now": one.now,
            "volume_was": f"{one.volume_was:f}",
            "volume": f"{one.volume:f}",
            "meters": [meter_facts(meter) for meter in one.meters],
            "reason": one.reason,
        }
        for one in listed
    ]
    recalculated = sum(one.now - one.was for one in listed)
    return replace(line, recalculated=recalculated, explanation=line.explanation | {"recalculation": explained})


def past_from(period: date, charged: int, volume: Decimal, facts: Mapping[str, Any]) -> Past:
    """A past month from what a receipt keeps: `facts` is a line's explanation, or an entry of its recalculation."""
    meters = (
        MeterVolume(one["meter_id"], one["zone"], Decimal(one["volume"]), one["how"], one.get("final", False))
        for one in facts.get("meters", ())
    )
    return Past(period, charged, volume, tuple(meters))
