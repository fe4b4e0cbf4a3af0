"""Smart meters: their packets (`billing.packets`), kept as their own source.

A device proves itself by its key. Packets come late, twice and out of order, and counters are reset: all are kept with
what was made of them. A reading is submitted from them only where the meter's `submits_automatically` is on, in the
last days of its window.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from billing import readings, windows
from billing.packets import BadPacket, Packet
from billing.readings import NotAccepted
from billing.tables import Account, Device, DeviceInput, DevicePacket, Meter, Premises, Property, Register

SKEW = timedelta(hours=26)
"""How far in the future a device's clock may be: some send local time for UTC."""
OLDEST = timedelta(days=400)
LAST_DAYS = 3


class UnknownDevice(LookupError):
    """No device has this key, or its key was revoked."""


@dataclass(frozen=True)
class Taken:
    """What became of a packet, by count; submitted: readings booked from it."""

    kept: int = 0
    duplicate: int = 0
    late: int = 0
    reset: int = 0
    unknown_input: int = 0
    submitted: int = 0


def add(db: Session, *, organization_id: int, name: str, inputs: Mapping[int, tuple[int, str]], now: datetime) -> str:
    """Let a device send; `inputs` says which meter and zone each input counts for. Returns its key, shown only now."""
    key = secrets.token_urlsafe(24)
    device = Device(organization_id=organization_id, name=name, key_digest=_digest(key), created_at=now)
    db.add(device)
    db.flush()
    for number, (meter_id, zone) in inputs.items():
        db.add(DeviceInput(device_id=device.id, input=number, meter_id=meter_id, zone=zone))
    db.flush()
    return key


def revoke(db: Session, device_id: int, now: datetime) -> None:
    """Take a device's key back. Raises UnknownDevice."""
    device = db.get(Device, device_id)
    if device is None:
        raise UnknownDevice(device_id)
    device.revoked_at = now
    db.flush()


def take(db: Session, packet: Packet, now: datetime) -> Taken:
    """Keep a packet, and submit from it where that is on. Raises UnknownDevice, BadPacket for an impossible time."""
    device = db.exec(select(Device).where(Device.key_digest == _digest(packet.key)).with_for_update()).first()
    if device is None or device.revoked_at is not None:
        raise UnknownDevice("no device has this key")
    taken_at = packet.taken_at or now
    if not now - OLDEST <= taken_at <= now + SKEW:
        raise BadPacket(f"the time is impossible: {taken_at.isoformat()}")
    taken_at = min(taken_at, now)
    device.last_seen_at = now
    device.battery_low = packet.battery_low
    inputs = {row.input: row for row in db.exec(select(DeviceInput).where(DeviceInput.device_id == device.id)).all()}
    counts: dict[str, int] = {}
    touched: set[int] = set()
    for one in packet.values:
        own = inputs.get(one.input)
        fate = "unknown_input" if own is None else _keep(db, own, one.value, taken_at, now)
        counts[fate] = counts.get(fate, 0) + 1
        if own is not None and fate == "kept":
            touched.add(own.meter_id)
    db.flush()
    submitted = sum(_submit(db, meter_id, taken_at, now) for meter_id in sorted(touched))
    return Taken(**counts, submitted=submitted)


def newest(db: Session, meter_id: int) -> dict[str, DevicePacket]:
    """The newest value that was kept, by zone."""
    found = {}
    for own in db.exec(select(DeviceInput).where(DeviceInput.meter_id == meter_id)).all():
        packet = _last(db, own.id)
        if packet is not None:
            found[own.zone] = packet
    return found


def _keep(db: Session, own: DeviceInput, value: Decimal, taken_at: datetime, now: datetime) -> str:
    same = select(DevicePacket.id).where(DevicePacket.device_input_id == own.id, DevicePacket.taken_at == taken_at)
    if db.exec(same).first() is not None:
        return "duplicate"
    last = _last(db, own.id)
    status = "KEPT"
    if last is not None and last.taken_at > taken_at:
        status = "LATE"
    elif value < _floor(db, own, last):
        status = "RESET"
    db.add(DevicePacket(device_input_id=own.id, taken_at=taken_at, received_at=now, value=value, status=status))
    db.flush()
    return status.lower()


def _floor(db: Session, own: DeviceInput, last: DevicePacket | None) -> Decimal:
    """A sound counter shows no less than it last sent, and than what is in the books."""
    booked = readings.last_value(db, own.meter_id, own.zone)
    return max(last.value if last else Decimal(0), booked.quantize(Decimal(1), ROUND_DOWN) if booked else Decimal(0))


def _last(db: Session, device_input_id: int) -> DevicePacket | None:
    query = select(DevicePacket).where(DevicePacket.device_input_id == device_input_id, DevicePacket.status == "KEPT")
    return db.exec(query.order_by(col(DevicePacket.taken_at).desc()).limit(1)).first()


def _submit(db: Session, meter_id: int, taken_at: datetime, now: datetime) -> int:
    """Book the newest values of all zones in the last days of the window; 1 when booked."""
    meter, house = db.exec(
        select(Meter, Property)
        .join(Account, col(Account.id) == col(Meter.account_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .where(Meter.id == meter_id)
    ).one()
    today = windows.local_date(now, house)
    window = windows.window_for(db, meter, today)
    if not meter.submits_automatically or not 0 < windows.days_left(window, today) <= LAST_DAYS:
        return 0
    zones = db.exec(select(Register.zone).where(Register.meter_id == meter_id)).all()
    values = {zone: packet.value for zone, packet in newest(db, meter_id).items()}
    if set(values) != set(zones):
        return 0
    told = ",".join(f"{zone}={value}" for zone, value in sorted(values.items()))  # zones may be sent one by one
    try:
        booking = readings.submit(
            db,
            meter_id=meter_id,
            values=values,
            taken_at=taken_at.astimezone(ZoneInfo(house.timezone)).date(),
            now=now,
            channel="device",
            source="smart_meter",
            idempotency_key=f"device:{meter_id}:{taken_at.isoformat()}:{told}",
            confirmed=readings.CONFIRMED_BY_DEVICE,
            actor=f"meter:{meter_id}",
        )
    except NotAccepted:
        return 0  # the packet is kept; an operator or the resident will read the meter
    return 0 if booking.duplicate else 1


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
