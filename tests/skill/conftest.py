"""A demo company on a real database, a clock that stands still, and somebody to talk to it."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from billing import store
from fixtures import demo_company
from fixtures.demo_company import DemoSummary
from skill.app import create_app, open_books
from skill.identity import tokens
from skill.settings import Settings
from tests.conftest import NOW
from tests.skill.talking import UNHURRIED, Clock, Ledger, Resident, linked


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url="",
        alice_secret="secret",
        company="УК «Пример»",
        operator_phone="+7 495 000-00-00",
        answer_seconds=UNHURRIED,
    )


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo company and the conversation's tables, made once."""
    folder = tmp_path_factory.mktemp("company")
    settings = Settings(data_dir=folder, database_url="")
    engine = open_books(settings)
    with store.transaction(engine) as db:
        demo_company.load(db, NOW)
    engine.dispose()
    return Path(settings.database.removeprefix("sqlite:///"))


@pytest.fixture
def engine(company: Path, settings: Settings) -> Iterator[Engine]:
    """The demo company, fresh for each test."""
    shutil.copy(company, settings.database.removeprefix("sqlite:///"))
    engine = store.connect(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def either_engine(demo_url: str, settings: Settings) -> Iterator[Engine]:
    """The demo company, once on SQLite and once on PostgreSQL."""
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


@pytest.fixture
def stranger(engine: Engine, settings: Settings, clock: Clock) -> Resident:
    """Somebody not linked to any account."""
    return Resident(engine, settings, clock)


@pytest.fixture
def resident(stranger: Resident, demo: DemoSummary, now: datetime) -> Resident:
    """The resident of the demo account."""
    linked(stranger.engine, "chat", stranger.name, demo.account.id, now)
    return stranger


@pytest.fixture
def ledger(engine: Engine, demo: DemoSummary) -> Ledger:
    return Ledger(engine, demo.account.id)
