"""Messages on their way out: again until taken, in order, once whatever is delivered twice, pushed for an operator."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from billing import store
from skill import log
from skill.app import create_app
from skill.channels.channel import Verdict
from skill.dialogue.turn import Turn
from skill.outbox import MOST_ATTEMPTS, OutgoingMessage, Sender, forget, put
from skill.sandbox import Sandbox, signing
from skill.settings import Settings
from tests.skill.messengers.delivering import Deliver, shown, with_text
from tests.skill.talking import Clock


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


def test_a_fault_of_ours_in_one_message_keeps_no_other(
    deliver: Deliver, engine: Engine, settings: Settings, clock: Clock, sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It is told of, tried again and given up; the thread that sends outlives it, and the work by the clock."""
    log.configure()
    stopped, sound = threading.Event(), Sender._deliver

    def faulty(self: Sender, http: httpx.Client, row: OutgoingMessage) -> Verdict:
        if row.channel == "max":
            raise TypeError("a fault of ours")
        return sound(self, http, row)

    def by_the_clock() -> None:
        stopped.set()
        raise AttributeError("another")

    monkeypatch.setattr(Sender, "_deliver", faulty)
    for channel in ("max", "viber"):
        deliver(channel, with_text(channel, "помощь", 1))
    sender = Sender(engine, settings, clock, by_the_clock)
    for _ in range(MOST_ATTEMPTS):
        sender.send_due()
        clock.forward(hours=1)
    assert len(sandbox.sent) == 1
    with store.reading(engine) as db:
        states = dict(db.exec(select(OutgoingMessage.channel, OutgoingMessage.state)).all())
    assert states == {"max": "refused", "viber": "sent"}
    sender.nudge()
    sender.run(stopped)
    told = capsys.readouterr().err
    assert "a fault of ours" in told
    assert "AttributeError: another" in told


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


@pytest.mark.parametrize("path", ["/viber", "/alice/secret", "/healthz"])
def test_a_call_at_any_door_starts_the_background(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    started: list[Sender] = []
    monkeypatch.setattr(Sender, "start", lambda sender: started.append(sender))
    client.post(path)
    assert len(started) == 1


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


def test_what_an_operator_answers_is_sent_to_the_messenger(
    app: Flask, settings: Settings, deliver: Deliver, sender: Sender, sandbox: Sandbox
) -> None:
    deliver("max", with_text("max", "позови оператора", 1))
    sender.send_due()
    console = app.test_client()
    console.post("/console/login", data={"name": "Анна", "password": settings.password_of_console})
    csrf = re.findall(r'name="csrf" value="([^"]+)"', console.get("/console/1").get_data(as_text=True))[0]
    console.post("/console/1/take", data={"csrf": csrf})
    console.post("/console/1/answer", data={"csrf": csrf, "text": "Здравствуйте, это Анна."})
    sender.send_due()
    assert (shown(sandbox.sent[-1]), sandbox.sent[-1].body["to"]) == ("Здравствуйте, это Анна.", {"user_id": "101"})
    deliver("max", with_text("max", "спасибо, жду", 2))
    sender.send_due()
    assert "Анна" not in shown(sandbox.sent[-1])
