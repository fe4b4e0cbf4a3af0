"""One-time codes: what the company tells or sends an account's owner who has no bill at hand."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session as Database
from sqlmodel import col, select

from skill.identity.spoken_secrets import opens, sealed
from skill.identity.tables import OneTimeCode

VALID = timedelta(minutes=15)


def issue(db: Database, account_id: int, now: datetime) -> str:
    """A new code of six digits; earlier ones of the account are worth nothing from now on."""
    for row in _open(db, account_id, now):
        row.used_at = now
        db.add(row)
    code = f"{secrets.randbelow(10**6):06d}"
    salt, digest = sealed(code)
    db.add(OneTimeCode(account_id=account_id, salt=salt, digest=digest, expires_at=now + VALID))
    return code


def redeem(db: Database, account_id: int, said: str, now: datetime) -> bool:
    """Whether the code was given for the account a short while ago and not used yet; it is used now."""
    for row in _open(db, account_id, now):
        if opens(said, row.salt, row.digest):
            row.used_at = now
            db.add(row)
            return True
    return False


def _open(db: Database, account_id: int, now: datetime) -> list[OneTimeCode]:
    query = select(OneTimeCode).where(OneTimeCode.account_id == account_id, col(OneTimeCode.used_at).is_(None))
    return [row for row in db.exec(query).all() if row.expires_at > now]
