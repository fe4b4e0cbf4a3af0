"""Messengers against a local server written from their documentation: real HTTP, signatures and voices."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from fixtures.demo_company import DemoSummary
from skill import delivery
from skill.outbox import Sender
from skill.sandbox import Sandbox, signing
from skill.settings import Settings
from tests.skill.messengers.delivering import USERS, Deliver
from tests.skill.talking import Clock, linked


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording is asked for again at once."""
    monkeypatch.setattr(delivery, "FETCH_PAUSES", (0.0, 0.0))


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
        raw = raw.replace(b"https://directline.botframework.com/", f"{sandbox.url}/service/".encode())
        headers = signing.headers(channel, raw, settings, now=clock().timestamp())
        return client.post(f"/{channel}", data=raw, headers=headers, content_type="application/json")

    return deliver


@pytest.fixture
def residents(engine: Engine, demo: DemoSummary, clock: Clock) -> None:
    """The recorded users are residents of the demo account."""
    for channel, user in USERS.items():
        linked(engine, channel, user, demo.account.id, clock())
