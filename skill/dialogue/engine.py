"""One turn of a conversation: one reply, what it changes in one transaction, whatever is delivered twice or late."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session as Database

from billing import store
from skill.dialogue import record
from skill.dialogue.answering import answer
from skill.dialogue.record import Found, Taken
from skill.dialogue.tables import DialogueSession
from skill.dialogue.turn import Reply, Turn, digest
from skill.dialogue.turn import session_name as session_name
from skill.settings import Settings
from skill.understanding import understand


def converse(engine: Engine, turn: Turn, *, now: datetime, settings: Settings) -> Reply:
    """Take a turn and give the reply.

    The same delivery (`turn.turn_key`) again gets the same reply and books nothing; one that comes after a later turn
    of its session was taken gets that session's last reply. Whatever it changes is written in one transaction.
    """
    with store.alone(engine):
        reply = _beside(engine, turn, now, settings)
        if reply is not None:
            return reply
        with store.transaction(engine) as db:
            return taken(db, turn, now=now, settings=settings)


def taken(db: Database, turn: Turn, *, now: datetime, settings: Settings) -> Reply:
    """`converse` in a transaction of the caller's."""
    found = _found(db, turn, now, settings)
    if found.answered is not None:
        return Reply.from_json(found.answered)
    done = _done(db, turn, found, now, settings)
    record.keep(db, done)
    return done.reply


def expected(engine: Engine, turn: Turn, *, now: datetime, settings: Settings) -> str:
    """What the open question of the turn's conversation waits for: the grammar to recognise the turn's audio with."""
    with store.reading(engine) as db:
        row = db.get(DialogueSession, session_name(turn))
        if row is None or record.is_idle(row.updated_at, now, settings):
            return "command"
        return str(row.state.get("last", {}).get("expecting", "command"))


def _beside(engine: Engine, turn: Turn, now: datetime, settings: Settings) -> Reply | None:
    """The reply to a turn that changes its own conversation only: made from the books as they stand, while others
    write; what is to be kept of it is written afterwards, unless the conversation has gone on meanwhile.

    None where nothing has happened: the turn changes more, most likely will, or came late.
    """
    try:
        with store.looking(engine) as db:
            found = _found(db, turn, now, settings)
            if found.answered is not None:
                return Reply.from_json(found.answered)
            if _agrees(turn, found):
                return None
            done = _done(db, turn, found, now, settings)
    except store.WouldChange:
        return None
    with store.transaction(engine) as db:
        return done.reply if record.keep_unless_changed(db, done, found.row) else None


def _agrees(turn: Turn, found: Found) -> bool:
    """Whether it says yes to a question: then it books, more often than not."""
    asked = found.session.last.get("expecting")
    return asked == "yes_no" and understand(turn.text, turn.channel, expecting=asked).intent == "yes"


def _found(db: Database, turn: Turn, now: datetime, settings: Settings) -> Found:
    return record.find(db, turn, session_name(turn), _delivery(turn), now=now, settings=settings)


def _delivery(turn: Turn) -> str:
    return "" if turn.turn_key is None else digest(turn.channel, turn.user_key, turn.turn_key)


def _done(db: Database, turn: Turn, found: Found, now: datetime, settings: Settings) -> Taken:
    key, delivery = session_name(turn), _delivery(turn)
    if _is_late(turn, found):
        return Taken(Reply.from_json(found.session.last), key, None, None, (), delivery, now)
    reply, lines = answer(db, turn, found, now, settings)
    return Taken(reply, key, found.session, turn.sequence, lines, delivery, now)


def _is_late(turn: Turn, found: Found) -> bool:
    """Whether a later turn of the conversation was taken before this one."""
    if turn.sequence is None or found.sequence is None:
        return False
    return turn.sequence < found.sequence and bool(found.session.last)
