"""What is kept of a conversation between two turns: found with one statement, written with one a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine, Text, bindparam, delete, exists, func, insert, literal, or_, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as Database
from sqlmodel import col

from billing import accounts, store
from billing.prepared import Prepared
from billing.tables import AccountLink, ChannelIdentity
from skill.dialogue.person import transcript
from skill.dialogue.person.handoffs import OPEN, Handoff
from skill.dialogue.tables import AnsweredTurn, DialogueSession, LinkAttempts
from skill.dialogue.turn import Reply, Session, Turn
from skill.identity.tables import OneTimeCode
from skill.settings import Settings
from skill.understanding import unknown


@dataclass(frozen=True)
class Found:
    """What a turn begins with.

    answered: the reply that this very delivery got before; sequence: of the last turn taken; resident_id: the speaker,
    if linked to an account; led: a person has been called to the conversation;
    row: what is kept of the conversation, None where nothing is.
    """

    session: Session
    sequence: int | None
    answered: dict[str, Any] | None
    resident_id: int | None
    led: bool
    row: "Kept | None"


@dataclass(frozen=True)
class Kept:
    """The row of a conversation as it was found, its state as the database has it written."""

    state: str
    sequence: int | None


@dataclass(frozen=True)
class Taken:
    """A turn that was taken, and what of it is to be written.

    session: None where the conversation stays as it was; delivery: empty for one that cannot come again.
    """

    reply: Reply
    key: str
    session: Session | None
    sequence: int | None
    lines: Sequence[transcript.Line]
    delivery: str
    now: datetime


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
        type_coerce(col(DialogueSession.state), Text).label("written"),
        col(AnsweredTurn.reply), _SPEAKER.label("resident_id"), _LED.label("led"),
    )
    .select_from(_TURN)
    .outerjoin(DialogueSession, col(DialogueSession.key) == bindparam("key"))
    .outerjoin(AnsweredTurn, col(AnsweredTurn.key) == bindparam("delivery"))
)  # fmt: skip
_LOCK = Prepared(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0))))
_ANSWERED = Prepared(insert(AnsweredTurn))
_BEGIN = Prepared(sqlite.insert(DialogueSession).on_conflict_do_nothing().returning(col(DialogueSession.key)))
_GO_ON = Prepared(
    update(DialogueSession)
    .where(col(DialogueSession.key) == bindparam("conversation"))
    .where(type_coerce(col(DialogueSession.state), Text) == bindparam("as_found"))
    .where(col(DialogueSession.sequence).is_not_distinct_from(bindparam("after")))
    .returning(col(DialogueSession.key))
)


def find(db: Database, turn: Turn, key: str, delivery: str, *, now: datetime, settings: Settings) -> Found:
    """The conversation `key`, held against its other turns until the transaction ends.

    A delivery belongs to one conversation, so that who holds the conversation alone answers it.
    """
    if db.get_bind().dialect.name == "postgresql":  # a SQLite transaction holds the whole file already
        _LOCK.run(db, {"key": key})
    scope = {
        "key": key,
        "delivery": delivery,
        "channel": turn.channel,
        "speaker": accounts.digest(turn.channel, turn.user_key) if turn.user_key else "",
    }
    [row] = _FIND.run(db, scope)
    fresh = row.updated_at is None or is_idle(row.updated_at, now, settings)
    session, sequence = (Session(), None) if fresh else (Session(**row.state), row.sequence)
    kept = None if row.updated_at is None else Kept(row.written, row.sequence)
    return Found(session, sequence, row.reply, row.resident_id, bool(row.led), kept)


def keep(db: Database, taken: Taken) -> None:
    """Write the turn down: its conversation for the next turn, what was said, and the reply for the same delivery."""
    if taken.session is not None:
        _upsert(db.get_bind().dialect.name).run(db, _row(taken, taken.session))
    _keep_said(db, taken)


def keep_unless_changed(db: Database, taken: Taken, row: Kept | None) -> bool:
    """`keep` where the conversation goes on from the row it was found in, on SQLite; otherwise nothing is written."""
    if taken.session is None:
        return False
    values = _row(taken, taken.session)
    if row is None:
        written = _BEGIN.run(db, values)
    else:
        written = _GO_ON.run(db, {**values, "conversation": taken.key, "as_found": row.state, "after": row.sequence})
    if written:
        _keep_said(db, taken)
    return bool(written)


def _row(taken: Taken, session: Session) -> dict[str, Any]:
    return {"key": taken.key, "state": session.kept(), "sequence": taken.sequence, "updated_at": taken.now}


def _keep_said(db: Database, taken: Taken) -> None:
    transcript.note(db, taken.lines)
    if taken.delivery:
        _ANSWERED.run(db, {"key": taken.delivery, "reply": taken.reply.to_json(), "at": taken.now})


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
