"""One turn, one transaction; a delivery has one effect however often and in whatever order it comes."""

import multiprocessing
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, Text, cast, func
from sqlmodel import select

from billing import accounts, store
from billing.tables import AccountLink, Reading
from fixtures.demo_company import DemoSummary
from skill.dialogue.engine import converse
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.record import Taken, find, forget, keep_unless_changed
from skill.dialogue.tables import AnsweredTurn, DialogueSession, LinkAttempts
from skill.dialogue.turn import Reply, Session, Turn, session_name, spoken
from skill.identity.tables import OneTimeCode
from skill.settings import Settings
from tests.skill.talking import Clock, Ledger, linked

Take = Callable[[int, str], Reply]


@pytest.fixture
def engine(either_engine: Engine) -> Engine:
    return either_engine


@pytest.fixture
def speaker(engine: Engine, demo: DemoSummary, clock: Clock) -> str:
    """The key of a linked speaker on the channel `alice`."""
    linked(engine, "alice", "HOME", demo.account.id, clock())
    return "HOME"


@pytest.fixture
def take(engine: Engine, settings: Settings, clock: Clock, speaker: str) -> Take:
    """Deliver turn number `sequence` with a text."""

    def take(sequence: int, text: str) -> Reply:
        key = f"s:{sequence}:{text}"
        turn = Turn("alice", speaker, "s", spoken(text), turn_key=key, sequence=sequence, source="alice")
        return converse(engine, turn, now=clock(), settings=settings)

    return take


def test_a_repeated_delivery_gets_the_same_answer_and_books_once(take: Take, engine: Engine) -> None:
    take(1, "холодная 125")
    first = take(2, "да")
    assert take(2, "да") == first
    with store.reading(engine) as db:
        assert len(db.exec(select(Reading).where(Reading.channel == "alice")).all()) == 1


def test_a_turn_that_comes_late_has_no_effect(take: Take, ledger: Ledger) -> None:
    take(1, "холодная 125")
    last = take(3, "помощь")
    assert take(2, "да") == last
    assert ledger.newest()["COLD_WATER"] == 115


