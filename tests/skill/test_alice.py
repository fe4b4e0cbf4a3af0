"""The webhook of a Yandex Alice skill: the whole dialogue, lenient reading, the platform's limits."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from fixtures.demo_company import DemoSummary
from skill.channels import alice
from skill.dialogue.turn import Reply, Turn
from tests.skill.talking import Ledger


def body(command: str, number: int, **request: Any) -> dict[str, Any]:
    """What Alice sends for a phrase."""
    return {
        "version": "1.0",
        "meta": {"locale": "ru-RU", "timezone": "Europe/Moscow", "interfaces": {"screen": {}}},
        "session": {
            "new": number == 0,
            "message_id": number,
            "session_id": "s-1",
            "skill_id": "sk-1",
            "application": {"application_id": "STATION"},
        },
        "request": {
            "type": "SimpleUtterance",
            "command": command,
            "original_utterance": command or "запусти навык показания",
            "nlu": {"tokens": command.split(), "entities": []},
            **request,
        },
    }


def say(client: FlaskClient, command: str, number: int, **request: Any) -> dict[str, Any]:
    """Post a phrase; the `response` of a valid answer."""
    answer = client.post("/alice/secret", json=body(command, number, **request))
    assert answer.status_code == 200
    return valid(answer.get_json())


def valid(answer: dict[str, Any]) -> dict[str, Any]:
    """Check an answer against the platform's limits; its `response`."""
    response = answer["response"]
    assert answer["version"] == "1.0"
    assert 0 < len(response["text"]) <= 1024
    assert 0 < len(response["tts"]) <= 1024
    assert isinstance(response["end_session"], bool)
    assert all(0 < len(button["title"]) <= 64 for button in response.get("buttons", ()))
    assert len(json.dumps(answer, ensure_ascii=False).encode()) <= 131072
    return response


def test_a_new_user_links_hands_in_a_reading_and_leaves(client: FlaskClient, demo: DemoSummary, ledger: Ledger) -> None:
    assert "Здравствуйте" in say(client, "", 0)["text"]
    assert say(client, "помощь", 1)["text"]
    assert "лицевого счёта" in say(client, "передай показания холодная вода 125", 2)["text"]
    say(client, demo.account.number, 3)
    say(client, demo.account.bill_code, 4)
    answer = say(client, "да", 5)
    assert "125" in answer["text"]
    assert "сто двадцать пять" in answer["tts"]
    assert [button["title"] for button in answer["buttons"]] == ["Да", "Нет"]
    say(client, "нет 126", 6)
    assert "аписано" in say(client, "да", 7)["text"]
    assert say(client, "хватит", 8)["end_session"] is True
    assert ledger.newest()["COLD_WATER"] == 126


def test_a_command_in_the_first_turn_is_done_at_once(client: FlaskClient) -> None:
    answer = say(client, "передать показания", 0, original_utterance="Алиса, попроси навык передать показания")
    assert "лицевого счёта" in answer["text"]


def test_the_platform_repeats_a_turn(client: FlaskClient) -> None:
    first = client.post("/alice/secret", json=body("помощь", 1)).get_json()
    assert client.post("/alice/secret", json=body("помощь", 1)).get_json() == first
    assert client.post("/alice/secret", json=body("помощь", 2)).get_json() != first


def test_a_fraction_split_into_tokens_is_whole_again() -> None:
    nlu = {
        "tokens": ["холодная", "вода", "100", "9"],
        "entities": [{"type": "YANDEX.NUMBER", "tokens": {"start": 2, "end": 4}, "value": 100.9}],
    }
    turn = alice.read(body("холодная вода 100 9", 3, nlu=nlu, original_utterance=""))
    assert turn.text == "холодная вода 100.9"


def test_a_ping_is_answered_without_the_books(client: FlaskClient) -> None:
    assert say(client, "ping", 0)["text"] == "Я на связи."


def test_a_speaker_without_a_screen_gets_no_buttons(client: FlaskClient) -> None:
    sent = body("", 0)
    sent["meta"]["interfaces"] = {}
    assert "buttons" not in client.post("/alice/secret", json=sent).get_json()["response"]


def test_a_button_of_ours_pressed(client: FlaskClient) -> None:
    answer = say(client, "", 1, type="ButtonPressed", payload={"text": "привязать счёт"}, nlu={"tokens": []})
    assert "лицевого счёта" in answer["text"]


def test_a_wrong_secret_is_not_found(client: FlaskClient) -> None:
    assert client.post("/alice/secres", json=body("", 0)).status_code == 404


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"17", b'"x"', b"\xff\xfe\x00", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(client: FlaskClient, sent: bytes) -> None:
    answer = client.post("/alice/secret", data=sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json()["text"]


def test_two_megabytes_are_refused(client: FlaskClient) -> None:
    answer = client.post("/alice/secret", data=b'{"a":"' + b"x" * 2_000_000 + b'"}', content_type="application/json")
    assert answer.status_code == 413
    assert answer.get_json()["error"]["code"] == "413"


JUNK: tuple[Any, ...] = (None, 0, -1, 1.5, True, "", "x" * 5000, [], [None], {}, {"a": None})


@pytest.mark.parametrize("path", ["session", "request", "meta", "state", "version", "session.new", "session.message_id",
                                  "session.session_id", "session.application", "session.user", "request.command",
                                  "request.original_utterance", "request.nlu", "request.type", "request.payload",
                                  "request.nlu.tokens", "request.nlu.entities", "meta.interfaces"])  # fmt: skip
def test_any_part_missing_or_of_another_type_still_gets_a_valid_answer(client: FlaskClient, path: str) -> None:
    for junk in JUNK:
        sent = body("передать показания", 1)
        *way, last = path.split(".")
        holder = sent
        for step in way:
            holder = holder[step]
        holder[last] = junk
        valid(client.post("/alice/secret", json=sent).get_json())
        holder.pop(last)
        valid(client.post("/alice/secret", json=sent).get_json())


@pytest.mark.parametrize("kind", ["AudioPlayer.PlaybackFailed", "Purchase.Confirmation", "Show.Pull", "Unheard.Of"])
def test_what_the_device_does_by_itself_is_answered(client: FlaskClient, kind: str) -> None:
    sent = body("", 1)
    sent["request"] = {"type": kind}
    valid(client.post("/alice/secret", json=sent).get_json())


def test_a_body_wrapped_by_a_cloud_function(client: FlaskClient) -> None:
    wrapped = {"httpMethod": "POST", "body": json.dumps(body("привязать счёт", 1))}
    assert "лицевого счёта" in valid(client.post("/alice/secret", json=wrapped).get_json())["text"]


def test_invalid_utf8_inside_a_string_is_read_around(client: FlaskClient) -> None:
    raw = json.dumps(body("помощь ?", 1), ensure_ascii=False).encode().replace(b"?", b"\xd0")
    valid(client.post("/alice/secret", data=raw, content_type="application/json").get_json())


def test_a_long_reply_is_cut_at_a_sentence() -> None:
    text = alice.write(Reply("Раз два три. " * 200), Turn("alice", "A", "s"), {})["response"]["text"]
    assert len(text) <= 1024
    assert text.endswith("три.")
