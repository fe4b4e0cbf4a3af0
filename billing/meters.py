"""What meters an account has, and what they showed last."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import or_
from sqlmodel import Session, col, select

from billing.resources import FACTS, ZONE_SETS, Resource
from billing.tables import Meter, Reading, Register

NOT_MEASURED = ("estimated", "normative")
"""Kinds of reading that nobody read off the dial: the next real one may be smaller."""


@dataclass(frozen=True)
class PreviousReading:
    """value: what the register showed; taken_at: local day; period: first day of the month it counted for."""

    value: Decimal
    taken_at: date
    period: date


@dataclass(frozen=True)
class MeterView:
    """A meter as a resident knows it.

    resource: code such as COLD_WATER; place: "кухня" or None; registers: zones in the order they are asked;
    digits_int, digits_frac: what the dial shows; submit_frac: decimals taken; last: newest live reading by zone.
    """

    id: int
    account_id: int
    resource: str
    place: str | None
    nickname: str | None
    serial: str
    registers: tuple[str, ...]
    digits_int: int
    digits_frac: int
    submit_frac: int
    unit: str
    is_automatic: bool
    next_verification: date | None
    last: dict[str, PreviousReading] = field(default_factory=dict)


@dataclass(frozen=True)
class LastReading:
    """Newest live reading of a register, with its meter; status "submitted" or "accepted"."""

    meter: MeterView
    register: str
    value: Decimal
    taken_at: date
    period: date
    status: str
    channel: str


def in_asking_order(zones: Sequence[str]) -> tuple[str, ...]:
    """Zones of a meter in the order residents are asked for them."""
    for known in ZONE_SETS:
        if set(known) == set(zones):
            return tuple(zone.value for zone in known)
    return tuple(sorted(zones))


def meters_of(db: Session, account_id: int, on: date) -> list[MeterView]:
    """An account's meters that work on a day, by resource and place."""
    return list(_views(db, account_id, on)[0].values())


def last_readings(db: Session, account_id: int, on: date | None = None) -> list[LastReading]:
    """The newest live reading of every register of an account, in the order of `meters_of`."""
    views, newest = _views(db, account_id, on)
    found = {(reading.meter_id, zone): reading for reading, zone in newest}
    return [
        LastReading(view, zone, row.value, row.taken_on, row.period, row.status, row.channel)
        for view in views.values()
        for zone in view.registers
        if (row := found.get((view.id, zone))) is not None
    ]


def _views(db: Session, account_id: int, on: date | None) -> tuple[dict[int, MeterView], list[tuple[Reading, str]]]:
    query = select(Meter).where(Meter.account_id == account_id)
    if on is not None:
        query = query.where(or_(col(Meter.archived_on).is_(None), col(Meter.archived_on) > on))
    meters = sorted(db.exec(query).all(), key=_by_resource_and_place)
    newest = newest_readings(db, [meter.id for meter in meters])
    zones = db.exec(select(Register).where(col(Register.meter_id).in_([meter.id for meter in meters]))).all()
    views = {}
    for meter in meters:
        last = {
            zone: PreviousReading(reading.value, reading.taken_on, reading.period)
            for reading, zone in newest
            if reading.meter_id == meter.id
        }
        views[meter.id] = view(meter, [row.zone for row in zones if row.meter_id == meter.id], last)
    return views, newest


def view(meter: Meter, zones: Sequence[str], last: dict[str, PreviousReading]) -> MeterView:
    """A meter with its zones and last readings as one frozen value."""
    return MeterView(
        id=meter.id,
        account_id=meter.account_id,
        resource=meter.resource,
        place=meter.place,
        nickname=meter.nickname,
        serial=meter.serial,
        registers=in_asking_order(zones),
        digits_int=meter.digits_int,
        digits_frac=meter.digits_frac,
        submit_frac=meter.submit_frac,
        unit=FACTS[Resource(meter.resource)].unit,
        is_automatic=meter.is_automatic,
        next_verification=meter.next_verification_on,
        last=last,
    )


def newest_readings(db: Session, meter_ids: Sequence[int]) -> list[tuple[Reading, str]]:
    """The newest live measured reading of every register of the meters, with its zone."""
    live = (
        select(Reading.id)
        .where(
            Reading.meter_id == Register.meter_id,
            Reading.register_id == Register.id,
            col(Reading.status).in_(("submitted", "accepted")),
            col(Reading.kind).not_in(NOT_MEASURED),
        )
        .order_by(col(Reading.taken_on).desc(), col(Reading.id).desc())
        .limit(1)
        .correlate(Register)
        .scalar_subquery()
    )
    query = (
        select(Reading, Register.zone)
        .join(Register, col(Register.id) == col(Reading.register_id))
        .where(col(Register.meter_id).in_(meter_ids), col(Reading.id) == live)
    )
    return list(db.exec(query).all())


def _by_resource_and_place(meter: Meter) -> tuple[int, str, int]:
    return list(Resource).index(Resource(meter.resource)), meter.place or "", meter.id
