"""Calls from us: what Asterisk is told, by file or by REST, and what the resident hears first."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import select
from typer.testing import CliRunner, Result
from werkzeug import Request, Response
from werkzeug.serving import make_server

from billing import store
from skill.app import Service
from skill.calls import VoiceCall
from skill.channels.telephone import opener
from skill.cli import app as commands
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


@dataclass
class Ari:
    """Asterisk's REST interface as its documentation has it: originate with an id, basic authentication."""

    url: str = ""
    status: int = 200
    asked: list[Request] = field(default_factory=list)

    def application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data(cache=True)
        self.asked.append(request)
        known = request.authorization is not None and request.authorization.password == "asterisk"
        body = json.dumps({"id": request.path.rpartition("/")[2], "state": "Down"})
        return Response(body, self.status if known else 401, content_type="application/json")(environ, start_response)


@pytest.fixture
def ari() -> Iterator[Ari]:
    interface = Ari()
    server = make_server("127.0.0.1", 0, interface.application)
    interface.url = f"http://127.0.0.1:{server.port}/ari"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield interface
    server.shutdown()
    thread.join()
    server.server_close()


def by_ari(settings: Settings, ari: Ari, key: str = "asterisk") -> Settings:
    return settings.model_copy(update={"line_ari_url": ari.url, "line_ari_user": "zhku", "line_ari_password": key})


def test_asterisk_is_told_by_its_rest_interface(engine: Engine, settings: Settings, clock: Clock, ari: Ari) -> None:
    with store.transaction(engine) as db:
        call = order(db, by_ari(settings, ari), "8 900 000-00-12", MESSAGE, now=clock(), local=NOON)
    (request,) = ari.asked
    assert (request.method, request.path) == ("POST", f"/ari/channels/{call}")
    assert request.args["endpoint"] == "PJSIP/79000000012@trunk"
    assert (request.args["context"], request.args["extension"], request.args["priority"]) == ("voiceline", "out", "1")
    assert request.get_json() == {"variables": {"CALLID": call}}
    assert MESSAGE not in request.get_data(as_text=True)


def test_a_call_that_asterisk_has_made_already_is_made(
    engine: Engine, settings: Settings, clock: Clock, ari: Ari
) -> None:
    ari.status = 409
    with store.transaction(engine) as db:
        assert order(db, by_ari(settings, ari), "+79000000012", MESSAGE, now=clock(), local=NOON)


@pytest.mark.parametrize(("status", "password"), [(400, "asterisk"), (404, "asterisk"), (200, "wrong")])
def test_a_call_that_asterisk_refuses_is_not_kept(
    engine: Engine, settings: Settings, clock: Clock, ari: Ari, status: int, password: str
) -> None:
    ari.status = status
    with pytest.raises(NoCall, match="refused"), store.transaction(engine) as db:
        order(db, by_ari(settings, ari, password), "+79000000012", MESSAGE, now=clock(), local=NOON)
    assert calls_kept(engine) == 0


@pytest.mark.parametrize("status", [500, 503, None])
def test_an_asterisk_out_of_reach_is_told_apart(
    engine: Engine, settings: Settings, clock: Clock, ari: Ari, status: int | None
) -> None:
    ari.status = status or 200
    reached = by_ari(settings, ari) if status else settings.model_copy(update={"line_ari_url": "http://127.0.0.1:1"})
    with pytest.raises(httpx.HTTPError), store.transaction(engine) as db:
        order(db, reached, "+79000000012", MESSAGE, now=clock(), local=NOON)
    assert calls_kept(engine) == 0


def calls_kept(engine: Engine) -> int:
    with store.reading(engine) as db:
        return len(db.exec(select(VoiceCall)).all())


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


@pytest.fixture
def by_command(settings: Settings, spool: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Result]:
    """`zhku call` with the hours in which calls may be made."""
    monkeypatch.setenv("ZHKU_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ZHKU_LINE_OUTGOING_FOLDER", str(spool))

    def call(hours: str) -> Result:
        monkeypatch.setenv("ZHKU_LINE_OUTGOING_HOURS", hours)
        return CliRunner().invoke(commands, ["call", "8 900 000-00-12", MESSAGE])

    return call


def test_a_company_calls_by_a_command(by_command: Callable[[str], Result], spool: Path) -> None:
    done = by_command("0:00–24:00")
    assert done.exit_code == 0, done.output
    assert [file.stem for file in spool.iterdir()] == [done.output.strip()]


def test_the_command_calls_nobody_outside_the_hours(by_command: Callable[[str], Result], spool: Path) -> None:
    refused = by_command("0:00–0:00")
    assert (refused.exit_code, refused.output) == (1, "no call: calls are made 0:00–0:00\n")
    assert list(spool.iterdir()) == []


def test_nobody_is_called_to_hear_nothing(engine: Engine, calling: Settings, clock: Clock) -> None:
    with store.transaction(engine) as db, pytest.raises(NoCall, match="no message"):
        order(db, calling, "+79000000012", " ", now=clock(), local=NOON)
