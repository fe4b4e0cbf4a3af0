"""What is kept of a conversation between two turns: found with one statement, written with one a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine, bindparam, delete, exists, func, insert, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as Database
from sqlmodel import col

from billing import accounts, store
from billing.prepared import Prepared
from billing.tables import AccountLink, ChannelIdentity
from skill.dialogue.person import transcript
from skill.dialogue.person.handoffs import OPEN, Handoff
from skill.dialogue.tables import AnsweredTurn, DialogueSession, LinkAttempts
from skill.dialogue.turn import Session, Turn
from skill.identity.tables import OneTimeCode
from skill.settings import Settings
from skill.understanding import unknown


@dataclass(frozen=True)
class Found:
    """What a turn begins with.

    answered: the reply that this very delivery got before; sequence: of the last turn taken; resident_id: the speaker,
    if linked to an account; led: a person has been called to the conversation.
    """

    session: Session
    sequence: int | None
    answered: dict[str, Any] | None
    resident_id: int | None
    led: bool


_SPEAKER = (
    select(col(ChannelIdentity.resident_id))
    .where(
        col(ChannelIdentity.channel) == bindparam("channel"),
        col(ChannelIdentity.external_digest) == bindparam("speaker"),
        exists().where(col(AccountLink.resident_id) == col(ChannelIdentity.resident_id)),
    )
    .scalar_subquery()
)
_LED = exists().where(col(Handoff.session_key) == bindparam("key"), col(Handoff.status).in_(OPEN))
_TURN = select(literal(1).label("number")).subquery("turn")
_FIND = Prepared(
    select(
        col(DialogueSession.state), col(DialogueSession.sequence), col(DialogueSession.updated_at),
        col(AnsweredTurn.reply), _SPEAKER.label("resident_id"), _LED.label("led"),
    )
    .select_from(_TURN)
    .outerjoin(DialogueSession, col(DialogueSession.key) == bindparam("key"))
    .outerjoin(AnsweredTurn, col(AnsweredTurn.key) == bindparam("delivery"))
)  # fmt: skip
_LOCK = Prepared(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0))))
_ANSWERED = Prepared(insert(AnsweredTurn))


def find(db: Database, turn: Turn, key: str, delivery: str | None, *, now: datetime, settings: Settings) -> Found:
    """The conversation `key`, held against its other turns until the transaction ends.

    A delivery belongs to one conversation, so that who holds the conversation alone answers it.
    """
    if db.get_bind().dialect.name == "postgresql":  # a SQLite transaction holds the whole file already
        _LOCK.run(db, {"key": key})
    scope = {
        "key": key,
        "delivery": delivery or "",
        "channel": turn.channel,
        "speaker": accounts.digest(turn.channel, turn.user_key) if turn.user_key else "",
    }
    [row] = _FIND.run(db, scope)
    fresh = row.updated_at is None or is_idle(row.updated_at, now, settings)
    session, sequence = (Session(), None) if fresh else (Session(**row.state), row.sequence)
    return Found(session, sequence, row.reply, row.resident_id, bool(row.led))


def keep(db: Database, key: str, session: Session, sequence: int | None, now: datetime) -> None:
    """Write the conversation down for its next turn."""
    row = {"key": key, "state": vars(session), "sequence": sequence, "updated_at": now}
    _upsert(db.get_bind().dialect.name).run(db, row)


def answered(db: Database, delivery: str, reply: dict[str, Any], now: datetime) -> None:
    """The delivery has had this reply."""
    _ANSWERED.run(db, {"key": delivery, "reply": reply, "at": now})


def is_idle(updated_at: datetime, now: datetime, settings: Settings) -> bool:
    """Whether the conversation has been silent so long that it starts anew."""
    return now - updated_at > timedelta(minutes=settings.session_idle_minutes)


@cache
def _upsert(dialect: str) -> Prepared:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(DialogueSession)
    new = statement.excluded
    kept = {"state": new.state, "sequence": new.sequence, "updated_at": new.updated_at}
    return Prepared(statement.on_conflict_do_update(index_elements=["key"], set_=kept))


def forget(engine: Engine, *, now: datetime, settings: Settings) -> None:
    """Delete answered turns and conversations older than the settings keep them, what people were called to long ago,
    and secrets that open nothing any more."""
    before = now - timedelta(days=settings.turns_kept_days)
    with store.transaction(engine) as db:
        db.execute(delete(AnsweredTurn).where(col(AnsweredTurn.at) < before))
        db.execute(delete(DialogueSession).where(col(DialogueSession.updated_at) < before))
        transcript.forget(db, now - transcript.KEPT)
        unknown.forget(db, now - transcript.KEPT)
        db.execute(delete(Handoff).where(col(Handoff.closed_at) < now - transcript.KEPT))
        db.execute(delete(OneTimeCode).where(col(OneTimeCode.expires_at) < now))
        over = or_(col(LinkAttempts.locked_until).is_(None), col(LinkAttempts.locked_until) < now)
        db.execute(delete(LinkAttempts).where(col(LinkAttempts.failures) == 0, over))
