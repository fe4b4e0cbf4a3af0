"""Taking readings (показания): checking, previewing, booking. Facts come from tables, rules from `billing.checks`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlmodel import Session, col, select

from billing import audit, checks, limits, tariffs, windows
from billing.checks import Case, Finding, OtherMeter
from billing.meters import NOT_MEASURED, LastReading, PreviousReading, in_asking_order, last_readings, newest_readings
from billing.tables import Account, Meter, Organization, Premises, Property, Reading, Register, ResourceOwner

__all__ = [
    "CONFIRMED_BY_DEVICE",
    "Booking",
    "Finding",
    "KeyReused",
    "LastReading",
    "NotAccepted",
    "Preview",
    "accept",
    "check",
    "last_readings",
    "last_value",
    "preview",
    "submit",
]

HISTORY_ROWS = 48
AVERAGE_MONTHS = 12
AVERAGE_NEEDS = 3
LITRE = Decimal("0.001")
CONFIRMED_BY_DEVICE = frozenset({"SAME_AS_PREVIOUS", "UNUSUAL", "METER_VERIFICATION_MISSED"})
"""What a smart meter's own count answers by itself: nobody misread the dial."""
WATER = ("COLD_WATER", "HOT_WATER")


class NotAccepted(Exception):
    """A reading was not taken: `findings` holds a block, or a confirm that nobody confirmed."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings


class KeyReused(Exception):
    """An idempotency key came again with another meter or other values."""


@dataclass(frozen=True)
class Booking:
    """What was booked. consumption: by zone, empty for a first reading; cost_kopecks: None without a tariff.

    duplicate: it was in the books already and nothing changed; replaced: an earlier value of this period gave way.
    """

    reading_ids: tuple[int, ...]
    period: date
    consumption: dict[str, Decimal]
    cost_kopecks: int | None
    duplicate: bool = False
    replaced: bool = False


@dataclass(frozen=True)
class Preview:
    """What would be booked, for reading back.

    values: as booked, decimals beyond the accepted ones cut off (`truncated`); replaces: values of this period that
    would give way, by zone.
    """

    values: dict[str, Decimal]
    consumption: dict[str, Decimal]
    cost_kopecks: int | None
    period: date
    findings: list[Finding]
    truncated: bool
    replaces: dict[str, Decimal]


@dataclass
class _Desk:
    """A meter with all that deciding on its reading takes."""

    meter: Meter
    account: Account
    house: Property
    registers: dict[str, Register]
    booked: dict[str, Reading]
    case: Case
    rows: list[Reading] = field(default_factory=list)


def check(db: Session, *, meter_id: int, values: Mapping[str, Decimal], today: date) -> list[Finding]:
    """Findings for a reading made today, in order, up to the first that blocks."""
    desk = _open(db, meter_id, values, today, today)
    return [Finding("METER_NOT_FOUND", "block")] if desk is None else checks.run(desk.case)


def preview(db: Session, *, meter_id: int, values: Mapping[str, Decimal], today: date) -> Preview:
    """Consumption and cost of a reading before it is booked. Raises NotAccepted when a finding blocks it."""
    desk = _open(db, meter_id, values, today, today)
    if desk is None:
        raise NotAccepted([Finding("METER_NOT_FOUND", "block")])
    findings = checks.run(desk.case)
    if any(finding.level == "block" for finding in findings):
        raise NotAccepted(findings)
    consumption = _consumption(desk)
    taken = {zone: desk.case.taken(zone) for zone in desk.case.zones}
    cut = any(taken[zone] < value for zone, value in values.items())
    replaces = {zone: row.value for zone, row in desk.booked.items()}
    cost = _cost(db, desk, consumption)
    return Preview(taken, consumption, cost, desk.case.window.period, findings, cut, replaces)


def submit(
    db: Session,
    *,
    meter_id: int,
    values: Mapping[str, Decimal],
    taken_at: date,
    now: datetime,
    channel: str,
    source: str,
    idempotency_key: str,
    confirmed: frozenset[str] = frozenset(),
    actor: str = "resident",
    asr_text: str | None = None,
    asr_confidence: float | None = None,
) -> Booking:
    """Book a reading in the caller's transaction.

    The same values again in the same period are a duplicate and change nothing; other values replace those submitted.
    Raises NotAccepted(findings), and KeyReused when the key was used for something else.
    """
    desk = _open(db, meter_id, values, taken_at, None, now=now, lock=True, by_itself=source == "smart_meter")
    if desk is None:
        raise NotAccepted([Finding("METER_NOT_FOUND", "block")])
    again = _booked_before(db, desk, values, idempotency_key)
    if again is not None:
        return again
    findings = checks.run(desk.case)
    if any(f.level == "block" or (f.level == "confirm" and f.code not in confirmed) for f in findings):
        raise NotAccepted(findings)
    consumption = _consumption(desk)
    replaced = _supersede(db, desk)
    review = any(f.level == "review" or f.code == "ROLLOVER" for f in findings)
    for zone in desk.case.zones:
        row = Reading(
            meter_id=desk.meter.id,
            register_id=desk.registers[zone].id,
            period=desk.case.window.period,
            taken_on=taken_at,
            value=desk.case.taken(zone),
            consumption=consumption.get(zone),
            months=desk.case.months,
            rolled_over=desk.case.rolled_over(zone),
            needs_review=review,
            confirmed=" ".join(f.code for f in findings if f.level == "confirm"),
            channel=channel,
            source=source,
            submitted_at=now,
            idempotency_key=idempotency_key,
            asr_text=asr_text,
            asr_confidence=None if asr_confidence is None else round(asr_confidence * 1000),
        )
        db.add(row)
        desk.rows.append(row)
    db.flush()
    _trace(db, desk, now, actor, channel)
    return Booking(
        reading_ids=tuple(row.id for row in desk.rows),
        period=desk.case.window.period,
        consumption=consumption,
        cost_kopecks=_cost(db, desk, consumption),
        replaced=replaced,
    )


def last_value(db: Session, meter_id: int, zone: str) -> Decimal | None:
    """What a zone of a meter showed last."""
    return next((row.value for row, own in newest_readings(db, [meter_id]) if own == zone), None)


def accept(db: Session, *, reading_ids: Sequence[int], now: datetime, actor: str, channel: str = "billing") -> int:
    """The billing takes submitted readings to account: they can no longer be replaced. Returns how many."""
    rows = db.exec(select(Reading).where(col(Reading.id).in_(reading_ids), Reading.status == "submitted")).all()
    for row in rows:
        row.status = "accepted"
        db.add(row)
        audit.record(
            db,
            now=now,
            actor=actor,
            channel=channel,
            action="accept",
            subject="reading",
            subject_id=row.id,
            before={"status": "submitted"},
            after={"status": "accepted"},
        )
    db.flush()
    return len(rows)


def _open(
    db: Session,
    meter_id: int,
    values: Mapping[str, Decimal],
    taken_at: date,
    today: date | None,
    *,
    now: datetime | None = None,
    lock: bool = False,
    by_itself: bool = False,
) -> _Desk | None:
    """Everything about a meter and a value for it.

    lock: hold the meter until the transaction ends; by_itself: the meter sends the value, nobody reads it out.
    """
    query = (
        select(Meter, Account, Property)
        .join(Account, col(Account.id) == col(Meter.account_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .where(Meter.id == meter_id)
    )
    found = db.exec(query.with_for_update(of=Meter) if lock else query).first()
    if found is None:
        return None
    meter, account, house = found
    today = windows.local_date(now, house) if now is not None else (today or taken_at)
    rules = windows.rules_for(db, account.organization_id, house.id, meter.resource)
    window = windows.window_on(rules, today)
    rows = db.exec(select(Register).where(Register.meter_id == meter.id)).all()
    registers = {row.zone: row for row in rows}
    history = _history(db, meter.id)
    zone_of = {row.id: row.zone for row in rows}
    booked = {zone_of[row.register_id]: row for row in history if row.kind == "current" and row.period == window.period}
    own_rules = limits.rules_of(db, account.organization_id, meter.resource)
    case = Case(
        resource=meter.resource,
        zones=in_asking_order([row.zone for row in rows]),
        digits_int=meter.digits_int,
        digits_frac=meter.digits_frac,
        submit_frac=meter.submit_frac,
        values=values,
        taken_at=taken_at,
        today=today,
        window=window,
        limits=limits.limits_for(meter.resource, account.registered, own_rules),
        previous=_previous(history, zone_of, window.period),
        booked={zone: (row.value, row.status) for zone, row in booked.items()},
        averages=_averages(history, zone_of, window.period),
        others=_other_meters(db, meter),
        levels=limits.levels_from(own_rules),
        is_automatic=meter.is_automatic and not by_itself,
        archived_on=meter.archived_on,
        next_verification=meter.next_verification_on,
        other_company=_other_company(db, meter, account, house),
    )
    return _Desk(meter, account, house, registers, booked, case)


def _history(db: Session, meter_id: int) -> Sequence[Reading]:
    """Live readings of a meter, newest first."""
    return db.exec(
        select(Reading)
        .where(Reading.meter_id == meter_id, col(Reading.status).in_(("submitted", "accepted")))
        .order_by(col(Reading.taken_on).desc(), col(Reading.id).desc())
        .limit(HISTORY_ROWS)
    ).all()


def _previous(history: Sequence[Reading], zone_of: dict[int, str], period: date) -> dict[str, PreviousReading]:
    """The newest measured reading of each zone before the period's own."""
    previous: dict[str, PreviousReading] = {}
    for row in history:
        zone = zone_of[row.register_id]
        own = row.kind == "current" and row.period >= period
        if zone not in previous and not own and row.kind not in NOT_MEASURED:
            previous[zone] = PreviousReading(row.value, row.taken_on, row.period)
    return previous


