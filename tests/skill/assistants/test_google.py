"""Google: Dialogflow ES and CX, the Assistant that was; passwords, tokens and signatures."""

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from skill.app import create_app
from skill.channels import dialogflow_es
from skill.sandbox import Sandbox, bots
from skill.settings import Settings
from tests.skill.assistants.asking import post, recorded
from tests.skill.talking import Clock, Ledger


def test_dialogflow_of_the_old_google_assistant_gets_a_rich_response(client: FlaskClient) -> None:
    google = post(client, "dialogflow_es", recorded("dialogflow_es/event_of_google"))["payload"]["google"]
    assert google["richResponse"]["items"][0]["simpleResponse"]["displayText"]


def test_actions_sdk_of_2018_says_goodbye(client: FlaskClient) -> None:
    answer = post(client, "actions_builder", recorded("actions_builder/sdk_of_2018"))
    assert answer["expectUserResponse"] is False
    assert answer["finalResponse"]["richResponse"]["items"]


@pytest.mark.parametrize("platform", ["dialogflow_es", "dialogflow_cx"])
def test_dialogflow_may_be_asked_for_a_password(
    platform: str, settings: Settings, engine: Engine, clock: Clock
) -> None:
    locked = settings.model_copy(update={"dialogflow_password": "пароль"})
    client = create_app(locked, engine=engine, clock=clock).test_client()
    path = f"/{platform}/secret"
    for wrong in ("", "Basic x", "Basic " + base64.b64encode(b"bot:no").decode(), "Bearer a.b.c"):
        assert client.post(path, data=b"{not json", headers={"Authorization": wrong}).status_code == 401
    right = base64.b64encode("bot:пароль".encode()).decode()
    assert client.post(path, json={}, headers={"Authorization": f"Basic {right}"}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [{}, {"aud": "https://evil.example"}, {"email": "thief@example.com"}, {"email_verified": False}, {"exp": 0}],
)
def test_dialogflow_may_be_asked_for_a_token_of_google(
    change: dict[str, Any], settings: Settings, engine: Engine, clock: Clock
) -> None:
    asked = {
        "dialogflow_caller": "service-1@gcp-sa-dialogflow.iam.gserviceaccount.com",
        "dialogflow_audience": "https://zhku.example/dialogflow_cx",
    }
    with Sandbox() as sandbox:
        own = settings.model_copy(update=asked | {"google_metadata": f"{sandbox.url}/bots/metadata"})
        client = create_app(own, engine=engine, clock=clock).test_client()
        claims = {
            "iss": "https://accounts.google.com",
            "aud": asked["dialogflow_audience"],
            "email": asked["dialogflow_caller"],
            "email_verified": True,
            "exp": clock().timestamp() + 60,
        }
        headers = {"Authorization": f"Bearer {bots.token(claims | change)}"}
        answer = client.post("/dialogflow_cx/secret", json={}, headers=headers)
    assert answer.status_code == (401 if change else 200)


@pytest.mark.parametrize("change", [{}, {"aud": "another-project"}, {"iss": "https://evil.example"}, {"exp": 0}])
def test_a_call_of_the_assistant_may_be_asked_for_googles_signature(
    change: dict[str, Any], settings: Settings, engine: Engine, clock: Clock
) -> None:
    with Sandbox() as sandbox:
        own = settings.model_copy(update={"actions_project": "zhku", "google_metadata": f"{sandbox.url}/bots/metadata"})
        client = create_app(own, engine=engine, clock=clock).test_client()
        claims = {"iss": "https://accounts.google.com", "aud": "zhku", "exp": clock().timestamp() + 60}
        headers = {"google-assistant-signature": bots.token(claims | change)}
        body = recorded("actions_builder/phrase")
        answer = client.post("/actions_builder/secret", json=body, headers=headers)
        assert client.post("/actions_builder/secret", json=body).status_code == 401
    assert answer.status_code == (401 if change else 200)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("GOOGLE_ASSISTANT_WELCOME", "Здравствуйте"),
        ("actions_intent_CANCEL", "До свидания"),
        ("my-own-event", "Слушаю"),
        ("/start", "Здравствуйте"),
        ("/help", "лицевого счёта и код"),
    ],
)
def test_the_name_of_an_event_is_not_a_phrase(client: FlaskClient, event: str, told: str) -> None:
    body = recorded("dialogflow_es/phrase")
    body["queryResult"]["queryText"] = event
    assert told in post(client, "dialogflow_es", body)["fulfillmentText"]


def test_a_reading_typed_alone_is_no_event(client: FlaskClient, residents: None) -> None:
    body = recorded("dialogflow_es/phrase")
    for number, said in enumerate(("передать показания холодной воды", "125.3")):
        body["responseId"], body["queryResult"]["queryText"] = f"r-{number}", said
        answer = post(client, "dialogflow_es", body)
    assert "125,3" in answer["fulfillmentText"]


@pytest.mark.parametrize("asked", ["PERMISSION", "NEW_SURFACE", "SIGN_IN"])
def test_a_yes_to_googles_own_question_is_none_to_ours(
    client: FlaskClient, residents: None, ledger: Ledger, asked: str
) -> None:
    before, body = ledger.newest(), recorded("dialogflow_es/phrase")
    body["queryResult"]["queryText"] = "холодная вода 117"
    assert "117" in post(client, "dialogflow_es", body)["fulfillmentText"]
    body["responseId"], body["queryResult"]["queryText"] = "r-2", f"actions_intent_{asked}"
    heard = [{"intent": f"actions.intent.{asked}", "rawInputs": [{"query": "да"}]}]
    body["originalDetectIntentRequest"]["payload"] = {"inputs": heard}
    assert post(client, "dialogflow_es", body)["fulfillmentText"] == "Слушаю вас."
    assert ledger.newest() == before


