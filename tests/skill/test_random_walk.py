"""Somebody who says anything in any order: no exception, no dead end, no secret told, nothing booked without a yes."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlmodel import col, func, select

from billing import store
from billing.tables import AccountLink, Payment, Reading, Ticket
from fixtures import demo_company
from fixtures.demo_company import DemoSummary
from skill.app import open_books
from skill.dialogue.engine import converse
from skill.dialogue.turn import Reply, Turn, spoken
from skill.settings import Settings
from skill.understanding.assent import agrees
from tests.conftest import NOW
from tests.skill.storytelling import stories
from tests.skill.talking import Untouched

LINES = sorted({line.says for story in stories() for line in story.lines if line.says and "{" not in line.says})
CHANNELS = st.sampled_from(["alice", "telephone", "telegram", "api"])
WORDS = st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя 0123456789.,!?-", max_size=40)
ASKS = re.compile(r"[?!.:»…]$|\d$")
BOOKED = (Reading, Payment, Ticket)


class Somebody(RuleBasedStateMachine):
    """One resident-to-be of the demo flat; `shelf` is set by the tests."""

    shelf: "Shelf"

    @initialize(channel=CHANNELS, screen=st.booleans())
    def begins(self, channel: str, screen: bool) -> None:
        self.shelf.untouched.put_back()
        self.channel, self.screen, self.linked, self.now = channel, screen, False, NOW
        self.last = Reply("")
        self.count = self.shelf.counted()
        self.takes("", kind="start")

    @rule(line=st.sampled_from(LINES))
    def says(self, line: str) -> None:
        self.takes(line)

    @rule(line=WORDS)
    def babbles(self, line: str) -> None:
        self.takes(line)

    @rule()
    def presses_a_button(self) -> None:
        self.takes(self.last.buttons[0] if self.last.buttons else "да")

    @rule(answer=st.sampled_from(["да", "нет", "хватит", "назад", "помощь", "повтори", "оператор"]))
    def answers(self, answer: str) -> None:
        self.takes(answer)

    @rule()
    def links(self) -> None:
        demo = self.shelf.demo
        for line in ("привязать счёт", demo.account.number, demo.account.bill_code, "да"):
            self.takes(line)

    @rule(minutes=st.sampled_from([1, 20, 2000]))
    def waits(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def takes(self, text: str, kind: str = "text") -> None:
        turn = Turn(self.channel, "somebody", "s", spoken(text), kind=kind, screen=self.screen)  # type: ignore[arg-type]
        before = self.last
        self.last = self.shelf.converse(turn, self.now)
        self.leads_on(text)
        self.tells_no_secret(text)
        self.books_after_a_yes(text, before)

    def leads_on(self, text: str) -> None:
        reply = self.last
        assert reply.text.strip(), text
        assert len(reply.text) <= 900, reply.text
        assert ASKS.search(reply.text.strip()), reply.text
        assert "{" not in reply.text, reply.text
        assert "None" not in reply.text, reply.text

    def tells_no_secret(self, text: str) -> None:
        if self.shelf.is_linked():
            return
        home = self.shelf.demo.account
        for secret in (home.address, "8 030", "8\u00a0030", home.bill_code):
            assert secret not in self.last.text or secret in text, f"«{text}» → {self.last.text}"

    def books_after_a_yes(self, text: str, before: Reply) -> None:
        count = self.shelf.counted()
        if count != self.count:
            assert before.expecting == "yes_no", f"«{before.text}» → «{text}» booked {self.count} → {count}"
            assert agrees(text) or text in before.buttons, text
        self.count = count


class Shelf:
    """The demo company's books, put back before every walk."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder, database_url="", company="УК «Пример»")
        self.engine: Engine = open_books(self.settings)
        with store.transaction(self.engine) as db:
            self.demo: DemoSummary = demo_company.load(db, NOW)
        self.untouched = Untouched(folder / "zhku.sqlite3")
        self.turns = 0

    def converse(self, turn: Turn, now: datetime) -> Reply:
        self.turns += 1
        return converse(self.engine, turn, now=now, settings=self.settings)

    def counted(self) -> tuple[int, ...]:
        with store.reading(self.engine) as db:
            return tuple(db.exec(select(func.count(col(table.id)))).one() for table in BOOKED)

    def is_linked(self) -> bool:
        with store.reading(self.engine) as db:
            return db.exec(select(func.count(col(AccountLink.id)))).one() > 0


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path_factory.mktemp("walk"))
    yield shelf
    shelf.engine.dispose()


def walk(shelf: Shelf, walks: int, turns: int) -> None:
    Somebody.shelf, shelf.turns = shelf, 0
    run_state_machine_as_test(
        Somebody,
        settings=settings(
            max_examples=walks,
            stateful_step_count=turns,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_short_walk(shelf: Shelf) -> None:
    walk(shelf, walks=8, turns=25)
    assert shelf.turns >= 150


@pytest.mark.slow
def test_a_walk_of_ten_thousand_turns(shelf: Shelf) -> None:
    walk(shelf, walks=230, turns=50)
    assert shelf.turns >= 10_000
