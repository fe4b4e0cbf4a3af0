"""What every meter gives to a month's bill: its reading or an estimate (ПП 354 п. 59), and what past months had."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy
from sqlalchemy import Row
from sqlmodel import Session, col, select

from billing import law
from billing.meter_month import WHOLE, LateReading, MeterMonth
from billing.recalculation import Past, past_from
from billing.tables import Meter, Reading, Receipt, ReceiptLine, Register
from billing.windows import month_start

LOOK_BACK = 13
LIVE = ("submitted", "accepted")
SUBMITTED = sqlalchemy.text("reading.status = 'submitted'")  # written out, as in the condition of its index


def meter_months(
    db: Session, account_ids: Sequence[int], period: date, heating_season: Container[int]
) -> list[MeterMonth]:
    """Every meter of the accounts that worked in a month (its first day), has counted what no bill has shown yet, or
    was taken away so lately that the law's average stands for it."""
    lost_after = month_start(period, 1 - law.estimates().average_periods)
    uncounted = select(Reading.id).where(SUBMITTED, Reading.meter_id == Meter.id, Reading.period < period)
    meters = db.exec(
        select(Meter)
        .where(col(Meter.account_id).in_(account_ids))
        .where(col(Meter.archived_on).is_(None) | (col(Meter.archived_on) >= lost_after) | uncounted.exists())
        .order_by(col(Meter.id))
    ).all()
    until = {meter.id: meter.next_verification_on for meter in meters}
    zone_of: dict[int, str] = {}
    zones: dict[int, list[str]] = defaultdict(list)
    for row in db.exec(select(Register).where(col(Register.meter_id).in_(until.keys()))).all():
        zone_of[row.id] = row.zone
        zones[row.meter_id].append(row.zone)
    rows = _counted(db, until, period)
    read = _consumption((row for row in rows if row.period == period and row.kind != "initial"), zone_of)
    installed = {row.meter_id for row in rows if row.kind == "initial"} - read.keys()
    late = [row for row in rows if row.period < period]
    stand = {meter.id for meter in meters if meter.id in read or (_in_use(meter, period) and meter.id not in installed)}
    parts = {meter.id: part for meter in meters if meter.id not in stand and (part := _gone(meter, meters, period))}
    lost = {meter.id for meter in meters if meter.id in parts and not _was_there(meter, period)}
    stand |= parts.keys() - lost
    counting = stand | lost | {row.meter_id for row in late}
    replaced = _replaced(db, meters)
    found = [
        MeterMonth(
            account_id=meter.account_id,
            meter_id=meter.id,
            resource=meter.resource,
            period=period,
            zones=tuple(zones[meter.id]),
            failed=meter.id not in read and _failed_in(meter, period),
            stands=meter.id in stand,
            lost=meter.id in lost,
            part=parts.get(meter.id, WHOLE),
            read=read.get(meter.id, {}),
            replaced=replaced.get(meter.id, frozenset()),
            since=month_start(meter.installed_on) if meter.id in replaced and meter.installed_on else None,
        )
        for meter in meters
        if meter.id in counting
    ]
    _add_late(found, late, zone_of)
    replaces = {meter.id: meter.replaces_id for meter in meters}
    _add_history(
        db, [one for one in found if (one.stands or one.lost) and not one.read], replaces, until, heating_season
    )
    return found


def _replaced(db: Session, meters: Sequence[Meter]) -> dict[int, frozenset[int]]:
    """Of meters that replaced others, all that stood in their place before."""
    before = {meter.id: meter.replaces_id for meter in meters if meter.replaces_id is not None}
    known = {meter.id for meter in meters}
    while unknown := set(before.values()) - known:
        rows = db.exec(select(Meter.id, Meter.replaces_id).where(col(Meter.id).in_(unknown))).all()
        before |= {meter_id: older for meter_id, older in rows if older is not None}
        known |= unknown
    found: dict[int, frozenset[int]] = {}
    for meter_id in before:
        chain: list[int] = []
        older = before.get(meter_id)
        while older is not None and older not in chain:
            chain.append(older)
            older = before.get(older)
        found[meter_id] = frozenset(chain)
    return found


def _in_use(meter: Meter, period: date) -> bool:
    """Installed before the month's end, and not taken out of use before it."""
    following = month_start(period, 1)
    not_gone = meter.archived_on is None or meter.archived_on >= following
    return not_gone and (meter.installed_on is None or meter.installed_on < following)


def _was_there(meter: Meter, period: date) -> bool:
    """On a day of the month."""
    return meter.archived_on is None or meter.archived_on > period


def _gone(meter: Meter, meters: Iterable[Meter], period: date) -> Fraction | None:
    """What part of the month a meter is charged for that was taken away and left no reading; None: for nothing.

    A meter that is gone is one that was lost: the average is charged until another counts, for three months with
    that of the loss (п. 59 а), then the norm (п. 60). Where another of the resource goes on counting, for its days.
    """
    following = month_start(period, 1)
    if meter.archived_on is None or meter.archived_on >= following:
        return None
    if any(one.replaces_id == meter.id for one in meters):
        return None
    own = (one for one in meters if (one.account_id, one.resource) == (meter.account_id, meter.resource))
    if not any(_in_use(one, period) for one in own):
        return WHOLE
    return Fraction((meter.archived_on - period).days, (following - period).days) if _was_there(meter, period) else None


