"""Readings: listed, booked, taken by the billing."""

from dataclasses import asdict
from datetime import date

from sqlmodel import col, select

from billing import readings
from billing.readings import KeyReused, NotAccepted
from billing.tables import Account, Meter, Reading, Register
from skill.company.answers import as_json, plain, today
from skill.company.api import Call, Refused, endpoint
from skill.company.bodies import NewReading, Readings, ReadingsPage


@endpoint("GET", "/readings", "readings:read", query=ReadingsPage)
def list_readings(call: Call) -> tuple[int, object]:
    """Live readings of a month"""
    period = date.fromisoformat(call.query.period + "-01")
    rows = call.db.exec(
        select(Reading, Register.zone, Meter.serial)
        .join(Register, col(Register.id) == col(Reading.register_id))
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .where(
            Meter.organization_id == call.key.organization_id,
            Reading.period == period,
            Reading.id > call.query.after,
            col(Reading.status).in_(("submitted", "accepted")),
        )
        .order_by(col(Reading.id))
        .limit(call.query.limit)
    ).all()
    return 200, {"items": [as_json(reading) | {"zone": zone, "serial": serial} for reading, zone, serial in rows]}


@endpoint("POST", "/readings", "readings:write", body=NewReading, statuses=(200, 201), needs_key=True)
def submit_reading(call: Call) -> tuple[int, object]:
    """Book a reading; the same key again answers the same"""
    meter = call.db.get(Meter, call.body.meter_id)
    if meter is None or meter.organization_id != call.key.organization_id:
        raise Refused(404, "METER_NOT_FOUND", "no such meter")
    account = call.db.get(Account, meter.account_id)
    assert account is not None  # noqa: S101 - a foreign key
    try:
        booking = readings.submit(
            call.db,
            meter_id=meter.id,
            values=call.body.values,
            taken_at=call.body.taken_at or today(call, account),
            now=call.now,
            channel="api",
            source="api",
            idempotency_key=f"api:{call.key.id}:{call.idempotency_key}",
            confirmed=frozenset(call.body.confirmed),
            actor=f"key:{call.key.id}",
        )
    except NotAccepted as refused:
        facts = [plain(asdict(finding)) for finding in refused.findings]
        raise Refused(409, "not_accepted", str(refused), facts) from refused
    except KeyReused as reused:
        raise Refused(409, "key_reused", "the key came with another reading before") from reused
    return 200 if booking.duplicate else 201, plain(asdict(booking))


@endpoint("POST", "/readings/accept", "readings:write", body=Readings)
def accept_readings(call: Call) -> tuple[int, object]:
    """The billing has taken these readings: residents can no longer replace them"""
    own = call.db.exec(
        select(Reading.id)
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .where(Meter.organization_id == call.key.organization_id, col(Reading.id).in_(call.body.reading_ids))
    ).all()
    count = readings.accept(call.db, reading_ids=own, now=call.now, actor=f"key:{call.key.id}", channel="api")
    return 200, {"accepted": count}
