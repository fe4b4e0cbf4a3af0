"""Taking readings (показания): checking, previewing, booking. Facts come from tables, rules from `billing.checks`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as columns
from sqlmodel import Session, col

from billing import audit, checks, external, tariffs
from billing.case import Finding
from billing.decisions import accept, decline
from billing.desk import Desk, open_desk
from billing.meters import LastReading, last_readings, newest_readings
from billing.prepared import Prepared, Row
from billing.tables import Reading

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
    "decline",
    "last_readings",
    "last_value",
    "preview",
    "submit",
]

_INSERT = Prepared(insert(Reading).returning(col(Reading.id)))
_LEAVE = Prepared(update(Reading).where(col(Reading.id) == bindparam("reading_id")).values(status="superseded"))
_BY_KEY = Prepared(
    columns(
        col(Reading.id), col(Reading.register_id), col(Reading.period), col(Reading.value), col(Reading.consumption)
    ).where(col(Reading.idempotency_key) == bindparam("key"))
)
LITRE = Decimal("0.001")
CONFIRMED_BY_DEVICE = frozenset({"SAME_AS_PREVIOUS", "UNUSUAL", "METER_VERIFICATION_MISSED"})
"""What a smart meter's own count answers by itself: nobody misread the dial."""


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


def check(db: Session, *, meter_id: int, values: Mapping[str, Decimal], today: date) -> list[Finding]:
    """Findings for a reading made today, in order, up to the first that blocks."""
    desk = open_desk(db, meter_id, values, today, today)
    return [Finding("METER_NOT_FOUND", "block")] if desk is None else _findings(desk)


def preview(db: Session, *, meter_id: int, values: Mapping[str, Decimal], today: date) -> Preview:
    """Consumption and cost of a reading before it is booked. Raises NotAccepted when a finding blocks it."""
    desk = open_desk(db, meter_id, values, today, today)
    if desk is None:
        raise NotAccepted([Finding("METER_NOT_FOUND", "block")])
    findings = _findings(desk)
    if _stops(findings):
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
    desk = open_desk(db, meter_id, values, taken_at, None, now=now, lock=True, by_itself=source == "smart_meter")
    if desk is None:
        raise NotAccepted([Finding("METER_NOT_FOUND", "block")])
    again = _booked_before(db, desk, values, idempotency_key)
    if again is not None:
        return again
    findings = _findings(desk, confirmed)
    if _stops(findings, confirmed):
        raise NotAccepted(findings)
    consumption = _consumption(desk)
    replaced = _supersede(db, desk)
    told = {
        "taken_on": taken_at,
        "channel": channel,
        "source": source,
        "submitted_at": now,
        "idempotency_key": idempotency_key,
        "asr_text": asr_text,
        "asr_confidence": None if asr_confidence is None else round(asr_confidence * 1000),
    }
    ids = tuple(row.id for row in _INSERT.run_all(db, _rows(desk, findings, consumption, told)))
    _trace(db, desk, ids[0], now, actor, channel)
    return Booking(
        reading_ids=ids,
        period=desk.case.window.period,
        consumption=consumption,
        cost_kopecks=_cost(db, desk, consumption),
        replaced=replaced,
    )


def last_value(db: Session, meter_id: int, zone: str) -> Decimal | None:
    """What a zone of a meter showed last."""
    return next((row.value for row, own in newest_readings(db, [meter_id]) if own == zone), None)


def _findings(desk: Desk, confirmed: frozenset[str] | None = None) -> list[Finding]:
    """What the checks find; the company's own is asked about values that nothing else stops.

    confirmed: what the resident has said yes to; None while nothing is booked, when only a block stops.
    """
    found = checks.run(desk.case)
    if desk.external is None or _stops(found, confirmed):
        return found
    return checks.run(replace(desk.case, external=external.answers.find(desk.external, _question(desk))))


def _stops(findings: Sequence[Finding], confirmed: frozenset[str] | None = None) -> bool:
    return any(
        f.level == "block" or (confirmed is not None and f.level == "confirm" and f.code not in confirmed)
        for f in findings
    )


