"""Writing and reading the trail of changes (журнал изменений)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from billing import bulk, store
from billing.prepared import Prepared
from billing.tables import (
    Account,
    AccountLink,
    Act,
    AuditEntry,
    Autopay,
    Benefit,
    Meter,
    Payment,
    Receipt,
    Ticket,
)

_INSERT = Prepared(insert(AuditEntry))


@dataclass(frozen=True)
class Change:
    """One change: who did what to which row, and its values before and after."""

    actor: str
    channel: str
    action: str
    subject: str
    subject_id: int
    account_id: int | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


def record(
    db: Session,
    *,
    now: datetime,
    actor: str,
    channel: str,
    action: str,
    subject: str,
    subject_id: int,
    account_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an entry in the caller's transaction: a change and its trace are committed together."""
    change = Change(actor, channel, action, subject, subject_id, account_id, before, after)
    store.keep(db)
    _INSERT.run(db, {"at": now, **vars(change)})


def record_all(db: Session, now: datetime, changes: Iterable[Change]) -> None:
    """The entries of many changes, with one statement; what leaves a trace is synced to the disk."""
    entries = [{"at": now, **vars(change)} for change in changes]
    if entries:
        store.keep(db)
        bulk.add(db, AuditEntry, entries)


def record_row(
    db: Session,
    row: Account | AccountLink | Act | Autopay | Benefit | Meter | Payment | Receipt | Ticket,
    now: datetime,
    actor: str,
    channel: str,
    action: str,
    after: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
) -> None:
    """Add an entry about an account, or a row that belongs to one."""
    record(
        db,
        now=now,
        actor=actor,
        channel=channel,
        action=action,
        subject=str(row.__tablename__),
        subject_id=row.id,
        account_id=row.id if isinstance(row, Account) else row.account_id,
        before=before,
        after=after,
    )


def trail(db: Session, *, account_id: int, limit: int = 100) -> Sequence[AuditEntry]:
    """The latest changes of an account, newest first."""
    return db.exec(
        select(AuditEntry).where(AuditEntry.account_id == account_id).order_by(col(AuditEntry.id).desc()).limit(limit)
    ).all()
