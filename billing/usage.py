"""What every meter gives to a month's bill: its reading or an estimate (ПП 354 п. 59), and what past months had."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, select

from billing import charges, law
from billing.charges import MeterVolume, Past
from billing.tables import Meter, Reading, Receipt, ReceiptLine, Register
from billing.windows import month_start

LOOK_BACK = 13
LIVE = ("submitted", "accepted")


@dataclass
class MeterMonth:
    """A meter in a month. read: consumption and months covered by zone, empty when nobody read it;

    history: monthly volumes by zone before this month, newest first; failed: its verification has run out.
    """

    account_id: int
    meter_id: int
    resource: str
    period: date
    zones: tuple[str, ...]
    failed: bool
    read: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    history: dict[str, list[Decimal]] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Read, and for this month alone: no past month matters."""
        return bool(self.read) and all(months == 1 for _, months in self.read.values())

    def volumes(self, past: Mapping[date, Past]) -> list[MeterVolume]:
        """What it gives to this month: of a reading over several estimated months, the last month's part."""
        if self.read:
            return [
                MeterVolume(self.meter_id, zone, charges.spread(volume, len(self._estimated(past, months)) + 1)[1])
                for zone, (volume, months) in self.read.items()
            ]
        averages = {zone: charges.average_volume(self.history.get(zone, [])) for zone in self.zones}
        known = {zone: volume for zone, volume in averages.items() if volume is not None}
        if len(known) < len(self.zones) or self._estimates_in_a_row(past) >= law.estimates().average_periods:
            return [MeterVolume(self.meter_id, zone, Decimal(0), "norm") for zone in self.zones]
        return [MeterVolume(self.meter_id, zone, volume, "average") for zone, volume in known.items()]

    def real_volumes_of(self, past: Mapping[date, Past]) -> dict[date, dict[tuple[int, str], Decimal]]:
        """For months charged by estimate: the part of the new reading that was used in them."""
        real: dict[date, dict[tuple[int, str], Decimal]] = defaultdict(dict)
        for zone, (volume, months) in self.read.items():
            estimated = self._estimated(past, months)
            each, _ = charges.spread(volume, len(estimated) + 1)
            for month in estimated:
                real[month][self.meter_id, zone] = each
        return real

    def _estimated(self, past: Mapping[date, Past], months: int) -> list[date]:
        """Months before this one that the reading covers and that were charged without it."""
        covered = (month_start(self.period, -ago) for ago in range(1, months))
        return [month for month in covered if month in past and self._was_estimated(past[month])]

    def _estimates_in_a_row(self, past: Mapping[date, Past]) -> int:
        count = 0
        while (month := month_start(self.period, -count - 1)) in past and self._was_estimated(past[month]):
            count += 1
        return count

    def _was_estimated(self, month: Past) -> bool:
        return any(one.meter_id == self.meter_id and one.how != "reading" for one in month.meters)


def meter_months(db: Session, account_ids: Sequence[int], period: date) -> list[MeterMonth]:
    """Every meter of the accounts that worked in a month (its first day)."""
    meters = db.exec(
        select(Meter)
        .where(col(Meter.account_id).in_(account_ids))
        .where(col(Meter.archived_on).is_(None) | (col(Meter.archived_on) >= period))
        .order_by(col(Meter.id))
    ).all()
    ids = [meter.id for meter in meters]
    zone_of: dict[int, str] = {}
    zones: dict[int, list[str]] = defaultdict(list)
    for row in db.exec(select(Register).where(col(Register.meter_id).in_(ids))).all():
        zone_of[row.id] = row.zone
        zones[row.meter_id].append(row.zone)
    read, installed = _read(db, ids, zone_of, period)
    found = [
        MeterMonth(
            account_id=meter.account_id,
            meter_id=meter.id,
            resource=meter.resource,
            period=period,
            zones=tuple(zones[meter.id]),
            failed=meter.next_verification_on is not None and meter.next_verification_on < period,
            read=read.get(meter.id, {}),
        )
        for meter in meters
        if meter.id in read or (meter.archived_on is None and meter.id not in installed)
    ]
    _add_history(db, [one for one in found if not one.read], {meter.id: meter.replaces_id for meter in meters})
    return found