def _failed_in(meter: Meter, period: date) -> bool:
    """Its verification ran out before the month's last day."""
    until = meter.next_verification_on
    return until is not None and until + timedelta(days=1) < month_start(period, 1)


def _counted(db: Session, until: Mapping[int, date | None], period: date) -> list[Row[Any]]:
    """Rows of readings for a month, and those of earlier months that came after their bill; not those made when the
    meter's verification had run out."""
    own = (
        col(Reading.meter_id), col(Reading.register_id), col(Reading.period), col(Reading.taken_on), col(Reading.kind),
        col(Reading.consumption), col(Reading.months),
    )  # fmt: skip
    of_these = sqlalchemy.select(*own).where(col(Reading.meter_id).in_(until.keys()))
    of_month = of_these.where(
        col(Reading.period) == period,
        col(Reading.status).in_(LIVE),
        col(Reading.kind).in_(("current", "final", "initial")),
    )
    late = of_these.where(
        SUBMITTED,
        col(Reading.period) < period,
        col(Reading.period) >= month_start(period, -LOOK_BACK),
        col(Reading.kind).in_(("current", "final")),
    )
    rows = [*db.execute(of_month).all(), *db.execute(late).all()]
    return [row for row in rows if row.kind != "current" or _verified(until[row.meter_id], row.taken_on)]


def _verified(until: date | None, taken_on: date) -> bool:
    return until is None or taken_on <= until


def _consumption(rows: Iterable[Row[Any]], zone_of: Mapping[int, str]) -> dict[int, dict[str, tuple[Decimal, int]]]:
    """Consumption and months by meter and zone."""
    read: dict[int, dict[str, tuple[Decimal, int]]] = defaultdict(dict)
    for row in rows:
        zone = zone_of[row.register_id]
        volume, months = read[row.meter_id].get(zone, (Decimal(0), 1))
        read[row.meter_id][zone] = (volume + (row.consumption or Decimal(0)), max(months, row.months))
    return dict(read)


def _add_late(found: Sequence[MeterMonth], rows: Sequence[Row[Any]], zone_of: Mapping[int, str]) -> None:
    if not rows:
        return
    by_id = {one.meter_id: one for one in found}
    for period in sorted({row.period for row in rows}):
        read = _consumption((row for row in rows if row.period == period), zone_of)
        for meter_id in read.keys() & by_id.keys():
            by_id[meter_id].late.append(LateReading(period, read[meter_id]))


def _add_history(
    db: Session,
    silent: Sequence[MeterMonth],
    replaces: Mapping[int, int | None],
    until: Mapping[int, date | None],
    heating_season: Container[int],
) -> None:
    """Past monthly volumes of meters nobody read, those of the meter each replaced included; of heat, months of the
    heating period (п. 59)."""
    if not silent:
        return
    wanted = {one.meter_id: one for one in silent}
    wanted |= {old: wanted[new] for new, old in replaces.items() if old is not None and new in wanted}
    counted = sqlalchemy.select(
        col(Reading.meter_id), col(Reading.period), col(Reading.taken_on), col(Reading.consumption),
        col(Reading.months), col(Register.zone),
    )  # fmt: skip
    rows = db.execute(
        counted.join(Register, col(Register.id) == col(Reading.register_id))
        .where(
            col(Reading.meter_id).in_(wanted.keys()),
            col(Reading.period) < silent[0].period,
            col(Reading.period) >= month_start(silent[0].period, -LOOK_BACK),
            col(Reading.status).in_(LIVE),
            col(Reading.consumption).is_not(None),
        )
        .order_by(col(Reading.period).desc(), col(Reading.id).desc())
    ).all()
    for meter_id, period, taken_on, consumption, months, zone in rows:
        if not _verified(until.get(meter_id), taken_on):
            continue
        one = wanted[meter_id]
        if one.resource == "HEAT":
            months = sum(month_start(period, -ago).month in heating_season for ago in range(months))
        if months:
            one.history.setdefault(zone, []).extend([consumption / months] * months)


def past_lines(
    db: Session, account_ids: Sequence[int], period: date, look_back: int = LOOK_BACK
) -> dict[int, dict[str, dict[date, Past]]]:
    """By account, service and month: what past months were charged in the end, recalculations included."""
    if not account_ids:
        return {}
    rows = db.exec(
        select(Receipt, ReceiptLine)
        .join(ReceiptLine, col(ReceiptLine.receipt_id) == col(Receipt.id))
        .where(
            col(Receipt.account_id).in_(account_ids),
            Receipt.period < period,
            Receipt.period >= month_start(period, -look_back),
        )
        .order_by(col(Receipt.period))
    ).all()
    past: dict[int, dict[str, dict[date, Past]]] = defaultdict(lambda: defaultdict(dict))
    for receipt, line in rows:
        own, month = past[receipt.account_id][line.code], receipt.period
        own[month] = past_from(month, line.charged_kopecks, line.volume, line.explanation)
        for entry in line.explanation.get("recalculation", ()):
            corrected = date.fromisoformat(entry["period"])
            own[corrected] = past_from(corrected, entry["now"], Decimal(entry["volume"]), entry)
    return past
