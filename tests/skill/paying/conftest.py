"""A company that takes money through ЮKassa."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from fixtures.demo_company import DemoSummary
from skill.app import Service, create_app
from skill.settings import Settings
from tests.billing.shop import SECRET, SHOP_ID, THEIRS, Shop, opened
from tests.skill.paying.shopping import Say
from tests.skill.talking import Clock, linked


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened() as shop:
        yield shop


@pytest.fixture
def settings(tmp_path: Path, shop: Shop) -> Settings:
    return Settings(
        data_dir=tmp_path,
        public_url="https://zhku.example",
        yookassa_shop_id=SHOP_ID,
        yookassa_secret_key=SECRET,
        yookassa_api=shop.url,
        yookassa_check_address=True,
        autopay=True,
        fiscal_receipts=True,
        fiscal_contact="office@uk.example",
        proxies=1,
    )


@pytest.fixture
def service(settings: Settings, engine: Engine, clock: Clock) -> Service:
    return Service(settings, engine, clock)


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: Clock) -> FlaskClient:
    """Behind a proxy, as ЮKassa sees it."""
    client = create_app(settings, engine=engine, clock=clock).test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = THEIRS
    return client


@pytest.fixture
def say(service: Service, engine: Engine, demo: DemoSummary, clock: Clock) -> Say:
    linked(engine, "chat", "me", demo.rich.id, clock())
    return Say(service)
