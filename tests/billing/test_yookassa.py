"""ЮKassa, really spoken to over HTTP: a local server that answers as its documentation says."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from sqlmodel import select

from billing import autopay, orders, payments, refunds
from billing.providers.provider import (
    BadWebhook,
    Check,
    Event,
    Item,
    Order,
    ProviderFailed,
    Recipient,
    RefundOrder,
    Returned,
)
from billing.providers.yookassa import YooKassa
from billing.tables import Autopay, Payment

Village = Any  # the fixture's class lives in conftest.py
APRIL = date(2026, 4, 1)
YK_1 = "30b8a2f4-000f-5000-8000-1e0d2b1c9a77"
TOKEN = "22e18a2f-000f-5000-a000-1db6312b7767"
THEIRS, STRANGER = "185.71.76.5", "203.0.113.9"
RECIPIENT = Recipient(
    "ООО «УК»", "0012345675", "001201001", "АО «Банк»", "040000225", "40702810900000000001", "30101810400000000225"
)


class Shop(BaseHTTPRequestHandler):
    """Answers as ЮKassa's API does; remembers what it was asked, refuses what it would refuse."""

    asked: ClassVar[list[tuple[str, str | None, Any]]] = []
    status: ClassVar[str] = "succeeded"
    refund_status: ClassVar[str] = "succeeded"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers.get("Idempotence-Key"), body))
        if self.headers["Authorization"] != "Basic " + base64.b64encode(b"123456:test_secret").decode():
            self.answer({"type": "error", "code": "invalid_credentials"}, 401)
        elif "payment_order" not in body and self.path == "/payments":
            self.answer({"type": "error", "code": "invalid_request", "parameter": "payment_order"}, 400)
        elif self.path == "/refunds":
            self.answer(self.refund(body["amount"]))
        elif "payment_method_id" in body:
            self.answer(payment("succeeded", body["amount"]))
        else:
            by_sbp = body.get("payment_method_data", {}).get("type") == "sbp"
            link = {"type": "qr", "confirmation_data": "https://qr.nspk.ru/AS1"}
            page = {"type": "redirect", "confirmation_url": "https://yoomoney.ru/pay/1"}
            self.answer(payment("pending", body["amount"]) | {"confirmation": link if by_sbp else page})

    def do_GET(self) -> None:
        amount = {"value": "2040.00", "currency": "RUB"}
        self.answer(self.refund(amount) if "/refunds/" in self.path else payment(self.status, amount))

    def refund(self, amount: dict[str, str]) -> dict[str, Any]:
        return {"id": "ref-1", "status": self.refund_status, "payment_id": YK_1, "amount": amount}

    def answer(self, content: dict[str, Any], status: int = 200) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


def payment(status: str, amount: dict[str, str]) -> dict[str, Any]:
    kept = {"type": "bank_card", "id": TOKEN, "saved": True, "title": "Bank card *4477"}
    return {
        "id": YK_1,
        "status": status,
        "amount": amount,
        "paid": status == "succeeded",
        "created_at": "2026-11-21T09:30:00.000Z",
    } | ({"payment_method": kept, "receipt_registration": "succeeded"} if status == "succeeded" else {})


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    Shop.asked.clear()
    monkeypatch.setattr(Shop, "status", "succeeded")
    monkeypatch.setattr(Shop, "refund_status", "succeeded")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def yookassa(url: str, **how: Any) -> YooKassa:
    return YooKassa("123456", "test_secret", api_url=url, **how)


def an_order(key: str, method: str = "CARD", **more: Any) -> Order:
    return Order(key, 2040_00, method, "ЖКУ", "https://example.org", recipient=RECIPIENT, **more)


def notice(event: str, named: str = YK_1) -> bytes:
    lie = {"id": named, "amount": {"value": "1.00", "currency": "RUB"}}
    return json.dumps({"type": "notification", "event": event, "object": lie}).encode()


def test_it_is_asked_for_an_sbp_link_with_the_payment_order(shop: str) -> None:
    order = an_order("key-1", "SBP_QR", period=APRIL, account_number="0012345", els="75да533315")
    begun = yookassa(shop).start(order)
    assert (begun.external_id, begun.pay_url) == (YK_1, "https://qr.nspk.ru/AS1")
    path, key, body = Shop.asked[0]
    assert (path, key) == ("/payments", "key-1")
    assert float(body["amount"]["value"]) == 2040
    told = body["payment_order"]
    assert (told["type"], told["account_number"], told["unified_account_number"]) == (
        "utilities",
        "0012345",
        "75да533315",
    )
    assert told["payment_period"] == {"month": 4, "year": 2026}
    assert told["recipient"]["inn"] == "0012345675"


def test_it_is_asked_for_a_page_for_cards(shop: str) -> None:
    assert yookassa(shop).start(an_order("key-2")).pay_url == "https://yoomoney.ru/pay/1"
    body = Shop.asked[0][2]
    assert body["confirmation"] == {"type": "redirect", "return_url": "https://example.org"}
    assert not {"payment_method_data", "receipt", "save_payment_method"} & set(body)


