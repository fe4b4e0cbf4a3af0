"""Assistants with every door open, and a resident known to each."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from fixtures.demo_company import DemoSummary
from skill.channels.channel import assistants
from skill.settings import Settings
from tests.skill.talking import Clock, linked

USERS = {
    "alice": "STATION",
    "marusia": "aa11",
    "salute": "sub-1",
    "alexa": "amzn1.account.1",
    "dialogflow_es": "s-1",
    "dialogflow_cx": "s-4",
    "actions_builder": "ses-1",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    doors = {f"{name}_secret": "secret" for name in assistants()}
    return Settings(data_dir=tmp_path, database_url="", company="УК «Пример»", **doors)


@pytest.fixture
def residents(engine: Engine, demo: DemoSummary, clock: Clock) -> None:
    """The recorded users are residents of the demo account."""
    for channel, user in USERS.items():
        linked(engine, channel, user, demo.account.id, clock())
