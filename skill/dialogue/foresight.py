"""What a turn would lead to, without taking it, so that a telephone can answer as soon as an answer is complete.

People stop for breath inside long numbers, so the line waits long before it takes a number for finished. It need not
wait where nothing can follow: the words close the numeral, and the number is one that this meter can show today.
"""

from copy import deepcopy
from datetime import datetime

from sqlalchemy import Engine

from billing import accounts, store
from skill.dialogue.meaning.likeliest import HEARD, likeliest
from skill.dialogue.readings.draft import Draft
from skill.dialogue.readings.gathering import Gathering
from skill.dialogue.scenes.linking import CODE_DIGITS
from skill.dialogue.scenes.readings import SCENE as READINGS
from skill.dialogue.tables import DialogueSession
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Session, Turn, session_name
from skill.settings import Settings
from skill.understanding import understand
from speech.numerals import numbers, segments


def foreseen(engine: Engine, turn: Turn, *, now: datetime, settings: Settings) -> str | None:
    """What the reply to a number would be, if the number is certainly complete; None if more of it may come.

    "" where it is complete but the reply is not known without taking the turn. Changes nothing in the books or in the
    conversation. Whether an account's number exists is not told by the wait for it either.
    """
    if not turn.hypotheses or turn.hypotheses[0].confidence < HEARD:
        return None
    with store.reading(engine) as db:
        row = db.get(DialogueSession, session_name(turn))
        session = Session(**deepcopy(row.state)) if row is not None else Session()
        turn = likeliest(turn, str(session.last.get("expecting", "command")))
        if session.last.get("expecting") == "code":
            return "" if len("".join(numbers(turn.text))) == CODE_DIGITS else None
        if (session.scene, session.step) != (READINGS.name, "value") or not closes(turn.text):
            return None
        resident = accounts.resident_of(db, turn.channel, turn.user_key)
        talk, before = Talk(db, now, turn, session, settings, resident, READINGS), _values(session)
        if segments(turn.text)[-1].kind == "groups" and not _fills(talk):
            return None
        said = understand(turn.text, turn.channel, expecting="number")
        reply = READINGS.answer(talk, said) if said.intent in READINGS.intents or said.slots.get("values") else None
        taken = reply is not None and session.step in {"confirm", "value"} and _values(session) > before
        return reply.text if taken and reply is not None else None


def closes(text: str) -> bool:
    """Whether the numeral at the end of the text cannot go on.

    >>> closes("сто двадцать пять"), closes("сто двадцать"), closes("пять тысяч"), closes("сто целых две десятых")
    (True, False, False, True)
    """
    words, found = text.split(), segments(text)
    if not found or found[-1].end < len(words):
        return False
    last = numbers(words[-1])
    if found[-1].unit or len(last) != 1 or not last[0].isdecimal():
        return bool(found[-1].unit) or found[-1].kind == "decimal"
    return last[0] == "10" or not last[0].endswith("0")


def _fills(talk: Talk) -> bool:
    """Whether digits said one by one, or in groups, are as many as the dial asked about has."""
    gathering = Gathering(talk)
    asked = gathering.asked
    if asked is None or asked.meter is None:
        return False
    meter, said = gathering.flat.meter(asked.meter), segments(talk.turn.text)[-1]
    return said.width in {meter.digits_int, meter.digits_int + meter.digits_frac}


def _values(session: Session) -> int:
    """How many values the draft holds."""
    return sum(len(entry.values) for entry in Draft.load(session.draft).entries)
