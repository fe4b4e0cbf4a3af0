"""What a company tells its residents, and what they ask of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from billing.columns import UtcDateTime
from billing.resources import one_of

OUTAGE_KINDS = ("SCHEDULED", "EMERGENCY")
OUTAGE_TYPES = ("PAUSE", "LIMITATION", "SUSPENSION")
TICKET_STATUSES = ("OPEN", "IN_PROGRESS", "COMPLETED", "CLOSED", "DEFERRED", "DECLINED")
NOTICE_KINDS = ("submit_readings", "pay", "verification", "outage", "news")


class Outage(SQLModel, table=True):
    """A resource is off or limited (отключение). resources: codes, LIFT and the like included; end_at null: not known.

    all_houses: every house of the company; else the houses and flats of its OutageScope rows.
    """

    __tablename__ = "outage"
    __table_args__ = (
        CheckConstraint(one_of("kind", OUTAGE_KINDS), "kind"),
        CheckConstraint(one_of("type", OUTAGE_TYPES), "type"),
        CheckConstraint(one_of("status", ("DRAFT", "PUBLISHED", "CANCELLED")), "status"),
        CheckConstraint("end_at IS NULL OR end_at > start_at", "end_at"),
        Index("ix_outage_organization_id_start_at", "organization_id", "start_at"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    kind: str
    type: str = "PAUSE"
    resources: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str | None = None
    text_for_resident: str | None = None
    start_at: datetime = Field(sa_type=UtcDateTime)
    end_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    all_houses: bool = False
    status: str = "PUBLISHED"


class OutageScope(SQLModel, table=True):
    """A house an outage touches, or one flat of it."""

    __tablename__ = "outage_scope"
    __table_args__ = (UniqueConstraint("outage_id", "property_id", "premises_id"),)
    id: int = Field(default=None, primary_key=True)
    outage_id: int = Field(foreign_key="outage.id")
    property_id: int = Field(foreign_key="property.id", index=True)
    premises_id: int | None = Field(default=None, foreign_key="premises.id")


class News(SQLModel, table=True):
    """An announcement; an emergency one says until when it holds. Without a house it is for all of them."""

    __tablename__ = "news"
    __table_args__ = (
        CheckConstraint(one_of("kind", ("COMMON", "EMERGENCY")), "kind"),
        CheckConstraint("kind = 'COMMON' OR valid_before IS NOT NULL", "valid_before"),
        Index("ix_news_organization_id_published_at", "organization_id", "published_at"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    property_id: int | None = Field(default=None, foreign_key="property.id")
    kind: str = "COMMON"
    title: str
    body: str
    published_at: datetime = Field(sa_type=UtcDateTime)
    valid_before: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Article(SQLModel, table=True):
    """An answer to a common question. Without a company it holds for all of them; keywords: words people use."""

    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("organization_id", "slug"),)
    id: int = Field(default=None, primary_key=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id")
    slug: str
    title: str
    body: str
    keywords: str = ""


class Ticket(SQLModel, table=True):
    """A request of a resident (заявка). number: the company's own count.

    deadline: the day at the house by which it should be done; due_at: the instant of it, null where the whole day is.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        UniqueConstraint("idempotency_key"),
        CheckConstraint(one_of("status", TICKET_STATUSES), "status"),
        Index("ix_ticket_resident_id_created_at", "resident_id", "created_at"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    number: int
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    resident_id: int | None = Field(default=None, foreign_key="resident.id")
    category: str
    details: str
    is_emergency: bool = False
    status: str = "OPEN"
    answer: str | None = None
    deadline: date
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    contact: str | None = None
    channel: str
    transcript: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    idempotency_key: str


class Reminder(SQLModel, table=True):
    """A resident wants to be told of something, and where. day: of the month, null for the usual days of the kind.

    once_at: it comes once, at this moment, and is deleted after that; null for one that goes on.
    minute: of the day, from which one that goes on comes; null: with the morning.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint(one_of("kind", NOTICE_KINDS), "kind"),
        CheckConstraint("day IS NULL OR day BETWEEN 1 AND 31", "day"),
        CheckConstraint("minute IS NULL OR minute BETWEEN 0 AND 1439", "minute"),
        Index(
            "uq_reminder_going",
            "resident_id",
            "account_id",
            "kind",
            "channel",
            unique=True,
            sqlite_where=text("once_at IS NULL"),
            postgresql_where=text("once_at IS NULL"),
        ),
        Index(
            "uq_reminder_once",
            "resident_id",
            "account_id",
            "kind",
            "channel",
            "once_at",
            unique=True,
            sqlite_where=text("once_at IS NOT NULL"),
            postgresql_where=text("once_at IS NOT NULL"),
        ),
    )
    id: int = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="resident.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: str
    channel: str
    day: int | None = None
    once_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    minute: int | None = None


class Notice(SQLModel, table=True):
    """Something to tell a resident, once: unique_key is resident, account, kind, channel and occasion.

    facts: what the sentence needs; sent_at: null until a channel took it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("unique_key"),
        CheckConstraint(one_of("kind", NOTICE_KINDS), "kind"),
        Index("ix_notice_sent_at_created_at", "sent_at", "created_at"),
    )
    id: int = Field(default=None, primary_key=True)
    resident_id: int = Field(foreign_key="resident.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    kind: str
    channel: str
    unique_key: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
