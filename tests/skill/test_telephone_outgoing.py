"""Calls from us: what Asterisk finds in its spool folder, and what the resident hears first."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billing import store
from skill.app import Service
from skill.channels.telephone import opener
from skill.outgoing_calls import NoCall, order
from skill.settings import Settings
from speech.telephony.conversation import Caller
from tests.skill.talking import Clock

NOON = datetime(2026, 11, 21, 12, 30)  # noqa: DTZ001 - a wall clock where the resident lives
MESSAGE = "Напоминаем о показаниях счётчиков."


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "asterisk" / "outgoing"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def calling(settings: Settings, spool: Path) -> Settings:
    return settings.model_copy(update={"line_outgoing_folder": spool})


def test_a_call_file_is_put_whole_into_the_spool_folder(
    engine: Engine, calling: Settings, clock: Clock, spool: Path
) -> None:
    with store.transaction(engine) as db:
        call = order(db, calling, "8 900 000-00-12", MESSAGE, now=clock(), local=NOON)
    (file,) = spool.iterdir()
    assert file.name == f"{call}.call"
    assert "Channel: PJSIP/79000000012@trunk\n" in file.read_text()
    assert f"Setvar: CALLID={call}\n" in file.read_text()
    assert [entry.name for entry in spool.parent.iterdir()] == ["outgoing"]


def test_the_resident_hears_the_message_first(engine: Engine, calling: Settings, clock: Clock) -> None:
    with store.transaction(engine) as db:
        call = order(db, calling, "+79000000012", MESSAGE, now=clock(), local=NOON)
    conversation = opener(Service(calling, engine, clock))(Caller(call, "audiosocket"))
    assert conversation is not None
    assert conversation.opening().before == MESSAGE


def test_no_call_by_default_at_night_or_without_a_number(
    engine: Engine, settings: Settings, calling: Settings, clock: Clock, spool: Path
) -> None:
    with store.transaction(engine) as db:
        for chosen, number, local in (
            (settings, "+79000000012", NOON),
            (calling, "+79000000012", NOON.replace(hour=22)),
            (calling, "+79000000012", NOON.replace(hour=9, minute=59)),
            (calling, "12\nChannel: Local/x", NOON),
        ):
            with pytest.raises(NoCall):
                order(db, chosen, number, MESSAGE, now=clock(), local=local)
    assert list(spool.iterdir()) == []
