"""Meters, their registers and readings."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from billing.columns import Quantity, Ratio, UtcDateTime
from billing.resources import Resource, Zone, one_of

READING_KINDS = ("current", "control", "verification", "estimated", "normative", "initial", "final")
READING_STATUSES = ("draft", "submitted", "accepted", "declined", "superseded")
LIVE = "status IN ('submitted', 'accepted')"
DECLINED = "(status = 'declined') = (decline_code IS NOT NULL) AND (decline_text IS NULL OR decline_code IS NOT NULL)"
SOURCES = (
    "alice", "salute", "marusya", "ivr_voice", "ivr_dtmf", "sms", "voice_message", "messenger", "web_app", "mobile_app",
    "operator", "call", "visit", "email", "import", "api", "billing", "remote_system", "smart_meter", "demo", "other",
)  # fmt: skip
CHECK_LEVELS = ("block", "confirm", "review", "off")
ADJUSTABLE_CHECKS = (
    "METER_VERIFICATION_MISSED", "READING_WINDOW_CLOSED", "ZONES_SWAPPED", "SWAPPED_METERS", "DIGIT_COUNT_MISMATCH",
    "ROLLOVER", "SAME_AS_PREVIOUS", "TOO_BIG", "UNUSUAL", "GAP_3_MONTHS",
)  # fmt: skip
"""Checks whose level a company may choose; the others keep the books consistent."""


class Meter(SQLModel, table=True):
    """A meter (прибор учёта). digits_int and digits_frac: what its dial shows (значность); submit_frac: decimals taken.

    place: where it hangs ("кухня"); nickname: the resident's own name; ratio: transformation ratio; is_automatic: sends
    by itself, residents cannot.
    """

    __tablename__ = "meter"
    __table_args__ = (
        UniqueConstraint("organization_id", "resource", "serial"),
        CheckConstraint(one_of("resource", Resource), "resource"),
        CheckConstraint("length(serial) BETWEEN 1 AND 50", "serial"),
        CheckConstraint("digits_int BETWEEN 1 AND 12 AND digits_frac BETWEEN 0 AND 3", "digits"),
        CheckConstraint("submit_frac BETWEEN 0 AND digits_frac", "submit_frac"),
        CheckConstraint("ratio > 0", "ratio"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    resource: str
    serial: str
    brand: str | None = None
    model: str | None = None
    place: str | None = None
    nickname: str | None = None
    digits_int: int = 5
    digits_frac: int = 3
    submit_frac: int = 0
    ratio: Decimal = Field(default=Decimal(1), sa_type=Ratio)
    installed_on: date | None = None
    commissioned_on: date | None = None
    sealed_on: date | None = None
    verified_on: date | None = None
    next_verification_on: date | None = None
    archived_on: date | None = None
    replaces_id: int | None = Field(default=None, foreign_key="meter.id")
    is_automatic: bool = False
    submits_automatically: bool = False
    gis_guid: str | None = None


class Register(SQLModel, table=True):
    """One counting dial of a meter: a tariff zone by meaning (тарифная зона)."""

    __tablename__ = "register"
    __table_args__ = (
        UniqueConstraint("meter_id", "zone"),
        CheckConstraint(one_of("zone", Zone), "zone"),
    )
    id: int = Field(default=None, primary_key=True)
    meter_id: int = Field(foreign_key="meter.id")
    zone: str


class Reading(SQLModel, table=True):
    """What a register showed (показание). At most one live current reading a register and period: the base sees to it.

    period: first day of the billing month; consumption: since the previous reading, with rollover and ratio,
    over so many `months`; "submitted" until the billing takes it, then "accepted"; declined with a code and
    perhaps a text; asr_*: what was heard.
    """

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("value >= 0", "value"),
        CheckConstraint("months >= 1", "months"),
        CheckConstraint(one_of("kind", READING_KINDS), "kind"),
        CheckConstraint(one_of("status", READING_STATUSES), "status"),
        CheckConstraint(one_of("source", SOURCES), "source"),
        CheckConstraint(DECLINED, "decline"),
        CheckConstraint("asr_confidence IS NULL OR asr_confidence BETWEEN 0 AND 1000", "asr_confidence"),
        Index(
            "uq_reading_live",
            "register_id",
            "period",
            unique=True,
            sqlite_where=text(f"kind = 'current' AND {LIVE}"),
            postgresql_where=text(f"kind = 'current' AND {LIVE}"),
        ),
        UniqueConstraint("idempotency_key", "register_id"),
        Index("ix_reading_meter_id_taken_on", "meter_id", "taken_on"),
        Index("ix_reading_period_meter_id", "period", "meter_id"),
        Index(
            "ix_reading_submitted",
            "meter_id",
            "period",
            sqlite_where=text("status = 'submitted'"),
            postgresql_where=text("status = 'submitted'"),
        ),
    )
    id: int = Field(default=None, sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True))
    meter_id: int = Field(foreign_key="meter.id")
    register_id: int = Field(foreign_key="register.id")
    period: date
    taken_on: date
    value: Decimal = Field(sa_type=Quantity)
    consumption: Decimal | None = Field(default=None, sa_type=Quantity)
    months: int = 1
    kind: str = "current"
    status: str = "submitted"
    decline_code: str | None = None
    decline_text: str | None = None
    rolled_over: bool = False
    needs_review: bool = False
    confirmed: str = ""
    channel: str
    source: str
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    idempotency_key: str | None = None
    asr_text: str | None = None
    asr_confidence: int | None = None


class CheckRule(SQLModel, table=True):
    """A company's own setting of a reading check: another level, another limit, or off."""

    __tablename__ = "check_rule"
    __table_args__ = (
        CheckConstraint(one_of("level", CHECK_LEVELS, optional=True), "level"),
        CheckConstraint(f"level IS NULL OR {one_of('code', ADJUSTABLE_CHECKS)}", "adjustable"),
        CheckConstraint(one_of("resource", Resource, optional=True), "resource"),
        Index("uq_check_rule_scope", "organization_id", "code", text("coalesce(resource, '')"), unique=True),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    code: str
    resource: str | None = None
    level: str | None = None
    limit: Decimal | None = Field(default=None, sa_type=Quantity)


class ExternalCheck(SQLModel, table=True):
    """Where a company's own billing checks a reading before it is taken (внешняя проверка), see billing.external."""

    __tablename__ = "external_check"
    __table_args__ = (
        UniqueConstraint("organization_id"),
        CheckConstraint("url LIKE 'https://%' OR url LIKE 'http://%'", "url"),
        CheckConstraint("timeout_ms BETWEEN 100 AND 3000", "timeout_ms"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    url: str
    token: str | None = None
    timeout_ms: int = 3000
