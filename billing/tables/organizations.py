"""Who keeps the books, and the houses they keep them for."""

from datetime import date
from decimal import Decimal

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from billing.columns import Ratio
from billing.resources import Resource, one_of

ORGANIZATION_KINDS = ("UO", "TSJ", "RSO", "RC", "KR", "TKO", "OGV")


class Organization(SQLModel, table=True):
    """A company that keeps accounts: управляющая (UO), ТСЖ, ресурсоснабжающая (RSO), расчётный центр (RC) …

    spoken_name: how its name is said; work_hours: free text by weekday; timezone: IANA name; feb_2026_due: its
    choice of the day the bills of February 2026 were due on, which the sources dispute.
    """

    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint(one_of("kind", ORGANIZATION_KINDS), "kind"),
        CheckConstraint("length(inn) IN (10, 12)", "inn"),
        CheckConstraint("kpp IS NULL OR length(kpp) = 9", "kpp"),
        UniqueConstraint("inn", "kpp"),
    )
    id: int = Field(default=None, primary_key=True)
    name: str
    spoken_name: str
    kind: str = "UO"
    inn: str
    kpp: str | None = None
    ogrn: str | None = None
    dispatch_phone: str | None = None
    emergency_phone: str | None = None
    office_phone: str | None = None
    address: str | None = None
    work_hours: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    timezone: str = "Europe/Moscow"
    bank_account: str | None = None
    bank_name: str | None = None
    bank_bic: str | None = None
    bank_correspondent_account: str | None = None
    feb_2026_due: date | None = None
    zone_index: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """How its files number the zones, by meaning: {"3": {"peak": 1, …}} overrides the common order."""


class Property(SQLModel, table=True):
    """A house (дом). `street` and `house` are written as they are said aloud; timezone rules its calendar.

    area: all its flats and shops, m²; null where the books hold every one of them.
    """

    __tablename__ = "property"
    __table_args__ = (
        UniqueConstraint("organization_id", "city", "street", "house"),
        CheckConstraint("oktmo IS NULL OR length(oktmo) IN (8, 11)", "oktmo"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    city: str
    street: str
    house: str
    timezone: str = "Europe/Moscow"
    fias_guid: str | None = Field(default=None, unique=True)
    gis_id: str | None = None
    oktmo: str | None = None
    area: Decimal | None = Field(default=None, sa_type=Ratio)


class ResourceOwner(SQLModel, table=True):
    """Which company takes readings of a resource at a house: exactly one (владелец ресурса)."""

    __tablename__ = "resource_owner"
    __table_args__ = (
        UniqueConstraint("property_id", "resource"),
        CheckConstraint(one_of("resource", Resource), "resource"),
    )
    id: int = Field(default=None, primary_key=True)
    property_id: int = Field(foreign_key="property.id")
    resource: str
    organization_id: int = Field(foreign_key="organization.id")


class ReportingWindow(SQLModel, table=True):
    """When readings are taken (период подачи): the closest row wins, house before company, resource before any.

    month: 1…12 overrides that month only, `closed` means none are taken in it. start_day > end_day wraps into the
    next month. After the end, readings are refused through the day `strict_until_day`; null refuses none.
    """

    __tablename__ = "reporting_window"
    __table_args__ = (
        CheckConstraint("start_day BETWEEN 1 AND 31 AND end_day BETWEEN 1 AND 31", "days"),
        CheckConstraint("strict_until_day IS NULL OR strict_until_day BETWEEN 1 AND 31", "strict_until_day"),
        CheckConstraint("month IS NULL OR month BETWEEN 1 AND 12", "month"),
        CheckConstraint("NOT closed OR month IS NOT NULL", "closed_month"),
        CheckConstraint(one_of("resource", Resource, optional=True), "resource"),
        Index(
            "uq_reporting_window_scope",
            "organization_id",
            text("coalesce(property_id, 0)"),
            text("coalesce(resource, '')"),
            text("coalesce(month, 0)"),
            unique=True,
        ),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    property_id: int | None = Field(default=None, foreign_key="property.id")
    resource: str | None = None
    start_day: int = 20
    end_day: int = 25
    strict_until_day: int | None = None
    month: int | None = None
    closed: bool = False
