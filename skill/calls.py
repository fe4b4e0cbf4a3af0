"""Records of telephone calls: who called, how it went, what the PBX is to do next.

What was said is in the conversation's transcript under the same session key; nothing of it is kept here.
"""

import re
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col
from sqlmodel import Session as Database

from billing.columns import UtcDateTime

PERSON, GOODBYE = "operator", "hangup"
RUSSIAN = re.compile(r"[78]?(\d{10})")


class VoiceCall(SQLModel, table=True):
    """A call (звонок).

    caller: its number as +7…, "" when withheld; message: what we called about, if it was us; outcome: "" while it goes
    on, else `operator`, `hangup`, `gone`, `failed`; answer_ms: the median wait between an utterance and its answer.
    """

    __tablename__ = "voice_call"
    call_id: str = Field(primary_key=True, max_length=36)
    caller: str = Field(default="", max_length=20)
    message: str = Field(default="", max_length=500)
    door: str = Field(default="", max_length=20)
    session_key: str = Field(default="", max_length=64, index=True)
    outcome: str = Field(default="", max_length=10)
    seconds: int = 0
    interruptions: int = 0
    answer_ms: int | None = None
    began_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def name_of(given: str) -> str | None:
    """The call's UUID as we write it, or None if it is none."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return None


def number_of(given: str) -> str:
    """A caller's number as +7…; "" for one that is withheld or makes no sense.

    >>> number_of("8 (912) 345-67-89")
    '+79123456789'
    """
    digits = re.sub(r"\D", "", given)
    russian = RUSSIAN.fullmatch(digits)
    if russian:
        return f"+7{russian[1]}"
    return f"+{digits}" if 11 <= len(digits) <= 15 else ""


def announce(db: Database, call_id: str, caller: str, now: datetime) -> VoiceCall:
    """The PBX says that a call is about to come, and from whom. The number of a call once begun stays as it is."""
    call = db.get(VoiceCall, call_id)
    if call is None:
        call = VoiceCall(call_id=call_id, caller=number_of(caller), began_at=now)
        db.add(call)
        db.flush()
    return call


def next_step(db: Database, call_id: str) -> str:
    """What the PBX does with a call that we left: `hangup` after a goodbye, `operator` in all other cases."""
    call = db.get(VoiceCall, call_id)
    return GOODBYE if call is not None and call.outcome == GOODBYE else PERSON


def forget(db: Database, *, now: datetime, kept_days: int) -> None:
    """Delete records older than they are kept."""
    db.execute(delete(VoiceCall).where(col(VoiceCall.began_at) < now - timedelta(days=kept_days)))
