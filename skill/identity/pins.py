"""The PIN that opens money matters on a shared speaker."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session as Database

from skill.identity.spoken_secrets import opens, sealed
from skill.identity.tables import ResidentPin

DIGITS = 4
ATTEMPTS = 3
LOCK = timedelta(minutes=15)
SHARED = frozenset({"alice", "marusia", "salute", "alexa", "actions_builder"})
"""Channels of speakers that stand in a room; one with a screen of its own is taken for somebody's telephone."""


@dataclass(frozen=True)
class Check:
    """right: the PIN is the resident's own; locked_minutes: 0 unless too many wrong ones were said."""

    right: bool
    locked_minutes: int = 0


def is_shared(channel: str, *, screen: bool) -> bool:
    """Whether others in the room may hear the answer."""
    return channel in SHARED and not screen


def state(db: Database, resident_id: int) -> str:
    """`set`, `declined`, or `unasked`."""
    row = db.get(ResidentPin, resident_id)
    if row is None:
        return "unasked"
    return "set" if row.digest else "declined"


def keep(db: Database, resident_id: int, pin: str) -> None:
    """Set the PIN; an empty one means that none is wanted."""
    row = db.get(ResidentPin, resident_id) or ResidentPin(resident_id=resident_id)
    row.salt, row.digest = sealed(pin) if pin else ("", "")
    row.failures, row.locked_until = 0, None
    db.add(row)


def locked_minutes(db: Database, resident_id: int, now: datetime) -> int:
    """For how long nothing that is said opens; 0 unless too many wrong ones were."""
    row = db.get(ResidentPin, resident_id)
    if row is None or row.locked_until is None or row.locked_until <= now:
        return 0
    return _minutes(row.locked_until - now)


def check(db: Database, resident_id: int, pin: str, now: datetime) -> Check:
    """Compare what was said; three wrong ones in a row lock it for a quarter of an hour."""
    row = db.get(ResidentPin, resident_id)
    if row is None or not row.digest:
        return Check(right=False)
    if minutes := locked_minutes(db, resident_id, now):
        return Check(right=False, locked_minutes=minutes)
    right = opens(pin, row.salt, row.digest)
    row.failures = 0 if right else row.failures + 1
    row.locked_until = None
    if row.failures >= ATTEMPTS:
        row.failures, row.locked_until = 0, now + LOCK
    db.add(row)
    return Check(right, _minutes(LOCK) if row.locked_until else 0)


def _minutes(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 60))
