"""What a server loads before anybody comes, so that nobody's first turn waits for it and processes share it."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Engine

from billing import limits, prepared, store
from skill.channels.limits import contracts
from skill.dialogue.answering import openers
from skill.dialogue.engine import taken
from skill.dialogue.phrases import phrases
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings
from speech import recognition

REHEARSED = ("", "помощь", "холодная вода сто дватцать пять", "сколько я должен", "а за свет", "абракадабра", "спасибо")
"""What makes a conversation read its tables of words."""


class _Over(Exception):
    """The rehearsal is over: nothing of it stays."""


def make_ready(engine: Engine, settings: Settings) -> None:
    """Load the models, the scenes, their phrases and the statements. Raises OSError without a speech model."""
    recognition.preload()
    openers()
    phrases()
    limits.defaults()
    prepared.make_ready(engine.dialect)
    for contract in contracts().values():
        contract.problems({})
    with suppress(_Over):
        _rehearse(engine, settings)


def _rehearse(engine: Engine, settings: Settings) -> None:
    """A conversation with nobody, in a transaction that is undone."""
    with store.transaction(engine) as db:
        for number, text in enumerate(REHEARSED):
            turn = Turn("chat", "rehearsal", "rehearsal", spoken(text), turn_key=str(number), sequence=number)
            taken(db, turn, now=datetime.now(UTC), settings=settings)
        raise _Over
