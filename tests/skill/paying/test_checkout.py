"""Paying through ЮKassa from a conversation and from the bill's page, down to the webhook that books it once."""

import re
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import keys, receipts, store
from billing.tables import AccountContact, AuditEntry, Payment, Refund
from fixtures.demo_company import DemoSummary
from skill import checkout
from skill.app import Service, create_app
from skill.settings import Settings
from speech import wording
from tests.billing.shop import Shop, notice
from tests.skill.paying.shopping import WEBHOOK, Say, the_bill, the_payment
from tests.skill.talking import Clock, linked


def test_a_yes_gives_the_providers_own_page(say: Say, shop: Shop, engine: Engine, demo: DemoSummary) -> None:
    assert "?" in say("оплатить квартплату").text
    reply = say("да")
    payment = the_payment(engine)
    assert reply.link == payment.pay_url == shop.payments[payment.external_id]["confirmation"]["confirmation_url"]
    assert (payment.status, payment.method) == ("PROCESSING", "CARD")
    body = shop.asked[0][2]
    assert body["payment_order"]["account_number"] == demo.rich.number
    assert body["receipt"]["customer"] == {"email": "office@uk.example"}
    assert body["confirmation"]["return_url"].startswith("https://zhku.example/bill/")


def test_the_same_delivery_again_gets_the_same_page(say: Say, shop: Shop) -> None:
    say("оплатить")
    assert say("да", "twice").link == say("да", "twice").link
    assert len(shop.payments) == 1


def test_a_webhook_books_the_money_once(say: Say, shop: Shop, client: FlaskClient, engine: Engine, demo: DemoSummary,
                                        clock: Clock) -> None:  # fmt: skip
    with store.reading(engine) as db:
        before = receipts.balance(db, demo.rich.id, clock().date()).kopecks
    say("оплатить тысячу рублей")
    say("да")
    told = shop.pay(the_payment(engine).external_id)
    assert [client.post(WEBHOOK, data=told).status_code for _ in range(3)] == [200, 200, 200]
    with store.reading(engine) as db:
        assert receipts.balance(db, demo.rich.id, clock().date()).kopecks == before - 1000_00
        own = AuditEntry.subject == "payment", AuditEntry.subject_id == the_payment(engine).id
        trail = db.exec(select(AuditEntry).where(*own).order_by(col(AuditEntry.id))).all()
    assert [(entry.actor, entry.channel, entry.after.get("status")) for entry in trail] == [
        ("resident", "chat", None), ("yookassa", "chat", "PROCESSING"), ("provider:yookassa", "webhook", "DONE"),
    ]  # fmt: skip


