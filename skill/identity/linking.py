"""Linking a speaker to an account by its number and the code on the bill, with locks against guessing."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session as Database

from billing import accounts
from billing.tables import Resident
from skill.dialogue.tables import LinkAttempts
from skill.dialogue.turn import Turn
from skill.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """resident: who the speaker now is, None if number and code did not fit. locked_minutes: 0 unless locked."""

    resident: Resident | None = None
    locked_minutes: int = 0


def link(db: Database, turn: Turn, number: str, code: str, *, now: datetime, settings: Settings) -> Outcome:
    """Link the speaker to the account if the code is the one on its bill.

    Wrong codes are counted for the speaker and for the account number apart, so that neither many numbers from one
    speaker nor many speakers on one number get more than `settings.link_attempts` tries in a row.
    """
    subjects = [_attempts(db, f"{turn.channel}:{turn.user_key}"), _attempts(db, f"account:{number}")]
    wait = max(_minutes_locked(subject, now) for subject in subjects)
    if wait:
        return Outcome(locked_minutes=wait)
    fitting = [account for account in accounts.find(db, number) if accounts.code_matches(account, code)]
    if len(fitting) == 1 and turn.user_key:
        for subject in subjects:
            subject.failures = 0
        resident = accounts.link(
            db,
            channel=turn.channel,
            external_id=turn.user_key,
            account_id=fitting[0].id,
            verified_how="code_on_bill",
            now=now,
        )
        return Outcome(resident)
    for subject in subjects:
        subject.failures += 1
        if subject.failures >= settings.link_attempts:
            subject.failures, subject.locked_until = 0, now + timedelta(minutes=settings.link_lock_minutes)
    return Outcome(locked_minutes=max(_minutes_locked(subject, now) for subject in subjects))


def address(db: Database, resident: Resident) -> str:
    """Where the resident's first account is, as said aloud to its verified owner."""
    return accounts.address_of(db, accounts.accounts_of(db, resident.id)[0]).text


def _attempts(db: Database, subject: str) -> LinkAttempts:
    key = hashlib.sha256(subject.encode()).hexdigest()
    row = db.get(LinkAttempts, key)
    if row is None:
        row = LinkAttempts(subject=key)
        db.add(row)
    return row


def _minutes_locked(row: LinkAttempts, now: datetime) -> int:
    if row.locked_until is None or row.locked_until <= now:
        return 0
    return int((row.locked_until - now).total_seconds() // 60) + 1
