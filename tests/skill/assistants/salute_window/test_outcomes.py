"""What becomes of a bill once its window is gone: booked once, told truly, never believed."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from billing import store
from billing.tables import AuditEntry
from fixtures.demo_company import DemoSummary
from skill import checkout
from skill.app import Service
from skill.channels.limits import contracts
from skill.dialogue.phrases import phrase
from skill.replay.mutations import mutations
from skill.sandbox import Sandbox
from skill.settings import Settings
from tests.skill.assistants.asking import post
from tests.skill.assistants.salute_window.talking import (
    THOUSAND,
    Say,
    finished,
    invoice_in,
    link_in,
    owed,
    payments_of,
    pronounced,
)
from tests.skill.talking import Clock, linked


def test_a_bill_paid_in_the_window_is_booked_once(
    say: Say, client: FlaskClient, sandbox: Sandbox, engine: Engine, demo: DemoSummary, clock: Clock, settings: Settings
) -> None:
    before = owed(engine, demo, clock)
    invoice = invoice_in(say.pays())
    sandbox.smartpay.statuses[invoice] = "confirmed"
    for name in ("SERVER_ACTION", "SERVER_ACTION", "RUN_APP"):
        assert pronounced(post(client, "salute", finished(invoice, name=name))).startswith(
            "Оплата одна тысяча рублей прошла"
        )
    clock.forward(minutes=10)
    checkout.catch_up(Service(settings, engine, clock))
    assert owed(engine, demo, clock) == before - THOUSAND
    assert [row.status for row in payments_of(engine)] == ["DONE"]
    with store.reading(engine) as db:
        trail = db.exec(select(AuditEntry).where(AuditEntry.actor == "provider:smartpay")).all()
    assert len(trail) == 1


def test_a_window_told_of_many_times_at_once_books_once(
    say: Say, app: Flask, sandbox: Sandbox, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    before = owed(engine, demo, clock)
    invoice = invoice_in(say.pays())
    sandbox.smartpay.statuses[invoice] = "confirmed"
    with ThreadPoolExecutor(4) as crowd:
        told = list(crowd.map(lambda _: post(app.test_client(), "salute", finished(invoice)), range(8)))
    assert all("прошла" in pronounced(answer) for answer in told)
    assert owed(engine, demo, clock) == before - THOUSAND


@pytest.mark.parametrize(
    ("state", "code", "told"),
    [
        ("created", 0, "Банк ещё проводит платёж"),
        ("executed", "0", "Банк ещё проводит платёж"),
        ("paid", 0, "Банк ещё проводит платёж"),
        ("created", 2, "Оплата не завершена"),
        ("created", None, "Оплата не завершена"),
        ("created", "PAYMENT_COMPLETED", "Оплата не завершена"),
        ("created", 4, "Время на оплату вышло"),
        ("created", 5, "Платёж не прошёл"),
        ("cancelled", 0, "Платёж не прошёл"),
        ("reversed", 2, "Платёж не прошёл"),
        ("strange", 0, "Банк ещё проводит платёж"),
    ],
)
def test_what_is_not_paid_is_not_booked(
    say: Say, client: FlaskClient, sandbox: Sandbox, engine: Engine, state: str, code: object, told: str
) -> None:
    invoice = invoice_in(say.pays())
    sandbox.smartpay.statuses[invoice] = state
    assert pronounced(post(client, "salute", finished(invoice, code))).startswith(told)
    assert payments_of(engine)[0].paid_on is None


def test_after_a_window_that_was_closed_the_bill_can_be_paid_anew(say: Say, client: FlaskClient) -> None:
    first = invoice_in(say.pays())
    assert "скажите «оплатить»" in pronounced(post(client, "salute", finished(first, 2)))
    assert invoice_in(say.pays()) != first


def test_a_device_that_turns_out_to_have_no_window_gets_the_link(say: Say, client: FlaskClient) -> None:
    answer = post(client, "salute", finished(invoice_in(say.pays()), 7))
    assert pronounced(answer).startswith("На этом устройстве окно оплаты не открывается")
    assert link_in(answer).startswith("https://zhku.example/bill/")


def test_a_bill_of_somebody_else_is_neither_booked_nor_asked_after(
    say: Say, client: FlaskClient, sandbox: Sandbox, engine: Engine, demo: DemoSummary, clock: Clock
) -> None:
    linked(engine, "salute", "sub-2", demo.rich.id, clock())
    invoice = invoice_in(say.pays())
    sandbox.smartpay.statuses[invoice] = "confirmed"
    for user in ("sub-2", "nobody"):
        assert "Этого платежа у меня нет" in pronounced(post(client, "salute", finished(invoice, user=user)))
    assert [row.status for row in payments_of(engine)] == ["PROCESSING"]


@pytest.mark.parametrize("invoice", ["1", "", None, {}, ["3000000"], 10**400, True])
def test_a_bill_that_we_never_made_books_nothing(
    say: Say, client: FlaskClient, engine: Engine, invoice: object
) -> None:
    assert "Этого платежа у меня нет" in pronounced(post(client, "salute", finished(invoice)))
    assert payments_of(engine) == []


def test_spoiled_news_of_a_window_gets_a_valid_answer_and_books_nothing(
    say: Say, client: FlaskClient, engine: Engine
) -> None:
    news = json.dumps(finished(invoice_in(say.pays()))).encode()
    for raw in mutations(news, 40, seed=7):
        answer = client.post("/salute/secret", data=raw, content_type="application/json")
        assert answer.status_code in (200, 400, 413), raw
        if answer.status_code == 200:
            assert contracts()["salute"].problems(answer.get_json()) == [], raw
            assert phrase("channels.trouble", 0) not in answer.get_data(as_text=True), raw
    assert [row.status for row in payments_of(engine)] == ["PROCESSING"]


@pytest.mark.parametrize("amount", [THOUSAND - 1, None])
def test_a_bill_paid_with_another_sum_is_not_booked(
    say: Say, client: FlaskClient, sandbox: Sandbox, engine: Engine, amount: int | None
) -> None:
    invoice = invoice_in(say.pays())
    sandbox.smartpay.statuses[invoice] = "confirmed"
    sandbox.smartpay.invoices[invoice]["order"]["amount"] = amount
    assert "прошла" not in pronounced(post(client, "salute", finished(invoice)))
    assert [row.status for row in payments_of(engine)] == ["PROCESSING"]


def test_a_payment_that_the_assistant_never_told_of_is_found(
    say: Say, sandbox: Sandbox, engine: Engine, settings: Settings, clock: Clock
) -> None:
    sandbox.smartpay.statuses[invoice_in(say.pays())] = "confirmed"
    service = Service(settings, engine, clock)
    assert checkout.catch_up(service) == 0
    clock.forward(minutes=6)
    assert checkout.catch_up(service) == 1
    assert [row.status for row in payments_of(engine)] == ["DONE"]
    assert checkout.catch_up(service) == 0


@pytest.mark.parametrize(("state", "status"), [("created", "ERROR"), ("executed", "PROCESSING")])
def test_a_bill_that_nobody_began_to_pay_is_over_in_a_few_hours(
    say: Say, sandbox: Sandbox, engine: Engine, settings: Settings, clock: Clock, state: str, status: str
) -> None:
    sandbox.smartpay.statuses[invoice_in(say.pays())] = state
    clock.forward(hours=2)
    checkout.catch_up(Service(settings, engine, clock))
    assert [row.status for row in payments_of(engine)] == ["PROCESSING"]
    clock.forward(hours=2)
    checkout.catch_up(Service(settings, engine, clock))
    assert [row.status for row in payments_of(engine)] == [status]


def test_a_bill_that_is_paid_is_not_opened_again(say: Say, sandbox: Sandbox, client: FlaskClient) -> None:
    invoice = invoice_in(say.pays())
    assert invoice_in(say("повтори")) == invoice
    sandbox.smartpay.statuses[invoice] = "confirmed"
    post(client, "salute", finished(invoice))
    assert "прошла" in pronounced(say("повтори"))


def test_when_smartpay_is_down_as_the_window_closes_nothing_is_lost(
    say: Say, client: FlaskClient, sandbox: Sandbox, engine: Engine, settings: Settings, clock: Clock
) -> None:
    invoice = invoice_in(say.pays())
    sandbox.smartpay.statuses[invoice] = "confirmed"
    sandbox.failing = [500]
    assert "Деньги появятся в счёте сами" in pronounced(post(client, "salute", finished(invoice)))
    clock.forward(minutes=6)
    checkout.catch_up(Service(settings, engine, clock))
    assert [row.status for row in payments_of(engine)] == ["DONE"]


def test_the_page_of_a_bill_paid_in_the_window_says_so(say: Say, client: FlaskClient, sandbox: Sandbox) -> None:
    invoice = invoice_in(say.pays())
    page = link_in(post(client, "salute", finished(invoice, 7))).removeprefix("https://zhku.example")
    assert "Оплата прошла" not in client.get(page).get_data(as_text=True)
    sandbox.smartpay.statuses[invoice] = "confirmed"
    assert "Оплата прошла" in client.get(page).get_data(as_text=True)