def _averages(history: Sequence[Reading], zone_of: dict[int, str], period: date) -> dict[str, Decimal]:
    """Monthly consumption by zone over the last year, where three months or more are known."""
    averages = {}
    for register_id, zone in zone_of.items():
        known = [
            (row.period, row.consumption)
            for row in history
            if row.register_id == register_id and row.consumption is not None and row.period < period
        ][:AVERAGE_MONTHS]
        if len(known) >= AVERAGE_NEEDS:
            months = windows.months_between(known[-1][0], known[0][0]) + 1
            averages[zone] = sum((amount for _, amount in known), Decimal(0)) / months
    return averages


def _other_meters(db: Session, meter: Meter) -> tuple[OtherMeter, ...]:
    """The flat's other water meters and their last values; only water is mixed up."""
    if meter.resource not in WATER:
        return ()
    others = db.exec(
        select(Meter).where(
            Meter.account_id == meter.account_id,
            Meter.id != meter.id,
            col(Meter.resource).in_(WATER),
            col(Meter.archived_on).is_(None),
        )
    ).all()
    newest = {row.meter_id: row.value for row, _ in newest_readings(db, [other.id for other in others])}
    return tuple(
        OtherMeter(other.id, other.resource, other.place, newest[other.id]) for other in others if other.id in newest
    )


