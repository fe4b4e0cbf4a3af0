"""A turn asks the database for little: how many statements it may make, from the first to the commit.

Whoever needs more says so here. BEGIN is one of them.
"""

from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import Engine, event

from skill.dialogue.engine import converse
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings
from tests.skill.talking import Clock, Resident


class Counting(Resident):
    """A resident whose deliveries have names, and who knows what the last one cost."""

    def costs(self, text: str) -> int:
        """Say something; how many statements it took."""
        statements: list[str] = []
        note = lambda *call: statements.append(call[2])  # noqa: E731 - a listener
        event.listen(self.engine, "before_cursor_execute", note)
        self.deliver(text)
        event.remove(self.engine, "before_cursor_execute", note)
        return len(statements)

    def deliver(self, text: str) -> None:
        number = next(_deliveries)
        said = spoken(text)
        turn = Turn("chat", self.name, self.session, said, "text" if said else "start", str(number), number)
        self.last = converse(self.engine, turn, now=self.clock(), settings=self.settings)


_deliveries = count(1)


@pytest.fixture
def anybody(engine: Engine, settings: Settings, clock: Clock) -> Counting:
    return Counting(engine, settings, clock)


@pytest.fixture
def linked(resident: Resident, anybody: Counting) -> Counting:
    return replace(anybody, name=resident.name)


@pytest.mark.parametrize("said", ["", "помощь", "спасибо"])
def test_what_needs_no_books_looks_into_none(anybody: Counting, said: str) -> None:
    assert anybody.costs(said) <= 5


def test_what_was_not_understood_is_kept_once_more(anybody: Counting) -> None:
    assert anybody.costs("абракадабра") <= 7


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("", 6),
        ("помощь", 5),
        ("сколько я должен", 8),
        ("до какого числа передавать показания", 7),
        ("передать показания", 9),
        ("холодная вода 125", 13),
    ],
)
def test_a_resident_is_answered_with_few_statements(linked: Counting, said: str, most: int) -> None:
    assert linked.costs(said) <= most


@pytest.mark.parametrize(("said", "most"), [("да", 18), ("нет 126", 13), ("помощь", 7), ("отмена", 7)])
def test_the_answer_to_a_read_back_takes_few_statements(linked: Counting, said: str, most: int) -> None:
    linked.deliver("холодная вода 125")
    assert linked.costs(said) <= most


def test_a_repeated_delivery_is_found_at_once(linked: Counting, engine: Engine, settings: Settings) -> None:
    turn = Turn("chat", linked.name, "s", spoken("помощь"), turn_key="k")
    first = converse(engine, turn, now=linked.clock(), settings=settings)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert converse(engine, turn, now=linked.clock(), settings=settings) == first
    assert len(statements) == 2
