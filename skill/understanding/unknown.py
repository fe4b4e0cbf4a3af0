"""Utterances that nothing understood: kept masked in the books until an operator gives them their intent.

The next `zhku understanding build` learns the labelled ones.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete, select

from billing.columns import UtcDateTime
from skill.understanding.recognise import Understanding
from skill.understanding.text import is_number

_WORD = re.compile(r"\S+@\S+|\+?\d[\d\s()-]*\d|\d+|[А-Яа-яЁёA-Za-z-]+|[^\w\s]+|\s+")
_PATRONYMIC = re.compile(r"[а-яё]{3,}(?:ович|евич|овна|евна|ична|инична)(?:а|у|ем|ой|е|ы)?$", re.IGNORECASE)
_NAME_FOLLOWS = frozenset({"зовут", "фамилия", "зовите", "улица", "ул", "проспект", "переулок", "имя"})
_LONGEST = 600


class UnknownUtterance(SQLModel, table=True):
    """What somebody said, masked. `asked`: what the open question waited for; `guess`: the intent thought likeliest;
    `intent`: what an operator says it means, empty until then."""

    __tablename__ = "unknown_utterance"
    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    channel: str = Field(max_length=20)
    asked: str = Field(max_length=20)
    text: str = Field(max_length=_LONGEST, index=True)
    guess: str = Field(max_length=40)
    confidence: float
    intent: str = Field(default="", max_length=40)


def masked(text: str) -> str:
    """The text without numbers (digits or words), names, streets and addresses of electronic mail."""
    kept: list[str] = []
    hide_next = 0
    for at, piece in enumerate(_WORD.findall(text)):
        word = piece.strip().lower()
        if not word:
            kept.append(" ")
        elif "@" in piece:
            kept.append("‹почта›")
        elif word[0] in "+0123456789" or is_number(word):
            kept.append("#")
        elif hide_next or _is_name(piece, at):
            kept.append("‹имя›")
            hide_next = max(0, hide_next - 1)
        else:
            kept.append(piece)
        if word in _NAME_FOLLOWS:
            hide_next = 2
    return re.sub(r"#(?:\s*#)+", "#", "".join(kept)).strip()


def _is_name(piece: str, at: int) -> bool:
    return bool(_PATRONYMIC.match(piece)) or (at > 0 and len(piece) > 2 and piece.istitle())


def note(db: Session, text: str, understood: Understanding, *, channel: str, asked: str, now: datetime) -> None:
    """Keep an utterance that got no answer, once; nothing is left of one that is all numbers and names."""
    kept = masked(text)[:_LONGEST]
    if not re.search(r"[а-яёa-z]{2}", kept.replace("‹имя›", "").replace("‹почта›", ""), re.IGNORECASE):
        return
    if db.exec(select(UnknownUtterance.id).where(UnknownUtterance.text == kept)).first() is None:
        db.add(
            UnknownUtterance(
                at=now,
                channel=channel,
                asked=asked,
                text=kept,
                guess=understood.intent,
                confidence=understood.confidence,
            )
        )


def waiting(db: Session, limit: int = 50) -> Sequence[UnknownUtterance]:
    """Utterances without a label, the newest first."""
    query = select(UnknownUtterance).where(UnknownUtterance.intent == "")
    return db.exec(query.order_by(col(UnknownUtterance.id).desc()).limit(limit)).all()


def label(db: Session, utterance: int, intent: str) -> bool:
    """Say what an utterance means; False if there is no such utterance."""
    row = db.get(UnknownUtterance, utterance)
    if row is None:
        return False
    row.intent = intent
    db.add(row)
    return True


def labelled(db: Session) -> list[tuple[str, str]]:
    """(intent, text) of what operators have labelled."""
    query = select(UnknownUtterance).where(UnknownUtterance.intent != "").order_by(col(UnknownUtterance.id))
    return [(row.intent, row.text) for row in db.exec(query)]


def forget(db: Session, before: datetime) -> None:
    """Delete what is older and has no label."""
    db.execute(delete(UnknownUtterance).where(col(UnknownUtterance.at) < before, col(UnknownUtterance.intent) == ""))
