"""Payments (платежи): CREATED → PROCESSING → WITHDRAWN → DONE, ERROR instead or when it is taken back.

No card data comes here: a provider shows its own page or QR and reports by webhook.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import structlog
from sqlmodel import Session, col, select

from billing import audit, autopay
from billing.providers.provider import Event, Started
from billing.tables import Account, Payment, Premises, Property, Receipt
from billing.tables.money import MOST_KOPECKS
from billing.windows import local_date

MINIMUM_KOPECKS = 5_00
ORDER = ("CREATED", "PROCESSING", "WITHDRAWN", "DONE")
ENDS = ("DONE", "ERROR")
REUSED = timedelta(minutes=50)
"""So long an open payment is used again: a provider's page is open for an hour."""
log = structlog.get_logger()


class PaymentRefused(ValueError):
    """A payment or refund cannot be made. code: TOO_SMALL, TOO_MUCH, NOT_PAID, KEY_REUSED or OTHER_ACCOUNT."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AmountMismatch(ValueError):
    """A provider reports another sum than was ordered."""


@dataclass(frozen=True)
class FeeRule:
    """Commission on top of a payment: per cent of it, within bounds in kopecks."""

    percent: Decimal
    at_least: int = 0
    at_most: int | None = None


def fee(account: Account, kopecks: int, rule: FeeRule) -> int:
    """Commission of a payment, half up; none for those whom the law frees of it (since 2024-07-01)."""
    if account.without_commission:
        return 0
    exact = int((kopecks * rule.percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
    raised = max(exact, rule.at_least)
    return raised if rule.at_most is None else min(raised, rule.at_most)


def create(
    db: Session,
    *,
    account_id: int,
    amount_kopecks: int,
    method: str,
    provider: str,
    idempotency_key: str,
    now: datetime,
    channel: str,
    actor: str = "resident",
    receipt_id: int | None = None,
    period: date | None = None,
    fee_kopecks: int = 0,
    contact: str | None = None,
    reuse: bool = False,
) -> Payment:
    """A payment before the provider knows of it. The same key gives the same payment. Raises PaymentRefused.

    period: the month that the payer names; without one it is that of the receipt. reuse: an open payment that differs
    in nothing but its key is given instead of a new one, lest it be paid twice.
    """
    _hold(db, account_id)
    known = db.exec(select(Payment).where(Payment.idempotency_key == idempotency_key)).first()
    if known is not None:
        if (known.account_id, known.amount_kopecks, known.receipt_id) != (account_id, amount_kopecks, receipt_id):
            raise PaymentRefused("KEY_REUSED")
        return known
    if amount_kopecks < MINIMUM_KOPECKS:
        raise PaymentRefused("TOO_SMALL")
    if amount_kopecks > MOST_KOPECKS:
        raise PaymentRefused("TOO_MUCH")
    receipt = db.get(Receipt, receipt_id) if receipt_id is not None else None
    if receipt is not None and receipt.account_id != account_id:
        raise PaymentRefused("OTHER_ACCOUNT")
    new = Payment(
        account_id=account_id,
        receipt_id=receipt_id,
        period=period or (receipt.period if receipt else None),
        amount_kopecks=amount_kopecks,
        fee_kopecks=fee_kopecks,
        method=method,
        provider=provider,
        idempotency_key=idempotency_key,
        contact=contact,
        created_at=now,
    )
    if reuse and (same := _open_like(db, new)) is not None:
        return same
    db.add(new)
    db.flush()
    audit.record_row(db, new, now, actor, channel, "create", {"kopecks": amount_kopecks, "method": method})
    return new


def _open_like(db: Session, new: Payment) -> Payment | None:
    """A payment just begun and not paid yet that would do the same. One that keeps the card is no plain payment."""
    query = select(Payment).where(
        Payment.account_id == new.account_id,
        Payment.amount_kopecks == new.amount_kopecks,
        Payment.provider == new.provider,
        col(Payment.status).in_(("CREATED", "PROCESSING")),
        Payment.created_at > new.created_at - REUSED,
    )
    alike = ("receipt_id", "period", "fee_kopecks", "method", "contact")
    for known in db.exec(query.order_by(col(Payment.id).desc())).all():
        if all(getattr(known, name) == getattr(new, name) for name in alike) and not autopay.is_wanted(db, known.id):
            return known
    return None


def is_too_much_with_another(db: Session, payment: Payment, owed: int) -> bool:
    """Whether a page for another sum is still open that together with this payment's would bring more than is owed.

    A provider's page cannot be closed (ЮKassa cancels only money that it holds), it lasts for an hour: so it is told.
    """
    query = select(Payment.amount_kopecks).where(
        Payment.account_id == payment.account_id,
        Payment.id != payment.id,
        Payment.amount_kopecks != payment.amount_kopecks,
        Payment.method != "AUTOPAY",
        col(Payment.status).in_(("CREATED", "PROCESSING")),
        Payment.created_at > payment.created_at - REUSED,
    )
    return any(kopecks + payment.amount_kopecks > owed for kopecks in db.exec(query).all())


def started(db: Session, payment_id: int, begun: Started, *, now: datetime, channel: str) -> Payment:
    """The provider took the order: where to pay, and how it calls the payment."""
    payment = locked(db, payment_id)
    payment.external_id = begun.external_id
    payment.pay_url = begun.pay_url
    _move(db, payment, "PROCESSING", now, payment.provider, channel)
    return payment


def charged(db: Session, payment_id: int, event: Event, *, now: datetime) -> Payment:
    """The provider's answer to a payment that needed nobody: its name there, and how it went."""
    payment = locked(db, payment_id)
    payment.external_id = event.external_id
    db.flush()
    return report(db, payment.provider, event, now=now, channel="autopay")


