"""Every assistant answers its own bodies, spoiled ones too, within its platform's table of limits."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func
from sqlmodel import select

from billing import accounts, store
from billing.tables import Reading
from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.channels.channel import assistants
from skill.channels.limits import contracts, platform_of
from skill.dialogue.phrases import phrase
from skill.replay.mutations import mutations
from skill.sandbox import Sandbox, bots
from skill.settings import Settings
from tests.skill.talking import Clock, Ledger

REQUESTS = Path("fixtures/requests")
BODIES = [file for name in assistants() for file in sorted((REQUESTS / name).glob("*.json"))]
SECRETS = {f"{name}_secret": "secret" for name in assistants()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, company="УК «Пример»", **SECRETS)


def recorded(name: str) -> dict[str, Any]:
    """A body of fixtures/requests: «platform/name»."""
    return json.loads((REQUESTS / f"{name}.json").read_text("utf-8"))


def post(client: FlaskClient, platform: str, body: object) -> dict[str, Any]:
    """Send a body; the answer, valid by the platform's contract."""
    answer = client.post(f"/{platform}/secret", json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert contracts()[platform].problems(answer.get_json()) == []
    return answer.get_json()


def test_there_are_bodies_for_every_assistant() -> None:
    assert {file.parent.name for file in BODIES} == set(assistants())


@pytest.mark.parametrize("file", BODIES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_recorded_body_is_known_and_answered(client: FlaskClient, file: Path) -> None:
    body = json.loads(file.read_text("utf-8"))
    assert platform_of(body, "request") == file.parent.name
    post(client, file.parent.name, body)


def spoil(client: FlaskClient, engine: Engine, number: int) -> None:
    """Send so many spoiled copies of every body: a valid answer or a refusal, no failure, nothing booked."""
    before = readings(engine)
    for file in BODIES:
        platform = file.parent.name
        for raw in mutations(file.read_bytes(), number, seed=len(file.name)):
            answer = client.post(f"/{platform}/secret", data=raw, content_type="application/json")
            assert answer.status_code in (200, 400, 413), raw
            if answer.status_code == 200:
                assert contracts()[platform].problems(answer.get_json()) == [], raw
                assert phrase("channels.trouble", 0) not in answer.get_data(as_text=True), raw
    assert readings(engine) == before


def readings(engine: Engine) -> int:
    with store.reading(engine) as db:
        return db.exec(select(func.count()).select_from(Reading)).one()


def test_spoiled_bodies(client: FlaskClient, engine: Engine) -> None:
    spoil(client, engine, 12)


@pytest.mark.slow
def test_many_spoiled_bodies(client: FlaskClient, engine: Engine) -> None:
    spoil(client, engine, 200)


@pytest.mark.parametrize("platform", sorted(assistants()))
def test_a_wrong_secret_is_not_found(client: FlaskClient, platform: str) -> None:
    assert client.post(f"/{platform}/secre", json={}).status_code == 404
    assert client.post(f"/{platform}/sécret", json={}).status_code == 404


def test_strangers_without_a_name_do_not_share_a_conversation(client: FlaskClient) -> None:
    tag = {"fulfillmentInfo": {"tag": "x"}}
    first = post(client, "dialogflow_cx", {**tag, "text": "помощь"})
    assert post(client, "dialogflow_cx", {**tag, "text": "помощь"}) == first


def linked(engine: Engine, demo: DemoSummary, clock: Clock, channel: str, user: str) -> None:
    with store.transaction(engine) as db:
        accounts.link(
            db, channel=channel, external_id=user, account_id=demo.account.id, verified_how="operator", now=clock()
        )


def salute(said: str, number: int) -> dict[str, Any]:
    body = recorded("salute/phrase")
    body["messageId"] = number
    body["payload"]["message"]["original_text"] = said
    return body


def test_salute_hands_in_a_reading_said_in_words(
    client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock, ledger: Ledger
) -> None:
    linked(engine, demo, clock, "salute", "sub-1")
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


def test_salute_gives_time_to_walk_to_the_meter(
    client: FlaskClient, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    linked(engine, demo, clock, "salute", "sub-1")
    answer = post(client, "salute", salute("передать показания холодной воды", 1))
    assert answer["payload"]["asr_hints"]["nospeechtimeout"] == 15


def test_marusia_gets_her_session_back_and_no_hide(client: FlaskClient) -> None:
    answer = post(client, "marusia", recorded("marusia/phrase"))
    assert answer["session"] == {"session_id": "m-1", "message_id": 2, "user_id": "aa11"}


def test_marusia_says_goodbye_when_interrupted(client: FlaskClient) -> None:
    assert post(client, "marusia", recorded("marusia/interrupted"))["response"]["end_session"] is True


def test_the_debugger_of_marusia_may_call_from_a_browser(client: FlaskClient) -> None:
    answer = client.options("/marusia/secret")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://skill-debugger.marusia.mail.ru"


def test_alexa_speaks_only_where_she_may(client: FlaskClient) -> None:
    assert "Здравствуйте" in post(client, "alexa", recorded("alexa/launch"))["response"]["outputSpeech"]["text"]
    assert post(client, "alexa", recorded("alexa/session_ended"))["response"] == {}


def test_dialogflow_of_the_old_google_assistant_gets_a_rich_response(client: FlaskClient) -> None:
    google = post(client, "dialogflow_es", recorded("dialogflow_es/event_of_google"))["payload"]["google"]
    assert google["richResponse"]["items"][0]["simpleResponse"]["displayText"]


def test_actions_sdk_of_2018_says_goodbye(client: FlaskClient) -> None:
    answer = post(client, "actions_builder", recorded("actions_builder/sdk_of_2018"))
    assert answer["expectUserResponse"] is False
    assert answer["finalResponse"]["richResponse"]["items"]


def test_a_foreign_skill_is_refused(app: Any, settings: Settings, engine: Engine, clock: Clock) -> None:
    strict = settings.model_copy(update={"alice_skill_ids": frozenset({"skill-1"})})
    client = create_app(strict, engine=engine, clock=clock).test_client()
    assert client.post("/alice/secret", json=recorded("alice/start")).status_code == 200
    assert client.post("/alice/secret", json=recorded("alice/of_2018")).status_code == 403


def test_a_late_answer_is_given_with_the_next_turn(settings: Settings, engine: Engine, clock: Clock) -> None:
    hurried = settings.model_copy(update={"answer_seconds": 0.3})
    client = create_app(hurried, engine=engine, clock=clock).test_client()
    body = recorded("alice/start")
    with store.transaction(engine) as db:
        db.connection()  # somebody else writes: the turn has to wait
        assert post(client, "alice", body)["response"]["text"] == phrase("channels.late", 0)
    body["session"] |= {"message_id": 1, "new": False}
    body["request"] |= {"command": "продолжи", "original_utterance": "продолжи"}
    assert "Здравствуйте" in post(client, "alice", body)["response"]["text"]


def test_a_failing_turn_is_an_apology(client: FlaskClient, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE dialogue_session")
    answer = post(client, "alice", recorded("alice/start"))
    assert answer["response"]["text"] == phrase("channels.trouble", 0)


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
