"""What a month of a service costs: the formulas of ПП РФ 06.05.2011 № 354. Pure functions, one a way of reckoning.

Every line explains itself: `explanation` is plain JSON with the basis, the parts (volume × price) and what they rest
on, decimals as strings. Roubles are rounded to kopecks once a line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billing import law
from billing.resources import Zone
from billing.tariffs import PricedPart, Prices, kopecks, priced, total

SEVEN_PLACES = Decimal("0.0000001")
LITRE = Decimal("0.001")


class NoTariff(LookupError):
    """A service has no price for the month."""


@dataclass(frozen=True)
class Line:
    """One service of a bill. charged includes excess; method M meter, A average, N norm, O other; see ReceiptLine."""

    code: str
    title: str
    method: str
    volume: Decimal
    price: Decimal | None
    charged: int
    explanation: dict[str, Any]
    volume_kind: str = "I"
    multiplier: Decimal = Decimal(1)
    excess: int = 0
    recalculated: int = 0


@dataclass(frozen=True)
class MeterVolume:
    """A meter's share of a month. how: reading, average or norm."""

    meter_id: int
    zone: str
    volume: Decimal
    how: str = "reading"


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


def by_zone(meters: Iterable[MeterVolume]) -> dict[str, Decimal]:
    """Volumes of all meters together, by zone."""
    volumes: dict[str, Decimal] = {}
    for one in meters:
        volumes[one.zone] = volumes.get(one.zone, Decimal(0)) + one.volume
    return volumes


def cost(code: str, volumes: Mapping[str, Decimal], prices: Prices) -> int:
    """Kopecks of a month's volumes by zone. Raises NoTariff."""
    return total(_priced(code, volumes, prices))


def metered(code: str, title: str, meters: Sequence[MeterVolume], prices: Prices) -> Line:
    """P = V × T, by zones and ranges; V read from meters or the average of past months (п. 42, 59)."""
    volumes = by_zone(meters)
    parts = _priced(code, volumes, prices)
    estimated = any(one.how == "average" for one in meters)
    explanation = {
        "basis": "average" if estimated else "meter",
        "parts": [_part(part) for part in parts],
        "meters": [_meter(one) for one in meters],
    }
    return Line(
        code,
        title,
        "A" if estimated else "M",
        sum(volumes.values(), Decimal(0)),
        parts[0].price if len({part.price for part in parts}) == 1 else None,
        total(parts),
        explanation,
    )


def by_norm(
    code: str,
    title: str,
    count: Decimal,
    unit: str,
    norm: Decimal,
    prices: Prices,
    multiplier: Decimal = Decimal(1),
    meters: Sequence[MeterVolume] = (),
) -> Line:
    """P = n × N × T, times the multiplier where a meter is possible; the excess is shown apart.

    count: people, or square metres when unit is "m2"; meters: those whose readings are missing, so that the month can
    be reckoned anew when they come.
    """
    volume = (count * norm).quantize(SEVEN_PLACES, ROUND_HALF_UP)
    parts = _priced(code, {Zone.SINGLE.value: volume}, prices)
    charged = kopecks(sum((part.roubles for part in parts), Decimal(0)) * multiplier)
    explanation = {
        "basis": "norm",
        "unit": unit,
        "count": f"{count:f}",
        "norm": f"{norm:f}",
        "multiplier": f"{multiplier:f}",
        "parts": [_part(part) for part in parts],
        "meters": [_meter(one) for one in meters],
    }
    price = parts[0].price if len(parts) == 1 else None
    excess = charged - total(parts)
    return Line(code, title, "N", volume, price, charged, explanation, multiplier=multiplier, excess=excess)


def two_component(
    code: str, title: str, meters: Sequence[MeterVolume], carrier: Prices, heat_norm: Decimal, heat: Prices
) -> Line:
    """Hot water in two components: the water itself, and the heat that warms it (норматив Гкал на м³)."""
    volume = sum((one.volume for one in meters), Decimal(0))
    water = _priced("HOT_WATER_CARRIER", {Zone.SINGLE.value: volume}, carrier)
    warmth = _priced("HEAT", {Zone.SINGLE.value: volume * heat_norm}, heat)
    estimated = any(one.how == "average" for one in meters)
    explanation = {
        "basis": "hot_two_component",
        "heat_norm": f"{heat_norm:f}",
        "parts": [_part(part) for part in water],
        "heat_parts": [_part(part) for part in warmth],
        "meters": [_meter(one) for one in meters],
    }
    return Line(code, title, "A" if estimated else "M", volume, None, total([*water, *warmth]), explanation)


