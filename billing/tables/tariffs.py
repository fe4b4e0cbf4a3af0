"""What a unit of a resource costs, and how much is assumed without a meter."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from billing.columns import Price, Quantity, Ratio
from billing.resources import CHARGEABLE, Zone, one_of


class Tariff(SQLModel, table=True):
    """Price of a unit (тариф), for a zone and a range of monthly volume. A later row ends an earlier one.

    range_from: volume above which this price holds, 0 for the first range; act: the decision that set it.
    """

    __tablename__ = "tariff"
    __table_args__ = (
        UniqueConstraint(
            "organization_id", "resource", "zone", "group", "range_from", "valid_from", name="uq_tariff_step"
        ),
        CheckConstraint(one_of("resource", CHARGEABLE), "resource"),
        CheckConstraint(one_of("zone", Zone), "zone"),
        CheckConstraint("price >= 0 AND range_from >= 0", "amounts"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", "validity"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    resource: str
    zone: str = Zone.SINGLE.value
    group: str = ""
    range_from: Decimal = Field(default=Decimal(0), sa_type=Quantity)
    price: Decimal = Field(sa_type=Price)
    valid_from: date
    valid_to: date | None = None
    act: str | None = None


class Norm(SQLModel, table=True):
    """Consumption assumed without a meter (норматив), a month, for a person or a square metre.

    For HEAT with unit m3: Гкал that warm a cubic metre of hot water.
    """

    __tablename__ = "norm"
    __table_args__ = (
        UniqueConstraint("organization_id", "resource", "unit", "valid_from"),
        CheckConstraint(one_of("resource", CHARGEABLE), "resource"),
        CheckConstraint(one_of("unit", ("person", "m2", "m3")), "unit"),
        CheckConstraint("value >= 0", "amounts"),
    )
    id: int = Field(default=None, primary_key=True)
    organization_id: int = Field(foreign_key="organization.id")
    resource: str
    unit: str = "person"
    value: Decimal = Field(sa_type=Ratio)
    valid_from: date
    act: str | None = None
