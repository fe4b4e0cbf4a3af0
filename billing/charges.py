"""What a month of a service costs: the formulas of ПП РФ 06.05.2011 № 354. Pure functions, one a way of reckoning.

Heating has its own in `billing.heating`, past months are reckoned anew in `billing.recalculation`.

Every line explains itself: `explanation` is plain JSON with the basis, the parts (volume × price) and what they rest
on, decimals as strings. Roubles are rounded to kopecks once a line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billing.resources import Zone
from billing.tariffs import CARRIER, PricedPart, Prices, kopecks, priced, total

SEVEN_PLACES = Decimal("0.0000001")


class NoTariff(LookupError):
    """A service has no price for the month."""


@dataclass(frozen=True)
class Line:
    """One service of a bill. charged includes excess; method M meter, A average, N norm, O other; see ReceiptLine.

    privilege lowers the bill, compensation is paid apart, see `billing.benefits`.
    """

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
    privilege: int = 0
    compensation: int = 0


@dataclass(frozen=True)
class MeterVolume:
    """A meter's share of a month. how: reading, average or norm; final: the law takes no reading for the month, so
    that none will bring a recalculation (a failed meter, a refused check, an interference)."""

    meter_id: int
    zone: str
    volume: Decimal
    how: str = "reading"
    final: bool = False


@dataclass(frozen=True)
class NormCount:
    """Whom a norm is counted for: so many people, or square metres (unit m2)."""

    count: Decimal
    unit: str
    norm: Decimal


@dataclass(frozen=True)
class Warmth:
    """The heat of a cubic metre of hot water: norm in Гкал, prices of heat."""

    norm: Decimal
    prices: Prices


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
        "parts": [part_facts(part) for part in parts],
        "meters": [meter_facts(one) for one in meters],
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
    people: NormCount,
    prices: Prices,
    multiplier: Decimal = Decimal(1),
    why: str = "no_meter",
    meters: Sequence[MeterVolume] = (),
    warmth: Warmth | None = None,
) -> Line:
    """P = n × N × T, times the multiplier where a meter is possible; the excess is shown apart.

    why: no_meter, no_readings (for more than three months), no_history (of too few months for an average), failed,
    no_access or interference; meters: those the norm stands for, so that the month can be reckoned anew when their
    readings come; warmth: of hot water in two components.
    """
    volume = (people.count * people.norm).quantize(SEVEN_PLACES, ROUND_HALF_UP)
    parts = _priced(code, {Zone.SINGLE.value: volume}, prices)
    heat_parts = _warmed(volume, warmth)
    plain = sum((part.roubles for part in [*parts, *heat_parts]), Decimal(0))
    charged = kopecks(plain * multiplier)
    explanation = {
        "basis": "norm",
        "why": why,
        "unit": people.unit,
        "count": f"{people.count:f}",
        "norm": f"{people.norm:f}",
        "multiplier": f"{multiplier:f}",
        "parts": [part_facts(part) for part in parts],
        "meters": [meter_facts(one) for one in meters],
    }
    if heat_parts:
        explanation["heat_parts"] = [part_facts(part) for part in heat_parts]
    price = parts[0].price if len(parts) == 1 and not heat_parts else None
    excess = charged - kopecks(plain)
    return Line(code, title, "N", volume, price, charged, explanation, multiplier=multiplier, excess=excess)


def two_component(code: str, title: str, meters: Sequence[MeterVolume], carrier: Prices, warmth: Warmth) -> Line:
    """Hot water in two components: the water itself, and the heat that warms it (норматив Гкал на м³)."""
    volume = sum((one.volume for one in meters), Decimal(0))
    water = _priced(CARRIER, {Zone.SINGLE.value: volume}, carrier)
    heat = _warmed(volume, warmth)
    estimated = any(one.how == "average" for one in meters)
    explanation = {
        "basis": "hot_two_component",
        "heat_norm": f"{warmth.norm:f}",
        "parts": [part_facts(part) for part in water],
        "heat_parts": [part_facts(part) for part in heat],
        "meters": [meter_facts(one) for one in meters],
    }
    return Line(code, title, "A" if estimated else "M", volume, None, total([*water, *heat]), explanation)


def sewage(code: str, title: str, water: Sequence[Line], prices: Prices) -> Line:
    """Wastewater: all the cold and hot water, where it has no meter of its own."""
    volume = sum((line.volume for line in water), Decimal(0))
    method = "N" if any(line.method == "N" for line in water) else "M"
    method = "A" if method == "M" and any(line.method == "A" for line in water) else method
    parts = _priced(code, {Zone.SINGLE.value: volume}, prices)
    explanation = {
        "basis": "sewage",
        "water": {line.code: str(line.volume) for line in water},
        "parts": [part_facts(part) for part in parts],
    }
    return Line(code, title, method, volume, parts[0].price, total(parts), explanation)


def flat_rate(code: str, title: str, basis: str, amount: Decimal, prices: Prices) -> Line:
    """Price times the flat's area, the people in it, or one."""
    parts = _priced(code, {Zone.SINGLE.value: amount}, prices)
    explanation = {"basis": basis, "amount": str(amount), "parts": [part_facts(part) for part in parts]}
    return Line(code, title, "O", amount, parts[0].price, total(parts), explanation)


