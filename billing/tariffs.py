"""Prices (тарифы) and what a volume costs: zones, ranges, validity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import bindparam, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from billing.prepared import Prepared, Row
from billing.resources import Zone
from billing.tables import Norm, Tariff


@dataclass(frozen=True)
class Step:
    """Price of a unit above a monthly volume. volumes in the resource's unit, price in roubles."""

    above: Decimal
    price: Decimal


CARRIER = "HOT_WATER_CARRIER"
_TARIFFS = Prepared(
    columns(
        col(Tariff.group), col(Tariff.zone), col(Tariff.range_from), col(Tariff.price), col(Tariff.valid_from)
    ).where(
        col(Tariff.organization_id) == bindparam("organization_id"),
        col(Tariff.resource) == bindparam("resource"),
        col(Tariff.group).in_((bindparam("group"), "")),
        col(Tariff.valid_from) <= bindparam("on"),
        or_(col(Tariff.valid_to).is_(None), col(Tariff.valid_to) >= bindparam("on")),
    )
)
Priced = Tariff | Row
"""A tariff, or its columns of `_TARIFFS`."""
Prices = Mapping[str, tuple[Step, ...]]
"""Steps in rising order for every zone."""


@dataclass(frozen=True)
class PricedPart:
    """A part of a volume with one price: what a bill's line is made of."""

    zone: str
    volume: Decimal
    price: Decimal

    @property
    def roubles(self) -> Decimal:
        return self.volume * self.price


def kopecks(roubles: Decimal) -> int:
    """Roubles to whole kopecks, half up."""
    return int((roubles * 100).quantize(Decimal(1), ROUND_HALF_UP))


def total(parts: Iterable[PricedPart]) -> int:
    """Kopecks for all parts, rounded once."""
    return kopecks(sum((part.roubles for part in parts), Decimal(0)))


def prices_from(rows: Iterable[Priced]) -> Prices:
    """Steps by zone from tariff rows of one resource, group and day.

    A row for the first range begins a new scale of its zone: ranges of an earlier scale end with it.
    """
    newest: dict[tuple[str, Decimal], Priced] = {}
    for row in rows:
        known = newest.get((row.zone, row.range_from))
        if known is None or known.valid_from < row.valid_from:
            newest[row.zone, row.range_from] = row
    begun = {zone: row.valid_from for (zone, above), row in newest.items() if above == 0}
    newest = {key: row for key, row in newest.items() if row.valid_from >= begun.get(key[0], row.valid_from)}
    prices: dict[str, tuple[Step, ...]] = {}
    for (zone, above), row in sorted(newest.items()):
        prices[zone] = (*prices.get(zone, ()), Step(above, row.price))
    return prices


def priced(volumes: Mapping[str, Decimal], prices: Prices) -> list[PricedPart] | None:
    """Split a month's volumes by zone and range; None when a zone has no price.

    Ranges hold for the total of all zones, and every zone is split in the same proportion.
    """
    total = sum(volumes.values(), Decimal(0))
    parts: list[PricedPart] = []
    for zone, volume in volumes.items():
        steps = prices.get(zone) or prices.get(Zone.SINGLE)
        if steps is None:
            return None
        parts += _by_range(zone, volume, total, steps)
    return parts


def _by_range(zone: str, volume: Decimal, total: Decimal, steps: tuple[Step, ...]) -> list[PricedPart]:
    if total <= 0 or len(steps) == 1:
        return [PricedPart(zone, volume, steps[0].price)]
    parts = []
    left = volume
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        if total <= step.above:
            break
        last = following is None or total <= following.above
        upper = total if following is None else min(total, following.above)
        share = left if last else ((upper - step.above) * volume / total).quantize(Decimal("0.0000001"))
        parts.append(PricedPart(zone, share, step.price))
        left -= share
    return parts


def prices_on(db: Session, organization_id: int, resource: str, on: date, group: str = "") -> Prices:
    """Prices of a company's resource on a day, for a group of flats ("" for the usual ones); empty when it has none."""
    scope = {"organization_id": organization_id, "resource": resource, "on": on, "group": group}
    return prices_from(of_group(_TARIFFS.run(db, scope), group))


def of_group(rows: Iterable[Priced], group: str) -> list[Priced]:
    """The rows of a group, or the general ones where the group has none of its own."""
    listed = list(rows)
    return [row for row in listed if row.group == group] or [row for row in listed if row.group == ""]


def cost(
    db: Session, organization_id: int, resource: str, volumes: Mapping[str, Decimal], on: date, group: str = ""
) -> int | None:
    """Kopecks for a month's volumes by zone at the prices of a day; None without a tariff."""
    parts = priced(volumes, prices_on(db, organization_id, resource, on, group))
    if not parts and resource == "HOT_WATER":
        parts = _two_component(db, organization_id, sum(volumes.values(), Decimal(0)), on, group)
    return total(parts) if parts else None


def _two_component(db: Session, organization_id: int, volume: Decimal, on: date, group: str) -> list[PricedPart] | None:
    """Hot water where it has no price of its own: the carrier, and the heat that warms it (see `billing.charges`)."""
    norms = select(Norm).where(
        Norm.organization_id == organization_id, Norm.resource == "HEAT", Norm.unit == "m3", Norm.valid_from <= on
    )
    norm = db.exec(norms.order_by(col(Norm.valid_from).desc()).limit(1)).first()
    if norm is None:
        return None
    single = Zone.SINGLE.value
    carrier = priced({single: volume}, prices_on(db, organization_id, CARRIER, on, group))
    heat = priced({single: volume * norm.value}, prices_on(db, organization_id, "HEAT", on, group))
    return [*carrier, *heat] if carrier and heat else None
