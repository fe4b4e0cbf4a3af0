"""Recording and replaying conversations, and the pytest plugin that other projects use."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
import pytest
import typer
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from typer.testing import CliRunner
from werkzeug.serving import make_server

from skill.channels.channel import assistants, messengers
from skill.commands.replay import Discreet
from skill.commands.replay import replay as command
from skill.replay.masking import mask
from skill.replay.mutations import mutations
from skill.replay.recording import record
from skill.replay.run import bodies, problems_of, replay
from skill.replay.targets import App
from skill.settings import Settings
from tests.skill.talking import Clock

REQUESTS = Path("fixtures/requests")
pytest_plugins = ["pytester"]


@pytest.fixture
def target(app: Flask, settings: Settings, clock: Clock) -> App:
    return App(app, settings, clock())


def test_a_folder_of_one_platform_is_answered_twice_and_spoiled(target: App) -> None:
    files = len(list((REQUESTS / "alice").glob("*.json")))
    report = replay(target, bodies(REQUESTS / "alice"), spoil=3)
    assert report.problems == []
    assert (report.bodies, report.spoiled) == (files, files * 3)
    platform, answers, median, _, p99 = next(report.percentiles())
    assert (platform, answers) == ("alice", files * 2 + files * 3)
    assert 0 < median <= p99


def test_only_a_delivery_that_has_a_name_is_repeated(target: App, tmp_path: Path) -> None:
    named = json.loads((REQUESTS / "alice" / "of_2018.json").read_text("utf-8"))
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "named.json").write_text(json.dumps(named), "utf-8")
    assert len(replay(target, bodies(tmp_path)).seconds["alice"]) == 2
    del named["session"]["message_id"]
    (tmp_path / "alice" / "named.json").write_text(json.dumps(named), "utf-8")
    assert len(replay(target, bodies(tmp_path)).seconds["alice"]) == 1


def test_a_door_that_is_shut_is_a_problem(target: App) -> None:
    report = replay(target, bodies(REQUESTS / "viber"), repeat=False)
    assert "conversation_started.json: status 404" in report.problems


def test_the_platform_of_a_body_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text((REQUESTS / "salute" / "phrase.json").read_text("utf-8"), "utf-8")
    assert [one.platform for one in bodies(tmp_path)] == ["salute"]
    (tmp_path / "y.json").write_text('{"hello": 1}')
    with pytest.raises(ValueError, match=r"y\.json"):
        bodies(tmp_path)


def test_what_cannot_be_replayed_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no JSON files"):
        bodies(tmp_path)
    with pytest.raises(ValueError, match="no such platform: alisa; known are actions_builder, alexa, alice"):
        bodies(REQUESTS, "alisa")
    for nothing in (b"[]", b"5"):
        with pytest.raises(ValueError, match="only a JSON object"):
            next(mutations(nothing, 1))
    assert len(list(mutations(b"{}", 20))) == 20


def test_a_recorded_conversation_is_masked_and_replayed(
    app: Flask, engine: Engine, client: FlaskClient, target: App, tmp_path: Path
) -> None:
    record(app, engine, tmp_path / "kept")
    body = json.loads((REQUESTS / "alice" / "start.json").read_text("utf-8"))
    body["session"]["user"]["access_token"] = "open sesame"
    client.post("/alice/secret", json=body)
    body["session"]["message_id"] = 1
    body["request"]["command"] = body["request"]["original_utterance"] = "привязать счёт 100512 код 482913"
    client.post("/alice/secret", json=body)
    files = sorted((tmp_path / "kept").iterdir())
    assert [file.name for file in files] == ["00001-alice.json", "00002-alice.json"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    kept = "".join(file.read_text("utf-8") for file in files)
    assert not any(secret in kept for secret in ("open sesame", "PERSON", "100512", "482913"))
    exchange = json.loads(files[0].read_text("utf-8"))
    assert exchange["books"]["before"] == exchange["books"]["after"]
    assert "Здравствуйте" in exchange["answer"]["response"]["text"]
    report = replay(target, bodies(tmp_path / "kept")[:1], golden=True)
    assert report.problems == []


def test_a_pin_and_a_code_are_not_recorded(app: Flask, engine: Engine, client: FlaskClient, tmp_path: Path) -> None:
    """Neither asked for nor volunteered, in no form in which the platform has them, delivered twice or as sound."""
    record(app, engine, tmp_path / "kept")
    body = json.loads((REQUESTS / "alice" / "start.json").read_text("utf-8"))

    def say(text: str, number: int) -> None:
        body["session"]["message_id"] = number
        entities = [{"type": "YANDEX.NUMBER", "tokens": {"start": 0, "end": 1}, "value": 4821}]
        said = {"command": text, "original_utterance": text, "nlu": {"tokens": text.split(), "entities": entities}}
        body["request"] |= {"type": "SimpleUtterance", **said}
        client.post("/alice/secret", json=body)

    for number, text in enumerate(["привязать счёт", "100512", "четыре восемь два девять один три"]):
        say(text, number)
    say("четыре восемь два девять один три", 2)
    say("поставь пин 4821", 3)
    said = [json.loads(file.read_text("utf-8"))["request"] for file in sorted((tmp_path / "kept").iterdir())]
    kept = json.dumps(said[1:], ensure_ascii=False)
    assert not any(secret in kept for secret in ("четыре", "восемь", "4821", "100512"))
    assert [one["session"]["message_id"] for one in said] == [0, 1, 2, 2, 3]
    assert said[0]["request"]["command"] == "привязать счёт"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/alice/hush", "/alice"),
        ("/bill/hush?a=hush", "/bill"),
        ("/api/v1/audio?session=hush", "/api/v1/audio"),
        ("/", "/"),
    ],
)
def test_the_log_of_calls_holds_no_secret(caplog: pytest.LogCaptureFixture, path: str, shown: str) -> None:
    def answered(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [])
        return [b""]

    server = make_server("127.0.0.1", 0, answered, request_handler=Discreet)
    with ThreadPoolExecutor() as pool:
        caplog.set_level("INFO")
        served = pool.submit(server.handle_request)
        httpx.get(f"http://127.0.0.1:{server.server_port}{path}")
        served.result()
    server.server_close()
    logged = "".join(one.getMessage() for one in caplog.records if one.name == "werkzeug")
    assert "hush" not in logged
    assert f"GET {shown} 200" in logged


def test_exchanges_of_our_own_api_are_left_out(target: App, app: Flask, engine: Engine, tmp_path: Path) -> None:
    """The token that opened it is masked, so nobody can send them again."""
    record(app, engine, tmp_path)
    visit = app.test_client().post("/api/v1/visit").get_json()
    said = {"Authorization": f"Bearer {visit['token']}"}
    app.test_client().post("/api/v1/utterance", json={"text": "помощь"}, headers=said)
    assert [file.name for file in sorted(tmp_path.glob("*.json"))] == ["00001-api.json", "00002-api.json"]
    assert visit["token"] not in "".join(file.read_text("utf-8") for file in tmp_path.glob("*.json"))
    assert bodies(tmp_path) == []


def test_another_answer_than_the_recorded_one_is_told(target: App, tmp_path: Path) -> None:
    request = json.loads((REQUESTS / "alice" / "ping.json").read_text("utf-8"))
    exchange = {"platform": "alice", "request": request, "answer": {"version": "1.0", "response": {"text": "Ау"}}}
    (tmp_path / "ping.json").write_text(json.dumps(exchange), "utf-8")
    assert replay(target, bodies(tmp_path), golden=True).problems == [
        'ping.json: another answer than the recorded one: "text": "Я на связи.", recorded "text": "Ау"'
    ]


def test_masked_names_stay_the_same_and_apart() -> None:
    first, second = mask({"user_id": "A"}), mask({"user_id": "B"})
    assert first == mask({"user_id": "A"})
    assert first != second
    assert mask({"access_token": "x", "text": "холодная 125"}) == {"access_token": "***", "text": "холодная 125"}
    once = mask({"id": 17, "sender": {"name": "Иван"}, "intent": {"name": "HelpIntent"}})
    assert mask(once) == once
    assert once["intent"] == {"name": "HelpIntent"}
    assert "Иван" not in str(once)


def test_the_same_seed_spoils_the_same_way() -> None:
    raw = (REQUESTS / "alice" / "start.json").read_bytes()
    assert list(mutations(raw, 50)) == list(mutations(raw, 50))
    assert len(set(mutations(raw, 200))) > 100


def test_an_answer_without_a_body_is_fine_for_a_messenger_only() -> None:
    assert problems_of("max", 200, {}) == []
    assert problems_of("alice", 200, {}) != []
    assert problems_of("max", 500, {}) == ["status 500"]


def test_the_command_replays_every_platform_and_shows_times(tmp_path: Path) -> None:
    for platform in [*assistants(), *messengers()]:
        first = min((REQUESTS / platform).glob("*.json"))
        (tmp_path / platform).mkdir()
        (tmp_path / platform / first.name).write_bytes(first.read_bytes())
    cli = typer.Typer()
    cli.command()(command)
    result = CliRunner().invoke(cli, [str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert all(name in result.output for name in [*assistants(), *messengers()])
    assert "p99, ms" in result.output


def test_the_plugin_checks_the_answers_of_another_project(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    answer: dict[str, Any] = {"version": "1.0", "response": {"text": "Да?", "end_session": False}}
    pytester.makepyfile(
        f"""
        def test_good(zhku_check):
            zhku_check("alice", {answer!r})

        def test_bad(zhku_check):
            zhku_check("marusia", {answer!r})

        def test_mistyped(zhku_check):
            zhku_check("alisa", {answer!r})

        def test_spoiled(zhku_spoiled):
            assert len(list(zhku_spoiled(b'{{"a": 1}}', 20))) == 20
        """
    )
    result = pytester.runpytest_subprocess("-p", "skill.replay.plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*marusia would refuse the answer*", "*no such platform: alisa; known are*"])
