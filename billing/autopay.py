"""Standing orders (автоплатежи): a resident's consent, the provider's token of the means of paying, bills paid by it.

No card data is kept: the provider shows its page once, and names what it kept by a token. The day before a payment the
resident is told; a bill above the limit is told of and not paid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from billing import audit, receipts, windows
from billing.providers.provider import Event
from billing.tables import Account, Autopay, Payment, Premises, Property, Receipt

ENDED = "autopay_off"


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


def agree(
    db: Session,
    payment: Payment,
    *,
    resident_id: int | None,
    limit_kopecks: int,
    day: int | None,
    now: datetime,
    actor: str,
    channel: str,
) -> Autopay:
    """Note the consent with the payment that will leave its means of paying; an earlier one of the account ends."""
    end(db, payment.account_id, now=now, actor=actor, channel=channel)
    row = Autopay(
        account_id=payment.account_id,
        resident_id=resident_id,
        payment_id=payment.id,
        provider=payment.provider,
        limit_kopecks=limit_kopecks,
        day=day,
        channel=channel,
        agreed_at=now,
    )
    db.add(row)
    db.flush()
    audit.record_row(db, row, now, actor, channel, "autopay_on", {"limit": limit_kopecks, "day": day})
    return row


def end(db: Session, account_id: int, *, now: datetime, actor: str, channel: str) -> bool:
    """Switch off and forget the token; False when none was on."""
    row = going(db, account_id)
    if row is None:
        return False
    row.ended_at, row.token = now, ""
    db.flush()
    audit.record_row(db, row, now, actor, channel, ENDED, {"ended": True})
    return True


def going(db: Session, account_id: int) -> Autopay | None:
    """The account's standing order, also one whose first payment is still being made."""
    query = select(Autopay).where(Autopay.account_id == account_id, col(Autopay.ended_at).is_(None))
    return db.exec(query).first()


def is_wanted(db: Session, payment_id: int) -> bool:
    """Whether a payment is to leave its means of paying."""
    own = Autopay.payment_id == payment_id, Autopay.token == "", col(Autopay.ended_at).is_(None)
    return db.exec(select(Autopay.id).where(*own)).first() is not None


def learn(db: Session, payment: Payment, event: Event, now: datetime) -> None:
    """The first payment is made: keep the token that came with it. One that failed ends the order."""
    row = going(db, payment.account_id)
    if row is None or row.payment_id != payment.id or row.token:
        return
    provider = f"provider:{payment.provider}"
    if event.status == "ERROR":
        end(db, payment.account_id, now=now, actor=provider, channel="webhook")
    elif event.status == "DONE" and event.token:
        row.token, row.title = event.token, event.title
        db.flush()
        audit.record_row(db, row, now, provider, "webhook", "autopay_ready", {"title": event.title})


def due(db: Session, now: datetime) -> Iterator[Charge | Telling]:
    """What is to be told and paid today, by the houses' own days. Told is noted at once, so that it is told once."""
    rows = db.exec(
        select(Autopay, Property)
        .join(Account, col(Account.id) == col(Autopay.account_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .where(col(Autopay.ended_at).is_(None), Autopay.token != "")
        .order_by(col(Autopay.id))
    ).all()
    for row, house in rows:
        found = _due(db, row, windows.local_date(now, house))
        if found is not None:
            yield found


def _due(db: Session, row: Autopay, today: date) -> Charge | Telling | None:
    receipt = receipts.latest(db, row.account_id)
    kopecks = receipts.balance(db, row.account_id, today).kopecks
    if receipt is None or kopecks <= 0 or not receipts.is_payable(db, receipt, today):
        return None
    day = _pay_day(row, receipt)
    if row.noticed_for != receipt.period:
        if today < day - timedelta(days=1):
            return None
        row.noticed_for, row.noticed_on = receipt.period, today
        db.flush()
        dear = kopecks > row.limit_kopecks
        return Telling(row, receipt, kopecks, None if dear else max(day, today + timedelta(days=1)))
    told = row.noticed_on is not None and row.noticed_on < today
    if not told or today < day or kopecks > row.limit_kopecks or _is_paid(db, row, receipt):
        return None
    return Charge(row, receipt, kopecks)


def key(charge: Charge) -> str:
    """One payment of an order a month, however often it is tried."""
    return f"autopay:{charge.autopay.id}:{charge.receipt.period:%Y-%m}"


def _pay_day(row: Autopay, receipt: Receipt) -> date:
    """The day of the month of the bill's coming that the resident chose, or the second day after the bill."""
    if row.day is None:
        return receipt.issued_on + timedelta(days=2)
    chosen = windows.clipped(receipt.issued_on.replace(day=1), row.day)
    if chosen <= receipt.issued_on:
        chosen = windows.clipped(windows.month_start(receipt.issued_on, 1), row.day)
    return chosen


def _is_paid(db: Session, row: Autopay, receipt: Receipt) -> bool:
    """Whether the month's payment of this order was made, or has failed: a failed one is the resident's to make."""
    known = db.exec(select(Payment).where(Payment.idempotency_key == key(Charge(row, receipt, 0)))).first()
    return known is not None and known.status != "CREATED"
