"""Handing a conversation to a person: the queue, taking it, answering in it, closing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, select
from sqlmodel import Session as Database

from billing.columns import UtcDateTime
from skill.dialogue.person.transcript import TranscriptLine

OPEN = ("waiting", "taken")


class Handoff(SQLModel, table=True):
    """A conversation that wants a person (передача оператору).

    reason: `asked`, `failed`, `anger`, `emergency`; phone: where to call back, if one was left; operator: who took it.
    reach: how a messenger's conversation is written to unasked (`outbox.push`), empty for other channels.
    """

    __tablename__ = "handoff"
    id: int = Field(default=None, primary_key=True)
    session_key: str = Field(max_length=64, index=True)
    channel: str = Field(max_length=20)
    resident_id: int | None = Field(default=None, index=True)
    account_id: int | None = None
    reason: str = Field(max_length=20)
    phone: str = Field(default="", max_length=20)
    status: str = Field(default="waiting", max_length=10, index=True)
    operator: str = Field(default="", max_length=100)
    reach: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    created_at: datetime = Field(sa_type=UtcDateTime)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def current(db: Database, session_key: str) -> Handoff | None:
    """The open hand-off of a conversation."""
    query = select(Handoff).where(Handoff.session_key == session_key, col(Handoff.status).in_(OPEN))
    return db.exec(query.order_by(col(Handoff.id).desc())).first()


def latest(db: Database, session_key: str, reason: str, since: datetime) -> Handoff | None:
    """The last hand-off of a conversation for this reason, open or not, that is no older than `since`."""
    query = select(Handoff).where(
        Handoff.session_key == session_key, Handoff.reason == reason, col(Handoff.created_at) >= since
    )
    return db.exec(query.order_by(col(Handoff.id).desc())).first()


def queue(db: Database) -> Sequence[Handoff]:
    """Open hand-offs: emergencies first, then in the order they came."""
    rows = db.exec(select(Handoff).where(col(Handoff.status).in_(OPEN)).order_by(col(Handoff.id))).all()
    return sorted(rows, key=lambda row: row.reason != "emergency")


def place(db: Database, handoff: Handoff) -> int:
    """Which in the queue a waiting hand-off is, from 1."""
    waiting = [row.id for row in queue(db) if row.status == "waiting"]
    return waiting.index(handoff.id) + 1


def take(db: Database, handoff: Handoff, operator: str, now: datetime) -> bool:
    """An operator takes it; False when another one has."""
    if handoff.status != "waiting":
        return handoff.status == "taken" and handoff.operator == operator
    handoff.status, handoff.operator, handoff.taken_at = "taken", operator, now
    db.add(handoff)
    return True


def answer(db: Database, handoff: Handoff, text: str, now: datetime) -> None:
    """What the operator says; it is passed on with the resident's next turn, unless it is pushed before."""
    db.add(
        TranscriptLine(
            session_key=handoff.session_key,
            resident_id=handoff.resident_id,
            at=now,
            speaker="operator",
            text=text,
            delivered=False,
        )
    )


def close(db: Database, handoff: Handoff, now: datetime) -> None:
    """The person is done; the assistant answers again."""
    handoff.status, handoff.closed_at = "closed", now
    db.add(handoff)


def unheard(db: Database, session_key: str) -> list[str]:
    """What the operator said and the resident has not had yet; from now on it counts as passed on."""
    query = select(TranscriptLine).where(
        TranscriptLine.session_key == session_key, col(TranscriptLine.delivered).is_(False)
    )
    found = db.exec(query.order_by(col(TranscriptLine.id))).all()
    for line in found:
        line.delivered = True
        db.add(line)
    return [line.text for line in found]
