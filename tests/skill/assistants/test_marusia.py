"""VK Marusya: the session sent back, goodbye, deep links, the debugger."""

from flask.testing import FlaskClient

from tests.skill.assistants.asking import post, recorded


def test_marusia_gets_her_session_back_and_no_hide(client: FlaskClient) -> None:
    answer = post(client, "marusia", recorded("marusia/phrase"))
    assert answer["session"] == {"session_id": "m-1", "message_id": 2, "user_id": "aa11"}


def test_marusia_says_goodbye_when_interrupted(client: FlaskClient) -> None:
    assert post(client, "marusia", recorded("marusia/interrupted"))["response"]["end_session"] is True


def test_the_debugger_of_marusia_may_call_from_a_browser(client: FlaskClient) -> None:
    answer = client.options("/marusia/secret")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://skill-debugger.marusia.mail.ru"


def test_a_deep_link_of_ours_is_the_phrase_in_it(client: FlaskClient, residents: None) -> None:
    body = recorded("marusia/phrase")
    body["request"] = {"type": "DeepLink", "payload": {"text": "холодная вода 125"}, "command": ""}
    assert "125" in post(client, "marusia", body)["response"]["text"]


def test_a_fraction_without_number_entities(client: FlaskClient, residents: None) -> None:
    body = recorded("marusia/phrase")
    body["request"] |= {"command": "холодная вода 125,3", "original_utterance": "Холодная вода 125,3"}
    assert "125,3" in post(client, "marusia", body)["response"]["text"]


def test_marusia_confirms_no_purchase_either(client: FlaskClient) -> None:
    body = recorded("marusia/phrase")
    body["request"] = {"type": "Purchase.Confirmation", "purchase_request_id": "1"}
    assert "денег не принимаю" in post(client, "marusia", body)["response"]["text"]
