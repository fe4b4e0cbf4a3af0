"""Giving money back (возвраты): wholly or in part, never more than was paid."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from billing import audit
from billing.orders import check_of, key_of
from billing.payments import PaymentRefused, local_day, locked
from billing.providers.provider import RefundAnswer, RefundOrder, Returned
from billing.tables import Payment, Refund


def refund(
    db: Session,
    *,
    payment_id: int,
    amount_kopecks: int,
    idempotency_key: str,
    now: datetime,
    actor: str,
    channel: str,
) -> tuple[Refund, RefundOrder]:
    """Give money back: a refund to hand to the provider. Raises PaymentRefused."""
    payment = locked(db, payment_id)
    known = db.exec(select(Refund).where(Refund.idempotency_key == idempotency_key)).first()
    if known is not None and (known.payment_id, known.amount_kopecks) != (payment_id, amount_kopecks):
        raise PaymentRefused("KEY_REUSED")
    if known is None:
        if payment.status not in ("WITHDRAWN", "DONE"):
            raise PaymentRefused("NOT_PAID")
        spent = db.exec(
            select(func.coalesce(func.sum(Refund.amount_kopecks), 0)).where(
                Refund.payment_id == payment_id, Refund.status != "ERROR"
            )
        ).one()
        if amount_kopecks <= 0 or int(spent) + amount_kopecks > payment.amount_kopecks:
            raise PaymentRefused("TOO_MUCH")
        known = Refund(
            payment_id=payment_id, amount_kopecks=amount_kopecks, idempotency_key=idempotency_key, created_at=now
        )
        db.add(known)
        db.flush()
        audit.record_row(db, payment, now, actor, channel, "refund", {"refund": known.id, "kopecks": amount_kopecks})
    return known, order_of(payment, known)


def order_of(payment: Payment, row: Refund) -> RefundOrder:
    """What a provider needs to give money back."""
    check = check_of(payment, "Возврат оплаты ЖКУ", row.amount_kopecks)
    return RefundOrder(payment.external_id or "", row.amount_kopecks, key_of(row.idempotency_key), check)


def waiting(db: Session, providers: Collection[str]) -> list[tuple[Refund, Payment]]:
    """Refunds that no provider has been asked for yet."""
    query = (
        select(Refund, Payment)
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .where(
            Refund.status == "CREATED", col(Refund.external_id).is_(None), col(Payment.provider).in_(list(providers))
        )
        .order_by(col(Refund.id))
    )
    return list(db.exec(query).all())


def refunded(db: Session, refund_id: int, answer: RefundAnswer, *, now: datetime, channel: str = "webhook") -> Refund:
    """The provider's answer to a refund; money given back stops counting as paid on the local day."""
    row = db.exec(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
    row.external_id = answer.external_id
    if answer.done is not None:
        _end(db, row, answer.done, now, channel)
    db.flush()
    return row


def report(db: Session, provider: str, told: Returned, *, now: datetime) -> Refund:
    """What a provider says later of a refund that took a while. Raises LookupError for an unknown one."""
    row = db.exec(
        select(Refund)
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .where(Payment.provider == provider, Refund.external_id == told.external_id)
        .with_for_update()
    ).first()
    if row is None:
        raise LookupError(f"{provider} has no refund {told.external_id} here")
    _end(db, row, told.done, now, "webhook")
    return row


def _end(db: Session, row: Refund, done: bool, now: datetime, channel: str) -> None:
    if row.status != "CREATED":
        return
    payment = locked(db, row.payment_id)
    row.status = "DONE" if done else "ERROR"
    row.done_on = local_day(db, payment.account_id, now) if done else None
    db.flush()
    audit.record_row(db, payment, now, f"provider:{payment.provider}", channel, "refunded", {"status": row.status})
