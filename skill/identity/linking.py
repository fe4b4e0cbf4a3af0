"""Linking a speaker to an account by its number and the code on the bill, with locks against guessing."""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as Database
from sqlmodel import select

from billing import accounts
from billing.tables import Account, ChannelIdentity, Resident
from skill.dialogue.tables import LinkAttempts
from skill.dialogue.turn import Turn
from skill.identity import codes
from skill.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """account_id: whose number and code fitted, None if they did not; how: what the code was; locked_minutes: 0 unless
    locked."""

    account_id: int | None = None
    how: str = ""
    locked_minutes: int = 0


def verify(db: Database, turn: Turn, number: str, code: str, *, now: datetime, settings: Settings) -> Outcome:
    """Whether the code is the one on the account's bill, or a one-time code the company gave for it.

    Wrong codes are counted for the speaker and for the account number apart, so that neither many numbers from one
    speaker nor many speakers on one number get more than `settings.link_attempts` tries in a row. The right code
    forgives the speaker what went wrong with that number, and not with others.
    """
    speaker = f"{turn.channel}:{turn.user_key}"
    subjects = [_attempts(db, speaker), _attempts(db, f"account:{number}")]
    both = _attempts(db, f"{speaker}:{number}")
    wait = max(_minutes_locked(subject, now) for subject in subjects)
    if wait:
        return Outcome(locked_minutes=wait)
    fitting = [(account.id, how) for account in accounts.find(db, number) if (how := _how(db, account, code, now))]
    if len(fitting) == 1 and turn.user_key:
        subjects[0].failures = max(subjects[0].failures - both.failures, 0)
        subjects[1].failures = both.failures = 0
        return Outcome(*fitting[0])
    both.failures += 1
    for subject in subjects:
        subject.failures += 1
        if subject.failures >= settings.link_attempts:
            subject.failures, subject.locked_until = 0, now + timedelta(minutes=settings.link_lock_minutes)
    return Outcome(locked_minutes=max(_minutes_locked(subject, now) for subject in subjects))


def link(db: Database, turn: Turn, account_id: int, how: str, *, now: datetime) -> Resident:
    """Let the speaker speak for an account that was verified."""
    return accounts.link(
        db, channel=turn.channel, external_id=turn.user_key, account_id=account_id, verified_how=how, now=now
    )


def move(db: Database, channel: str, old: str, new: str) -> bool:
    """Let a speaker whom the platform gave a new name go on as the resident they were; whether that was needed."""
    if accounts.resident_of(db, channel, new) is not None:
        return False
    digest = accounts.digest(channel, old)
    query = select(ChannelIdentity).where(ChannelIdentity.channel == channel, ChannelIdentity.external_digest == digest)
    identity = db.exec(query).first()
    if identity is None:
        return False
    identity.external_digest = accounts.digest(channel, new)
    db.add(identity)
    return True


def _how(db: Database, account: Account, code: str, now: datetime) -> str:
    """How the code proves the account (`billing.tables.accounts.VERIFIED_HOW`); empty if it does not."""
    if accounts.code_matches(account, code):
        return "code_on_bill"
    return "sms_otp" if codes.redeem(db, account.id, code, now) else ""


def _attempts(db: Database, subject: str) -> LinkAttempts:
    """The count, which nobody else may change before this transaction ends."""
    key = hashlib.sha256(subject.encode()).hexdigest()
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.execute(insert(LinkAttempts).values(subject=key, failures=0).on_conflict_do_nothing(index_elements=["subject"]))
    return db.exec(select(LinkAttempts).where(LinkAttempts.subject == key).with_for_update()).one()


def _minutes_locked(row: LinkAttempts, now: datetime) -> int:
    if row.locked_until is None or row.locked_until <= now:
        return 0
    return math.ceil((row.locked_until - now).total_seconds() / 60)
