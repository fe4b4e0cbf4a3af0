"""Why a bill is more or less than the one before: a split of the difference that adds up to the kopeck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlmodel import Session

from billing import receipts
from billing.tables import Receipt, ReceiptLine


@dataclass(frozen=True)
class ServiceChange:
    """One service, kopecks: volume + tariff + multiplier + recalculation + privilege + penalty = total.

    Volumes are in the service's unit, None where the service was not on that bill. explanation: the line's own on the
    newer bill, with why the norm was charged, the months of a recalculation and the privilege; empty when it is gone.
    """

    code: str
    title: str
    volume_before: Decimal | None
    volume_now: Decimal | None
    volume: int
    tariff: int
    multiplier: int
    recalculation: int
    privilege: int
    penalty: int
    explanation: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.volume + self.tariff + self.multiplier + self.recalculation + self.privilege + self.penalty


@dataclass(frozen=True)
class Difference:
    """total = to_pay now − to_pay before = volume + tariff + multiplier + recalculation + privilege + penalty + debt.

    debt: the change of what was carried over and not paid; services: largest change first.
    """

    total: int
    volume: int
    tariff: int
    multiplier: int
    recalculation: int
    privilege: int
    penalty: int
    debt: int
    services: tuple[ServiceChange, ...]


def explain(
    receipt: Receipt, previous: Receipt, lines: Sequence[ReceiptLine], previous_lines: Sequence[ReceiptLine]
) -> Difference:
    """Compare two receipts of an account, with their lines."""
    now = {line.code: line for line in lines}
    before = {line.code: line for line in previous_lines}
    changes = [_change(code, before.get(code), now.get(code)) for code in {**now, **before}]
    changes.sort(key=lambda change: -abs(change.total))
    debt = (receipt.opening_kopecks - receipt.paid_kopecks) - (previous.opening_kopecks - previous.paid_kopecks)
    return Difference(
        total=receipt.to_pay_kopecks - previous.to_pay_kopecks,
        volume=sum(change.volume for change in changes),
        tariff=sum(change.tariff for change in changes),
        multiplier=sum(change.multiplier for change in changes),
        recalculation=sum(change.recalculation for change in changes),
        privilege=sum(change.privilege for change in changes),
        penalty=sum(change.penalty for change in changes),
        debt=debt,
        services=tuple(change for change in changes if change.total or change.volume),
    )


def explain_latest(db: Session, account_id: int) -> Difference | None:
    """Why the newest bill differs from the one before; None when there are not two."""
    newest = receipts.history(db, account_id, limit=2)
    if len(newest) < 2:
        return None
    now, before = newest
    return explain(now, before, receipts.lines(db, now.id), receipts.lines(db, before.id))


def _change(code: str, before: ReceiptLine | None, now: ReceiptLine | None) -> ServiceChange:
    """Volume at the old price, then the price; a service that came or went is all volume."""
    base_before = before.charged_kopecks - before.excess_kopecks if before else 0
    base_now = now.charged_kopecks - now.excess_kopecks if now else 0
    volume = _volume_effect(before, now, base_before, base_now)
    line = now or before
    assert line is not None  # noqa: S101 - a code comes from one of the two
    return ServiceChange(
        code=code,
        title=line.title,
        volume_before=before.volume if before else None,
        volume_now=now.volume if now else None,
        volume=volume,
        tariff=base_now - base_before - volume,
        multiplier=_field(now, "excess_kopecks") - _field(before, "excess_kopecks"),
        recalculation=_field(now, "recalculated_kopecks") - _field(before, "recalculated_kopecks"),
        privilege=_field(before, "privilege_kopecks") - _field(now, "privilege_kopecks"),
        penalty=_field(now, "penalty_kopecks") - _field(before, "penalty_kopecks"),
        explanation=now.explanation if now else {},
    )


def _volume_effect(before: ReceiptLine | None, now: ReceiptLine | None, base_before: int, base_now: int) -> int:
    """Kopecks that the change of volume alone makes, zone by zone where both bills show zones."""
    if before is None or now is None or before.volume == 0 or now.volume == 0:
        return base_now - base_before
    was, is_now = _by_zone(before), _by_zone(now)
    if not was or not is_now or was.keys() != is_now.keys():
        return _kopecks(Decimal(base_before) / before.volume * (now.volume - before.volume))
    if all(_price(was[zone]) == _price(is_now[zone]) for zone in was):
        return base_now - base_before
    return _kopecks(sum(((is_now[zone][0] - was[zone][0]) * _price(was[zone]) * 100 for zone in was), Decimal(0)))


def _by_zone(line: ReceiptLine) -> dict[str, tuple[Decimal, Decimal]]:
    """Volume and roubles of each zone."""
    zones: dict[str, tuple[Decimal, Decimal]] = {}
    parts: Sequence[Mapping[str, str]] = line.explanation.get("parts", ())
    for part in parts if "heat_parts" not in line.explanation else ():
        volume, price = Decimal(part["volume"]), Decimal(part["price"])
        known = zones.get(part["zone"], (Decimal(0), Decimal(0)))
        zones[part["zone"]] = (known[0] + volume, known[1] + volume * price)
    return zones


def _price(zone: tuple[Decimal, Decimal]) -> Decimal:
    """Average price of a zone; 0 when nothing was used."""
    return zone[1] / zone[0] if zone[0] else Decimal(0)


def _kopecks(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _field(line: ReceiptLine | None, name: str) -> int:
    return int(getattr(line, name)) if line else 0
