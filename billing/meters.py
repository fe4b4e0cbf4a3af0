"""What meters an account has, and what they showed last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from sqlalchemy import bindparam, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from billing.prepared import Prepared, Row
from billing.resources import FACTS, ZONE_SETS, Resource
from billing.tables import Meter, Reading, Register

NOT_MEASURED = ("estimated", "normative")
"""Kinds of reading that nobody read off the dial: the next real one may be smaller."""
RESOURCES = list(Resource)

_NEWEST = (
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
_PANEL_OF = (
    columns(
        col(Meter.id), col(Meter.account_id), col(Meter.resource), col(Meter.place), col(Meter.nickname),
        col(Meter.serial), col(Meter.digits_int), col(Meter.digits_frac), col(Meter.submit_frac),
        col(Meter.is_automatic), col(Meter.next_verification_on), col(Register.zone), col(Reading.value),
        col(Reading.taken_on), col(Reading.period), col(Reading.status), col(Reading.channel),
    )
    .outerjoin(Register, col(Register.meter_id) == col(Meter.id))
    .outerjoin(Reading, col(Reading.id) == _NEWEST)
    .where(col(Meter.account_id) == bindparam("account_id"))
)  # fmt: skip
_PANEL = Prepared(_PANEL_OF)
_PANEL_ON = Prepared(_PANEL_OF.where(or_(col(Meter.archived_on).is_(None), col(Meter.archived_on) > bindparam("on"))))
"""What meters an account has, a row for every register with its newest live measured reading."""


@dataclass(frozen=True)
class PreviousReading:
    """value: what the register showed; taken_at: local day; period: first day of the month it counted for."""

    value: Decimal
    taken_at: date
    period: date


class Shown(Protocol):
    """A live reading of a register, of any kind."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def period(self) -> date: ...
    @property
    def taken_on(self) -> date: ...
    @property
    def value(self) -> Decimal: ...


def previous_of(shown: Iterable[Shown], period: date) -> PreviousReading | None:
    """What a register's reading for a month is counted from: the newest measured one before the month's own.

    The initial value is the first of all, on whatever day it was entered.
    """
    before = (
        row for row in shown if row.kind not in NOT_MEASURED and not (row.kind == "current" and row.period >= period)
    )
    newest = max(before, key=lambda row: (row.kind != "initial", row.period, row.taken_on, row.id), default=None)
    return None if newest is None else PreviousReading(newest.value, newest.taken_on, newest.period)


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
    return [_view(rows) for rows in _panels(db, account_id, on)]


def last_readings(db: Session, account_id: int, on: date | None = None) -> list[LastReading]:
    """The newest live reading of every register of an account, in the order of `meters_of`."""
    found = []
    for rows in _panels(db, account_id, on):
        meter, by_zone = _view(rows), {row.zone: row for row in rows}
        for row in (by_zone[zone] for zone in meter.registers):
            if row.value is not None:
                found.append(LastReading(meter, row.zone, row.value, row.taken_on, row.period, row.status, row.channel))
    return found


def _panels(db: Session, account_id: int, on: date | None) -> list[list[Row]]:
    """The rows of `_PANEL` meter by meter."""
    if on is None:
        rows = _PANEL.run(db, {"account_id": account_id})
    else:
        rows = _PANEL_ON.run(db, {"account_id": account_id, "on": on})
    by_meter: dict[int, list[Row]] = {}
    for row in rows:
        by_meter.setdefault(row.id, []).append(row)
    return sorted(by_meter.values(), key=_by_resource_and_place)


def _view(rows: Sequence[Row]) -> MeterView:
    """A meter with its zones and last readings as one frozen value."""
    meter = rows[0]
    return MeterView(
        id=meter.id,
        account_id=meter.account_id,
        resource=meter.resource,
        place=meter.place,
        nickname=meter.nickname,
        serial=meter.serial,
        registers=in_asking_order([row.zone for row in rows if row.zone is not None]),
        digits_int=meter.digits_int,
        digits_frac=meter.digits_frac,
        submit_frac=meter.submit_frac,
        unit=FACTS[Resource(meter.resource)].unit,
        is_automatic=meter.is_automatic,
        next_verification=meter.next_verification_on,
        last={row.zone: PreviousReading(row.value, row.taken_on, row.period) for row in rows if row.value is not None},
    )


def newest_readings(db: Session, meter_ids: Sequence[int]) -> list[tuple[Reading, str]]:
    """The newest live measured reading of every register of the meters, with its zone."""
    query = (
        select(Reading, Register.zone)
        .join(Register, col(Register.id) == col(Reading.register_id))
        .where(col(Register.meter_id).in_(meter_ids), col(Reading.id) == _NEWEST)
    )
    return list(db.exec(query).all())


def _by_resource_and_place(rows: Sequence[Row]) -> tuple[int, str, int]:
    meter = rows[0]
    return RESOURCES.index(meter.resource), meter.place or "", meter.id