def _other_company(db: Session, meter: Meter, account: Account, house: Property) -> str | None:
    """Spoken name of the company that takes this resource here, when it is not the account's own."""
    owner = db.exec(
        select(Organization)
        .join(ResourceOwner, col(ResourceOwner.organization_id) == col(Organization.id))
        .where(ResourceOwner.property_id == house.id, ResourceOwner.resource == meter.resource)
    ).first()
    return None if owner is None or owner.id == account.organization_id else owner.spoken_name


def _booked_before(db: Session, desk: _Desk, values: Mapping[str, Decimal], key: str) -> Booking | None:
    """The booking of a repeated request, or of the same values again in the same period."""
    rows = db.exec(select(Reading).where(Reading.idempotency_key == key)).all()
    if rows:
        said = {desk.registers[zone].id: desk.case.taken(zone) for zone in values if zone in desk.registers}
        if said != {row.register_id: row.value for row in rows}:
            raise KeyReused(key)
        return _as_booking(db, desk, rows)
    same = set(values) == set(desk.booked) and all(
        value.is_finite() and desk.case.taken(zone) == desk.booked[zone].value for zone, value in values.items()
    )
    return _as_booking(db, desk, list(desk.booked.values())) if same and values else None


def _as_booking(db: Session, desk: _Desk, rows: Sequence[Reading]) -> Booking:
    zone_of = {register.id: zone for zone, register in desk.registers.items()}
    consumption = {zone_of[row.register_id]: row.consumption for row in rows if row.consumption is not None}
    ids = tuple(row.id for row in rows)
    return Booking(ids, rows[0].period, consumption, _cost(db, desk, consumption), duplicate=True)


def _consumption(desk: _Desk) -> dict[str, Decimal]:
    """By zone, with the transformation ratio; without zones that have no previous reading."""
    consumed = {zone: desk.case.consumed(zone) for zone in desk.case.zones}
    return {
        zone: (volume * desk.meter.ratio).quantize(LITRE, ROUND_HALF_UP)
        for zone, volume in consumed.items()
        if volume is not None
    }


def _cost(db: Session, desk: _Desk, consumption: Mapping[str, Decimal]) -> int | None:
    if not consumption:
        return None
    organization_id, period = desk.account.organization_id, desk.case.window.period
    return tariffs.cost(db, organization_id, desk.meter.resource, consumption, period)


def _supersede(db: Session, desk: _Desk) -> bool:
    for row in desk.booked.values():
        row.status = "superseded"
        db.add(row)
    if desk.booked:
        db.flush()  # the base holds one live reading a period: the old one leaves before the new one comes
    return bool(desk.booked)


def _trace(db: Session, desk: _Desk, now: datetime, actor: str, channel: str) -> None:
    zone_of = {register.id: zone for zone, register in desk.registers.items()}
    audit.record(
        db,
        now=now,
        actor=actor,
        channel=channel,
        action="replace" if desk.booked else "submit",
        subject="reading",
        subject_id=desk.rows[0].id,
        account_id=desk.account.id,
        before={zone: str(row.value) for zone, row in desk.booked.items()} or None,
        after={zone_of[row.register_id]: str(row.value) for row in desk.rows},
    )
