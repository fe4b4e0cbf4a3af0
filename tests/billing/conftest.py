"""A company with one flat and one cold water meter, whose months can be told one by one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from billing import billrun, receipts, store
from billing.tables import (
    Account,
    HouseVolume,
    Meter,
    Norm,
    Organization,
    Payment,
    Premises,
    Property,
    Reading,
    Receipt,
    ReceiptLine,
    Register,
    Service,
    Tariff,
)
from billing.windows import month_start

LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def company(demo_books: Engine) -> Organization:
    """The demo company."""
    with store.reading(demo_books) as db:
        return db.get_one(Organization, 1)


@dataclass
class Village:
    """Cold water 50 roubles, sewage 40, maintenance 30 a square metre; a flat of 50 m² with two people."""

    db: Session
    value: Decimal = Decimal(100)

    def read(self, period: date, volume: str, months: int = 1) -> None:
        """The meter counted so much, over so many months."""
        self.value += Decimal(volume)
        taken = period + timedelta(days=20)
        row = Reading(
            meter_id=1,
            register_id=1,
            period=period,
            taken_on=taken,
            value=self.value,
            consumption=Decimal(volume),
            months=months,
            channel="test",
            source="other",
            submitted_at=datetime.combine(taken, time(9), UTC),
        )
        self.db.add(row)
        self.db.flush()

    def service(self, code: str, basis: str, price: str, **more: Any) -> None:
        """Another service and its price."""
        add(self.db, Service(organization_id=1, code=code, title=code.capitalize(), basis=basis, **more))
        add(self.db, Tariff(organization_id=1, resource=code, price=Decimal(price), valid_from=LONG_AGO))

    def norm(self, code: str, value: str, unit: str = "m2") -> None:
        """A norm, a month."""
        add(self.db, Norm(organization_id=1, resource=code, value=Decimal(value), unit=unit, valid_from=LONG_AGO))

    def house_meter(self, code: str, period: date, volume: str) -> None:
        """The house's own meter counted so much in a month."""
        add(self.db, HouseVolume(property_id=1, code=code, period=period, volume=Decimal(volume)))

    def pay(self, on: date, kopecks: int, period: date | None = None, status: str = "DONE") -> Payment:
        """Money came."""
        payment = Payment(
            account_id=1,
            period=period,
            amount_kopecks=kopecks,
            method="CASH",
            provider="test",
            status=status,
            idempotency_key=f"{on}-{kopecks}-{period}",
            created_at=datetime.combine(on, time(9), UTC),
            paid_on=on,
        )
        self.db.add(payment)
        self.db.flush()
        return payment

    def bill(self, period: date) -> tuple[Receipt, dict[str, ReceiptLine]]:
        """The month's receipt, made on the first of the next, and its lines by service."""
        report = billrun.issue_for(self.db, [1], period, month_start(period, 1))
        assert report.problems == []
        receipt = receipts.latest(self.db, 1)
        assert receipt is not None
        lines = receipts.lines(self.db, receipt.id)
        assert receipts.violations(receipt, lines) == []
        return receipt, {line.code: line for line in lines}


@pytest.fixture
def village(undone: Session) -> Village:
    add(undone, Organization(id=1, name="ТСЖ «Слобода»", spoken_name="ТСЖ Слобода", inn="0012345675", kind="TSJ"))
    add(undone, Property(id=1, organization_id=1, city="Примерск", street="улица Речная", house="2"))
    add(undone, Premises(id=1, property_id=1, unit="1", area=Decimal(50)))
    add(
        undone,
        Account(
            id=1,
            organization_id=1,
            premises_id=1,
            number="0012345",
            bill_code="123456",
            registered=2,
            opened_on=LONG_AGO,
        ),
    )
    add(undone, Meter(id=1, organization_id=1, account_id=1, resource="COLD_WATER", serial="00123"))
    add(undone, Register(id=1, meter_id=1, zone="single"))
    for code, basis, price in (
        ("COLD_WATER", "metered", "50"),
        ("SEWAGE", "sewage", "40"),
        ("MAINTENANCE", "area", "30"),
    ):
        add(undone, Service(organization_id=1, code=code, title=code.capitalize(), basis=basis))
        add(undone, Tariff(organization_id=1, resource=code, price=Decimal(price), valid_from=LONG_AGO))
    if undone.get_bind().dialect.name == "postgresql":  # its counters know nothing of the ids given above
        for table in ("organization", "property", "premises", "account", "meter", "register"):
            counter = f"pg_get_serial_sequence('{table}', 'id')"
            undone.connection().execute(text(f"SELECT setval({counter}, greatest(nextval({counter}), 1000))"))
    add(undone, Norm(organization_id=1, resource="COLD_WATER", value=Decimal(7), valid_from=LONG_AGO))
    return Village(undone)


def add(db: Session, row: object) -> None:
    db.add(row)
    db.flush()
