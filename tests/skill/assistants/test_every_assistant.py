"""Every assistant answers its own bodies, spoiled ones too, within its platform's table of limits."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func
from sqlmodel import select

from billing import store
from billing.tables import Reading
from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.channels.channel import assistants
from skill.channels.limits import contracts, platform_of
from skill.dialogue.phrases import phrase
from skill.replay.mutations import mutations
from skill.settings import Settings
from tests.skill.assistants.asking import REQUESTS, post, recorded, with_text
from tests.skill.talking import Clock, Ledger

BODIES = [file for name in assistants() for file in sorted((REQUESTS / name).glob("*.json"))]


def test_there_are_bodies_for_every_assistant() -> None:
    assert {file.parent.name for file in BODIES} == set(assistants())


@pytest.mark.parametrize("platform", sorted(assistants()))
def test_recorded_bodies_are_known_and_answered(client: FlaskClient, platform: str) -> None:
    for file in sorted((REQUESTS / platform).glob("*.json")):
        body = json.loads(file.read_text("utf-8"))
        assert platform_of(body, "request") == platform, file.name
        post(client, platform, body)


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
    spoil(client, engine, 2)


@pytest.mark.slow
def test_many_spoiled_bodies(client: FlaskClient, engine: Engine) -> None:
    spoil(client, engine, 200)


@pytest.mark.parametrize("platform", sorted(assistants()))
def test_a_wrong_secret_is_not_found(client: FlaskClient, platform: str) -> None:
    assert client.post(f"/{platform}/secre", json={}).status_code == 404
    assert client.post(f"/{platform}/sécret", json={}).status_code == 404


@pytest.mark.parametrize("platform", sorted(assistants()))
def test_a_reading_is_said_and_confirmed(client: FlaskClient, residents: None, ledger: Ledger, platform: str) -> None:
    question = post(client, platform, with_text(platform, "холодная вода сто двадцать пять", 1))
    assert "Записать?" in json.dumps(question, ensure_ascii=False)
    for _ in range(2):
        post(client, platform, with_text(platform, "да", 2))
    assert ledger.newest()["COLD_WATER"] == 125


@pytest.mark.parametrize("platform", sorted(assistants()))
def test_a_stranger_links_with_number_and_code(client: FlaskClient, demo: DemoSummary, platform: str) -> None:
    said = ("привязать счёт", demo.account.number, demo.account.bill_code, "да")
    answers = [post(client, platform, with_text(platform, text, number)) for number, text in enumerate(said, start=1)]
    assert "Лесная" in json.dumps(answers[-1], ensure_ascii=False)


def test_strangers_without_a_name_do_not_share_a_conversation(client: FlaskClient) -> None:
    tag = {"fulfillmentInfo": {"tag": "x"}}
    first = post(client, "dialogflow_cx", {**tag, "text": "помощь"})
    assert post(client, "dialogflow_cx", {**tag, "text": "помощь"}) == first


def test_a_foreign_skill_is_refused(app: Any, settings: Settings, engine: Engine, clock: Clock) -> None:
    strict = settings.model_copy(update={"alice_skill_ids": frozenset({"skill-1"})})
    client = create_app(strict, engine=engine, clock=clock).test_client()
    assert client.post("/alice/secret", json=recorded("alice/start")).status_code == 200
    assert client.post("/alice/secret", json=recorded("alice/of_2018")).status_code == 403
