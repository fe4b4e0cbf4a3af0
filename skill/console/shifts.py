"""Shifts at the console: who is at work, known until they go or the shift is over, whatever a cookie still says.

The books keep what a cookie's token comes to under the console's password, so that a new password ends all shifts.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, delete
from sqlmodel import Session as Database

from billing.columns import UtcDateTime

LONGEST = timedelta(hours=12)


class ConsoleShift(SQLModel, table=True):
    """An operator's shift that goes on."""

    __tablename__ = "console_shift"
    token_hash: str = Field(primary_key=True, max_length=64)
    operator: str = Field(max_length=60)
    begun_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True)
class Shift:
    """Who is at the console; csrf: what every form of theirs carries."""

    operator: str
    csrf: str


def begin(db: Database, operator: str, password: str, now: datetime) -> str:
    """A new shift's token, for the cookie; those that are over go."""
    db.exec(delete(ConsoleShift).where(col(ConsoleShift.begun_at) <= now - LONGEST))
    token = secrets.token_urlsafe(32)
    db.add(ConsoleShift(token_hash=_hash(token, password), operator=operator, begun_at=now))
    return token


def of(db: Database, token: str, password: str, now: datetime) -> Shift | None:
    """Whose shift a cookie's token is, while it goes on."""
    row = db.get(ConsoleShift, _hash(token, password))
    if row is None or row.begun_at <= now - LONGEST:
        return None
    return Shift(row.operator, _hash(token, f"form {password}"))


def end(db: Database, token: str, password: str) -> None:
    """They went: the token is worth nothing from now on."""
    db.exec(delete(ConsoleShift).where(col(ConsoleShift.token_hash) == _hash(token, password)))


def _hash(token: str, password: str) -> str:
    return hmac.digest(password.encode(), token.encode(), "sha256").hex()