def sewage(code: str, title: str, water: Sequence[Line], prices: Prices) -> Line:
    """Wastewater: all the cold and hot water, where it has no meter of its own."""
    volume = sum((line.volume for line in water), Decimal(0))
    method = "N" if any(line.method == "N" for line in water) else "M"
    method = "A" if method == "M" and any(line.method == "A" for line in water) else method
    parts = _priced(code, {Zone.SINGLE.value: volume}, prices)
    explanation = {
        "basis": "sewage",
        "water": {line.code: str(line.volume) for line in water},
        "parts": [_part(part) for part in parts],
    }
    return Line(code, title, method, volume, parts[0].price, total(parts), explanation)


def flat_rate(code: str, title: str, basis: str, amount: Decimal, prices: Prices) -> Line:
    """Price times the flat's area, the people in it, or one."""
    parts = _priced(code, {Zone.SINGLE.value: amount}, prices)
    explanation = {"basis": basis, "amount": str(amount), "parts": [_part(part) for part in parts]}
    return Line(code, title, "O", amount, parts[0].price, total(parts), explanation)


def common(code: str, title: str, area: Decimal, norm: Decimal, prices: Prices) -> Line:
    """Common house needs (КР на СОИ, formerly ОДН): norm a square metre times the flat's area (ЖК ст. 156 ч. 9.2)."""
    volume = (area * norm).quantize(SEVEN_PLACES, ROUND_HALF_UP)
    parts = _priced(code, {Zone.SINGLE.value: volume}, prices)
    explanation = {
        "basis": "common",
        "area": str(area),
        "norm": str(norm),
        "parts": [_part(part) for part in parts],
    }
    return Line(code, title, "N", volume, parts[0].price, total(parts), explanation, volume_kind="O")


def average_volume(months: Sequence[Decimal]) -> Decimal | None:
    """Average month (п. 59) of past monthly volumes, newest first: of six, of at least three; None with fewer."""
    rule = law.estimates()
    used = months[: rule.average_of_months]
    if len(used) < rule.average_at_least:
        return None
    return (sum(used, Decimal(0)) / len(used)).quantize(LITRE, ROUND_HALF_UP)


def spread(volume: Decimal, months: int) -> tuple[Decimal, Decimal]:
    """A volume read after several months: for each earlier month, and for the last one (which takes the rest)."""
    each = (volume / months).quantize(LITRE, ROUND_HALF_UP)
    return each, volume - each * (months - 1)


def correct(
    past: Past, real: Mapping[tuple[int, str], Decimal], cost: Callable[[Mapping[str, Decimal]], int]
) -> Correction:
    """A month charged by estimate, reckoned anew: real volumes by (meter, zone) take the place of the estimates.

    cost: kopecks of the service's volumes by zone in that month.
    """
    kept = [one for one in past.meters if (one.meter_id, one.zone) not in real]
    meters = [*kept, *(MeterVolume(meter_id, zone, volume) for (meter_id, zone), volume in real.items())]
    volumes = by_zone(meters)
    volume = sum(volumes.values(), Decimal(0))
    return Correction(past.period, past.charged, cost(volumes), past.volume, volume, tuple(meters))


def with_corrections(line: Line, corrections: Sequence[Correction]) -> Line:
    """The line with the recalculation (перерасчёт) of past months and its explanation."""
    if not corrections:
        return line
    listed = [
        {
            "period": one.period.isoformat(),
            "was": one.was,
            "now": one.now,
            "volume": str(one.volume),
            "meters": [_meter(meter) for meter in one.meters],
        }
        for one in corrections
    ]
    recalculated = sum(one.now - one.was for one in corrections)
    return replace(line, recalculated=recalculated, explanation=line.explanation | {"recalculation": listed})


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split kopecks in proportion to non-negative weights, to the kopeck: the largest remainders get the rest."""
    whole = sum(weights)
    if whole == 0:
        return [amount, *[0] * (len(weights) - 1)] if weights else []
    exact = [abs(amount) * weight for weight in weights]
    shares = [part // whole for part in exact]
    rest = abs(amount) - sum(shares)
    for at in sorted(range(len(weights)), key=lambda at: (-(exact[at] % whole), at))[:rest]:
        shares[at] += 1
    return shares if amount >= 0 else [-share for share in shares]


def _priced(code: str, volumes: Mapping[str, Decimal], prices: Prices) -> list[PricedPart]:
    parts = priced(volumes, prices)
    if not parts:
        raise NoTariff(f"no tariff for {code} {', '.join(volumes)}")
    return parts


def _part(part: PricedPart) -> dict[str, str]:
    return {"zone": part.zone, "volume": f"{part.volume:f}", "price": f"{part.price:f}"}


def _meter(one: MeterVolume) -> dict[str, Any]:
    return {"meter_id": one.meter_id, "zone": one.zone, "volume": f"{one.volume:f}", "how": one.how}
