"""Writing and reading the trail of changes (журнал изменений)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from billing.tables import AuditEntry

_INSERT = insert(AuditEntry)


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
    entry = {
        "at": now,
        "actor": actor,
        "channel": channel,
        "action": action,
        "subject": subject,
        "subject_id": subject_id,
        "account_id": account_id,
        "before": before,
        "after": after,
    }
    db.execute(_INSERT, entry)


def trail(db: Session, *, account_id: int, limit: int = 100) -> Sequence[AuditEntry]:
    """The latest changes of an account, newest first."""
    return db.exec(
        select(AuditEntry).where(AuditEntry.account_id == account_id).order_by(col(AuditEntry.id).desc()).limit(limit)
    ).all()