def common(code: str, title: str, area: Decimal, norm: Decimal, prices: Prices) -> Line:
    """Common house needs (КР на СОИ, formerly ОДН): norm a square metre times the flat's area (ЖК ст. 156 ч. 9.2)."""
    volume = (area * norm).quantize(SEVEN_PLACES, ROUND_HALF_UP)
    facts = {"basis": "common", "area": f"{area:f}", "norm": f"{norm:f}"}
    return of_house(code, title, volume, prices, facts, method="N")


def common_share(code: str, title: str, area: Decimal, house_area: Decimal, needs: Decimal, prices: Prices) -> Line:
    """Common needs as the house's meter showed them: the flat's share is S / ΣS."""
    facts = {"basis": "common_by_meter", "area": f"{area:f}", "house_area": f"{house_area:f}", "needs": f"{needs:f}"}
    return of_house(code, title, share(needs, area, house_area), prices, facts, method="M")


def share(volume: Decimal, area: Decimal, house_area: Decimal) -> Decimal:
    """A flat's part of a house's volume, by area; to seven places."""
    return (volume * area / house_area).quantize(SEVEN_PLACES, ROUND_HALF_UP)


def of_house(code: str, title: str, volume: Decimal, prices: Prices, facts: Mapping[str, Any], method: str) -> Line:
    """A line of a volume that the whole house shares (volume_kind O). Raises NoTariff."""
    parts = _priced(code, {Zone.SINGLE.value: volume}, prices)
    explanation = {**facts, "parts": [part_facts(part) for part in parts]}
    return Line(code, title, method, volume, parts[0].price, total(parts), explanation, volume_kind="O")


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


def _warmed(volume: Decimal, warmth: Warmth | None) -> list[PricedPart]:
    return _priced("HEAT", {Zone.SINGLE.value: volume * warmth.norm}, warmth.prices) if warmth else []


def _priced(code: str, volumes: Mapping[str, Decimal], prices: Prices) -> list[PricedPart]:
    parts = priced(volumes, prices)
    if not parts:
        raise NoTariff(f"no tariff for {code} {', '.join(volumes)}")
    return parts


def part_facts(part: PricedPart) -> dict[str, str]:
    """A part as the explanation keeps it."""
    return {"zone": part.zone, "volume": f"{part.volume:f}", "price": f"{part.price:f}"}


def meter_facts(one: MeterVolume) -> dict[str, Any]:
    """A meter's share as the explanation keeps it."""
    facts = {"meter_id": one.meter_id, "zone": one.zone, "volume": f"{one.volume:f}", "how": one.how}
    return facts | {"final": True} if one.final else facts
