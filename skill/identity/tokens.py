"""Personal bearer tokens: shown once, kept as a hash, each standing for one speaker on one channel."""

import hashlib
import secrets
from datetime import datetime

from sqlmodel import Session as Database
from sqlmodel import select

from billing import accounts
from skill.dialogue.tables import ApiToken


def issue(db: Database, *, channel: str, name: str, now: datetime, account_id: int | None = None) -> str:
    """Make a token for a new speaker on the channel (`api`, `web`), linked to an account if one is given."""
    token, user_key = secrets.token_urlsafe(32), secrets.token_hex(16)
    db.add(ApiToken(token_hash=_hash(token), channel=channel, user_key=user_key, name=name, created_at=now))
    if account_id is not None:
        accounts.link(
            db, channel=channel, external_id=user_key, account_id=account_id, verified_how="operator", now=now
        )
    return token


def holder(db: Database, token: str) -> ApiToken | None:
    """Whose token it is; None for an unknown or revoked one."""
    found = db.exec(select(ApiToken).where(ApiToken.token_hash == _hash(token))).first()
    return found if found is not None and found.revoked_at is None else None


def revoke(db: Database, token_id: int, *, now: datetime) -> bool:
    """Make a token worthless; whether there was a valid one."""
    row = db.get(ApiToken, token_id)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = now
    db.add(row)
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
