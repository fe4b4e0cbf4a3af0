"""Standing orders (автоплатежи): a resident's consent, the provider's token of the means of paying, bills paid by it.

No card data is kept: the provider shows its page once, and names what it kept by a token. What is told of and paid
when: `billing.autopay_due`.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from billing import audit
from billing.providers.provider import Event
from billing.tables import AccountLink, Autopay, Payment

ENDED = "autopay_off"


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


def left(db: Session, account_id: int, resident_id: int, *, now: datetime, actor: str, channel: str) -> None:
    """A resident speaks for the account no more: the order that they agreed to ends, and any that nobody can be told
    of."""
    row = going(db, account_id)
    if row is None:
        return
    others = db.exec(select(AccountLink.id).where(AccountLink.account_id == account_id)).first()
    if others is None or row.resident_id == resident_id:
        end(db, account_id, now=now, actor=actor, channel=channel)


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
