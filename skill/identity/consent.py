"""Consent to the processing of personal data (152-ФЗ ст. 9): asked once, kept with its words, withdrawn at any time."""

import hashlib
from datetime import datetime

from sqlmodel import Session as Database
from sqlmodel import col, delete, select

from billing import accounts
from billing.tables import AccountLink, ChannelIdentity, Notice, Reminder, Resident
from skill.dialogue.feedback import Feedback
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.person.transcript import TranscriptLine
from skill.identity import reach
from skill.identity.tables import Consent, ResidentPin

VERSION = "2026-11"
LONGEST_ANSWER = 200


def is_given(db: Database, resident_id: int) -> bool:
    """Whether a consent stands."""
    query = select(Consent).where(Consent.resident_id == resident_id, col(Consent.withdrawn_at).is_(None))
    return db.exec(query).first() is not None


def give(db: Database, resident_id: int, *, channel: str, text: str, utterance: str, now: datetime) -> None:
    """Keep a consent: the words it was asked with and the words of the answer."""
    db.add(
        Consent(
            resident_id=resident_id,
            channel=channel,
            version=VERSION,
            text_hash=hashlib.sha256(text.encode()).hexdigest(),
            utterance=utterance[:LONGEST_ANSWER],
            given_at=now,
        )
    )


def withdraw(db: Database, resident_id: int, now: datetime) -> None:
    """Note that the resident took the consent back."""
    for row in db.exec(select(Consent).where(Consent.resident_id == resident_id)).all():
        row.withdrawn_at = row.withdrawn_at or now
        db.add(row)


def erase(db: Database, resident_id: int, *, session_key: str, channel: str, now: datetime) -> None:
    """Forget a person: links, channel identities, PIN, reminders, transcripts (this conversation's before the account
    was linked too), hand-offs, feedback. The consent is withdrawn.

    Readings, bills and payments stay: the company keeps them by law, on the account and not on the person.
    """
    withdraw(db, resident_id, now)
    for account in accounts.accounts_of(db, resident_id):
        accounts.unlink(db, resident_id=resident_id, account_id=account.id, channel=channel, now=now)
    erase_conversation(db, session_key)
    reach.forget(db, resident_id)
    for table in (TranscriptLine, Handoff, Feedback, ResidentPin, Reminder, Notice, AccountLink, ChannelIdentity):
        db.execute(delete(table).where(col(table.resident_id) == resident_id))
    resident = db.get(Resident, resident_id)
    if resident is not None:
        resident.display_name = None
        db.add(resident)


def erase_conversation(db: Database, session_key: str) -> None:
    """Forget what was said in one conversation, by whomever: all that is kept of somebody who has linked no account."""
    for table in (TranscriptLine, Handoff):
        db.execute(delete(table).where(col(table.session_key) == session_key))
