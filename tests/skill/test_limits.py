"""The table of limits finds what a platform would refuse, and `zhku check` tells it."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from skill.channels.limits import clip, contracts, pieces, platform_of
from skill.commands.check import check


def alice(**response: Any) -> dict[str, Any]:
    return {"version": "1.0", "response": {"text": "Да?", "end_session": False, **response}}


def salute(**payload: Any) -> dict[str, Any]:
    said = {"pronounceText": "Да?", "auto_listening": True, "finished": False}
    return {
        "messageName": "ANSWER_TO_USER",
        "sessionId": "s",
        "messageId": 1,
        "uuid": {},
        "payload": {**said, **payload},
    }


@pytest.mark.parametrize(
    ("platform", "answer", "place"),
    [
        ("alice", alice(text="я" * 1025), "$.response.text"),
        ("alice", alice(text=""), "$.response.text"),
        ("alice", alice(text="Ваш счёт None"), "$.response.text"),
        ("alice", alice(text="Здравствуйте, {name}"), "$.response.text"),
        ("alice", alice(end_session="no"), "$.response.end_session"),
        ("alice", alice(buttons=[{"title": "я" * 65}]), "$.response.buttons[0].title"),
        ("alice", alice(buttons=[{"title": "Сайт", "url": "https://пример.рф"}]), "$.response.buttons[0].url"),
        ("alice", alice(buttons=[{"title": "Да", "payload": "я" * 2049}]), "$.response.buttons[0].payload"),
        ("alice", alice(directives={"fly": {}}), "$.response.directives"),
        ("alice", alice(card={"type": "ItemsList", "items": [{}] * 6}), "$.response.card"),
        ("alice", {**alice(), "session_state": {"a": "я" * 600}}, "$.session_state"),
        ("marusia", alice(), "$"),
        ("salute", salute(items=[{"bubble": {"text": "я" * 251}}]), "$.payload.items[0].bubble.text"),
        ("salute", salute(intent=None), "$.payload.intent"),
        ("dialogflow_cx", {"fulfillmentResponse": {"messages": []}}, "$.fulfillmentResponse.messages"),
        ("dialogflow_es", {"fulfillmentText": ""}, "$.fulfillmentText"),
    ],
)
def test_a_broken_limit_is_found_where_it_is(platform: str, answer: dict[str, Any], place: str) -> None:
    assert any(problem.startswith(f"{place}:") for problem in contracts()[platform].problems(answer))


def test_sounds_do_not_count_as_speech() -> None:
    sound = '<speaker audio="alice-sounds-game-win-1.opus"> sil <[500]> '
    assert contracts()["alice"].problems(alice(tts=sound * 30 + "я" * 900)) == []
    assert contracts()["alice"].problems(alice(tts="я" * 1025)) != []


def test_an_answer_tells_whose_it_is() -> None:
    assert platform_of(alice(), "answer") == "alice"
    assert platform_of(salute(), "answer") == "salute"
    assert platform_of({"hello": 1}, "answer") is None


def test_a_text_is_cut_where_a_sentence_ends() -> None:
    assert clip("Раз. Два. Три.", 11) == "Раз. Два."
    assert pieces("Раз два. Три четыре.", 9) == ["Раз два.", "Три", "четыре."]
    assert clip("я" * 10, 4) == "яяяя"


@pytest.fixture
def cli() -> typer.Typer:
    app = typer.Typer()
    app.command()(check)
    return app


def test_the_command_tells_what_does_not_fit(cli: typer.Typer, tmp_path: Path) -> None:
    body = tmp_path / "answer.json"
    body.write_text(json.dumps(alice(text="я" * 1025)))
    result = CliRunner().invoke(cli, [str(body)])
    assert result.exit_code == 1
    assert "$.response.text" in result.output
    body.write_text(json.dumps(alice()))
    assert CliRunner().invoke(cli, [str(body)]).exit_code == 0
    assert CliRunner().invoke(cli, [str(body), "--platform", "marusia"]).exit_code == 1


@pytest.mark.parametrize("text", ["", "[", '{"a": 1}'])
def test_what_is_no_answer_of_a_platform_is_told(cli: typer.Typer, text: str) -> None:
    assert CliRunner().invoke(cli, ["-"], input=text).exit_code == 2
