"""The REST API of the company's own systems, on the real books, and fuzzed."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import devices, keys, orders, payments, receipts, store, tickets
from billing.providers.provider import Event
from billing.providers.sandbox import Sandbox
from billing.tables import Account, Payment, Reading, Ticket
from fixtures.demo_company import DemoSummary
from skill.app import Service
from skill.company import api
from skill.routes import errors
from skill.settings import Settings
from tests.billing.files import ON_SQLITE

PREFIX = api.PREFIX
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


@pytest.fixture
def app(demo_books: Engine, now: datetime, tmp_path: Path) -> Flask:
    return an_app(demo_books, now, tmp_path)


def an_app(engine: Engine, now: datetime, folder: Path) -> Flask:
    app = Flask("skill")
    service = Service(Settings(data_dir=folder), engine, lambda: now)
    errors.mount(app, service)
    api.mount(app, service, {"sandbox": Sandbox("secret")})
    return app


@pytest.fixture
def client(app: Flask, demo_books: Engine, now: datetime) -> FlaskClient:
    """Speaks with a key that may do everything."""
    return with_scopes(app, demo_books, now, *keys.SCOPES)


def with_scopes(app: Flask, engine: Engine, now: datetime, *scopes: str) -> FlaskClient:
    with store.transaction(engine) as db:
        key = keys.issue(db, organization_id=1, name="1C", scopes=scopes, now=now)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def test_an_account_is_found_by_its_number(client: FlaskClient, demo: DemoSummary) -> None:
    (account,) = client.get(f"{PREFIX}/accounts?number=100512").json["items"]
    assert account["id"] == demo.account.id
    assert "bill_code" not in account
    whole = client.get(f"{PREFIX}/accounts/{demo.account.id}").json
    assert whole["address"] == "Примерск, улица Лесная, дом 5, квартира 12"
    assert [meter["resource"] for meter in whole["meters"]] == ["COLD_WATER", "HOT_WATER", "ELECTRICITY"]


def test_lists_go_page_by_page(client: FlaskClient) -> None:
    first = client.get(f"{PREFIX}/accounts?limit=40").json["items"]
    second = client.get(f"{PREFIX}/accounts?limit=40&after={first[-1]['id']}").json["items"]
    assert (len(first), len(second)) == (40, 20)


def test_a_reading_is_booked_once(client: FlaskClient, demo: DemoSummary, demo_books: Engine) -> None:
    body = {"meter_id": demo.account.meters[0].id, "values": {"single": "125"}}
    first = client.post(f"{PREFIX}/readings", json=body, headers={"Idempotency-Key": "1"})
    again = client.post(f"{PREFIX}/readings", json=body, headers={"Idempotency-Key": "1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["consumption"] == {"single": "10.000"}
    assert again.json["reading_ids"] == first.json["reading_ids"]
    accepted = client.post(f"{PREFIX}/readings/accept", json={"reading_ids": first.json["reading_ids"]})
    assert accepted.json == {"accepted": 1}
    listed = client.get(f"{PREFIX}/readings?period=2026-11").json["items"]
    assert [(row["value"], row["status"], row["serial"]) for row in listed] == [
        ("125.000", "accepted", demo.account.meters[0].serial)
    ]


def test_a_reading_that_is_not_taken_says_why(client: FlaskClient, demo: DemoSummary) -> None:
    body = {"meter_id": demo.account.meters[0].id, "values": {"single": "100"}}
    answer = client.post(f"{PREFIX}/readings", json=body, headers={"Idempotency-Key": "1"})
    assert answer.status_code == 409
    assert answer.json["text"] == "Так не получится: запрос не сходится с тем, что уже записано."
    (finding,) = answer.json["error"]["facts"]
    assert (finding["code"], finding["facts"]["previous"]) == ("LESS_THAN_PREVIOUS", "115.000")
    assert client.post(f"{PREFIX}/readings", json=body).status_code == 400  # no Idempotency-Key


def test_a_payment_is_registered_once(client: FlaskClient, demo: DemoSummary, demo_books: Engine) -> None:
    body = {"account_id": demo.account.id, "amount_kopecks": 100_00, "paid_on": "2026-11-20", "operation_id": "op-1"}
    before = client.get(f"{PREFIX}/accounts/{demo.account.id}/balance").json["kopecks"]
    assert [client.post(f"{PREFIX}/payments", json=body).status_code for _ in range(2)] == [201, 200]
    assert client.post(f"{PREFIX}/payments", json=body | {"amount_kopecks": 1}).status_code == 409
    after = client.get(f"{PREFIX}/accounts/{demo.account.id}/balance").json
    assert after["kopecks"] == before - 100_00
    assert after["forecast"]["low"] <= after["forecast"]["expected"] <= after["forecast"]["high"]


@pytest.mark.parametrize(("kopecks", "status"), [(2**31, 201), (10**11 - 1, 201), (10**11, 400)])
def test_a_sum_larger_than_any_bill_is_refused(
    client: FlaskClient, demo: DemoSummary, kopecks: int, status: int
) -> None:
    body = {"account_id": demo.account.id, "amount_kopecks": kopecks, "paid_on": "2026-11-20", "operation_id": "op-1"}
    answer = client.post(f"{PREFIX}/payments", json=body)
    assert answer.status_code == status
    if status == 201:
        back = f"{PREFIX}/payments/{answer.json['id']}/refunds"
        assert client.post(back, json={"amount_kopecks": 10**11}, headers={"Idempotency-Key": "1"}).status_code == 400


def test_receipts_come_with_their_lines(client: FlaskClient, demo: DemoSummary) -> None:
    newest = client.get(f"{PREFIX}/accounts/{demo.account.id}/receipts").json["items"][0]
    assert newest["period"] == "2026-10-01"
    assert sum(line["to_pay_kopecks"] for line in newest["lines"]) == newest["to_pay_kopecks"] + newest["paid_kopecks"]


def test_accounts_meters_and_charges_are_loaded_as_rows(client: FlaskClient, demo: DemoSummary) -> None:
    account = {"account": "200001", "bill_code": "123456", "city": "Примерск", "street": "улица Новая", "house": "1"}
    rows = [account | {"flat": "1"}, account | {"flat": "", "account": "200002"}]
    answer = client.post(f"{PREFIX}/accounts", json={"rows": rows}).json["items"]
    assert answer == [{"row": 1, "result": "added"}, {"row": 2, "result": "bad", "reason": "flat is empty"}]
    meter = {"account": "200001", "serial": "N1", "resource": "ХВС", "t1": "12.5"}
    assert client.post(f"{PREFIX}/meters", json={"rows": [meter]}).json["items"][0]["result"] == "added"
    assert client.get(f"{PREFIX}/meters?serial=N1").json["items"][0]["resource"] == "COLD_WATER"
    charge = {"account": "200001", "period": "2026-11"}
    charges = [
        charge | {"service": "ХВС", "charged": "100"},
        charge | {"service": "MAINTENANCE", "charged": "900.50"},
    ]
    assert client.post(f"{PREFIX}/charges", json={"rows": charges}).json["items"] == [{"row": 1, "result": "added"}]
    (found,) = client.get(f"{PREFIX}/accounts?number=200001").json["items"]
    assert client.get(f"{PREFIX}/accounts/{found['id']}/balance").json["kopecks"] == 1000_50


def test_a_request_that_came_another_way_is_taken_once(client: FlaskClient, demo: DemoSummary) -> None:
    body = {"account_id": demo.account.id, "category": "PLUMBING", "details": "Течёт кран"}
    headers = {"Idempotency-Key": "call-17"}
    first, again = (client.post(f"{PREFIX}/tickets", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.json["number"]) == (201, again.json["number"])


def test_news_are_announced_and_listed(client: FlaskClient) -> None:
    made = client.post(f"{PREFIX}/news", json={"title": "Собрание", "body": "В субботу в полдень"}).json
    assert made["id"] in [row["id"] for row in client.get(f"{PREFIX}/news").json["items"]]


def test_an_outage_is_announced_and_taken_back(client: FlaskClient) -> None:
    body = {"kind": "SCHEDULED", "resources": ["GAS"], "start_at": "2026-11-22T10:00:00+03:00", "property_ids": [2]}
    made = client.post(f"{PREFIX}/outages", json=body)
    assert (made.status_code, made.json["start_at"]) == (201, "2026-11-22T07:00:00Z")
    assert client.delete(f"{PREFIX}/outages/{made.json['id']}").json["status"] == "CANCELLED"
    assert client.post(f"{PREFIX}/outages", json=body | {"property_ids": [99]}).status_code == 404
    assert client.post(f"{PREFIX}/outages", json=body | {"end_at": "2026-11-01T00:00:00Z"}).status_code == 400


def test_a_request_is_answered(client: FlaskClient, demo_books: Engine, now: datetime, demo: DemoSummary) -> None:
    with store.transaction(demo_books) as db:
        account = db.get(Account, demo.account.id)
        assert account is not None
        ticket = tickets.create(
            db, account=account, resident_id=None, category="PLUMBING", details="Течёт кран", now=now,
            channel="alice", idempotency_key="t",
        )  # fmt: skip
    change = {"status": "COMPLETED", "answer": "Заменили прокладку"}
    assert client.patch(f"{PREFIX}/tickets/{ticket.id}", json=change).json["answer"] == "Заменили прокладку"
    assert client.patch(f"{PREFIX}/tickets/{ticket.id}", json={"status": "OPEN"}).status_code == 409
    assert [row["id"] for row in client.get(f"{PREFIX}/tickets?status=COMPLETED").json["items"]] == [ticket.id]
    changes = client.get(f"{PREFIX}/accounts/{demo.account.id}/audit").json["items"]
    assert [(row["subject"], row["action"]) for row in changes[:2]] == [("ticket", "status"), ("ticket", "create")]
    with store.reading(demo_books) as db:
        assert db.exec(select(Ticket)).one().status == "COMPLETED"


def test_a_stranger_is_told_nothing(app: Flask) -> None:
    stranger = app.test_client()
    assert stranger.get(f"{PREFIX}/accounts").status_code == 401
    assert stranger.post(f"{PREFIX}/readings", json={"nonsense": 1}).status_code == 401
    assert stranger.get(f"{PREFIX}/accounts", headers={"Authorization": "Bearer zhku_wrong"}).status_code == 401


def test_a_key_does_only_what_it_may(app: Flask, demo_books: Engine, now: datetime) -> None:
    reader = with_scopes(app, demo_books, now, "readings:read")
    assert reader.get(f"{PREFIX}/readings?period=2026-10").status_code == 200
    assert reader.get(f"{PREFIX}/accounts").status_code == 403
    with store.transaction(demo_books) as db:
        assert keys.revoke(db, keys.listing(db)[-1].id, now)
    assert reader.get(f"{PREFIX}/readings?period=2026-10").status_code == 401


def test_another_companys_accounts_are_not_there(client: FlaskClient, demo_books: Engine) -> None:
    with store.reading(demo_books) as db:
        theirs = db.exec(select(Account.id).where(Account.organization_id == 2)).first()
    for path in ("", "/balance", "/receipts", "/payments", "/audit"):
        assert client.get(f"{PREFIX}/accounts/{theirs}{path}").status_code == 404


def test_keys_have_known_scopes(demo_books: Engine, now: datetime) -> None:
    with store.transaction(demo_books) as db, pytest.raises(ValueError, match="scopes are"):
        keys.issue(db, organization_id=1, name="x", scopes=["everything"], now=now)


def test_a_meters_packet_comes_over_http(app: Flask, demo_books: Engine, demo: DemoSummary, now: datetime) -> None:
    with store.transaction(demo_books) as db:
        inputs = {0: (demo.account.meters[1].id, "single")}
        key = devices.add(db, organization_id=1, name="стояк", inputs=inputs, now=now)
    send = app.test_client().post
    assert send("/api/v1/devices", json={"key": key, "ch0": 148.3}).json["kept"] == 1
    assert send("/api/v1/devices", json={"key": "wrong", "ch0": 1}).status_code == 401
    assert send("/api/v1/devices", json=[1]).status_code == 400


def test_a_providers_webhook_moves_the_payment(
    app: Flask, demo_books: Engine, demo: DemoSummary, now: datetime
) -> None:
    sandbox = Sandbox("secret")
    with store.transaction(demo_books) as db:
        payment = payments.create(
            db, account_id=demo.account.id, amount_kopecks=500_00, method="SBP_QR", provider="sandbox",
            idempotency_key="p", now=now, channel="alice",
        )  # fmt: skip
        begun = sandbox.start(orders.order_of(db, payment))
        payments.started(db, payment.id, begun, now=now, channel="alice")
    headers, body = sandbox.signed(Event(begun.external_id, "DONE", 500_00), now.timestamp())
    post = app.test_client().post
    assert post("/api/v1/payments/sandbox/webhook", data=body, headers=headers).status_code == 200
    assert post("/api/v1/payments/sandbox/webhook", data=body + b" ", headers=headers).status_code == 400
    assert post("/api/v1/payments/nobody/webhook", data=body, headers=headers).status_code == 404
    with store.reading(demo_books) as db:
        assert db.exec(select(Payment.status).where(Payment.id == payment.id)).one() == "DONE"
        assert receipts.payments(db, demo.account.id, 1)[0].amount_kopecks == 500_00


def test_the_document_names_every_endpoint(client: FlaskClient) -> None:
    paths = client.get(f"{PREFIX}/openapi.json").json["paths"]
    assert sum(len(methods) for methods in paths.values()) == len(api.ENDPOINTS)
    assert json.dumps(paths)


def readings_of(engine: Engine) -> list[Any]:
    with store.reading(engine) as db:
        rows = select(Reading.id, Reading.value, Reading.status).where(Reading.period < date(2026, 11, 1))
        return list(db.exec(rows.order_by(col(Reading.id))).all())


def test_the_first_day_of_all_is_no_moment(client: FlaskClient) -> None:
    outage = {"kind": "SCHEDULED", "resources": ["heating"], "start_at": "0001-01-01T00:00:00+01:00"}
    assert client.post(f"{PREFIX}/outages", json=outage).status_code == 400


@ON_SQLITE
def test_no_request_breaks_it(app: Flask, client: FlaskClient, demo_books: Engine) -> None:
    """Whatever is sent, the answer is one that the document names, and no billed reading changes."""
    before = readings_of(demo_books)
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)
    headers = {"Authorization": client.environ_base["HTTP_AUTHORIZATION"]}
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def answers(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        answers()
    assert readings_of(demo_books) == before
