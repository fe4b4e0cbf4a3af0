"""Reading receipts (платёжные документы) and balances. They are made by `billing.billrun`, or imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, bindparam, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from billing.arrears import PAID
from billing.prepared import Prepared
from billing.tables import Payment, Receipt, ReceiptLine, Refund
from billing.windows import months_between

PAYABLE_MONTHS = 3
_ACCOUNT: BindParameter[int] = bindparam("account_id")
_TODAY: BindParameter[date] = bindparam("today")
_NEWEST = Prepared(
    columns(Receipt).where(col(Receipt.account_id) == _ACCOUNT).order_by(col(Receipt.period).desc()).limit(1)
)
_CAME = columns(func.sum(Payment.amount_kopecks)).where(
    col(Payment.account_id) == _ACCOUNT, col(Payment.status).in_(PAID), col(Payment.paid_on) <= _TODAY
)
_WENT_BACK = (
    columns(func.sum(Refund.amount_kopecks))
    .join(Payment, col(Payment.id) == col(Refund.payment_id))
    .where(
        col(Payment.account_id) == _ACCOUNT,
        col(Payment.status).in_(PAID),
        col(Refund.status) == "DONE",
        col(Refund.done_on) <= _TODAY,
    )
)
_SHOWN = columns(func.sum(Receipt.paid_kopecks)).where(col(Receipt.account_id) == _ACCOUNT)
_SUMS = Prepared(columns(*(sums.scalar_subquery() for sums in (_CAME, _WENT_BACK, _SHOWN))))
"""Kopecks that came to an account, that were given back, and that all its receipts show."""


@dataclass(frozen=True)
class Balance:
    """What an account owes now. kopecks: debt, or advance (переплата) below zero; receipt: the newest, columns only.

    paid_since: came after the receipt; overdue: part of the debt whose due day has passed; penalty: on the newest
    receipt.
    """

    kopecks: int
    receipt: Receipt | None
    paid_since: int
    overdue: int
    due_on: date | None
    penalty: int


def latest(db: Session, account_id: int) -> Receipt | None:
    """The newest receipt."""
    query = select(Receipt).where(Receipt.account_id == account_id).order_by(col(Receipt.period).desc())
    return db.exec(query.limit(1)).first()


def history(db: Session, account_id: int, limit: int = 12) -> list[Receipt]:
    """Receipts, newest first."""
    query = select(Receipt).where(Receipt.account_id == account_id).order_by(col(Receipt.period).desc())
    return list(db.exec(query.limit(limit)).all())


def lines(db: Session, receipt_id: int) -> list[ReceiptLine]:
    """Services of a receipt, in the order they were charged."""
    query = select(ReceiptLine).where(ReceiptLine.receipt_id == receipt_id).order_by(col(ReceiptLine.id))
    return list(db.exec(query).all())


def payments(db: Session, account_id: int, limit: int = 12) -> list[Payment]:
    """Payments that came or are on their way, newest first."""
    query = (
        select(Payment)
        .where(Payment.account_id == account_id, Payment.status != "ERROR")
        .order_by(col(Payment.created_at).desc(), col(Payment.id).desc())
    )
    return list(db.exec(query.limit(limit)).all())


def balance(db: Session, account_id: int, today: date) -> Balance:
    """What the account owes today, with payments that came after the last receipt."""
    [sums] = _SUMS.run(db, {"account_id": account_id, "today": today})
    came, went_back, shown = (int(kopecks or 0) for kopecks in sums)
    newest = next(iter(_NEWEST.like(db, Receipt, {"account_id": account_id})), None)
    if newest is None:
        return Balance(went_back - came, None, came - went_back, 0, None, 0)
    since = came - went_back - shown
    owed = newest.to_pay_kopecks - since
    not_due = newest.to_pay_kopecks - newest.opening_kopecks + newest.paid_kopecks if newest.due_on >= today else 0
    overdue = max(0, owed - max(0, not_due))
    return Balance(owed, newest, since, overdue, newest.due_on, newest.penalty_kopecks)


def is_payable(db: Session, receipt: Receipt, today: date) -> bool:
    """Only the newest receipt can be paid, for three months."""
    newest = latest(db, receipt.account_id)
    return newest is not None and newest.id == receipt.id and months_between(receipt.period, today) <= PAYABLE_MONTHS


def violations(receipt: Receipt, own_lines: Sequence[ReceiptLine]) -> list[str]:
    """What does not add up; empty for a sound receipt. Imported receipts are checked with it too."""
    wrong = []
    if receipt.period.day != 1:
        wrong.append("period is not the first day of a month")
    for name in ("charged_kopecks", "recalculated_kopecks", "privilege_kopecks", "penalty_kopecks"):
        if sum(getattr(line, name) for line in own_lines) != getattr(receipt, name):
            wrong.append(f"lines do not add up to {name}")
    if sum(line.to_pay_kopecks for line in own_lines) != receipt.to_pay_kopecks + receipt.paid_kopecks:
        wrong.append("lines do not add up to to_pay and paid")
    return wrong
