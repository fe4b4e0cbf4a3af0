"""The webhook of a Yandex Alice skill: the whole dialogue, lenient reading, the platform's limits."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from sqlalchemy import Engine

from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.channels import alice
from skill.channels.limits import contracts
from skill.dialogue.turn import Reply, Turn
from skill.settings import Settings
from tests.skill.assistants.asking import recorded
from tests.skill.talking import Clock, Ledger


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


def test_slower_speech_is_speech_with_pauses(client: FlaskClient) -> None:
    say(client, "", 0)
    slower = say(client, "говори помедленнее", 1)
    assert "sil <[500]> " in slower["tts"]
    assert "sil" not in slower["text"]


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


def test_the_code_of_a_button_is_not_its_phrase(client: FlaskClient, residents: None) -> None:
    say(client, "передать показания холодной воды", 1)
    pressed = {"type": "ButtonPressed", "payload": "btn_125", "nlu": {"tokens": ["сколько", "платить"]}}
    answer = say(client, "", 2, original_utterance="", **pressed)
    assert "8 030" in answer["text"].replace("\u00a0", " ")


@pytest.mark.parametrize("happened", ["Started", "NearlyFinished", "Finished", "Stopped", "Failed"])
def test_the_player_gets_no_invitation_to_speak(client: FlaskClient, happened: str) -> None:
    sent = body("", 0)
    sent["request"] = {"type": f"AudioPlayer.Playback{happened}"}
    response = valid(client.post("/alice/secret", json=sent).get_json())
    assert response["text"].startswith("Звук я не проигрываю")
    assert response["should_listen"] is False


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
    encoded = base64.b64encode(wrapped["body"].encode()).decode()
    again = {**wrapped, "body": encoded, "isBase64Encoded": True}
    assert "лицевого счёта" in valid(client.post("/alice/secret", json=again).get_json())["text"]


def test_invalid_utf8_inside_a_string_is_read_around(client: FlaskClient) -> None:
    raw = json.dumps(body("помощь ?", 1), ensure_ascii=False).encode().replace(b"?", b"\xd0")
    valid(client.post("/alice/secret", data=raw, content_type="application/json").get_json())


def test_a_long_reply_is_cut_at_a_sentence() -> None:
    text = alice.write(Reply("Раз два три. " * 200), Turn("alice", "A", "s"), {})["response"]["text"]
    assert len(text) <= 1024
    assert text.endswith("три.")


def test_a_fraction_that_the_platform_wrote_as_two_numbers_everywhere() -> None:
    nlu = {"tokens": ["холодная", "вода", "100", "9"], "entities": [{"type": "YANDEX.NUMBER", "value": 100.9}]}
    assert alice.read(body("холодная вода 100 9", 3, nlu=nlu)).text == "холодная вода 100.9"


def test_a_whole_number_is_not_taken_for_a_fraction() -> None:
    nlu = {"tokens": ["холодная", "100", "горячая", "9"], "entities": [{"type": "YANDEX.NUMBER", "value": 100}]}
    assert alice.read(body("холодная 100 горячая 9", 3, nlu=nlu)).text == "холодная 100 горячая 9"


def test_the_morning_show_gets_an_episode_that_asks_nothing(client: FlaskClient, clock: Clock) -> None:
    sent = body("", 0)
    sent["request"] = {"type": "Show.Pull", "show_type": "MORNING"}
    answer = client.post("/alice/secret", json=sent).get_json()
    item = valid(answer)["show_item_meta"]
    assert "Показания" in answer["response"]["text"]
    assert "?" not in answer["response"]["text"]
    assert item["publication_date"] == clock().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert contracts()["alice"].problems(answer) == []


def test_a_phrase_marked_dangerous_is_met_calmly(client: FlaskClient) -> None:
    marked = {"markup": {"dangerous_context": True}}
    assert "112" in say(client, "я повешусь из за долга", 1, **marked)["text"]
    assert "104" in say(client, "пахнет газом сейчас взорвёмся", 2, **marked)["text"]
    assert "только с квартирой" in say(client, "закажи пиццу на льва толстого 16", 3, **marked)["text"]


def test_a_mark_does_not_keep_a_reading_from_being_taken(client: FlaskClient, residents: None) -> None:
    assert "125" in say(client, "холодная вода 125", 1, markup={"dangerous_context": True})["text"]


@pytest.mark.parametrize("said", ["test", "мой дом"])
def test_a_word_that_means_nothing_opens_the_conversation_as_none_does(client: FlaskClient, said: str) -> None:
    assert "Здравствуйте" in say(client, said, 0, original_utterance=said)["text"]
    assert "Не поняла вас" in say(client, said, 1, original_utterance=said)["text"]


def test_a_purchase_is_never_confirmed(client: FlaskClient) -> None:
    answer = client.post("/alice/secret", json=recorded("alice/purchase")).get_json()
    assert "денег не принимаю" in valid(answer)["text"]
    assert "directives" not in answer["response"]


def test_the_bill_is_a_list_on_a_screen(client: FlaskClient, residents: None) -> None:
    card = say(client, "что в счёте за октябрь", 1)["card"]
    assert card["header"]["text"].startswith("Октябрь: 8")
    assert [item["title"] for item in card["items"]][-1] == "Остальное"
    assert card["footer"]["text"] == "Назвать остальное?"


@pytest.mark.parametrize("meta", [{"interfaces": {}}, {"interfaces": {"screen": {}}, "flags": ["no_cards_support"]}])
def test_a_device_without_cards_gets_none(client: FlaskClient, residents: None, meta: dict[str, Any]) -> None:
    for number, said in enumerate(("что в счёте за октябрь", "не нужно", "что в счёте за октябрь")):
        sent = body(said, number)
        sent["meta"] = meta
        response = valid(client.post("/alice/secret", json=sent).get_json())
        assert "card" not in response


def test_only_the_question_for_the_account_opens_the_linking_page(
    settings: Settings, engine: Engine, clock: Clock
) -> None:
    own = settings.model_copy(update={"oauth_client_id": "yandex"})
    client = create_app(own, engine=engine, clock=clock).test_client()
    sent = body("привязать счёт", 1)
    sent["meta"]["interfaces"]["account_linking"] = {}
    assert client.post("/alice/secret", json=sent).get_json()["response"]["directives"] == {"start_account_linking": {}}
    sent["session"] |= {"message_id": 2}
    sent["request"] |= {"command": "позови оператора", "original_utterance": "позови оператора"}
    response = client.post("/alice/secret", json=sent).get_json()["response"]
    assert "телефон" in response["text"]
    assert "directives" not in response


@pytest.mark.parametrize(("hop", "status"), [("5.45.200.1", 200), ("8.8.8.8", 401), ("not an address", 401)])
def test_calls_may_be_let_in_from_yandex_only(
    settings: Settings, engine: Engine, clock: Clock, hop: str, status: int
) -> None:
    """One proxy of ours: what it saw counts, not what the caller wrote before it."""
    own = settings.model_copy(update={"alice_from_yandex_only": True, "proxies": 1})
    client = create_app(own, engine=engine, clock=clock).test_client()
    headers = {"X-Forwarded-For": f"5.45.200.1, {hop}"}
    assert client.post("/alice/secret", json=body("", 0), headers=headers).status_code == status


def test_a_purchase_that_yandex_did_not_sign_is_refused(settings: Settings, engine: Engine, clock: Clock) -> None:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    client = create_app(
        settings.model_copy(update={"alice_purchase_key": public}), engine=engine, clock=clock
    ).test_client()
    sent = recorded("alice/purchase")
    assert client.post("/alice/secret", json=sent).status_code == 403
    signature = key.sign(sent["request"]["signed_data"].encode(), PKCS1v15(), SHA256())
    sent["request"]["signature"] = base64.b64encode(signature).decode()
    assert client.post("/alice/secret", json=sent).status_code == 200
