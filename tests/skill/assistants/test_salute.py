"""Sber Salute: a reading in words, guesses pooled, time to walk to the meter, stars."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.skill.assistants.asking import post, recorded
from tests.skill.talking import Ledger


def salute(said: str, number: int) -> dict[str, Any]:
    body = recorded("salute/phrase")
    body["messageId"] = number
    body["payload"]["message"]["original_text"] = said
    return body


def test_salute_hands_in_a_reading_said_in_words(client: FlaskClient, residents: None, ledger: Ledger) -> None:
    answer = post(client, "salute", salute("холодная вода сто двадцать пять", 1))
    assert "сто двадцать пять" in answer["payload"]["pronounceText"]
    assert [button["title"] for button in answer["payload"]["suggestions"]["buttons"]] == ["Да", "Нет"]
    assert answer["payload"]["auto_listening"] is True
    assert (answer["messageId"], answer["uuid"]["userChannel"]) == (1, "B2C")
    post(client, "salute", salute("да", 2))
    post(client, "salute", salute("да", 2))
    assert ledger.newest()["COLD_WATER"] == 125


def test_salute_closed_by_the_resident_is_finished(client: FlaskClient) -> None:
    answer = post(client, "salute", recorded("salute/close_app"))
    assert answer["payload"]["finished"] is True


def test_salute_gives_time_to_walk_to_the_meter(client: FlaskClient, residents: None) -> None:
    answer = post(client, "salute", salute("передать показания холодной воды", 1))
    assert answer["payload"]["asr_hints"]["nospeechtimeout"] == 15


def test_what_else_was_heard_decides_where_the_phrase_alone_is_wrong(client: FlaskClient, residents: None) -> None:
    body = salute("холодная вода сто два пять", 1)
    body["payload"]["message"]["asr_normalized_message"] = "Холодная вода 125"
    guess = {"text": "холодная вода сто двадцать пять", "probability": 10**400}
    body["payload"]["asr"] = {"hypotheses": [guess]}
    assert "сто двадцать пять" in post(client, "salute", body)["payload"]["pronounceText"]


def test_stars_are_thanked_for(client: FlaskClient) -> None:
    body = {**salute("", 1), "messageName": "RATING_RESULT"}
    body["payload"] = {"rating": {"estimation": 5}, "status_code": {"code": 1}}
    assert "Спасибо за оценку" in post(client, "salute", body)["payload"]["pronounceText"]


@pytest.mark.parametrize("change", [{"type": "say", "payload": {"text": "помощь"}}, {"parameters": {"text": "помощь"}}])
def test_a_button_of_ours_pressed(client: FlaskClient, change: dict[str, Any]) -> None:
    body = {**salute("", 1), "messageName": "SERVER_ACTION", "payload": {"server_action": change}}
    assert "лицевого счёта" in post(client, "salute", body)["payload"]["pronounceText"]


def test_stars_that_were_not_given_are_not_thanked_for(client: FlaskClient) -> None:
    body = {**salute("", 1), "messageName": "RATING_RESULT", "payload": {"rating": None, "status_code": {"code": 101}}}
    assert "Спасибо" not in post(client, "salute", body)["payload"]["pronounceText"]


def test_slower_speech_is_speech_with_breaks(client: FlaskClient) -> None:
    post(client, "salute", salute("помощь", 1))
    payload = post(client, "salute", salute("говори помедленнее", 2))["payload"]
    assert payload["pronounceTextType"] == "application/ssml"
    assert payload["pronounceText"].startswith("<speak>")
    assert '<break time="500ms"/>' in payload["pronounceText"]
    assert "break" not in payload["items"][0]["bubble"]["text"]


def test_the_bill_is_a_list_on_a_screen(client: FlaskClient, residents: None) -> None:
    items = post(client, "salute", salute("что в счёте за октябрь", 1))["payload"]["items"]
    title, *rows = items[-1]["card"]["cells"]
    texts = [row["left"]["texts"] for row in rows]
    assert title["content"]["text"].startswith("Октябрь: 8")
    assert all(row["title"]["text"] and row["subtitle"]["text"].endswith(("₽", "коп.")) for row in texts)
    assert items[0]["bubble"]["text"]


def test_the_name_of_the_app_opens_it(client: FlaskClient) -> None:
    body = recorded("salute/phrase")
    body["payload"] |= {"new_session": True, "message": {"original_text": "мой дом"}}
    assert "Это помощник" in post(client, "salute", body)["payload"]["pronounceText"]
    again = body | {"messageId": body["messageId"] + 1, "payload": body["payload"] | {"new_session": False}}
    assert "Не поняла тебя" in post(client, "salute", again)["payload"]["pronounceText"]


def test_the_code_of_an_action_is_no_reading(client: FlaskClient, residents: None) -> None:
    body = recorded("salute/server_action")
    body["payload"]["server_action"] = {"action_id": "press", "payload": {"text": "btn_125"}}
    assert post(client, "salute", body)["payload"]["pronounceText"] == "Слушаю тебя."
