"""What was said in a conversation, kept for the person who takes it over; secrets are masked before they are kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import insert
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel import Session as Database

from billing.columns import UtcDateTime
from billing.prepared import Prepared
from skill.dialogue.turn import Reply, Turn
from skill.identity import masking


class TranscriptLine(SQLModel, table=True):
    """One phrase (реплика). speaker: `resident`, `assistant`, `operator`; delivered: an operator's was passed on."""

    __tablename__ = "transcript_line"
    id: int = Field(default=None, primary_key=True)
    session_key: str = Field(max_length=64, index=True)
    resident_id: int | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    speaker: str = Field(max_length=10)
    text: str
    delivered: bool = True


_INSERT = Prepared(insert(TranscriptLine))
READINGS = frozenset({"number", "meter"})
"""What a reply may be expecting whose answer is a reading."""
BREATHS = 4
"""Over so many phrases before this one a telephone number may run."""


Line = dict[str, object]
"""What a TranscriptLine is made of."""


def lines_of(
    db: Database, session_key: str, turn: Turn, reply: Reply, *, asked: str, resident_id: int | None, now: datetime
) -> list[Line]:
    """What was said and answered, to be kept by `note`. asked: what the open question waited for.

    A telephone number that ends with this phrase is masked in the phrases before it too.
    """
    kept = masking.kept(_ended(db, session_key, turn.text, asked), asked)
    said = [("resident", kept)] if kept else []
    both = [*said, ("assistant", masking.answered(reply.text))]
    same = {"session_key": session_key, "resident_id": resident_id, "at": now, "delivered": True}
    return [{**same, "speaker": speaker, "text": text} for speaker, text in both]


def note(db: Database, said: Sequence[Line]) -> None:
    """Keep the lines."""
    if said:
        _INSERT.run_all(db, said)


def _ended(db: Database, session_key: str, text: str, asked: str) -> str:
    """The phrase without the end of a telephone number begun in phrases before it; those lose their part as well."""
    if not masking.begins_with_digits(text):
        return text
    query = select(TranscriptLine).where(
        TranscriptLine.session_key == session_key, TranscriptLine.speaker == "resident"
    )
    before = db.exec(query.order_by(col(TranscriptLine.id).desc()).limit(BREATHS)).all()
    if before and before[0].text.endswith(masking.STARS) and asked not in READINGS:  # a long number, and more of it
        return masking.without_first(text)
    begun = list(takewhile(lambda line: masking.ends_with_digits(line.text), before))[::-1]
    *earlier, last = masking.over_turns([*(line.text for line in begun), text])
    for line, masked in zip(begun, earlier, strict=True):
        line.text = masked
        db.add(line)
    return last


def lines(db: Database, session_key: str, limit: int = 200) -> Sequence[TranscriptLine]:
    """The conversation, oldest first."""
    query = select(TranscriptLine).where(TranscriptLine.session_key == session_key)
    return list(reversed(db.exec(query.order_by(col(TranscriptLine.id).desc()).limit(limit)).all()))


def forget(db: Database, before: datetime) -> None:
    """Delete what is older."""
    db.execute(delete(TranscriptLine).where(col(TranscriptLine.at) < before))


KEPT = timedelta(days=180)
"""How long transcripts are kept."""
