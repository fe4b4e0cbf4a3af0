"""A local SmartPay written from Sber's documents, and a resident at a device that has the window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from skill.sandbox import Sandbox
from skill.settings import Settings
from tests.skill.assistants.salute_window.talking import Say


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Settings:
    own = {name: value for name, value in sandbox.settings().items() if name.startswith("smartpay")}
    return Settings(
        data_dir=tmp_path,
        public_url="https://zhku.example",
        salute_secret="secret",
        fiscal_receipts=True,
        smartpay_tax_system=1,
        **own,
    )


@pytest.fixture
def say(client: FlaskClient, residents: None) -> Say:
    return Say(client)
