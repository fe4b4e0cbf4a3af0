"""What a decision on a reading rests on, gathered from the tables: the Case for `billing.checks`.

Statements are built once: booking is what residents wait for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from billing import limits, windows
from billing.case import Case, OtherMeter
from billing.external import Server
from billing.meters import NOT_MEASURED, PreviousReading, in_asking_order, previous_of
from billing.prepared import Prepared, Row
from billing.resources import WATER
from billing.tables import (
    Account,
    ExternalCheck,
    Meter,
    Organization,
    Premises,
    Property,
    Reading,
    Register,
    ResourceOwner,
)

HISTORY_PER_ZONE = 16
AVERAGE_MONTHS = 12
AVERAGE_NEEDS = 3
FAR = Decimal("1.7")
LIVE = ("submitted", "accepted")

_METER_OF = (
    select(
        col(Meter.id), col(Meter.account_id), col(Meter.resource), col(Meter.digits_int), col(Meter.digits_frac),
        col(Meter.submit_frac), col(Meter.ratio), col(Meter.archived_on), col(Meter.next_verification_on),
        col(Meter.is_automatic), col(Account.organization_id), col(Account.registered), col(Premises.property_id),
        col(Property.timezone), col(Account.number), col(Account.tariff_group), col(Meter.serial),
        col(ExternalCheck.url), col(ExternalCheck.token), col(ExternalCheck.timeout_ms),
        col(ResourceOwner.organization_id).label("owner_id"),
        col(Organization.spoken_name).label("owner_name"), col(Register.id).label("register_id"), col(Register.zone),
    )
    .join(Register, col(Register.meter_id) == col(Meter.id))
    .join(Account, col(Account.id) == col(Meter.account_id))
    .join(Premises, col(Premises.id) == col(Account.premises_id))
    .join(Property, col(Property.id) == col(Premises.property_id))
    .outerjoin(
        ResourceOwner,
        and_(
            col(ResourceOwner.property_id) == col(Property.id), col(ResourceOwner.resource) == col(Meter.resource)
        ),
    )
    .outerjoin(Organization, col(Organization.id) == col(ResourceOwner.organization_id))
    .outerjoin(ExternalCheck, col(ExternalCheck.organization_id) == col(Account.organization_id))
    .where(col(Meter.id) == bindparam("meter_id"))
)  # fmt: skip
"""A meter with its account, house, who takes its resource there, and where its company checks readings itself; a row
for every register."""
_METER, _METER_LOCKED = Prepared(_METER_OF), Prepared(_METER_OF.with_for_update(of=Meter))
_HISTORY = Prepared(
    select(
        col(Reading.id), col(Reading.register_id), col(Reading.period), col(Reading.taken_on), col(Reading.value),
        col(Reading.consumption), col(Reading.months), col(Reading.kind), col(Reading.status),
    )
    .where(col(Reading.meter_id) == bindparam("meter_id"), col(Reading.status).in_(LIVE))
    .order_by(col(Reading.taken_on).desc(), col(Reading.id).desc())
    .limit(bindparam("rows"))
)  # fmt: skip
_Past = aliased(Reading)
_NEWEST = (
    select(col(Reading.id))
    .where(
        col(Reading.meter_id) == col(Meter.id),
        col(Reading.status).in_(LIVE),
        col(Reading.kind).not_in(NOT_MEASURED),
    )
    .order_by(col(Reading.taken_on).desc(), col(Reading.id).desc())
    .limit(1)
    .correlate(Meter)
    .scalar_subquery()
)
_BEFORE = (
    (col(_Past.meter_id) == col(Meter.id))
    & col(_Past.status).in_(LIVE)
    & (col(_Past.period) < bindparam("period"))
    & (col(_Past.period) >= bindparam("since"))
    & col(_Past.consumption).is_not(None)
)
_OTHER_METERS = Prepared(
    select(
        col(Meter.id), col(Meter.resource), col(Meter.place), col(Reading.value), col(Reading.consumption),
        col(Reading.period),
        select(func.sum(_Past.consumption)).where(_BEFORE).correlate(Meter).scalar_subquery().label("past"),
        select(func.sum(_Past.months)).where(_BEFORE).correlate(Meter).scalar_subquery().label("past_months"),
    )
    .join(Reading, col(Reading.id) == _NEWEST)
    .where(
        col(Meter.account_id) == bindparam("account_id"),
        col(Meter.id) != bindparam("meter_id"),
        col(Meter.resource).in_(WATER),
        col(Meter.archived_on).is_(None),
    )
)  # fmt: skip
History = Sequence[Row]


@dataclass(frozen=True)
class Desk:
    """A meter with all that deciding on its reading takes. meter: a row of `_METER`; registers: ids by zone; booked:
    this period's rows by zone, with id, register_id, period, value, consumption, status; external: where the company
    checks readings itself."""

    meter: Row
    registers: dict[str, int]
    booked: dict[str, Row]
    case: Case
    external: Server | None


def open_desk(
    db: Session,
    meter_id: int,
    values: Mapping[str, Decimal],
    taken_at: date,
    today: date | None,
    *,
    now: datetime | None = None,
    lock: bool = False,
    by_itself: bool = False,
) -> Desk | None:
    """Everything about a meter and a value for it; None for a meter there is not.

    today: or the house's day at `now`; lock: hold the meter until the transaction ends; by_itself: the meter sends the
    value, nobody reads it out.
    """
    found = (_METER_LOCKED if lock else _METER).run(db, {"meter_id": meter_id})
    if not found:
        return None
    meter = found[0]
    registers = {row.zone: row.register_id for row in found}
    today = windows.day_in(meter.timezone, now) if now is not None else (today or taken_at)
    window = windows.window_on(windows.rules_for(db, meter.organization_id, meter.property_id, meter.resource), today)
    zone_of = {register_id: zone for zone, register_id in registers.items()}
    history = _HISTORY.run(db, {"meter_id": meter_id, "rows": HISTORY_PER_ZONE * len(registers)})
    booked = {zone_of[row.register_id]: row for row in history if row.kind == "current" and row.period == window.period}
    rules = limits.rules_of(db, meter.organization_id, meter.resource)
    case = Case(
        resource=meter.resource,
        zones=in_asking_order(list(registers)),
        digits_int=meter.digits_int,
        digits_frac=meter.digits_frac,
        submit_frac=meter.submit_frac,
        values=values,
        taken_at=taken_at,
        today=today,
        window=window,
        limits=limits.limits_for(meter.resource, meter.registered, rules, meter.tariff_group),
        previous=_previous(history, zone_of, window.period),
        booked={zone: (row.value, row.status) for zone, row in booked.items()},
        averages=_averages(history, zone_of, window.period),
        levels=limits.levels_from(rules),
        is_automatic=meter.is_automatic and not by_itself,
        archived_on=meter.archived_on,
        next_verification=meter.next_verification_on,
        ratio=meter.ratio,
        other_company=None if meter.owner_id == meter.organization_id else meter.owner_name,
    )
    if meter.resource in WATER and _may_be_another_meters(case):
        case = replace(case, others=_other_meters(db, meter, window.period))
    external = Server(meter.url, meter.token, meter.timeout_ms) if meter.url else None
    return Desk(meter, registers, booked, case, external)


def _may_be_another_meters(case: Case) -> bool:
    """Only a value that does not fit its own meter, or its history, is compared with the others."""
    said = {zone: value for zone, value in case.values.items() if zone in case.previous and value.is_finite()}
    return any(not case.plausible(zone, value) or _against_history(case, zone) for zone, value in said.items())


def _against_history(case: Case, zone: str) -> bool:
    """Far from the usual: of two meters that changed places three to one, one is so by the root of three."""
    usual, used = case.averages.get(zone), case.used(zone)
    return usual is not None and used is not None and not usual / FAR <= used / case.months <= usual * FAR


def _previous(history: History, zone_of: Mapping[int, str], period: date) -> dict[str, PreviousReading]:
    """What each zone's reading for the period is counted from."""
    found = {
        zone: previous_of([row for row in history if row.register_id == register_id], period)
        for register_id, zone in zone_of.items()
    }
    return {zone: reading for zone, reading in found.items() if reading is not None}


def _averages(history: History, zone_of: Mapping[int, str], period: date) -> dict[str, Decimal]:
    """Monthly consumption by zone over the last twelve readings, where three or more are known."""
    averages = {}
    for register_id, zone in zone_of.items():
        known = [
            row
            for row in history
            if row.register_id == register_id and row.consumption is not None and row.period < period
        ][:AVERAGE_MONTHS]
        if len(known) >= AVERAGE_NEEDS:
            averages[zone] = sum((row.consumption for row in known), Decimal(0)) / sum(row.months for row in known)
    return averages


def _other_meters(db: Session, meter: Row, period: date) -> tuple[OtherMeter, ...]:
    """The flat's other water meters: their last values, what is booked for the period, their average month."""
    scope = {
        "account_id": meter.account_id,
        "meter_id": meter.id,
        "period": period,
        "since": windows.month_start(period, -AVERAGE_MONTHS),
    }
    return tuple(
        OtherMeter(
            meter_id=row.id,
            resource=row.resource,
            place=row.place,
            previous=row.value,
            consumed=row.consumption if row.period == period else None,
            average=row.past / row.past_months if row.past and row.past_months >= AVERAGE_NEEDS else None,
        )
        for row in _OTHER_METERS.run(db, scope)
    )
