"""What standing orders tell of and pay, and when: first the resident is told, the next day the bill is paid.

What nobody has heard is not told: without a telling nothing is paid. A bill above the limit is told of and not paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from billing import receipts, windows
from billing.payments import MINIMUM_KOPECKS
from billing.tables import Account, Autopay, Notice, Payment, Premises, Property, Receipt


@dataclass(frozen=True)
class Charge:
    """A bill that is to be paid now."""

    autopay: Autopay
    receipt: Receipt
    kopecks: int


@dataclass(frozen=True)
class Telling:
    """A resident is to be told: of a payment on a day, or (`on` None) that a bill above the limit is not paid."""

    autopay: Autopay
    receipt: Receipt
    kopecks: int
    on: date | None
    today: date


def ready(db: Session) -> Sequence[int]:
    """The standing orders that can pay."""
    query = select(Autopay.id).where(col(Autopay.ended_at).is_(None), Autopay.token != "")
    return db.exec(query.order_by(col(Autopay.id))).all()


def due(db: Session, autopay_id: int, now: datetime) -> Charge | Telling | None:
    """What an order tells or pays today, by the house's own day."""
    row, house = db.exec(
        select(Autopay, Property)
        .join(Account, col(Account.id) == col(Autopay.account_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .where(Autopay.id == autopay_id)
        .with_for_update(of=Autopay)
    ).one()
    today = windows.local_date(now, house)
    receipt = receipts.latest(db, row.account_id)
    kopecks = receipts.balance(db, row.account_id, today).kopecks
    if row.ended_at is not None or receipt is None or kopecks < MINIMUM_KOPECKS:
        return None
    if not receipts.is_payable(db, receipt, today):
        return None
    day = _pay_day(row, receipt)
    if row.noticed_for != receipt.period:
        if today < day - timedelta(days=1):
            return None
        dear = kopecks > row.limit_kopecks
        return Telling(row, receipt, kopecks, None if dear else max(day, today + timedelta(days=1)), today)
    if today < day or kopecks > row.limit_kopecks or not _was_heard(db, row, receipt, house, today):
        return None
    begun = _begun(db, row, receipt)
    if begun is None:
        return Charge(row, receipt, kopecks)
    # The provider may have taken the sum that was ordered: it is asked for the same again, never for more than is owed
    is_open = begun.status == "CREATED" and begun.amount_kopecks <= kopecks
    return Charge(row, receipt, begun.amount_kopecks) if is_open else None


def told(db: Session, telling: Telling) -> None:
    """The telling is on its way: it is not told again."""
    telling.autopay.noticed_for, telling.autopay.noticed_on = telling.receipt.period, telling.today
    db.flush()


def key(row: Autopay, receipt: Receipt) -> str:
    """Names the month of an order: one payment, however often it is tried; its notices begin with it."""
    return f"autopay:{row.id}:{receipt.period:%Y-%m}"


def _was_heard(db: Session, row: Autopay, receipt: Receipt, house: Property, today: date) -> bool:
    """Whether a channel took the telling, or the resident heard it, before today; that a bill is too dear to be paid
    tells of no payment."""
    query = select(Notice).where(col(Notice.unique_key).startswith(f"{key(row, receipt)}:"))
    heard = [windows.local_date(one.sent_at, house) for one in db.exec(query).all() if one.sent_at and one.facts["on"]]
    return any(day < today for day in heard)


def _pay_day(row: Autopay, receipt: Receipt) -> date:
    """The day of the month of the bill's coming that the resident chose, or the second day after the bill."""
    if row.day is None:
        return receipt.issued_on + timedelta(days=2)
    chosen = windows.clipped(receipt.issued_on.replace(day=1), row.day)
    if chosen <= receipt.issued_on:
        chosen = windows.clipped(windows.month_start(receipt.issued_on, 1), row.day)
    return chosen


def _begun(db: Session, row: Autopay, receipt: Receipt) -> Payment | None:
    """The month's payment of this order. One that has failed is the resident's to make."""
    return db.exec(select(Payment).where(Payment.idempotency_key == key(row, receipt))).first()
