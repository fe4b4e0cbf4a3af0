"""A turn asks the database for little: how many statements SQLite sees, BEGIN and COMMIT among them, of a look and of
what is written after it.

Whoever needs more says so here.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
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
        with statements(self.engine) as asked:
            self.deliver(text)
        return len(asked)

    def deliver(self, text: str) -> None:
        number = next(_deliveries)
        said = spoken(text)
        turn = Turn("chat", self.name, self.session, said, "text" if said else "start", str(number), number)
        self.last = converse(self.engine, turn, now=self.clock(), settings=self.settings)


_deliveries = count(1)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def trace(driver: sqlite3.Connection, *_: object) -> None:
        driver.set_trace_callback(lambda sql: None if sql.startswith("PRAGMA") else asked.append(sql))

    engine.dispose()  # whoever looks or writes takes a new connection
    event.listen(engine, "checkout", trace)
    yield asked
    assert asked
    event.remove(engine, "checkout", trace)


@pytest.fixture
def anybody(engine: Engine, settings: Settings, clock: Clock) -> Counting:
    return Counting(engine, settings, clock)


@pytest.fixture
def linked(resident: Resident, anybody: Counting) -> Counting:
    return replace(anybody, name=resident.name)


@pytest.mark.parametrize("said", ["", "помощь", "спасибо"])
def test_what_needs_no_books_looks_into_none(anybody: Counting, said: str) -> None:
    assert anybody.costs(said) <= 9


def test_what_was_not_understood_is_kept_and_takes_the_turn_anew(anybody: Counting) -> None:
    assert anybody.costs("абракадабра") <= 14


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("", 9),
        ("помощь", 9),
        ("сколько я должен", 12),
        ("до какого числа передавать показания", 11),
        ("передать показания", 13),
        ("холодная вода 125", 18),
    ],
)
def test_a_resident_is_answered_with_few_statements(linked: Counting, said: str, most: int) -> None:
    assert linked.costs(said) <= most


@pytest.mark.parametrize(("said", "most"), [("да", 23), ("нет 126", 18), ("помощь", 11), ("отмена", 11)])
def test_the_answer_to_a_read_back_takes_few_statements(linked: Counting, said: str, most: int) -> None:
    linked.deliver("холодная вода 125")
    assert linked.costs(said) <= most


def test_a_repeated_delivery_is_found_at_once(linked: Counting, engine: Engine, settings: Settings) -> None:
    turn = Turn("chat", linked.name, "s", spoken("помощь"), turn_key="k")
    first = converse(engine, turn, now=linked.clock(), settings=settings)
    with statements(engine) as asked:
        assert converse(engine, turn, now=linked.clock(), settings=settings) == first
    assert len(asked) == 3
