"""Messengers against a local server written from their documentation: real HTTP, signatures and voices."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import Engine, func
from sqlmodel import select
from werkzeug.test import TestResponse

from billing import accounts, store
from billing.tables import Reading
from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.channels import max as max_channel
from skill.channels.channel import messengers
from skill.channels.cloudtokens import ISSUER
from skill.channels.limits import platform_of
from skill.dialogue.turn import Turn
from skill.outbox import OutgoingMessage, Sender, forget, put
from skill.replay.mutations import mutations
from skill.sandbox import Sandbox, Sent, bots, signing
from skill.settings import Settings
from speech.audio import decode
from speech.recognition import transcribe
from tests.skill.talking import Clock, Ledger

Deliver = Callable[[str, dict[str, Any] | bytes], TestResponse]
REQUESTS = Path("fixtures/requests")
BODIES = [file for name in messengers() for file in sorted((REQUESTS / name).glob("*.json"))]
WITHOUT_VOICE = [file for file in BODIES if file.stem != "voice"]
USERS = {
    "telegram": "7000000111",
    "max": "101",
    "whatsapp": "79110000000",
    "viber": "01234567890A=",
    "bot_framework": "directline:dl_user1",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        for recording in files("fixtures").joinpath("speech").iterdir():
            if recording.name.endswith(".wav"):
                sandbox.recordings[recording.name] = recording.read_bytes()
        yield sandbox


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Settings:
    return Settings(
        data_dir=tmp_path, public_url="https://zhku.example", send_in_background=False, **sandbox.settings()
    )


@pytest.fixture
def sender(engine: Engine, settings: Settings, clock: Clock) -> Sender:
    return Sender(engine, settings, clock)


@pytest.fixture
def deliver(client: FlaskClient, settings: Settings, clock: Clock, sandbox: Sandbox) -> Deliver:
    """Deliver a body as the platform does, signed; the HTTP answer. Bot Framework's service is the sandbox."""

    def deliver(channel: str, body: dict[str, Any] | bytes) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        raw = raw.replace(b"https://directline.botframework.com/", f"{sandbox.url}/service".encode())
        headers = signing.headers(channel, raw, settings, now=clock().timestamp())
        return client.post(f"/{channel}", data=raw, headers=headers, content_type="application/json")

    return deliver