def _read(
    db: Session, meter_ids: Sequence[int], zone_of: Mapping[int, str], period: date
) -> tuple[dict[int, dict[str, tuple[Decimal, int]]], set[int]]:
    """Consumption and months by meter and zone; and meters installed this month, which have counted nothing yet."""
    columns = (Reading.meter_id, Reading.register_id, Reading.kind, Reading.consumption, Reading.months)
    rows = db.execute(
        sqlalchemy.select(*columns).where(  # type: ignore[call-overload]  # SQLModel types a column as its value
            col(Reading.period) == period,
            col(Reading.meter_id).in_(meter_ids),
            col(Reading.status).in_(LIVE),
            col(Reading.kind).in_(("current", "final", "initial")),
        )
    ).all()
    read: dict[int, dict[str, tuple[Decimal, int]]] = defaultdict(dict)
    for meter_id, register_id, kind, consumption, months in rows:
        if kind != "initial":
            zone = zone_of[register_id]
            before = read[meter_id].get(zone, (Decimal(0), 1))
            read[meter_id][zone] = (before[0] + (consumption or Decimal(0)), max(before[1], months))
    return read, {meter_id for meter_id, _, kind, _, _ in rows if kind == "initial"} - read.keys()


def _add_history(db: Session, silent: Sequence[MeterMonth], replaces: Mapping[int, int | None]) -> None:
    """Past monthly volumes of meters nobody read, those of the meter each replaced included."""
    if not silent:
        return
    wanted = {one.meter_id: one for one in silent}
    wanted |= {old: wanted[new] for new, old in replaces.items() if old is not None and new in wanted}
    rows = db.exec(
        select(Reading, Register.zone)
        .join(Register, col(Register.id) == col(Reading.register_id))
        .where(
            col(Reading.meter_id).in_(wanted.keys()),
            Reading.period < silent[0].period,
            Reading.period >= month_start(silent[0].period, -LOOK_BACK),
            col(Reading.status).in_(LIVE),
            col(Reading.consumption).is_not(None),
        )
        .order_by(col(Reading.period).desc(), col(Reading.id).desc())
    ).all()
    for row, zone in rows:
        monthly = (row.consumption or Decimal(0)) / row.months
        wanted[row.meter_id].history.setdefault(zone, []).extend([monthly] * row.months)


def past_lines(db: Session, account_ids: Sequence[int], period: date) -> dict[int, dict[str, dict[date, Past]]]:
    """By account, service and month: what past months were charged in the end, recalculations included."""
    if not account_ids:
        return {}
    rows = db.exec(
        select(Receipt, ReceiptLine)
        .join(ReceiptLine, col(ReceiptLine.receipt_id) == col(Receipt.id))
        .where(
            col(Receipt.account_id).in_(account_ids),
            Receipt.period < period,
            Receipt.period >= month_start(period, -LOOK_BACK),
        )
        .order_by(col(Receipt.period))
    ).all()
    past: dict[int, dict[str, dict[date, Past]]] = defaultdict(lambda: defaultdict(dict))
    for receipt, line in rows:
        own, month = past[receipt.account_id][line.code], receipt.period
        own[month] = Past(month, line.charged_kopecks, line.volume, _meters(line.explanation))
        for entry in line.explanation.get("recalculation", ()):
            corrected = date.fromisoformat(entry["period"])
            own[corrected] = Past(corrected, entry["now"], Decimal(entry["volume"]), _meters(entry))
    return past


def _meters(explanation: Mapping[str, Any]) -> tuple[MeterVolume, ...]:
    return tuple(
        MeterVolume(one["meter_id"], one["zone"], Decimal(one["volume"]), one["how"])
        for one in explanation.get("meters", ())
    )
