"""The bill's page and its button, by the calendar of the house: a day that has begun there counts."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import payments, receipts, received, store
from billing.received import Operation
from billing.tables import Account, Autopay, Payment, Premises, Property
from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.identity import links
from skill.settings import Settings
from tests.skill.talking import Clock

JUST_AFTER_MIDNIGHT = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
"""Half past midnight of the 22nd in Moscow."""


@pytest.fixture
def clock() -> Clock:
    return Clock(JUST_AFTER_MIDNIGHT)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, payment_sandbox_secret="s", public_url="https://zhku.example", autopay=True)


@pytest.fixture
def page(settings: Settings, demo: DemoSummary) -> str:
    return links.to_bill(settings, demo.rich.id).removeprefix("https://zhku.example")


@pytest.fixture
def client(settings: Settings, engine: Engine, clock: Clock) -> FlaskClient:
    return create_app(settings, engine=engine, clock=clock).test_client()


def pay(engine: Engine, account_id: int, now: datetime, left: int = 0) -> None:
    """All that is owed but `left`, a minute ago."""
    with store.transaction(engine) as db:
        today = payments.local_day(db, account_id, now)
        kopecks = receipts.balance(db, account_id, today).kopecks - left
        paid = Operation(account_id, kopecks, "1", today)
        received.register(db, [paid], provider="test", now=now, actor="test", channel="test")


def test_a_bill_paid_after_midnight_is_paid(
    client: FlaskClient, engine: Engine, demo: DemoSummary, page: str, clock: Clock
) -> None:
    assert "Оплатить картой" in client.get(page).get_data(as_text=True)
    pay(engine, demo.rich.id, clock())
    html = client.get(page).get_data(as_text=True)
    assert "Долгов нет" in html
    assert "Оплатить картой" not in html


def test_after_midnight_the_button_pays_what_is_left(
    client: FlaskClient, engine: Engine, demo: DemoSummary, page: str, clock: Clock
) -> None:
    pay(engine, demo.rich.id, clock(), left=100_00)
    client.post(f"{page}/pay", data={"method": "card"})
    with store.reading(engine) as db:
        payment = db.exec(select(Payment).where(Payment.provider == "sandbox")).one()
    assert payment.amount_kopecks == 100_00


def test_far_in_the_east_the_day_begins_earlier(
    client: FlaskClient, engine: Engine, demo: DemoSummary, page: str, clock: Clock
) -> None:
    clock.now = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)  # 00:30 of the 22nd in Kamchatka
    with store.transaction(engine) as db:
        flat = db.get_one(Premises, db.get_one(Account, demo.rich.id).premises_id)
        db.get_one(Property, flat.property_id).timezone = "Asia/Kamchatka"
    pay(engine, demo.rich.id, clock())
    assert "Оплатить картой" not in client.get(page).get_data(as_text=True)


@pytest.mark.parametrize(
    ("said", "kopecks"),
    [("500", 500_00), (" 20 000 ", 20_000_00), ("1000000", 1_000_000_00), ("", 300_00)],
)
def test_the_limit_of_a_standing_order_is_what_the_payer_says(
    client: FlaskClient, engine: Engine, settings: Settings, demo: DemoSummary, said: str, kopecks: int
) -> None:
    page = links.to_bill(settings, demo.rich.id, 100_00).removeprefix("https://zhku.example")
    answer = client.post(f"{page}/pay", data={"method": "card", "autopay": "1", "limit": said})
    assert answer.status_code == 303
    with store.reading(engine) as db:
        assert db.exec(select(Autopay.limit_kopecks)).one() == kopecks


@pytest.mark.parametrize("said", ["9" * 20, "9" * 5000, "1000001", "0", "-5", "1.5", "²", "много"])
def test_a_limit_that_is_none_is_told_and_nothing_is_begun(
    client: FlaskClient, engine: Engine, page: str, said: str
) -> None:
    answer = client.post(f"{page}/pay", data={"method": "card", "autopay": "1", "limit": said})
    assert answer.status_code == 400
    assert "целое число рублей" in answer.get_data(as_text=True)
    with store.reading(engine) as db:
        assert db.exec(select(Payment.id).where(Payment.provider == "sandbox")).all() == []


@pytest.mark.parametrize("limit", ["9000", "1", "30000"])
def test_the_last_limit_said_counts(client: FlaskClient, engine: Engine, page: str, limit: str) -> None:
    for said in ("20000", limit, limit):
        client.post(f"{page}/pay", data={"method": "card", "autopay": "1", "limit": said})
    with store.reading(engine) as db:
        going = db.exec(select(Autopay.limit_kopecks).where(col(Autopay.ended_at).is_(None))).all()
        assert going == [int(limit) * 100]
        assert len(db.exec(select(Autopay)).all()) == 2
        assert len(db.exec(select(Payment).where(Payment.provider == "sandbox")).all()) == 1


def test_sums_stand_in_a_column_and_a_day_gone_by_is_marked(client: FlaskClient, page: str, clock: Clock) -> None:
    html = client.get(page).get_data(as_text=True)
    assert re.search(r'<td class="sum">[\d\u00a0 ]+₽', html)
    assert "срок прошёл" in html
    clock.now = datetime(2026, 11, 16, 20, 30, tzinfo=UTC)  # half an hour of the day is left at the house
    html = client.get(page).get_data(as_text=True)
    assert "срок до" in html
    assert "срок прошёл" not in html


def test_what_is_printed_is_as_long_as_the_bill(client: FlaskClient, page: str) -> None:
    """The style of the conversation's page is one screen high, and paper would end with the screen."""
    assert 'href="/page/paper.css"' in client.get(page).get_data(as_text=True)
    style = re.sub(r"\s+", " ", client.get("/page/paper.css").get_data(as_text=True))
    assert "body { height: auto;" in style
    assert "main { overflow: visible;" in style
    assert "form { display: none; }" in style.partition("@media print")[2]
