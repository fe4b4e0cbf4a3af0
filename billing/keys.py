"""Keys of the company's own systems: shown once, kept as a digest, each with its scopes."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from billing.tables import ApiKey

SCOPES = (
    "accounts:read", "accounts:write", "readings:read", "readings:write", "money:read", "charges:write",
    "payments:write", "service:read", "service:write", "audit:read",
)  # fmt: skip


def issue(db: Session, *, organization_id: int, name: str, scopes: Sequence[str], now: datetime) -> str:
    """Make a key. Raises ValueError for a scope there is not."""
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ValueError(f"scopes are {', '.join(SCOPES)}")
    key = "zhku_" + secrets.token_urlsafe(32)
    db.add(
        ApiKey(organization_id=organization_id, name=name, digest=_digest(key), scopes=sorted(scopes), created_at=now)
    )
    db.flush()
    return key


def holder(db: Session, key: str) -> ApiKey | None:
    """Whose key it is; None for an unknown or revoked one."""
    return db.exec(select(ApiKey).where(ApiKey.digest == _digest(key), col(ApiKey.revoked_at).is_(None))).first()


def revoke(db: Session, key_id: int, now: datetime) -> bool:
    """Make a key worthless; whether there was a valid one."""
    row = db.get(ApiKey, key_id)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now
    db.flush()
    return True


def listing(db: Session, organization_id: int | None = None) -> list[ApiKey]:
    """Keys in the order they were made."""
    query = select(ApiKey).order_by(col(ApiKey.id))
    if organization_id is not None:
        query = query.where(ApiKey.organization_id == organization_id)
    return list(db.exec(query).all())


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
