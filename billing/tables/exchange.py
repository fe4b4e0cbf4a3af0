"""Other systems: files that were loaded, devices that send, keys that ask."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from billing.columns import Quantity, UtcDateTime
from billing.resources import Zone, one_of


class ImportRun(SQLModel, table=True):
    """A file that was loaded, whole. Its digest: the same file a second time is known at once."""

    __tablename__ = "import_run"
    __table_args__ = (UniqueConstraint("organization_id", "kind", "digest"),)
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    kind: str
    file_name: str
    digest: str
    rows: int
    added: int
    changed: int
    unchanged: int
    bad: int
    loaded_at: datetime = Field(sa_type=UtcDateTime)


class Device(SQLModel, table=True):
    """A smart meter's sender. Its key is a secret: only a digest is kept."""

    __tablename__ = "device"
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    name: str
    key_digest: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    battery_low: bool = False
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeviceInput(SQLModel, table=True):
    """An input of a device (0, 1 …) and the register it counts for."""

    __tablename__ = "device_input"
    __table_args__ = (
        UniqueConstraint("device_id", "input"),
        CheckConstraint(one_of("zone", Zone), "zone"),
        CheckConstraint("input >= 0", "input"),
    )
    id: int = Field(default=None, primary_key=True)
    device_id: int = Field(foreign_key="device.id")
    input: int
    meter_id: int = Field(foreign_key="meter.id", index=True)
    zone: str = Zone.SINGLE.value


class DevicePacket(SQLModel, table=True):
    """One value an input sent. status: KEPT; RESET: the counter went back; LATE: a newer one was there already."""

    __tablename__ = "device_packet"
    __table_args__ = (
        UniqueConstraint("device_input_id", "taken_at"),
        CheckConstraint(one_of("status", ("KEPT", "RESET", "LATE")), "status"),
        CheckConstraint("value >= 0", "value"),
    )
    id: int = Field(default=None, primary_key=True)
    device_input_id: int = Field(foreign_key="device_input.id")
    taken_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    value: Decimal = Field(sa_type=Quantity)
    status: str = "KEPT"


class ApiKey(SQLModel, table=True):
    """A key of the company's own systems for the REST API. scopes: what it may do; only a digest of it is kept."""

    __tablename__ = "api_key"
    __table_args__ = (Index("ix_api_key_organization_id", "organization_id"),)
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    name: str
    digest: str = Field(unique=True)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