def _question(desk: Desk) -> dict[str, Any]:
    """What the company's own billing is asked: no names, no addresses."""
    case = desk.case
    return {
        "account": desk.meter.number,
        "serial": desk.meter.serial,
        "resource": case.resource,
        "period": f"{case.window.period:%Y-%m}",
        "taken_on": case.taken_at.isoformat(),
        "values": {zone: f"{case.taken(zone):f}" for zone in case.zones},
        "previous": {zone: f"{reading.value:f}" for zone, reading in case.previous.items()},
    }


def _booked_before(db: Session, desk: Desk, values: Mapping[str, Decimal], key: str) -> Booking | None:
    """The booking of a repeated request, or of the same values again in the same period."""
    finite = all(value.is_finite() for value in values.values())
    taken = {zone: desk.case.taken(zone) for zone in values if zone in desk.registers} if finite else {}
    rows = _BY_KEY.run(db, {"key": key})
    if rows:
        if {desk.registers[zone]: value for zone, value in taken.items()} != {r.register_id: r.value for r in rows}:
            raise KeyReused(key)
        return _as_booking(db, desk, rows)
    same = taken and set(values) == set(desk.booked)
    if same and all(value == desk.booked[zone].value for zone, value in taken.items()):
        return _as_booking(db, desk, list(desk.booked.values()))
    return None


def _as_booking(db: Session, desk: Desk, rows: Sequence[Row]) -> Booking:
    zone_of = {register: zone for zone, register in desk.registers.items()}
    consumption = {zone_of[row.register_id]: row.consumption for row in rows if row.consumption is not None}
    ids = tuple(row.id for row in rows)
    return Booking(ids, rows[0].period, consumption, _cost(db, desk, consumption), duplicate=True)


def _consumption(desk: Desk) -> dict[str, Decimal]:
    """By zone, with the transformation ratio; without zones that have no previous reading."""
    used = {zone: desk.case.used(zone) for zone in desk.case.zones}
    return {zone: volume.quantize(LITRE, ROUND_HALF_UP) for zone, volume in used.items() if volume is not None}


def _cost(db: Session, desk: Desk, consumption: Mapping[str, Decimal]) -> int | None:
    if not consumption:
        return None
    organization_id, period = desk.meter.organization_id, desk.case.window.period
    return tariffs.cost(db, organization_id, desk.meter.resource, consumption, period, desk.meter.tariff_group)


def _supersede(db: Session, desk: Desk) -> bool:
    """The base holds one live reading a period: the old one leaves before the new one comes."""
    if not desk.booked:
        return False
    _LEAVE.run_all(db, [{"reading_id": booked.id} for booked in desk.booked.values()])
    db.expire_all()  # whoever holds one of them as an object sees it so
    return True


def _rows(
    desk: Desk, findings: Sequence[Finding], consumption: Mapping[str, Decimal], told: Mapping[str, object]
) -> list[dict[str, object]]:
    """A row for each zone; `told` is what all of them share."""
    same = {
        **told,
        "meter_id": desk.meter.id,
        "period": desk.case.window.period,
        "months": desk.case.months,
        "kind": "current",
        "status": "submitted",
        "needs_review": any(f.level == "review" or f.code == "ROLLOVER" for f in findings),
        "confirmed": " ".join(f.code for f in findings if f.level == "confirm"),
    }
    return [
        same
        | {
            "register_id": desk.registers[zone],
            "value": desk.case.taken(zone),
            "consumption": consumption.get(zone),
            "rolled_over": desk.case.rolled_over(zone),
        }
        for zone in desk.case.zones
    ]


def _trace(db: Session, desk: Desk, reading_id: int, now: datetime, actor: str, channel: str) -> None:
    audit.record(
        db,
        now=now,
        actor=actor,
        channel=channel,
        action="replace" if desk.booked else "submit",
        subject="reading",
        subject_id=reading_id,
        account_id=desk.meter.account_id,
        before={zone: str(row.value) for zone, row in desk.booked.items()} or None,
        after={zone: str(desk.case.taken(zone)) for zone in desk.case.zones},
    )
