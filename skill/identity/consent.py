"""Consent to the processing of personal data (152-ФЗ ст. 9): asked once, kept with its words, withdrawn at any time."""

import hashlib
from datetime import datetime

from sqlmodel import Session as Database
from sqlmodel import col, select

from skill.identity.tables import Consent

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
