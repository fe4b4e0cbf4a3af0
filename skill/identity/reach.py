"""Where a resident's messenger is written to: kept so that reminders can be sent without being asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement
from sqlmodel import Field, SQLModel, select
from sqlmodel import Session as Database

from billing import accounts
from billing.columns import UtcDateTime
from billing.tables import Notice
from skill.channels.channel import Arrival


class PushAddress(SQLModel, table=True):
    """A resident's place on a channel, in the platform's words. Erased with the resident's consent."""

    __tablename__ = "push_address"
    resident_id: int = Field(primary_key=True)
    channel: str = Field(primary_key=True, max_length=20)
    user_key: str = Field(max_length=200)
    to: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    noted_at: datetime = Field(sa_type=UtcDateTime)


def of(db: Database, resident_id: int, channel: str) -> PushAddress | None:
    """Where a resident is written to on a channel; None when they have not written there yet."""
    return db.get(PushAddress, (resident_id, channel))


def known() -> ColumnElement[bool]:
    """The condition on a notice that its resident can be written to on its channel."""
    own = PushAddress.resident_id == Notice.resident_id, PushAddress.channel == Notice.channel
    return select(PushAddress.channel).where(*own).exists()


def is_new(db: Database, arrival: Arrival) -> bool:
    """Whether a resident writes from a place that is not noted."""
    resident = accounts.resident_of(db, arrival.turn.channel, arrival.turn.user_key)
    known = of(db, resident.id, arrival.turn.channel) if resident else None
    return resident is not None and (known is None or known.to != arrival.to)


def note(db: Database, channel: str, user_key: str, to: dict[str, Any], now: datetime) -> None:
    """Note where a resident is written to; nothing for somebody who is none."""
    resident = accounts.resident_of(db, channel, user_key)
    if resident is None:
        return
    row = of(db, resident.id, channel) or PushAddress(
        resident_id=resident.id, channel=channel, user_key=user_key, noted_at=now
    )
    row.to, row.noted_at = to, now
    db.add(row)