def test_the_same_delivery_at_the_same_moment_books_once(
    engine: Engine, settings: Settings, clock: Clock, speaker: str, take: Take
) -> None:
    take(1, "холодная 125")
    answers: list[Reply] = []
    threads = [threading.Thread(target=lambda: answers.append(take(2, "да"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert all(answer == answers[0] for answer in answers)
    with store.reading(engine) as db:
        assert len(db.exec(select(Reading).where(Reading.channel == "alice")).all()) == 1


def test_processes_take_turns_of_one_conversation(
    engine: Engine, settings: Settings, clock: Clock, speaker: str, take: Take
) -> None:
    url = engine.url.render_as_string(hide_password=False)

    def thanks(who: int) -> None:
        books = store.connect(url)
        for number in range(10):
            turn = Turn("alice", speaker, "s", spoken("спасибо"), turn_key=f"{who}:{number}")
            converse(books, turn, now=clock(), settings=settings)

    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=thanks, args=(who,)) for who in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with store.reading(engine) as db:
        (conversation,) = db.exec(select(DialogueSession)).all()
        assert conversation.state["said"]["general.thanks"] == 30
        assert len(db.exec(select(AnsweredTurn)).all()) == 30


def test_what_was_made_of_a_conversation_is_not_kept_over_a_newer_one(
    settings: Settings, clock: Clock, speaker: str, take: Take, engine: Engine
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("on PostgreSQL a conversation is locked from the beginning of its turn")
    take(1, "холодная 125")
    turn = Turn("alice", speaker, "s", spoken("нет"), turn_key="k")
    with store.alone(engine), store.looking(engine) as db:
        found = find(db, turn, session_name(turn), "k", now=clock(), settings=settings)
    made = Taken(Reply("…"), session_name(turn), Session(), None, (), "k", clock())
    take(2, "горячая 150")  # as another process would meanwhile
    with store.transaction(engine) as db:
        assert not keep_unless_changed(db, made, found.row)
    assert "горячая вода 150" in take(3, "повтори").text.lower()


def test_a_conversation_is_kept_in_few_bytes(take: Take, engine: Engine) -> None:
    reply = take(1, "спасибо")
    with store.reading(engine) as db:
        [length] = db.exec(select(func.length(cast(DialogueSession.state, Text)))).all()
    assert length < 4 * len(reply.text) + 300
    assert take(1, "спасибо") == reply


def test_another_speaker_does_not_get_the_answer_of_a_session_name_it_guessed(
    engine: Engine, settings: Settings, clock: Clock, take: Take
) -> None:
    take(1, "холодная 125")
    stranger = Turn("alice", "STRANGER", "s", spoken("холодная 125"), turn_key="s:1:холодная 125", sequence=1)
    assert "лицевого счёта" in converse(engine, stranger, now=clock(), settings=settings).text


def test_a_turn_that_fails_leaves_nothing_behind(
    engine: Engine, settings: Settings, clock: Clock, speaker: str, take: Take, ledger: Ledger
) -> None:
    take(1, "холодная 125")
    turn = Turn("alice", speaker, "s", spoken("да"), turn_key="k", sequence=2, source="no such source")
    with pytest.raises(Exception, match="source"):
        converse(engine, turn, now=clock(), settings=settings)
    assert ledger.newest()["COLD_WATER"] == 115
    assert "аписано" in take(2, "да").text


def test_the_link_stays_where_a_reading_is_asked_about_again_after_it(take: Take) -> None:
    take(1, "холодная 120")
    take(2, "оплатить")
    paying = take(3, "да")
    assert "/bill/" in paying.link
    assert "олодная вода 120" in paying.text


def test_what_is_open_is_nobodys_once_the_speaker_is_unlinked_elsewhere(
    take: Take, engine: Engine, demo: DemoSummary, clock: Clock, ledger: Ledger
) -> None:
    take(1, "холодная вода")
    with store.transaction(engine) as db:
        [link] = db.exec(select(AccountLink).where(AccountLink.account_id == demo.account.id)).all()
        accounts.unlink(db, resident_id=link.resident_id, account_id=demo.account.id, channel="oauth", now=clock())
    assert "лицевого счёта" in take(2, "125").text
    assert ledger.newest()["COLD_WATER"] == 115


def test_old_turns_are_forgotten(engine: Engine, settings: Settings, clock: Clock, take: Take) -> None:
    take(1, "помощь")
    clock.forward(days=8)
    forget(engine, now=clock(), settings=settings)
    with store.reading(engine) as db:
        assert db.exec(select(AnsweredTurn)).all() == []


def test_what_is_over_is_forgotten(engine: Engine, settings: Settings, clock: Clock) -> None:
    """Calls to a person after half a year, codes and locks once they are of no use."""
    soon, now = clock() + timedelta(days=1), clock()
    with store.transaction(engine) as db:
        for at in (None, now):
            row = {"channel": "chat", "reason": "asked", "created_at": now, "closed_at": at}
            db.add(Handoff(session_key="s", status="closed" if at else "waiting", **row))
        for expires in (now, soon + timedelta(days=365)):
            db.add(OneTimeCode(account_id=1, salt="s", digest="d", expires_at=expires))
        for subject, failures, until in (("a", 0, None), ("b", 0, now), ("c", 2, None), ("d", 0, soon)):
            db.add(LinkAttempts(subject=subject, failures=failures, locked_until=until))

    def left() -> tuple[int, int, str]:
        with store.reading(engine) as db:
            rows = db.exec(select(LinkAttempts.subject).order_by(LinkAttempts.subject)).all()
            return len(db.exec(select(Handoff)).all()), len(db.exec(select(OneTimeCode)).all()), "".join(rows)

    clock.forward(hours=1)
    forget(engine, now=clock(), settings=settings)
    assert left() == (2, 1, "cd")
    clock.forward(days=181)
    forget(engine, now=clock(), settings=settings)
    assert left() == (1, 1, "c")