def recorded(name: str) -> dict[str, Any]:
    """A body of fixtures/requests: «platform/name»."""
    return json.loads((REQUESTS / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def residents(engine: Engine, demo: DemoSummary, clock: Clock) -> None:
    """The recorded users are residents of the demo account."""
    with store.transaction(engine) as db:
        for channel, user in USERS.items():
            accounts.link(
                db, channel=channel, external_id=user, account_id=demo.account.id, verified_how="operator", now=clock()
            )


def shown(sent: Sent) -> str:
    """The text of a message that was sent."""
    body = sent.body.get("interactive", {}).get("body") or sent.body.get("text")
    return str(body.get("body") or body.get("text") if isinstance(body, dict) else body)


@pytest.mark.parametrize("file", WITHOUT_VOICE, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_recorded_body_is_known_and_taken(deliver: Deliver, sender: Sender, engine: Engine, file: Path) -> None:
    assert platform_of(json.loads(file.read_text("utf-8")), "request") == file.parent.name
    assert deliver(file.parent.name, file.read_bytes()).status_code == 200
    sender.send_due()
    with store.reading(engine) as db:
        assert db.exec(select(OutgoingMessage.state).where(OutgoingMessage.state != "sent")).all() == []


def spoil(deliver: Deliver, engine: Engine, number: int) -> None:
    with store.reading(engine) as db:
        before = db.exec(select(func.count()).select_from(Reading)).one()
    for file in BODIES:
        for raw in mutations(file.read_bytes(), number, seed=len(file.name)):
            assert deliver(file.parent.name, raw).status_code in (200, 400, 401, 413), raw
    with store.reading(engine) as db:
        assert db.exec(select(func.count()).select_from(Reading)).one() == before


def test_spoiled_bodies(deliver: Deliver, engine: Engine) -> None:
    spoil(deliver, engine, 6)


@pytest.mark.slow
def test_many_spoiled_bodies(deliver: Deliver, engine: Engine) -> None:
    spoil(deliver, engine, 200)


def with_text(channel: str, text: str, number: int) -> dict[str, Any]:
    """What the platform sends for a typed text."""
    body = recorded(f"{channel}/text")
    match channel:
        case "telegram":
            body["update_id"], body["message"]["text"] = number, text
        case "max":
            body["message"]["body"] |= {"mid": f"mid.{number}", "text": text}
        case "whatsapp":
            body["entry"][0]["changes"][0]["value"]["messages"][0] |= {"id": f"wamid.{number}", "text": {"body": text}}
        case "viber":
            body["message_token"], body["message"]["text"] = number, text
        case _:
            body["id"], body["text"] = f"a{number}", text
    return body


@pytest.mark.parametrize("channel", sorted(USERS))
def test_a_reading_is_typed_and_confirmed(
    channel: str, deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None, ledger: Ledger
) -> None:
    answer = deliver(channel, with_text(channel, "холодная вода 125", 1)).get_json()
    sender.send_due()
    question = Sent(channel, "", answer) if answer else sandbox.sent[-1]
    assert "125" in shown(question)
    assert json.dumps(question.body, ensure_ascii=False).count("Да") >= 1
    for _ in range(2):
        deliver(channel, with_text(channel, "Да", 2))
    assert ledger.newest()["COLD_WATER"] == 125
    sender.send_due()
    assert len(sandbox.sent) == (0 if channel == "telegram" else 2)


@pytest.mark.parametrize("channel", ["telegram", "max", "whatsapp"])
def test_a_voice_message_is_heard_and_answered_aloud(
    channel: str, deliver: Deliver, sender: Sender, sandbox: Sandbox, residents: None
) -> None:
    deliver(channel, with_text(channel, "передать показания холодной воды", 1))
    sender.send_due()
    body = recorded(f"{channel}/voice")
    if channel == "max":
        body["message"]["body"]["attachments"][0]["payload"]["url"] = f"{sandbox.url}/max/files/number_125.wav"
    answer = deliver(channel, body)
    assert answer.status_code == 200
    sender.send_due()
    texts = [shown(sent) for sent in sandbox.sent] + [str(answer.get_json().get("text"))]
    assert any("125" in text for text in texts)
    voice = decode(next(sent.file for sent in sandbox.sent if sent.file))
    assert "сто" in transcribe(voice.samples, voice.rate)[0].text


def test_a_recording_that_is_none_gets_a_sentence(deliver: Deliver, sandbox: Sandbox) -> None:
    sandbox.recordings["number_125.wav"] = b"not a recording"
    assert "Не получилось прослушать" in deliver("telegram", recorded("telegram/voice")).get_json()["text"]


def test_a_recording_that_cannot_be_fetched_gets_a_sentence(deliver: Deliver, sandbox: Sandbox) -> None:
    sandbox.failing = [500]
    assert "Не получилось прослушать" in deliver("telegram", recorded("telegram/voice")).get_json()["text"]


def test_a_button_pressed_is_acknowledged_and_answered(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("max", recorded("max/callback"))
    answer = deliver("telegram", recorded("telegram/callback_without_message")).get_json()
    assert answer["method"] == "sendMessage"
    sender.send_due()
    assert sorted(sent.what for sent in sandbox.sent) == ["answerCallbackQuery", "answers", "messages"]


def test_telegram_is_told_not_to_take_money_for_a_bill_that_is_not_ours(
    deliver: Deliver, sender: Sender, sandbox: Sandbox
) -> None:
    asked = {"id": "p-1", "from": {"id": 7000000111}, "currency": "RUB", "total_amount": 100, "invoice_payload": "x"}
    assert deliver("telegram", {"update_id": 7, "pre_checkout_query": asked}).get_json() == {}
    sender.send_due()
    assert sandbox.sent[0].body["ok"] is False


def test_viber_greets_in_the_answer_itself(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    answer = deliver("viber", recorded("viber/conversation_started")).get_json()
    assert "Здравствуйте" in answer["text"]
    assert "receiver" not in answer
    assert sender.send_due() == 0


def test_two_messages_in_one_delivery_get_two_answers(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("whatsapp", recorded("whatsapp/two_messages"))
    sender.send_due()
    assert len(sandbox.sent) == 2


def test_the_bot_does_not_greet_itself(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("bot_framework", recorded("bot_framework/bot_joins"))
    assert sender.send_due() == 0
    deliver("bot_framework", recorded("bot_framework/resident_joins"))
    sender.send_due()
    sent = sandbox.sent[-1]
    assert (sent.what, sent.body["replyToId"]) == ("c1|livechat/a1", "a1")
    assert (sent.body["from"]["id"], sent.body["recipient"]["id"]) == ("bot@x", "dl_user1")


def test_a_message_goes_out_again_until_it_is_taken(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, clock: Clock
) -> None:
    deliver("max", with_text("max", "помощь", 1))
    deliver("max", with_text("max", "помощь", 2))
    sandbox.failing = [502, 429]
    assert sender.send_due() == 1
    assert sender.send_due() == 0
    clock.forward(minutes=1)
    sender.send_due()
    clock.forward(minutes=1)
    sender.send_due()
    assert len(sandbox.sent) == 2
    clock.forward(minutes=10)
    assert sender.send_due() == 0


def test_a_message_refused_is_not_sent_again_and_not_kept(
    deliver: Deliver, sender: Sender, sandbox: Sandbox, engine: Engine, clock: Clock
) -> None:
    deliver("max", with_text("max", "помощь", 1))
    sandbox.failing = [403]
    sender.send_due()
    with store.transaction(engine) as db:
        row = db.exec(select(OutgoingMessage)).one()
        assert (row.state, row.body) == ("refused", {})
        forget(db, clock() + timedelta(days=7))
        assert db.exec(select(OutgoingMessage)).all() == []


def test_the_outbox_works_on_either_database(
    either_engine: Engine, settings: Settings, clock: Clock, sandbox: Sandbox
) -> None:
    turn, message = Turn("viber", "U", "U", turn_key="1"), {"receiver": "U", "type": "text", "text": "Да?"}
    for _ in range(2):
        with store.transaction(either_engine) as db:
            put(db, turn, [message, {**message, "text": "Нет?"}], now=clock())
    both = [Sender(either_engine, settings, clock) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Sender.send_due, both))
    assert sorted(shown(sent) for sent in sandbox.sent) == ["Да?", "Нет?"]


def test_messages_go_out_in_the_background(settings: Settings, engine: Engine, clock: Clock, sandbox: Sandbox) -> None:
    lively = settings.model_copy(update={"send_in_background": True})
    client = create_app(lively, engine=engine, clock=clock).test_client()
    raw = json.dumps(with_text("viber", "помощь", 1)).encode()
    client.post("/viber", data=raw, headers=signing.headers("viber", raw, settings, now=clock().timestamp()))
    for _ in range(200):
        if sandbox.sent:
            break
        time.sleep(0.05)
    assert shown(sandbox.sent[0])


def test_max_is_subscribed_again_when_it_has_dropped_us(settings: Settings, sandbox: Sandbox, sender: Sender) -> None:
    with httpx.Client() as http:
        assert max_channel.keep_subscribed(http, settings) is True
        assert max_channel.keep_subscribed(http, settings) is False
    sandbox.subscriptions.clear()
    sender.keep_connected()
    assert sandbox.subscriptions[0]["url"] == "https://zhku.example/max"


@pytest.mark.parametrize("channel", sorted(USERS))
def test_an_unsigned_or_wrongly_signed_call_is_refused_unread(
    channel: str, client: FlaskClient, deliver: Deliver
) -> None:
    raw = json.dumps(with_text(channel, "помощь", 1)).encode()
    assert client.post(f"/{channel}", data=raw).status_code == 401
    assert client.post(f"/{channel}", data=b"{not json").status_code == 401
    wrong = {
        "X-Telegram-Bot-Api-Secret-Token": "sandbox-secres",
        "X-Max-Bot-Api-Secret": "",
        "X-Hub-Signature-256": "sha256=" + "0" * 64,
        "X-Viber-Content-Signature": "0" * 64,
        "Authorization": "Bearer a.b.c",
    }
    assert client.post(f"/{channel}", data=raw, headers=wrong).status_code == 401
    assert deliver(channel, raw).status_code == 200


@pytest.mark.parametrize("channel", sorted(USERS))
def test_a_messenger_without_its_secret_is_not_there(
    channel: str, tmp_path: Path, engine: Engine, clock: Clock
) -> None:
    client = create_app(Settings(data_dir=tmp_path), engine=engine, clock=clock).test_client()
    assert client.post(f"/{channel}", json={}).status_code == 404


def test_the_signatures_of_whatsapp_and_viber_cover_the_exact_bytes(settings: Settings) -> None:
    whatsapp = settings.model_copy(update={"whatsapp_app_secret": "test_app_secret"})
    assert signing.headers("whatsapp", '{"text":"Привет 👋"}'.encode(), whatsapp, now=0)[
        "X-Hub-Signature-256"
    ].endswith("f5f6ce0e733f7df0bf0a2e4d3d3913f3e81f27ad1a8e8ce4f7588d348c4a3ee7")
    token = "44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3"
    viber = settings.model_copy(update={"viber_token": token})
    raw = b'{"event":"webhook","timestamp":4977069964384421269,"message_token":1478683725125}'
    assert signing.headers("viber", raw, viber, now=0) == {
        "X-Viber-Content-Signature": "d21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef"
    }


def test_whatsapp_checks_the_address(client: FlaskClient) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "sandbox-word", "hub.challenge": "1158201444"}
    assert client.get("/whatsapp", query_string=query).get_data(as_text=True) == "1158201444"
    assert client.get("/whatsapp", query_string={**query, "hub.verify_token": "x"}).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://example.com"},
        {"aud": "another-bot"},
        {"exp": -3600},
        {"nbf": 3600},
        {"serviceurl": "https://evil.example/"},
        {"kid": "unknown"},
        {"signed_with": "another key"},
        {"channelId": "telegram"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_bot_framework_token_must_be_right_in_every_part(
    change: dict[str, Any], client: FlaskClient, settings: Settings, clock: Clock
) -> None:
    now, body = clock().timestamp(), with_text("bot_framework", "помощь", 1)
    claims = {"iss": ISSUER, "aud": settings.bot_app_id, "nbf": now, "exp": now + 60, "serviceurl": body["serviceUrl"]}
    body |= {key: value for key, value in change.items() if key == "channelId"}
    claims |= {key: now + value if key in ("exp", "nbf") else value for key, value in change.items() if key in claims}
    key = RSAKey.generate_key(2048) if "signed_with" in change else None
    token = bots.token(claims, signed_with=key, kid=change.get("kid", "sandbox"))
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/bot_framework", json=body, headers=headers).status_code == 401


def test_the_emulator_is_let_in_from_this_machine_only(
    settings: Settings, engine: Engine, clock: Clock, sandbox: Sandbox
) -> None:
    local = settings.model_copy(update={"bot_emulator": True, "bot_app_id": ""})
    client = create_app(local, engine=engine, clock=clock).test_client()
    body = {**with_text("bot_framework", "помощь", 1), "serviceUrl": "http://localhost:53559"}
    assert client.post("/bot_framework", json=body).status_code == 200
    assert client.post("/bot_framework", json={**body, "serviceUrl": "https://evil.example"}).status_code == 401
