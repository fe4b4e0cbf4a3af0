"""Nobody pays a bill twice: one open payment for one sum, and a bill's page that asks for nothing once it is paid."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import store
from billing.tables import Payment
from fixtures.demo_company import DemoSummary
from skill.app import Service
from skill.dialogue.turn import Turn, spoken
from skill.identity import links
from skill.settings import Settings
from tests.skill.paying.shopping import Say
from tests.skill.talking import Clock, linked

ASKS = ("К оплате", "Оплатить картой", "QR-код", "наведите камеру")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, public_url="https://zhku.example", payment_sandbox_secret="s", autopay=True)


@pytest.fixture
def bill(settings: Settings, demo: DemoSummary) -> str:
    return path(links.to_bill(settings, demo.rich.id))


def path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def elsewhere(service: Service, engine: Engine, demo: DemoSummary, clock: Clock, texts: list[str]) -> str:
    """The same flat in another conversation; the link of the last answer."""
    linked(engine, "telegram", "wife", demo.rich.id, clock())
    said = [Turn("telegram", "wife", "t", spoken(text), turn_key=f"w{at}") for at, text in enumerate(texts)]
    return path([service.reply_to(turn) for turn in said][-1].link)


def open_ones(engine: Engine) -> list[Payment]:
    with store.reading(engine) as db:
        return list(db.exec(select(Payment).where(Payment.provider == "sandbox").order_by(col(Payment.id))).all())


def page_of(client: FlaskClient, bill: str) -> str:
    return client.get(bill).get_data(as_text=True)


def test_two_conversations_pay_by_one_page(
    say: Say, service: Service, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    say("оплатить")
    first = path(say("да").link)
    assert elsewhere(service, engine, demo, clock, ["оплатить", "да"]) == first
    assert len(open_ones(engine)) == 1


def test_another_sum_or_an_old_page_makes_another_payment(
    say: Say, service: Service, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    for text in ("оплатить тысячу рублей", "да", "оплатить две тысячи", "да"):
        say(text)
    assert [payment.amount_kopecks for payment in open_ones(engine)] == [1000_00, 2000_00]
    clock.forward(hours=1)
    elsewhere(service, engine, demo, clock, ["оплатить тысячу рублей", "да"])
    assert [payment.amount_kopecks for payment in open_ones(engine)] == [1000_00, 2000_00, 1000_00]


def test_an_earlier_link_is_told_off_where_both_would_bring_more_than_is_owed(say: Say, clock: Clock) -> None:
    told = "Прежняя ссылка больше не нужна"
    answers = []
    for text in ("оплатить тысячу рублей", "оплатить две тысячи", "оплатить"):
        say(text)
        answers.append(say("да").text)
    assert [told in answer for answer in answers] == [False, False, True]
    say("оплатить")
    assert told in say("да").text
    clock.forward(hours=1)
    say("оплатить тысячу рублей")
    assert told not in say("да").text


def test_a_sum_that_was_paid_may_be_paid_once_more(say: Say, client: FlaskClient, engine: Engine) -> None:
    for _ in "ab":
        say("оплатить тысячу рублей")
        client.post(path(say("да").link), data={"pay": "1"})
    assert [payment.status for payment in open_ones(engine)] == ["DONE", "DONE"]


def test_a_bill_paid_elsewhere_asks_for_nothing(say: Say, client: FlaskClient, settings: Settings, engine: Engine,
                                                demo: DemoSummary, bill: str) -> None:  # fmt: skip
    say("оплатить")
    pay = path(say("да").link)
    [payment] = open_ones(engine)
    other = path(links.to_bill(settings, demo.rich.id, payment.amount_kopecks, payment.id + 1000))
    assert all(word in page_of(client, other) for word in ASKS)
    client.post(pay, data={"pay": "1"})
    for page in (bill, other):
        html = page_of(client, page)
        assert "Долгов нет" in html
        assert not any(word in html for word in ASKS)
        assert client.post(f"{page}/pay", data={"method": "card"}).location == page
    assert len(open_ones(engine)) == 1


def test_a_second_try_on_the_page_is_thanked_for(
    say: Say, client: FlaskClient, settings: Settings, engine: Engine, demo: DemoSummary
) -> None:
    say("оплатить тысячу рублей")
    pay = path(say("да").link)
    client.post(pay, data={"cancel": "1"})
    [payment] = open_ones(engine)
    bill = path(links.to_bill(settings, demo.rich.id, 1000_00, payment.id))
    assert all(word in page_of(client, bill) for word in ASKS)
    client.post(path(client.post(f"{bill}/pay", data={"method": "card"}).location), data={"pay": "1"})
    html = page_of(client, bill)
    assert "Оплата прошла, спасибо" in html
    assert "Ещё не оплачено" in html
    assert not any(word in html for word in ASKS)


def test_a_link_asks_for_no_more_than_is_owed(
    say: Say, client: FlaskClient, settings: Settings, engine: Engine, demo: DemoSummary, bill: str
) -> None:
    say("оплатить")
    say("да")
    [whole] = open_ones(engine)
    say("оплатить тысячу рублей")
    client.post(path(say("да").link), data={"pay": "1"})
    link = path(links.to_bill(settings, demo.rich.id, whole.amount_kopecks, whole.id))
    client.post(f"{link}/pay", data={"method": "card"})
    assert open_ones(engine)[-1].amount_kopecks == whole.amount_kopecks - 1000_00


def test_money_paid_ahead_is_taken_though_nothing_is_owed(
    say: Say, client: FlaskClient, settings: Settings, engine: Engine
) -> None:
    say("оплатить")
    client.post(path(say("да").link), data={"pay": "1"})
    for text in ("оплатить тысячу рублей", "да"):
        pay = say(text).link
    back = path(client.post(path(pay), data={"cancel": "1"}).location)
    assert all(word in page_of(client, back) for word in ASKS)
    client.post(path(client.post(f"{back}/pay", data={"method": "card"}).location), data={"pay": "1"})
    html = page_of(client, back)
    assert "Оплата прошла, спасибо" in html
    assert "Переплата" in html


def test_the_banks_page_is_gone_once_it_was_paid_on(say: Say, client: FlaskClient, engine: Engine) -> None:
    say("оплатить")
    pay = path(say("да").link)
    client.post(pay, data={"pay": "1"})
    assert client.get(pay).status_code == 303
    client.post(pay, data={"cancel": "1"})
    assert [payment.status for payment in open_ones(engine)] == ["DONE"]