def test_a_webhook_of_a_stranger_is_refused(say: Say, shop: Shop, client: FlaskClient, engine: Engine) -> None:
    say("оплатить тысячу рублей")
    say("да")
    told = shop.pay(the_payment(engine).external_id)
    answer = client.post(WEBHOOK, data=told, headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 400
    assert the_payment(engine).status == "PROCESSING"
    assert client.post(WEBHOOK, data=notice("payment.succeeded", "unknown")).status_code == 503


def test_while_the_provider_is_down_the_bills_page_is_shown_and_tries_again(
    say: Say, shop: Shop, client: FlaskClient, engine: Engine
) -> None:
    shop.down = True
    say("оплатить")
    reply = say("да")
    assert reply.link.startswith("https://zhku.example/bill/")
    page = reply.link.removeprefix("https://zhku.example")
    assert client.post(f"{page}/pay", data={"method": "card"}).location == f"{page}?trouble=later"
    assert "сервис не ответил" in client.get(f"{page}?trouble=later").get_data(as_text=True)
    shop.down = False
    answer = client.post(f"{page}/pay", data={"method": "card"})
    assert answer.location.startswith("https://yoomoney.ru/checkout/")
    assert len(shop.payments) == 1
    assert the_payment(engine).status == "PROCESSING"


def test_the_bills_page_pays_by_sbp_and_thanks(say: Say, shop: Shop, client: FlaskClient, engine: Engine) -> None:
    page = the_bill(say)
    form = {"method": "sbp", "email": "Ivan@Example.org"}
    links = [client.post(f"{page}/pay", data=form).location for _ in range(2)]
    payment = the_payment(engine)
    assert links == [f"https://qr.nspk.ru/{payment.external_id}"] * 2
    assert shop.asked[0][2]["receipt"]["customer"] == {"email": "ivan@example.org"}
    shop.cancel(payment.external_id)
    client.post(WEBHOOK, data=notice("payment.canceled", payment.external_id))
    assert the_payment(engine).error == "expired_on_confirmation"
    again = client.post(f"{page}/pay", data=form).location
    assert again not in links
    back = shop.asked[-1][2]
    assert back["payment_method_data"] == {"type": "sbp"}
    with store.reading(engine) as db:
        assert db.exec(select(AccountContact)).all() == []  # an address for one receipt proves nothing about anybody


def test_an_address_that_is_none_is_told(say: Say, client: FlaskClient) -> None:
    page = the_bill(say)
    location = client.post(f"{page}/pay", data={"method": "card", "email": "nobody"}).location
    assert "Проверьте сумму и адрес почты" in client.get(location).get_data(as_text=True)


def test_a_payment_whose_webhook_never_came_is_asked_after(
    say: Say, shop: Shop, service: Service, engine: Engine, clock: Clock
) -> None:
    say("оплатить тысячу рублей")
    say("да")
    shop.pay(the_payment(engine).external_id)
    assert checkout.catch_up(service) == 0
    clock.forward(minutes=6)
    assert checkout.catch_up(service) == 1
    assert the_payment(engine).status == "DONE"


def test_without_a_provider_the_bill_has_its_qr_code_only(engine: Engine, clock: Clock, tmp_path: Path) -> None:
    plain = Settings(data_dir=tmp_path, public_url="https://zhku.example")
    client = create_app(plain, engine=engine, clock=clock).test_client()
    assert checkout.chosen(plain) == "page"
    assert client.post("/bill/x/pay").status_code == 404
    assert client.post(WEBHOOK, data=b"{}").status_code == 404


def test_the_sandbox_plays_the_bank(engine: Engine, demo: DemoSummary, clock: Clock, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, payment_sandbox_secret="s", public_url="https://zhku.example")
    linked(engine, "chat", "me", demo.rich.id, clock())
    talk, client = Say(Service(settings, engine, clock)), create_app(settings, engine=engine, clock=clock).test_client()
    talk("оплатить тысячу рублей")
    page = talk("да").link.removeprefix("https://zhku.example")
    assert wording.money(1000_00) in client.get(page).get_data(as_text=True)
    back = client.post(page, data={"pay": "1"}).location
    assert re.fullmatch(r"https://zhku\.example/bill/\S+", back)
    assert "Оплата прошла" in client.get(back.removeprefix("https://zhku.example")).get_data(as_text=True)


def test_money_is_given_back_by_the_provider(
    say: Say, shop: Shop, service: Service, client: FlaskClient, engine: Engine, clock: Clock
) -> None:
    """Ordered by the company's own system; the provider, down at first, is asked again with the same key."""
    say("оплатить тысячу рублей")
    say("да")
    client.post(WEBHOOK, data=shop.pay(the_payment(engine).external_id))
    with store.transaction(engine) as db:
        key = keys.issue(db, organization_id=1, name="1C", scopes=["payments:write"], now=clock())
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "r" * 100}
    order = f"/api/v1/company/payments/{the_payment(engine).id}/refunds"
    with store.reading(engine) as db:
        elsewhere = db.exec(select(Payment.id).where(Payment.provider != "yookassa", Payment.status == "DONE")).first()
    refused = client.post(
        f"/api/v1/company/payments/{elsewhere}/refunds", json={"amount_kopecks": 100}, headers=headers
    )
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "NOT_HERE")
    with store.reading(engine) as db:
        assert db.exec(select(Refund)).all() == []
    assert client.post(order, json={"amount_kopecks": 1001_00}, headers=headers).json["error"]["code"] == "TOO_MUCH"
    assert [client.post(order, json={"amount_kopecks": 400_00}, headers=headers).status_code for _ in "ab"] == [
        202,
        202,
    ]
    shop.down = True
    assert checkout.give_back(service) == 0
    shop.down = False
    assert (checkout.give_back(service), checkout.give_back(service)) == (1, 0)
    (refund,) = shop.refunds.values()
    assert (refund["payment_id"], float(refund["amount"]["value"])) == (the_payment(engine).external_id, 400)
    assert refund["receipt"]["customer"] == {"email": "office@uk.example"}
    with store.reading(engine) as db:
        assert db.exec(select(Refund.status)).all() == ["DONE"]