def report(db: Session, provider: str, event: Event, *, now: datetime, channel: str = "webhook") -> Payment:
    """What a provider says of a payment. The same or an older state changes nothing; money that came, be it after a
    failure, is booked and stays so until it is said to have been taken back.

    Raises LookupError for an unknown payment, AmountMismatch when the sums differ.
    """
    payment = db.exec(
        select(Payment).where(Payment.provider == provider, Payment.external_id == event.external_id).with_for_update()
    ).first()
    if payment is None:
        raise LookupError(f"{provider} has no payment {event.external_id} here")
    if event.kopecks is not None and event.kopecks != payment.amount_kopecks + payment.fee_kopecks:
        raise AmountMismatch(f"payment {payment.id}: {event.kopecks} instead of {payment.amount_kopecks}")
    if payment.status == "DONE" and event.status == "ERROR" and not event.taken_back:
        log.warning("payment is done, its failure is not believed", payment=payment.id, reason=event.reason)
        return payment
    if event.status in ENDS:
        payment.error = event.reason
    payment.fiscal_status = event.fiscal or payment.fiscal_status
    autopay.learn(db, payment, event, now)
    _move(db, payment, event.status, now, f"provider:{provider}", channel, taken_back=event.taken_back)
    return payment


def _hold(db: Session, account_id: int) -> None:
    """One payment of an account at a time: a repeated request waits for the first and finds its payment."""
    db.exec(select(Account.id).where(Account.id == account_id).with_for_update()).one()


def locked(db: Session, payment_id: int) -> Payment:
    """The payment, held until the transaction ends. Raises LookupError."""
    payment = db.exec(select(Payment).where(Payment.id == payment_id).with_for_update()).first()
    if payment is None:
        raise LookupError(f"no payment {payment_id}")
    return payment


def _move(
    db: Session, payment: Payment, status: str, now: datetime, actor: str, channel: str, *, taken_back: bool = False
) -> None:
    """Forward only: what a provider says twice or too late is not a step back. ERROR is the end of money taken back;
    where none came, as `paid_on` tells, it may still come."""
    if payment.status == status:
        return
    if payment.status == "ERROR":
        if status != "DONE" or payment.paid_on is not None:
            return
        log.warning("money came for a payment that had failed", payment=payment.id)
    elif status != "ERROR" and ORDER.index(status) < ORDER.index(payment.status):
        return
    before = {"status": payment.status}
    if status == "ERROR" and not taken_back:
        payment.paid_on = None
    if status in ("WITHDRAWN", "DONE") and payment.paid_on is None:
        payment.paid_on = local_day(db, payment.account_id, now)
    payment.status = status
    db.flush()
    audit.record_row(db, payment, now, actor, channel, "status", {"status": status}, before)


def local_day(db: Session, account_id: int, now: datetime) -> date:
    """The day at the account's house: the one a payment is booked on, and up to which payments are counted."""
    house = db.exec(
        select(Property)
        .join(Premises, col(Premises.property_id) == col(Property.id))
        .join(Account, col(Account.premises_id) == col(Premises.id))
        .where(Account.id == account_id)
    ).one()
    return local_date(now, house)
