"""A company with one flat and one cold water meter, whose months can be told one by one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from billing import billrun, receipts
from billing.tables import HouseVolume, Norm, Payment, Reading, Receipt, ReceiptLine, Service, Tariff
from billing.windows import month_start

LONG_AGO = date(2020, 1, 1)


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


def month(number: int) -> date:
    """Months of 2026 by number; 13 is January 2027."""
    return date(2026 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def add(db: Session, row: object) -> None:
    db.add(row)
    db.flush()
