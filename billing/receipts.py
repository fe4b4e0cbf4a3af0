"""Reading receipts (платёжные документы) and balances. They are made by `billing.billrun`, or imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from billing.arrears import paid_sums
from billing.tables import Payment, Receipt, ReceiptLine
from billing.windows import months_between

PAYABLE_MONTHS = 3
_ALL = aliased(Receipt)
_SHOWN = (
    select(func.sum(_ALL.paid_kopecks))
    .where(_ALL.account_id == Receipt.account_id)
    .correlate(Receipt)
    .scalar_subquery()
)
_NEWEST = (
    select(Receipt, _SHOWN.scalar_subquery())
    .where(Receipt.account_id == bindparam("account_id"))
    .order_by(col(Receipt.period).desc())
    .limit(1)
)
"""The newest receipt of an account, with the payments that all its receipts show."""


@dataclass(frozen=True)
class Balance:
    """What an account owes now. kopecks: debt, or advance (переплата) below zero; paid_since: came after the receipt.

    overdue: part of the debt whose due day has passed; penalty: on the newest receipt.
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
    paid = paid_sums(db, [account_id], today).get(account_id, 0)
    newest, shown = db.exec(_NEWEST, params={"account_id": account_id}).first() or (None, 0)
    if newest is None:
        return Balance(-paid, None, paid, 0, None, 0)
    since = paid - int(shown)
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