def test_a_fiscal_receipt_is_asked_for_with_the_payment(shop: str) -> None:
    items = (Item("ЖКУ за 04.2026", 2000_00), Item("Комиссия за приём платежа", 40_00, settled=False))
    yookassa(shop, vat_code=1, tax_system=2).start(an_order("key-5", check=Check("ivan@example.org", items)))
    receipt = Shop.asked[0][2]["receipt"]
    assert receipt["customer"] == {"email": "ivan@example.org"}
    assert receipt["tax_system_code"] == 2
    assert [(item["payment_mode"], item["payment_subject"], int(item["vat_code"])) for item in receipt["items"]] == [
        ("full_payment", "service", 1),
        ("advance", "service", 1),
    ]
    assert sum(float(item["amount"]["value"]) for item in receipt["items"]) == 2040


def test_a_receipt_may_go_to_a_telephone(shop: str) -> None:
    yookassa(shop).start(an_order("key-6", check=Check("+79123456789", (Item("ЖКУ", 2040_00),))))
    assert Shop.asked[0][2]["receipt"]["customer"] == {"phone": "79123456789"}


def test_a_webhook_is_believed_only_as_far_as_its_id(shop: str) -> None:
    told = yookassa(shop).webhook({}, notice("payment.succeeded"), 0, STRANGER)
    assert told == Event(YK_1, "DONE", 2040_00, None, TOKEN, "Bank card *4477", "succeeded")


def test_a_webhook_from_elsewhere_is_refused_where_addresses_are_checked(shop: str) -> None:
    strict = yookassa(shop, check_address=True)
    assert strict.webhook({}, notice("payment.succeeded"), 0, THEIRS) is not None
    for address in (STRANGER, "", "nonsense"):
        with pytest.raises(BadWebhook, match="networks"):
            strict.webhook({}, notice("payment.succeeded"), 0, address)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"event": "payment.succeeded"}', b'{"event": 1, "object": 2}'])
def test_a_webhook_that_cannot_be_read_is_refused(shop: str, body: bytes) -> None:
    with pytest.raises(BadWebhook):
        yookassa(shop).webhook({}, body, 0, THEIRS)


def test_it_gives_back_with_a_receipt(shop: str) -> None:
    check = Check("ivan@example.org", (Item("Возврат", 40_00),))
    answer = yookassa(shop).refund(RefundOrder(YK_1, 40_00, "key-3", check))
    assert (answer.external_id, answer.done) == ("ref-1", True)
    assert Shop.asked[0][2]["receipt"]["customer"] == {"email": "ivan@example.org"}


def test_a_refund_that_takes_a_while_is_reported_later(shop: str, village: Village, now: datetime) -> None:
    own = paid(village, now)
    row, order = refunds.refund(
        village.db, payment_id=own.id, amount_kopecks=40_00, idempotency_key="r", now=now, actor="operator:1",
        channel="console",
    )  # fmt: skip
    Shop.refund_status = "pending"
    answer = yookassa(shop).refund(order)
    assert refunds.refunded(village.db, row.id, answer, now=now).status == "CREATED"
    Shop.refund_status = "succeeded"
    told = yookassa(shop).webhook({}, notice("refund.succeeded", "ref-1"), 0, THEIRS)
    assert told == Returned("ref-1", done=True)
    assert refunds.report(village.db, "yookassa", told, now=now).status == "DONE"


def paid(village: Village, now: datetime) -> Payment:
    own = payments.create(
        village.db, account_id=1, amount_kopecks=2040_00, method="CARD", provider="yookassa", idempotency_key="p",
        now=now, channel="web",
    )  # fmt: skip
    own.external_id, own.status, own.paid_on = YK_1, "DONE", now.date()
    village.db.flush()
    return own


def test_a_kept_card_pays_the_next_bill_by_itself(shop: str, village: Village, now: datetime) -> None:
    """Consent, the first payment with its page, the token from the webhook, a charge that needs nobody."""
    first = payments.create(
        village.db, account_id=1, amount_kopecks=2040_00, method="CARD", provider="yookassa", idempotency_key="first",
        now=now, channel="web", contact="ivan@example.org",
    )  # fmt: skip
    autopay.agree(
        village.db, first, resident_id=None, limit_kopecks=5000_00, day=None, now=now, actor="resident", channel="web"
    )
    provider = yookassa(shop)
    order = replace(orders.order_of(village.db, first, "https://example.org"), recipient=RECIPIENT)
    payments.started(village.db, first.id, provider.start(order), now=now, channel="web")
    assert Shop.asked[0][2]["save_payment_method"] is True
    told = provider.webhook({}, notice("payment.succeeded"), 0, THEIRS)
    assert isinstance(told, Event)
    assert payments.report(village.db, "yookassa", told, now=now).fiscal_status == "succeeded"
    row = village.db.exec(select(Autopay)).one()
    assert (row.token, row.title) == (TOKEN, "Bank card *4477")
    assert provider.charge(an_order("autopay:1:2026-05"), row.token).status == "DONE"
    asked = Shop.asked[-1][2]
    assert asked["payment_method_id"] == TOKEN
    assert "confirmation" not in asked
    assert autopay.end(village.db, 1, now=now, actor="resident", channel="alice")
    assert row.token == ""


def test_what_it_refuses_and_no_answer_are_failures(shop: str) -> None:
    with pytest.raises(ProviderFailed, match="invalid_request payment_order"):
        yookassa(shop).start(replace(an_order("key-7"), recipient=None))
    with pytest.raises(ProviderFailed, match="did not answer"):
        yookassa("http://127.0.0.1:9").start(an_order("key-4"))
