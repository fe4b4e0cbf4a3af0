"""An acquirer's daily registry (Точка): settles what our own payments are still waiting for, and books its refunds.

It names no accounts: an order is known by the id under which we started it. A file comes alone or in a ZIP.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session, col, or_, select

from billing import payments, refunds
from billing.exchange.loading import Bad, Fate, Loader, each
from billing.exchange.rows import BadCell, Row
from billing.payments import PaymentRefused
from billing.providers.provider import Event, RefundAnswer
from billing.tables import Account, Payment, Refund

NAMES = ("operation_id", "order_id", "parent_id")


class _Ours(NamedTuple):
    """Payments by every name that a row may use; refunds by the acquirer's name."""

    payments: dict[str, Payment]
    refunds: dict[str, Refund]


class AcquirerLoader(Loader):
    """Columns TRANS_DATE, TRANSACTION_ID, SUM, COMMISSION, PARENT_TRANSACTION_ID, TRANSACTION_TYPE, ORDER_UID."""

    kind = "acquirer"

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Move payments to DONE and book refunds; what is so already stays."""
        ours = self._ours(db, batch)
        return each(batch, lambda row: self._take(db, row, ours))

    def _take(self, db: Session, row: Row, ours: _Ours) -> Fate:
        match row.cells.get("type", "PAYMENT").upper():
            case "PAYMENT":
                return self._settle(db, row, ours)
            case "REFUND":
                return self._refund(db, row, ours)
            case other:
                raise BadCell(f"unknown TRANSACTION_TYPE: {other}")

    def _settle(self, db: Session, row: Row, ours: _Ours) -> Fate:
        payment = self._payment(row, ours, "order_id", "operation_id")
        due = payment.amount_kopecks + payment.fee_kopecks
        if row.kopecks("amount") != due:
            raise BadCell(f"{row.cells['amount']} was taken, {due} kopecks were due")
        if payment.status in ("DONE", "ERROR"):
            if payment.status == "ERROR":
                raise BadCell("the payment has failed here: look at it")
            return "unchanged"
        event = Event(payment.external_id or "", "DONE")
        payments.report(db, payment.provider, event, now=self._now, channel="import")
        return "changed"

    def _refund(self, db: Session, row: Row, ours: _Ours) -> Fate:
        name, kopecks = row.text("operation_id"), row.kopecks("amount")
        if name in ours.refunds:
            if ours.refunds[name].amount_kopecks != kopecks:
                raise BadCell(f"refund {name} is in the books with another sum")
            return "unchanged"
        payment = self._payment(row, ours, "parent_id", "order_id")
        try:
            refund, _ = refunds.refund(
                db,
                payment_id=payment.id,
                amount_kopecks=kopecks,
                idempotency_key=f"acquirer:{name}",
                now=self._now,
                actor="system",
                channel="import",
            )
        except PaymentRefused as refused:
            raise BadCell(f"the refund does not fit the payment: {refused.code}") from refused
        answer = RefundAnswer(name, done=True)
        ours.refunds[name] = refunds.refunded(db, refund.id, answer, now=self._now, channel="import")
        return "added"

    def _payment(self, row: Row, ours: _Ours, *names: str) -> Payment:
        for name in names:
            if row.cells.get(name) in ours.payments:
                return ours.payments[row.cells[name]]
        raise BadCell(f"no payment of ours is {' or '.join(row.cells[name] for name in names if name in row.cells)}")

    def _ours(self, db: Session, batch: Sequence[Row]) -> _Ours:
        said = {row.cells[name] for row in batch for name in NAMES if name in row.cells}
        query = (
            select(Payment)
            .join(Account, col(Account.id) == col(Payment.account_id))
            .where(
                Account.organization_id == self.organization_id,
                or_(col(Payment.external_id).in_(said), col(Payment.idempotency_key).in_(said)),
            )
        )
        found: dict[str, Payment] = {}
        for payment in db.exec(query).all():
            found |= {name: payment for name in (payment.external_id, payment.idempotency_key) if name}
        refunds = db.exec(select(Refund).where(col(Refund.external_id).in_(said))).all()
        return _Ours(found, {row.external_id or "": row for row in refunds})
