"""The window of payment opens with the bill, and where it cannot the link stays."""

from threading import Event
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import store
from billing.providers import smartpay
from billing.tables import AccountContact, Payment
from fixtures.demo_company import DemoSummary
from skill.app import create_app
from skill.channels import salute
from skill.channels.limits import contracts, platform_of
from skill.deadline import MARGIN_SECONDS
from skill.sandbox import Sandbox
from skill.settings import Settings
from tests.skill.assistants.asking import post
from tests.skill.assistants.salute_window.talking import (
    THOUSAND,
    Say,
    finished,
    invoice_in,
    link_in,
    payments_of,
    pronounced,
    said,
)
from tests.skill.talking import Clock


def test_a_yes_opens_the_window_with_the_bill(say: Say, sandbox: Sandbox, engine: Engine) -> None:
    answer = say.pays()
    action = answer["payload"]["server_action"]
    assert action["app_info"] == {"systemName": "payment_app"}
    assert action["parameters"]["app_info"] == {"projectId": "p-1"}
    assert (answer["messageId"], answer["uuid"]["sub"]) == (2, "sub-1")
    assert answer["payload"]["device"]["surface"] == "SBERBOX"
    booked = payments_of(engine)
    assert [(row.external_id, row.status) for row in booked] == [(invoice_in(answer), "PROCESSING")]
    assert list(sandbox.smartpay.invoices) == [invoice_in(answer)]


def test_the_bill_lists_what_the_fiscal_receipt_needs(say: Say, sandbox: Sandbox, engine: Engine, demo: DemoSummary,
                                                      clock: Clock) -> None:  # fmt: skip
    with store.transaction(engine) as db:
        db.add(AccountContact(account_id=demo.account.id, kind="email", value="anna@example.org", created_at=clock()))
    bill = sandbox.smartpay.invoices[invoice_in(say.pays())]
    order = bill["order"]
    assert bill["purchaser"] == {"email": "anna@example.org"}
    assert (order["amount"], order["currency"], order["tax_system"]) == (THOUSAND, "RUB", 1)
    assert order["purpose"].startswith(("УК", "ООО"))
    assert [(one["item_amount"], one["tax_type"]) for one in order["order_bundle"]] == [(THOUSAND, 0)]
    assert demo.account.number in order["order_bundle"][0]["name"]
    assert (order["order_date"], order["expiration_date"]) == ("2026-11-21T09:30:00+00:00", "2026-11-21T09:50:00+00:00")


def test_the_same_yes_delivered_twice_opens_one_bill(say: Say, client: FlaskClient, sandbox: Sandbox) -> None:
    first = say.pays()
    again = post(client, "salute", said("да", 2))
    assert invoice_in(again) == invoice_in(first)
    assert len(sandbox.smartpay.invoices) == 1


def test_a_question_about_a_payment_opens_no_window(say: Say, sandbox: Sandbox, clock: Clock) -> None:
    say("оплатить тысячу рублей")
    sandbox.failing = [503]
    say("да")
    clock.forward(minutes=6)
    answer = say("прошёл ли мой платёж")
    assert "денег ещё нет" in pronounced(answer)
    assert link_in(answer)


def test_while_smartpay_is_down_the_link_stays(say: Say, sandbox: Sandbox, engine: Engine) -> None:
    say("оплатить тысячу рублей")
    sandbox.failing = [503]
    answer = say("да")
    assert pronounced(answer).startswith("Окно оплаты сейчас не открылось. ")
    assert "ссылка" in pronounced(answer)
    assert link_in(answer).startswith("https://zhku.example/bill/")
    assert payments_of(engine) == []


