"""Paying in Salute's own window, against a local SmartPay written from its documentation."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import receipts, store
from billing.providers import smartpay
from billing.tables import AccountContact, AuditEntry, Payment
from fixtures.demo_company import DemoSummary
from skill import checkout
from skill.app import Service, create_app
from skill.channels import salute
from skill.channels.limits import contracts, platform_of
from skill.deadline import MARGIN_SECONDS
from skill.dialogue.phrases import phrase
from skill.replay.mutations import mutations
from skill.sandbox import Sandbox
from skill.settings import Settings
from tests.skill.assistants.asking import post, recorded
from tests.skill.talking import Clock, linked

THOUSAND = 1000_00


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
def say(client: FlaskClient, residents: None) -> "Say":
    return Say(client)


class Say:
    """The demo account's resident at a device that has the window."""

    def __init__(self, client: FlaskClient) -> None:
        self._client, self._count = client, 0

    def __call__(self, text: str, **device: Any) -> dict[str, Any]:
        self._count += 1
        return post(self._client, "salute", said(text, self._count, **device))

    def pays(self, amount: str = "оплатить тысячу рублей") -> dict[str, Any]:
        self(amount)
        return self("да")


def said(text: str, number: int, *, screen: object = True, project: str = "p-1", user: str = "sub-1") -> dict[str, Any]:
    """A phrase as Salute sends it."""
    body = recorded("salute/phrase")
    body["messageId"] = number
    body["uuid"]["sub"] = user
    body["payload"]["message"]["original_text"] = text
    body["payload"]["device"]["capabilities"]["screen"]["available"] = screen
    body["payload"]["app_info"] = {"projectId": project, "systemName": "zhku"}
    return body


def finished(invoice: object, code: object = 0, *, user: str = "sub-1", name: str = "SERVER_ACTION") -> dict[str, Any]:
    """What Salute sends when the window is gone."""
    body = recorded("salute/pay_result")
    body["messageName"], body["uuid"]["sub"] = name, user
    body["payload"]["server_action"]["parameters"]["payment_response"] = {"response_code": code, "invoice_id": invoice}
    return body


def pronounced(answer: dict[str, Any]) -> str:
    return answer["payload"]["pronounceText"]


def payments_of(engine: Engine) -> list[Payment]:
    with store.reading(engine) as db:
        query = select(Payment).where(Payment.provider == "smartpay").order_by(col(Payment.id))
        return list(db.exec(query).all())


def owed(engine: Engine, demo: DemoSummary, clock: Clock) -> int:
    with store.reading(engine) as db:
        return receipts.balance(db, demo.account.id, clock().date()).kopecks


def invoice_in(answer: dict[str, Any]) -> str:
    """The bill that an answer opens the window with."""
    assert answer["messageName"] == "POLICY_RUN_APP"
    return answer["payload"]["server_action"]["parameters"]["invoice_id"]


def link_in(answer: dict[str, Any]) -> str:
    """The link that an answer offers."""
    buttons = answer["payload"]["suggestions"]["buttons"]
    return next(one["action"]["deep_link"] for one in buttons if one["action"]["type"] == "deep_link")


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


def test_the_same_yes_delivered_twice_opens_one_bill(say: Say, client: FlaskClient, sandbox: Sandbox) -> None:
    first = say.pays()
    again = post(client, "salute", said("да", 2))
    assert invoice_in(again) == invoice_in(first)
    assert len(sandbox.smartpay.invoices) == 1


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


def test_the_page_of_a_bill_paid_in_the_window_says_so(say: Say, client: FlaskClient, sandbox: Sandbox) -> None:
    invoice = invoice_in(say.pays())
    page = link_in(post(client, "salute", finished(invoice, 7))).removeprefix("https://zhku.example")
    assert "Оплата прошла" not in client.get(page).get_data(as_text=True)
    sandbox.smartpay.statuses[invoice] = "confirmed"
    assert "Оплата прошла" in client.get(page).get_data(as_text=True)


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
