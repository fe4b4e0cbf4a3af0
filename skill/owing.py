"""What a link to a bill asks for now: its own sum, no more than is owed, and nothing once that is paid."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session as Database
from sqlmodel import col, or_, select

from billing import payments, receipts
from billing.arrears import PAID
from billing.tables import Payment
from skill.dialogue.turn import digest
from skill.identity.links import BillLink

OPEN = ("CREATED", "PROCESSING")
NAME = 20


@dataclass(frozen=True)
class Asked:
    """owed: by the account, an advance is below zero; kopecks: to be paid by this link; paid: money came by it."""

    owed: int
    kopecks: int
    paid: bool


def asked(db: Database, link: BillLink, token: str, now: datetime) -> Asked:
    """How a link stands. One for a sum is over when that came; one for whatever is owed asks for the next bill too."""
    owed = receipts.balance(db, link.account, payments.local_day(db, link.account, now)).kopecks
    came = any(payment.status in PAID for payment in made_by(db, link, token))
    if not link.kopecks:
        return Asked(owed, max(owed, 0), came and owed <= 0)
    left = link.kopecks if link.ahead else min(link.kopecks, max(owed, 0))
    return Asked(owed, 0 if came else left, came)


def made_by(db: Database, link: BillLink, token: str) -> list[Payment]:
    """All payments of a link: the one it was made for and those begun on its page, newest first."""
    own = or_(Payment.id == link.payment, col(Payment.idempotency_key).startswith(prefix(token)))
    query = select(Payment).where(Payment.account_id == link.account, own)
    return list(db.exec(query.order_by(col(Payment.id).desc())).all())


def prefix(token: str) -> str:
    """How the idempotency keys of payments begin that are made on a link's page."""
    return f"bill:{digest(token)[:NAME]}:"
