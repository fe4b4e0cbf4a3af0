"""Every messenger: bodies taken and spoiled, a reading typed and spoken, callers checked before anything is read."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func
from sqlmodel import select

from billing import store
from billing.tables import Reading
from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.channels.channel import messengers
from skill.channels.limits import platform_of
from skill.outbox import OutgoingMessage, Sender
from skill.replay.mutations import mutations
from skill.sandbox import Sandbox, Sent, signing
from skill.settings import Settings
from speech.audio import decode
from speech.recognition import transcribe
from tests.skill.messengers.delivering import REQUESTS, USERS, Deliver, recorded, shown, with_text
from tests.skill.talking import Clock, Ledger

BODIES = [file for name in messengers() for file in sorted((REQUESTS / name).glob("*.json"))]
SOUNDS = {"voice", "round_video", "sound_as_a_file"}
"""Bodies whose recordings take a second to hear: tests of their own have them."""


def spoil(deliver: Deliver, engine: Engine, number: int) -> None:
    with store.reading(engine) as db:
        before = db.exec(select(func.count()).select_from(Reading)).one()
    for file in BODIES:
        for raw in mutations(file.read_bytes(), number, seed=len(file.name)):
            assert deliver(file.parent.name, raw).status_code in (200, 400, 401, 413), raw
    with store.reading(engine) as db:
        assert db.exec(select(func.count()).select_from(Reading)).one() == before


@pytest.mark.parametrize("channel", sorted(USERS))
def test_recorded_bodies_are_known_and_taken(deliver: Deliver, sender: Sender, engine: Engine, channel: str) -> None:
    for file in sorted((REQUESTS / channel).glob("*.json")):
        if file.stem not in SOUNDS:
            assert platform_of(json.loads(file.read_text("utf-8")), "request") == channel, file.name
            assert deliver(channel, file.read_bytes()).status_code == 200, file.name
    sender.send_due()
    with store.reading(engine) as db:
        assert db.exec(select(OutgoingMessage.state).where(OutgoingMessage.state != "sent")).all() == []


def test_spoiled_bodies(deliver: Deliver, engine: Engine) -> None:
    spoil(deliver, engine, 1)


@pytest.mark.slow
def test_many_spoiled_bodies(deliver: Deliver, engine: Engine) -> None:
    spoil(deliver, engine, 200)


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


@pytest.mark.parametrize("channel", sorted(USERS))
def test_a_stranger_links_with_number_and_code(
    channel: str, deliver: Deliver, sender: Sender, sandbox: Sandbox, demo: DemoSummary
) -> None:
    said = ("привязать счёт", demo.account.number, demo.account.bill_code, "да")
    for number, text in enumerate(said, start=1):
        answer = deliver(channel, with_text(channel, text, number)).get_json()
    sender.send_due()
    last = Sent(channel, "", answer) if answer else sandbox.sent[-1]
    assert "Лесная" in shown(last)


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


def test_a_button_pressed_is_acknowledged_and_answered(deliver: Deliver, sender: Sender, sandbox: Sandbox) -> None:
    deliver("max", recorded("max/callback"))
    answer = deliver("telegram", recorded("telegram/callback_without_message")).get_json()
    assert answer["method"] == "sendMessage"
    sender.send_due()
    assert sorted(sent.what for sent in sandbox.sent) == ["answerCallbackQuery", "answers", "messages"]


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
