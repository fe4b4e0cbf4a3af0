"""«Удали мои данные»: nothing that was said or that names the person stays, in no table and no file."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

from billing import notices, store, tickets
from billing.tables import Account, Notice, Ticket
from fixtures.demo_company import DemoSummary
from skill import letters
from skill.app import Service
from skill.calls import VoiceCall
from skill.dialogue.tables import DialogueSession
from skill.dialogue.turn import Turn, session_name, spoken
from skill.identity import forgetting, reach
from skill.outbox import OutgoingMessage
from skill.settings import Settings
from tests.skill.talking import Clock, linked

NUMBER, SECRET = "+79123456789", "пианино"
PERSONAL = {"resident_id", "session_key", "caller", "contact", "phone", "receiver", "user_key", "external_digest"}
"""Columns that lead to a person."""


@pytest.fixture
def service(settings: Settings, engine: Engine, clock: Clock, tmp_path: Path) -> Service:
    folder = tmp_path / "calls"
    folder.mkdir()
    return Service(settings.model_copy(update={"line_recordings": folder}), engine, clock)


def say(service: Service, text: str, session: str) -> str:
    return service.reply_to(Turn("telephone", NUMBER, session, spoken(text), screen=False)).text


def called(service: Service, session: str, call_id: str) -> Path:
    """A call on record, kept as sound."""
    folder = service.settings.line_recordings
    assert folder is not None
    with store.transaction(service.engine) as db:
        key = session_name(Turn("telephone", NUMBER, session))
        db.add(VoiceCall(call_id=call_id, caller=NUMBER, message=SECRET, session_key=key, began_at=service.clock()))
    file = folder / f"{call_id}.wav"
    file.write_bytes(b"RIFF")
    return file


def everything(engine: Engine) -> str:
    """All that the database holds, but for phrases not understood: they are nobody's, and masked."""
    with store.reading(engine) as db:
        tables = [table for name, table in SQLModel.metadata.tables.items() if name != "unknown_utterance"]
        return " ".join(str(tuple(row)) for table in tables for row in db.connection().execute(table.select()).all())


def filled(service: Service, account: Account, resident: int) -> None:
    """What months with a resident leave: a talk, a request, a reminder on its way, an SMS that waits."""
    now = service.clock()
    say(service, f"у меня есть {SECRET}", "before")
    with store.transaction(service.engine) as db:
        reach.note(db, "telephone", NUMBER, {"phone": NUMBER}, now)
        letters.put(db, "sms", NUMBER, SECRET, name="a", now=now)
        notices.remind(db, resident_id=resident, account_id=account.id, kind="pay", channel="telephone")
        tickets.create(
            db, account=db.get_one(Account, account.id), resident_id=resident, category="plumbing", now=now,
            details="течёт кран", contact=NUMBER, transcript=SECRET, channel="telephone", idempotency_key="k",
        )  # fmt: skip


def test_nothing_stays_of_a_person(service: Service, demo: DemoSummary) -> None:
    resident = linked(service.engine, "telephone", NUMBER, demo.account.id, service.clock())
    files = [called(service, "before", "c-1"), called(service, "now", "c-2")]
    of_another = called(service, "another", "c-3")
    filled(service, demo.account, resident)
    assert SECRET in everything(service.engine)
    say(service, "удали мои данные", "now")
    assert "удалены" in say(service, "да", "now")
    with store.reading(service.engine) as db:
        assert db.get_one(VoiceCall, "c-3").caller == NUMBER  # nobody knows whose call that was
    with store.transaction(service.engine) as db:
        db.delete(db.get_one(VoiceCall, "c-3"))
    left = everything(service.engine)
    assert NUMBER not in left
    assert SECRET not in left
    assert [file.exists() for file in files] == [False, False]
    assert of_another.exists()
    with store.reading(service.engine) as db:
        assert db.exec(select(Ticket.details)).all() == ["течёт кран"]
        assert db.exec(select(OutgoingMessage.state)).all() == ["refused"]
        assert db.exec(select(Notice)).all() == []
        assert len(db.exec(select(DialogueSession)).all()) == 1


def test_nothing_stays_of_a_strangers_talk(service: Service) -> None:
    file = called(service, "now", "c-1")
    say(service, f"у меня есть {SECRET}", "now")
    say(service, "удали мои данные", "now")
    assert "стёрт" in say(service, "да", "now")
    left = everything(service.engine)
    assert NUMBER not in left
    assert SECRET not in left
    assert not file.exists()


def test_every_table_that_leads_to_a_person_is_considered() -> None:
    tables = SQLModel.metadata.tables
    personal = {name for name, table in tables.items() if PERSONAL & set(table.columns.keys())}
    deleted = {table.__tablename__ for table in forgetting.OF_A_PERSON}
    considered = deleted | set(forgetting.EMPTIED) | set(forgetting.KEPT)
    assert personal - considered == set()
    assert considered - set(tables) == set()