def test_the_last_silence_ends_the_conversation_of_the_old_google_assistant(client: FlaskClient) -> None:
    body = recorded("actions_builder/sdk_text")
    final = [{"name": "IS_FINAL_REPROMPT", "boolValue": True}]
    body["inputs"] = [{"intent": "actions.intent.NO_INPUT", "rawInputs": [], "arguments": final}]
    assert post(client, "actions_builder", body)["expectUserResponse"] is False


def test_what_dialogflow_cx_could_not_place_is_asked_for_again(client: FlaskClient) -> None:
    body = {**recorded("dialogflow_cx/no_input"), "triggerEvent": "sys.no-match-1"}
    answer = post(client, "dialogflow_cx", body)["fulfillmentResponse"]["messages"][0]["text"]["text"][0]
    assert answer.startswith("Не поняла вас")


def test_the_welcome_intent_of_dialogflow_cx_greets(client: FlaskClient) -> None:
    body = recorded("dialogflow_cx/trigger_intent")
    body["intentInfo"] = {"displayName": "Default Welcome Intent"}
    answer = post(client, "dialogflow_cx", body)["fulfillmentResponse"]["messages"][0]["text"]["text"][0]
    assert answer.startswith("Здравствуйте")


def test_a_list_of_numbers_is_read_from_the_words(client: FlaskClient, residents: None) -> None:
    body = recorded("dialogflow_es/phrase")
    body["queryResult"] |= {"queryText": "холодная вода сто двадцать три и четыре", "parameters": {"number": [123, 4]}}
    assert "123,4" in post(client, "dialogflow_es", body)["fulfillmentText"]


def test_on_the_telephone_the_answer_is_in_words(client: FlaskClient, residents: None) -> None:
    body = {**recorded("dialogflow_cx/heard"), "transcript": "долг", "payload": {"telephony": {"caller_id": "+7911"}}}
    messages = post(client, "dialogflow_cx", body)["fulfillmentResponse"]["messages"]
    assert "восемь тысяч тридцать рублей" in messages[1]["outputAudioText"]["text"]
    assert not any("payload" in message for message in messages)


def test_silence_on_the_telephone_is_told(client: FlaskClient) -> None:
    body = {**recorded("dialogflow_cx/only_a_tag"), "triggerEvent": "sys.no-input-default"}
    assert (
        "Ничего не слышно"
        in post(client, "dialogflow_cx", body)["fulfillmentResponse"]["messages"][0]["text"]["text"][0]
    )


def test_google_asks_if_we_live(client: FlaskClient) -> None:
    body = recorded("actions_builder/sdk_of_2018")
    body["inputs"][0]["arguments"] = [{"name": "is_health_check", "boolValue": True}]
    items = post(client, "actions_builder", body)["expectedInputs"][0]["inputPrompt"]["richInitialPrompt"]["items"]
    assert items[0]["simpleResponse"]["displayText"] == "Я на связи."


def test_the_bill_is_a_table_on_a_screen(client: FlaskClient, residents: None) -> None:
    body = recorded("actions_builder/phrase")
    body["intent"]["query"] = "что в счёте за октябрь"
    table = post(client, "actions_builder", body)["prompt"]["content"]["table"]
    assert table["rows"][0]["cells"][0] == {"text": "Содержание дома"}


def test_a_speaker_without_a_screen_does_not_say_sums_aloud(client: FlaskClient, residents: None) -> None:
    body = recorded("actions_builder/phrase")
    body["intent"]["query"], body["device"] = "долг", {"capabilities": ["SPEECH"]}
    assert "пин-кода" in post(client, "actions_builder", body)["prompt"]["firstSimple"]["text"]


def of_messenger(source: str, data: dict[str, Any]) -> dict[str, Any]:
    """A phrase that a messenger's resident wrote to Dialogflow."""
    body = recorded("dialogflow_es/phrase")
    body["originalDetectIntentRequest"] = {"source": source, "payload": {"data": data}}
    return body


def test_the_same_number_in_two_messengers_is_two_people() -> None:
    told = {
        "telegram": {"callback_query": {"from": {"id": 55.0}}},
        "facebook": {"sender": {"id": "55"}},
        "slack": {"event": {"user": "U55"}},
    }
    users = [dialogflow_es.read(of_messenger(source, data)).user_key for source, data in told.items()]
    assert users == ["telegram:55", "facebook:55", "slack:U55"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("FACEBOOK_MEDIA", "Фото я пока не читаю"),
        ("FACEBOOK_LOCATION", "Местоположение мне не нужно"),
        ("sys.no-input-1", "Ничего не слышно"),
        ("actions_intent_NO_INPUT", "Ничего не слышно"),
    ],
)
def test_what_dialogflow_tells_without_words(client: FlaskClient, asked: str, told: str) -> None:
    body = recorded("dialogflow_es/phrase")
    body["queryResult"]["queryText"] = asked
    assert told in post(client, "dialogflow_es", body)["fulfillmentText"]


def test_a_telephone_and_a_speaker_behind_dialogflow_have_no_screen() -> None:
    speaker = {"payload": {"surface": {"capabilities": [{"name": "actions.capability.AUDIO_OUTPUT"}]}}}
    for original in ({"source": "GOOGLE_TELEPHONY"}, {"source": "google", **speaker}):
        body = {**recorded("dialogflow_es/phrase"), "originalDetectIntentRequest": original}
        assert dialogflow_es.read(body).screen is False
    assert dialogflow_es.read(recorded("dialogflow_es/phrase")).screen is True
