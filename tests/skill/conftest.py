"""A demo company on a real database, a clock that stands still, and somebody to talk to it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from billing import accounts, readings, store
from fixtures.demo_company import DemoSummary
from skill.app import create_app, open_books
from skill.dialogue.engine import converse
from skill.dialogue.turn import Reply, Turn, spoken
from skill.identity import tokens
from skill.settings import Settings


@dataclass
class Clock:
    """Stands still unless told to go on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, alice_secret="secret", company="УК «Пример»", operator_phone="+7 495 000-00-00")


@pytest.fixture
def engine(demo_url: str, settings: Settings) -> Iterator[Engine]:
    """The demo company with the conversation's tables, fresh for each test, on SQLite."""
    engine = open_books(settings.model_copy(update={"database_url": demo_url}))
    yield engine
    engine.dispose()


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def app(settings: Settings, engine: Engine, clock: Clock) -> Flask:
    return create_app(settings, engine=engine, clock=clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def token(engine: Engine, demo: DemoSummary, now: datetime) -> str:
    """A token of the demo account's resident."""
    with store.transaction(engine) as db:
        return tokens.issue(db, channel="api", name="test", now=now, account_id=demo.account.id)


@dataclass
class Resident:
    """Somebody who talks on the text channel."""

    engine: Engine
    settings: Settings
    clock: Clock
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    session: str = "s"
    last: Reply = Reply("")

    def says(self, text: str) -> str:
        """Say something; the answer."""
        turn = Turn("chat", self.name, self.session, hypotheses=spoken(text), kind="text" if text else "start")
        self.last = converse(self.engine, turn, now=self.clock(), settings=self.settings)
        return self.last.text


@pytest.fixture
def stranger(engine: Engine, settings: Settings, clock: Clock) -> Resident:
    """Somebody not linked to any account."""
    return Resident(engine, settings, clock)


@pytest.fixture
def resident(stranger: Resident, demo: DemoSummary, now: datetime) -> Resident:
    """The resident of the demo account."""
    with store.transaction(stranger.engine) as db:
        accounts.link(
            db, channel="chat", external_id=stranger.name, account_id=demo.account.id, verified_how="operator", now=now
        )
    return stranger


@dataclass
class Ledger:
    """What the books say of the demo account."""

    engine: Engine
    account: int

    def newest(self) -> dict[str, Decimal]:
        """The newest reading of each meter: «COLD_WATER» or «ELECTRICITY day» → value."""
        with store.reading(self.engine) as db:
            rows = readings.last_readings(db, self.account)
        return {f"{row.meter.resource} {row.register}".removesuffix(" single"): row.value for row in rows}


@pytest.fixture
def ledger(engine: Engine, demo: DemoSummary) -> Ledger:
    return Ledger(engine, demo.account.id)