def test_while_smartpay_is_slow_the_link_stays(say: Say, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    say("оплатить тысячу рублей")
    monkeypatch.setattr(smartpay, "TIMEOUT", httpx.Timeout(0.1))
    sandbox.smartpay.slow = 0.5
    assert link_in(say("да"))


def test_smartpay_may_take_no_longer_than_the_platform_waits() -> None:
    limits = smartpay.TIMEOUT
    waits = contracts()["salute"].capabilities.seconds - MARGIN_SECONDS
    assert limits.connect + limits.write + limits.read < waits


def test_a_window_that_is_late_opens_at_the_next_word(
    say: Say, settings: Settings, engine: Engine, clock: Clock, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("оплатить тысячу рублей")
    hurried = create_app(settings.model_copy(update={"answer_seconds": 0.1}), engine=engine, clock=clock).test_client()
    whole, released = sandbox.smartpay.bills, Event()
    monkeypatch.setattr(sandbox.smartpay, "bills", lambda: released.wait(2) and whole())
    assert "Скажите «продолжи»" in pronounced(post(hurried, "salute", said("да", 2)))
    released.set()
    for number in range(3, 100):
        answer = post(hurried, "salute", said("продолжи", number))
        if answer["messageName"] == "POLICY_RUN_APP":
            break
    assert [invoice_in(answer)] == list(sandbox.smartpay.invoices)


def test_nobody_waits_for_the_books_while_smartpay_is_asked(
    say: Say, sandbox: Sandbox, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server answers only when somebody else has written."""
    whole = sandbox.smartpay.bills

    def bills() -> Any:
        with store.transaction(engine) as db:
            db.exec(select(Payment).limit(1)).all()
        return whole()

    monkeypatch.setattr(sandbox.smartpay, "bills", bills)
    assert invoice_in(say.pays())


def test_a_payment_begun_elsewhere_meanwhile_stays_there(
    say: Say, sandbox: Sandbox, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another delivery of the same yes found SmartPay down and began on a page."""
    whole = sandbox.smartpay.bills

    def bills() -> Any:
        with store.transaction(engine) as db:
            payment = db.exec(select(Payment).order_by(col(Payment.id).desc())).first()
            payment.provider, payment.status, payment.external_id = "yookassa", "PROCESSING", "x-1"
        return whole()

    monkeypatch.setattr(sandbox.smartpay, "bills", bills)
    assert link_in(say.pays())
    assert payments_of(engine) == []


@pytest.mark.parametrize("device", [{"screen": False}, {"screen": None}, {"project": ""}], ids=str)
def test_a_device_without_the_window_gets_what_it_got_before(
    say: Say, sandbox: Sandbox, device: dict[str, Any]
) -> None:
    for text in ("оплатить тысячу рублей", "без пин-кода", "да"):
        answer = say(text, **device)
    assert answer["messageName"] == "ANSWER_TO_USER"
    assert sandbox.smartpay.invoices == {}


def test_a_stranger_gets_no_window(client: FlaskClient, sandbox: Sandbox) -> None:
    for number, text in enumerate(("оплатить тысячу рублей", "да")):
        answer = post(client, "salute", said(text, number, user="stranger"))
        assert answer["messageName"] == "ANSWER_TO_USER"
    assert sandbox.smartpay.invoices == {}


def test_without_smartpay_a_bill_is_paid_behind_a_link(
    settings: Settings, engine: Engine, clock: Clock, residents: None
) -> None:
    bare = settings.model_copy(update={"smartpay_service_id": ""})
    client = create_app(bare, engine=engine, clock=clock).test_client()
    answer = Say(client).pays()
    assert link_in(answer).startswith("https://zhku.example/bill/")
    assert pronounced(post(client, "salute", finished("1")))


def test_the_answer_that_opens_the_window_is_held_against_the_contract(say: Say) -> None:
    answer = say.pays()
    assert platform_of(answer, "answer") == "salute"
    del answer["payload"]["server_action"]["parameters"]["invoice_id"]
    assert contracts()["salute"].problems(answer)


def test_a_body_without_a_window_opens_none() -> None:
    turn = salute.read(said("оплатить", 1))
    assert (turn.can_pay, turn.window) == (True, None)


def test_the_payer_can_be_played_by_hand(say: Say, client: FlaskClient, sandbox: Sandbox) -> None:
    invoice = invoice_in(say.pays())
    command = sandbox.sent[-1].body["text"]
    assert command.startswith("curl -X POST")
    paid = httpx.post(command.split()[-1], headers={"Authorization": "Bearer sandbox-smartpay"})
    assert paid.json()["invoice_status"] == "confirmed"
    assert "прошла" in pronounced(post(client, "salute", finished(invoice)))
