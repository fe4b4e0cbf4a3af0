"""Loading payments (реестры платежей): our columns, registries of banks and terminals, 1C's ClientBank, ГИС ЖКХ.

A payment is known by its operation id; one that we wrote into a registry ourselves is known again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from billing import received
from billing.exchange import clientbank, gis, registries
from billing.exchange.loading import Bad, Fate, Loader, each
from billing.exchange.payers import Payers
from billing.exchange.registries import Layout
from billing.exchange.rows import BadCell, Row
from billing.received import LONGEST_ID, Operation
from billing.tables import Organization, Payment

FORMATS = ("table", "sberbank-pairs", "clientbank", "gis-orders", *registries.layouts())


class PaymentsLoader(Loader):
    """One payment a row: account, amount, paid_on, operation_id; fee and period where there are.

    form: one of FORMATS, or a layout of the company's own.
    """

    kind = "payments"

    def __init__(self, company: Organization, now: datetime, form: str | Layout = "table") -> None:
        super().__init__(company, now)
        self._form = form

    def rows(self, path: Path) -> Iterator[Row]:
        """Rows of the file in its format."""
        if isinstance(self._form, Layout):
            return registries.read(path, self._form)
        match self._form:
            case "table":
                return super().rows(path)
            case "sberbank-pairs":
                return registries.read_pairs(path)
            case "clientbank":
                return clientbank.read(path, self._company.bank_account or "")
            case "gis-orders":
                return gis.read_orders(path)
            case name:
                return registries.read(path, registries.layouts()[name])

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Add payments that are not there; the same operation with another sum is an error."""
        payers, ours = Payers.of(db, self.organization_id, batch), self._ours(db, batch)
        found = each(batch, lambda row: self._operation(row, payers, ours))
        booked = iter(
            received.register(
                db,
                [one for one in found if isinstance(one, Operation)],
                provider=f"registry:{self.organization_id}",
                now=self._now,
                actor="system",
                channel="import",
            )
        )
        return [_fate(next(booked)) if isinstance(one, Operation) else one for one in found]

    def _operation(self, row: Row, payers: Payers, ours: dict[str, Payment]) -> Operation | Fate:
        """What to book of a row; "unchanged" for a payment that went out from here."""
        account_id, key, kopecks = payers.find(row), row.text("operation_id"), row.kopecks("amount")
        if len(key) > LONGEST_ID:
            raise BadCell(f"operation_id is longer than {LONGEST_ID} signs")
        if kopecks <= 0:
            raise BadCell(f"amount is not above zero: {row.cells['amount']}")
        paid_on = row.day("paid_on")
        if paid_on is None or paid_on > self._today:
            raise BadCell("paid_on is missing or in the future")
        if key in ours:
            if (ours[key].account_id, ours[key].amount_kopecks) != (account_id, kopecks):
                raise BadCell(f"operation {key} is in the books with another sum or account")
            return "unchanged"
        period = row.month("period") if "period" in row.cells else None
        fee = row.kopecks("fee", 0)
        if fee < 0:
            raise BadCell(f"fee is below zero: {row.cells['fee']}")
        return Operation(account_id, kopecks, key, paid_on, period, fee)

    def _ours(self, db: Session, batch: Sequence[Row]) -> dict[str, Payment]:
        keys = {row.cells["operation_id"] for row in batch if "operation_id" in row.cells}
        ids = {number: key for key in keys if (number := registries.our_payment(self._company.inn, key)) is not None}
        rows = db.exec(select(Payment).where(col(Payment.id).in_(ids))).all() if ids else []
        return {ids[row.id]: row for row in rows}


def _fate(one: received.Receipted) -> Fate | Bad:
    if one.fate == "KEY_REUSED":
        return Bad(f"operation {one.payment.external_id} is in the books with another sum or account")
    return one.fate
