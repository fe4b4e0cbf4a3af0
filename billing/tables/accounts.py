"""Flats, their accounts, and the people who speak for them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from billing.columns import Ratio, UtcDateTime
from billing.resources import one_of

UNIT_TYPES = ("flat", "room", "parking", "warehouse", "apartment", "commercial")
ROLES = ("owner", "tenant", "helper")
VERIFIED_HOW = ("code_on_bill", "operator", "gosuslugi", "sms_otp", "last_payment_sum", "channel_login", "demo")


class Premises(SQLModel, table=True):
    """A flat, room, parking place … (помещение). `unit` is what stands on the door: "12", "12А"."""

    __tablename__ = "premises"
    __table_args__ = (
        UniqueConstraint("property_id", "unit_type", "unit"),
        CheckConstraint(one_of("unit_type", UNIT_TYPES), "unit_type"),
    )
    id: int = Field(default=None, primary_key=True)
    property_id: int = Field(foreign_key="property.id")
    unit: str
    unit_type: str = "flat"
    entrance: int | None = None
    floor: int | None = None
    area: Decimal | None = Field(default=None, sa_type=Ratio)
    gis_id: str | None = None


class Account(SQLModel, table=True):
    """Personal account of a payer (лицевой счёт). The number is a string: leading zeros matter.

    els, gis_service_id: единый лицевой счёт and идентификатор ЖКУ in ГИС ЖКХ; bill_code: six digits printed on the
    bill, with which a resident proves the flat is theirs; registered: people registered in the flat; tariff_group: the
    prices that hold for it, where the company has several (Tariff.group).
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        CheckConstraint("length(number) BETWEEN 1 AND 30", "number"),
        CheckConstraint("length(bill_code) = 6", "bill_code"),
        CheckConstraint("els IS NULL OR length(els) = 10", "els"),
        CheckConstraint("gis_service_id IS NULL OR length(gis_service_id) = 13", "gis_service_id"),
        CheckConstraint("registered BETWEEN 0 AND 9999", "registered"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", "closed_on"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    premises_id: int = Field(foreign_key="premises.id", index=True)
    number: str = Field(index=True)
    bill_code: str
    els: str | None = Field(default=None, index=True)
    gis_service_id: str | None = None
    holder_name: str | None = None
    registered: int = 1
    opened_on: date
    closed_on: date | None = None
    without_commission: bool = False
    tariff_group: str = Field(default="", sa_column_kwargs={"server_default": ""})


class Resident(SQLModel, table=True):
    """A person who speaks to us, whatever the channel."""

    __tablename__ = "resident"
    id: int = Field(default=None, primary_key=True)
    display_name: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)


class ChannelIdentity(SQLModel, table=True):
    """How a channel knows a resident. Only a digest of the channel's user id is kept."""

    __tablename__ = "channel_identity"
    __table_args__ = (UniqueConstraint("channel", "external_digest"),)
    id: int = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="resident.id", index=True)
    channel: str
    external_digest: str
    first_seen_at: datetime = Field(sa_type=UtcDateTime)


class AccountLink(SQLModel, table=True):
    """A resident may speak for an account. nickname: their own name for it ("дача", "мамина квартира")."""

    __tablename__ = "account_link"
    __table_args__ = (
        UniqueConstraint("resident_id", "account_id"),
        CheckConstraint(one_of("role", ROLES), "role"),
        CheckConstraint(one_of("verified_how", VERIFIED_HOW), "verified_how"),
    )
    id: int = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="resident.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    role: str = "owner"
    verified_how: str
    verified_at: datetime = Field(sa_type=UtcDateTime)
    nickname: str | None = None
