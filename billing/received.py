"""Payments that others took and that are over: banks' registries, the company's own systems. Known by operation id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session, col, select

from billing import audit
from billing.tables import Account, Payment

LONGEST_ID = 64
Known = Literal["added", "unchanged", "KEY_REUSED"]


@dataclass(frozen=True)
class Operation:
    """Money that came to an account on a local day. id: how who took it names the operation; period: its month."""

    account_id: int
    kopecks: int
    id: str
    paid_on: date
    period: date | None = None
    fee_kopecks: int = 0


@dataclass(frozen=True)
class Receipted:
    """What became of an operation. KEY_REUSED: the books have it with another sum or account (in `payment`)."""

    fate: Known
    payment: Payment


def register(
    db: Session, operations: Sequence[Operation], *, provider: str, now: datetime, actor: str, channel: str
) -> list[Receipted]:
    """Book operations that are not there yet, with few statements however many; answers in their order."""
    _hold(db, {one.account_id for one in operations})
    known = _known(db, provider, operations)
    found: list[Receipted] = []
    for one in operations:
        payment = known.get(one.id)
        if payment is None:
            payment = known[one.id] = _payment(one, provider, now)
            found.append(Receipted("added", payment))
        elif (payment.account_id, payment.amount_kopecks) == (one.account_id, one.kopecks):
            found.append(Receipted("unchanged", payment))
        else:
            found.append(Receipted("KEY_REUSED", payment))
    added = [one.payment for one in found if one.fate == "added"]
    db.add_all(added)
    db.flush()
    audit.record_all(
        db,
        now,
        (
            audit.Change(
                actor, channel, "create", "payment", payment.id, payment.account_id,
                after={"kopecks": payment.amount_kopecks, "operation": payment.external_id},
            )
            for payment in added
        ),
    )  # fmt: skip
    return found


def _known(db: Session, provider: str, operations: Sequence[Operation]) -> dict[str, Payment]:
    ids = {one.id for one in operations}
    rows = db.exec(select(Payment).where(Payment.provider == provider, col(Payment.external_id).in_(ids))).all()
    return {row.external_id or "": row for row in rows}


def _hold(db: Session, account_ids: set[int]) -> None:
    """One load of an account at a time: a second one waits, and finds what the first has booked."""
    db.exec(
        select(Account.id).where(col(Account.id).in_(account_ids)).order_by(col(Account.id)).with_for_update()
    ).all()


def _payment(one: Operation, provider: str, now: datetime) -> Payment:
    return Payment(
        account_id=one.account_id,
        period=one.period,
        amount_kopecks=one.kopecks,
        fee_kopecks=one.fee_kopecks,
        method="REGISTRY",
        provider=provider,
        status="DONE",
        external_id=one.id,
        idempotency_key=f"{provider}:{one.id}",
        created_at=now,
        paid_on=one.paid_on,
    )
