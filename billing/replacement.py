"""Replacing a meter (замена прибора учёта): the old one's last value, the new one's first.

The month's consumption is then (final of the old − its previous) + (value of the new − its initial), with nothing lost.
When the month's bill was made before the replacement was entered, the next one sets it right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlmodel import Session, select

from billing import audit
from billing.meters import newest_readings
from billing.resources import ZONE_SETS
from billing.tables import Meter, Reading, Register
from billing.windows import month_start, months_between

LITRE = Decimal("0.001")


class BadReplacement(ValueError):
    """The replacement makes no sense; the message says why."""


@dataclass(frozen=True)
class NewMeter:
    """The meter that comes: initial values by zone, which also say how many zones it has."""

    serial: str
    initial: Mapping[str, Decimal]
    digits_int: int
    digits_frac: int
    submit_frac: int
    next_verification_on: date | None = None


def replace(
    db: Session, *, meter_id: int, final: Mapping[str, Decimal], new: NewMeter, on: date, now: datetime, actor: str
) -> Meter:
    """Take a meter out of use on a day and put another in its place. Raises LookupError, BadReplacement."""
    old = db.exec(select(Meter).where(Meter.id == meter_id).with_for_update()).first()
    if old is None:
        raise LookupError(f"no meter {meter_id}")
    if old.archived_on is not None:
        raise BadReplacement("the meter is out of use already")
    registers = db.exec(select(Register).where(Register.meter_id == meter_id)).all()
    if set(final) != {row.zone for row in registers}:
        raise BadReplacement("the final values are not of the meter's zones")
    if not any(set(new.initial) == set(zones) for zones in ZONE_SETS):
        raise BadReplacement("the initial values are of no known set of zones")
    _finish(db, old, registers, final, on, now)
    old.archived_on = on
    meter = Meter(
        organization_id=old.organization_id,
        account_id=old.account_id,
        resource=old.resource,
        place=old.place,
        nickname=old.nickname,
        serial=new.serial,
        digits_int=new.digits_int,
        digits_frac=new.digits_frac,
        submit_frac=new.submit_frac,
        installed_on=on,
        next_verification_on=new.next_verification_on,
        replaces_id=old.id,
    )
    db.add(meter)
    db.flush()
    for zone, value in new.initial.items():
        register = Register(meter_id=meter.id, zone=zone)
        db.add(register)
        db.flush()
        db.add(_reading(meter.id, register.id, value, on, now, "initial"))
    db.flush()
    before = {"serial": old.serial, **{zone: str(value) for zone, value in final.items()}}
    after = {"serial": new.serial, **{zone: str(value) for zone, value in new.initial.items()}}
    audit.record_row(db, meter, now, actor, "operator", "replace", after, before)
    return meter


def _finish(
    db: Session, old: Meter, registers: Sequence[Register], final: Mapping[str, Decimal], on: date, now: datetime
) -> None:
    """The old meter's last reading. One that was submitted this month gives way: the final value covers it."""
    month = select(Reading).where(
        Reading.meter_id == old.id, Reading.period == month_start(on), Reading.kind == "current"
    )
    for row in db.exec(month.where(Reading.status == "submitted")).all():
        row.status = "superseded"
    db.flush()
    previous = {zone: reading for reading, zone in newest_readings(db, [old.id])}
    for register in registers:
        before = previous.get(register.zone)
        row = _reading(old.id, register.id, final[register.zone], on, now, "final", "submitted")
        if before is not None:
            if row.value < before.value:
                raise BadReplacement(f"the final value is less than the previous one: {before.value}")
            row.consumption = ((row.value - before.value) * old.ratio).quantize(LITRE, ROUND_HALF_UP)
            row.months = max(1, months_between(before.period, row.period))
        db.add(row)


def _reading(
    meter_id: int, register_id: int, value: Decimal, on: date, now: datetime, kind: str, status: str = "accepted"
) -> Reading:
    """status: submitted until a bill has counted it."""
    return Reading(
        meter_id=meter_id,
        register_id=register_id,
        period=month_start(on),
        taken_on=on,
        value=value,
        kind=kind,
        status=status,
        channel="operator",
        source="visit",
        submitted_at=now,
    )
