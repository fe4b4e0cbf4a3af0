"""What changes a flat's charges beside its meters: support, acts, and what the house's own meter counted."""

from datetime import date
from decimal import Decimal

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from billing.columns import Kopecks, Quantity, Ratio
from billing.resources import CHARGEABLE, one_of

BENEFIT_KINDS = ("privilege", "compensation", "subsidy")
ACT_KINDS = ("NO_ACCESS", "INTERFERENCE")


class Benefit(SQLModel, table=True):
    """Support of a household (мера поддержки), for days from valid_from to valid_to, both counted.

    kind: privilege (льгота) lowers the bill; compensation is reckoned alike and paid apart; subsidy (субсидия) is a
    decided sum a month, paid apart. category: as in data/benefits.yaml; percent of the services in `codes`, within the
    norm where `within_norm`, for so many `people` of those registered (null: all).
    """

    __tablename__ = "benefit"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "category", "valid_from"),
        CheckConstraint(one_of("kind", BENEFIT_KINDS), "kind"),
        CheckConstraint("(kind = 'subsidy') = (monthly_kopecks IS NOT NULL)", "monthly"),
        CheckConstraint("(kind = 'subsidy') = (percent IS NULL)", "percent_given"),
        CheckConstraint("percent IS NULL OR percent > 0", "percent"),
        CheckConstraint("monthly_kopecks IS NULL OR monthly_kopecks > 0", "monthly_kopecks"),
        CheckConstraint("people IS NULL OR people >= 1", "people"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", "validity"),
    )
    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: str
    category: str
    percent: Decimal | None = Field(default=None, sa_type=Ratio)
    monthly_kopecks: int | None = Field(default=None, sa_type=Kopecks)
    codes: list[str] = Field(default_factory=list, sa_type=JSON)
    within_norm: bool = False
    people: int | None = None
    valid_from: date
    valid_to: date | None = None
    document: str | None = None


class Act(SQLModel, table=True):
    """An act about a meter (акт). NO_ACCESS: the check was refused; INTERFERENCE: unauthorised connection or tampering.

    since: when the interference began, where it is known; settled_on: the check took place, the interference is gone.
    """

    __tablename__ = "act"
    __table_args__ = (
        UniqueConstraint("account_id", "code", "kind", "drawn_on"),
        CheckConstraint(one_of("code", CHARGEABLE), "code"),
        CheckConstraint(one_of("kind", ACT_KINDS), "kind"),
        CheckConstraint("since IS NULL OR since <= drawn_on", "since"),
        CheckConstraint("settled_on IS NULL OR settled_on >= drawn_on", "settled_on"),
    )
    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    code: str
    kind: str
    drawn_on: date
    since: date | None = None
    settled_on: date | None = None
    number: str | None = None


class HouseVolume(SQLModel, table=True):
    """A month of a house by its own meter (ОДПУ). code: a resource, all that came into the house; or COMMON_…, what
    the company has found the common needs to be."""

    __tablename__ = "house_volume"
    __table_args__ = (
        UniqueConstraint("property_id", "code", "period"),
        CheckConstraint(one_of("code", CHARGEABLE), "code"),
        CheckConstraint("volume >= 0", "volume"),
    )
    id: int = Field(default=None, primary_key=True)
    property_id: int = Field(foreign_key="property.id")
    code: str
    period: date
    volume: Decimal = Field(sa_type=Quantity)
