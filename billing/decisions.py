"""What the billing decides on submitted readings: taken to account, or not."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from billing import audit
from billing.tables import Meter, Reading

DECISIONS = {"accepted": "accept", "declined": "decline"}


def accept(db: Session, *, reading_ids: Sequence[int], now: datetime, actor: str, channel: str = "billing") -> int:
    """The billing takes submitted readings to account: they can no longer be replaced. Returns how many."""
    return _decide(db, reading_ids, {"status": "accepted"}, now, actor, channel)


def decline(
    db: Session,
    *,
    reading_ids: Sequence[int],
    code: str,
    now: datetime,
    actor: str,
    text: str | None = None,
    channel: str = "billing",
) -> int:
    """The billing takes submitted readings for wrong: they count no more, another may be given. Returns how many.

    code: why, for other systems; text: the same for the resident.
    """
    decision = {"status": "declined", "decline_code": code, "decline_text": text}
    return _decide(db, reading_ids, decision, now, actor, channel)


def _decide(
    db: Session, reading_ids: Sequence[int], decision: Mapping[str, str | None], now: datetime, actor: str, channel: str
) -> int:
    rows = db.exec(
        select(Reading, Meter.account_id)
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .where(col(Reading.id).in_(reading_ids), Reading.status == "submitted")
    ).all()
    for row, account_id in rows:
        for name, value in decision.items():
            setattr(row, name, value)
        audit.record(
            db,
            now=now,
            actor=actor,
            channel=channel,
            action=DECISIONS[row.status],
            subject="reading",
            subject_id=row.id,
            account_id=account_id,
            before={"status": "submitted"},
            after={name: value for name, value in decision.items() if value is not None},
        )
    db.flush()
    return len(rows)
