"""Payments: the states they go through, signed webhooks, refunds, a provider that is really spoken to over HTTP."""

import json
import threading
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from sqlmodel import select

from billing import payments, receipts
from billing.payments import AmountMismatch, PaymentRefused
from billing.providers.provider import BadWebhook, Event, Order, ProviderFailed, RefundOrder
from billing.providers.sandbox import Sandbox
from billing.tables import Account, AuditEntry, Payment, Refund

Village = Any  # the fixture's class lives in conftest.py
APRIL = date(2026, 4, 1)
TODAY = date(2026, 11, 21)
YK_1 = "30b8a2f4-000f-5000-8000-1e0d2b1c9a77"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox("a secret")


def ordered(village: Village, now: datetime, kopecks: int = 2040_00, key: str = "pay-1") -> Payment:
    return payments.create(
        village.db,
        account_id=1,
        amount_kopecks=kopecks,
        method="SBP_QR",
        provider="sandbox",
        idempotency_key=key,
        now=now,
        channel="alice",
    )


def begun(village: Village, now: datetime, sandbox: Sandbox) -> Payment:
    payment = ordered(village, now)
    account = village.db.get(Account, 1)
    start = sandbox.start(payments.order_of(payment, account, "https://example.org/thanks"))
    return payments.started(village.db, payment.id, start, now=now, channel="alice")


def told(
    village: Village, now: datetime, sandbox: Sandbox, payment: Payment, status: str, kopecks: int = 2040_00
) -> Payment:
    headers, body = sandbox.signed(Event(payment.external_id or "", status, kopecks), now.timestamp())
    event = sandbox.webhook(headers, body, now.timestamp())
    assert event is not None
    return payments.report(village.db, "sandbox", event, now=now)


def test_a_payment_from_order_to_done(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    assert (payment.status, payment.pay_url is not None) == ("PROCESSING", True)
    assert told(village, now, sandbox, payment, "WITHDRAWN").status == "WITHDRAWN"
    assert told(village, now, sandbox, payment, "DONE").status == "DONE"
    assert payment.paid_on == TODAY
    assert receipts.balance(village.db, 1, TODAY).kopecks == -2040_00
    trail = village.db.exec(select(AuditEntry).where(AuditEntry.subject == "payment")).all()
    assert [(entry.action, (entry.after or {}).get("status")) for entry in trail] == [
        ("create", None), ("status", "PROCESSING"), ("status", "WITHDRAWN"), ("status", "DONE"),
    ]  # fmt: skip


def test_asking_twice_makes_one_payment(village: Village, now: datetime) -> None:
    assert ordered(village, now).id == ordered(village, now).id


def test_a_key_for_another_sum_is_refused(village: Village, now: datetime) -> None:
    ordered(village, now)
    with pytest.raises(PaymentRefused, match="KEY_REUSED"):
        ordered(village, now, kopecks=100_00)


@pytest.mark.parametrize(("kopecks", "refused"), [(4_99, True), (5_00, False)])
def test_five_roubles_are_the_least(village: Village, now: datetime, kopecks: int, refused: bool) -> None:
    if refused:
        with pytest.raises(PaymentRefused, match="TOO_SMALL"):
            ordered(village, now, kopecks=kopecks)
    else:
        assert ordered(village, now, kopecks=kopecks).status == "CREATED"


@pytest.mark.parametrize(
    ("kopecks", "expected"), [(1000_00, 10_00), (100_00, 5_00), (50_000_00, 100_00), (1234_56, 12_35)]
)
def test_a_fee_is_on_top_within_its_bounds(kopecks: int, expected: int) -> None:
    rule = payments.FeeRule(Decimal(1), at_least=5_00, at_most=100_00)
    account = Account(organization_id=1, premises_id=1, number="1", bill_code="111111", opened_on=APRIL)
    assert payments.fee(account, kopecks, rule) == expected
    account.without_commission = True
    assert payments.fee(account, kopecks, rule) == 0


def test_another_accounts_bill_cannot_be_paid(village: Village, now: datetime) -> None:
    village.read(APRIL, "6")
    receipt, _ = village.bill(APRIL)
    other = Account(id=2, organization_id=1, premises_id=1, number="2", bill_code="222222", opened_on=APRIL)
    village.db.add(other)
    village.db.flush()
    with pytest.raises(PaymentRefused, match="OTHER_ACCOUNT"):
        payments.create(
            village.db, account_id=other.id, amount_kopecks=100_00, method="CARD", provider="sandbox",
            idempotency_key="x", now=now, channel="web", receipt_id=receipt.id,
        )  # fmt: skip


def test_a_webhook_that_comes_twice_or_late_is_no_step_back(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    for status in ("DONE", "DONE", "WITHDRAWN", "PROCESSING"):
        assert told(village, now, sandbox, payment, status).status == "DONE"


def test_a_bank_may_take_a_done_payment_back(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    told(village, now, sandbox, payment, "DONE")
    assert told(village, now, sandbox, payment, "ERROR").status == "ERROR"
    assert receipts.balance(village.db, 1, TODAY).kopecks == 0
    assert told(village, now, sandbox, payment, "DONE").status == "ERROR"


def test_another_sum_than_ordered_is_not_believed(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    with pytest.raises(AmountMismatch):
        told(village, now, sandbox, payment, "DONE", kopecks=1_00)
    assert payment.status == "PROCESSING"


def test_an_unknown_payment_is_an_error(village: Village, now: datetime) -> None:
    with pytest.raises(LookupError):
        payments.report(village.db, "sandbox", Event("sbx-unknown", "DONE", 1), now=now)


@pytest.mark.parametrize("spoil", ["signature", "age", "body", "missing"])
def test_a_webhook_must_be_signed_and_fresh(now: datetime, sandbox: Sandbox, spoil: str) -> None:
    headers, body = sandbox.signed(Event("sbx-1", "DONE", 100), now.timestamp())
    at = now.timestamp() + (301 if spoil == "age" else 0)
    if spoil == "signature":
        headers = Sandbox("another secret").signed(Event("sbx-1", "DONE", 100), now.timestamp())[0]
    if spoil == "body":
        body = body.replace(b"100", b"1")
    with pytest.raises(BadWebhook):
        sandbox.webhook({} if spoil == "missing" else headers, body, at)


def test_a_signed_body_that_makes_no_sense_is_refused(now: datetime, sandbox: Sandbox) -> None:
    headers, body = sandbox.signed(Event("sbx-1", "RICH", 100), now.timestamp())
    with pytest.raises(BadWebhook, match="no sense"):
        sandbox.webhook(headers, body, now.timestamp())


def test_refunds_are_no_more_than_the_payment(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    with pytest.raises(PaymentRefused, match="NOT_PAID"):
        give_back(village, now, payment, 40_00, "r0")
    told(village, now, sandbox, payment, "DONE")
    refund, order = give_back(village, now, payment, 40_00, "r1")
    answer = sandbox.refund(order)
    payments.refunded(village.db, refund.id, external_id=answer.external_id, done=answer.done, now=now)
    assert receipts.balance(village.db, 1, TODAY).kopecks == -2000_00
    assert give_back(village, now, payment, 40_00, "r1")[0].id == refund.id
    with pytest.raises(PaymentRefused, match="TOO_MUCH"):
        give_back(village, now, payment, 2000_01, "r2")


def give_back(village: Village, now: datetime, payment: Payment, kopecks: int, key: str) -> tuple[Refund, RefundOrder]:
    return payments.refund(
        village.db, payment_id=payment.id, amount_kopecks=kopecks, idempotency_key=key, now=now,
        actor="operator:1", channel="console",
    )  # fmt: skip


class Shop(BaseHTTPRequestHandler):
    """Answers as ЮKassa's API does; remembers what it was asked."""

    asked: ClassVar[list[tuple[str, str | None, Any]]] = []
    status: ClassVar[str] = "succeeded"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers.get("Idempotence-Key"), body))
        if self.path == "/refunds":
            self.answer(
                {"id": "ref-1", "status": "succeeded", "payment_id": body["payment_id"], "amount": body["amount"]}
            )
        else:
            by_sbp = body.get("payment_method_data", {}).get("type") == "sbp"
            link = {"type": "qr", "confirmation_data": "https://qr.nspk.ru/AS1"}
            page = {"type": "redirect", "confirmation_url": "https://yoomoney.ru/pay/1"}
            self.answer(payment("pending", body["amount"]) | {"confirmation": link if by_sbp else page})

    def do_GET(self) -> None:
        self.answer(payment(self.status, {"value": "2040.00", "currency": "RUB"}))

    def answer(self, content: dict[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


def payment(status: str, amount: dict[str, str]) -> dict[str, Any]:
    return {
        "id": YK_1,
        "status": status,
        "amount": amount,
        "paid": status == "succeeded",
        "created_at": "2026-11-21T09:30:00.000Z",
    }


@pytest.fixture
def shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    Shop.asked.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def yookassa(url: str) -> Any:
    module = pytest.importorskip("billing.providers.yookassa")
    recipient = module.Recipient(
        "ООО «УК»", "0012345675", "001201001", "АО «Банк»", "040000225", "40702810900000000001", "30101810400000000225"
    )
    return module.YooKassa("123456", "test_secret", recipient, api_url=url)


def test_yookassa_is_asked_for_an_sbp_link_with_the_payment_order(shop: str) -> None:
    order = Order(
        "key-1", 2040_00, "SBP_QR", "ЖКУ за 04.2026, лицевой счёт 0012345", "https://example.org", APRIL, "0012345"
    )
    begun = yookassa(shop).start(order)
    assert (begun.external_id, begun.pay_url) == (YK_1, "https://qr.nspk.ru/AS1")
    path, key, body = Shop.asked[0]
    assert (path, key) == ("/payments", "key-1")
    assert body["amount"] == {"value": "2040.00", "currency": "RUB"} or float(body["amount"]["value"]) == 2040
    assert body["payment_order"]["account_number"] == "0012345"
    assert body["payment_order"]["payment_period"] == {"month": 4, "year": 2026}
    assert body["payment_order"]["recipient"]["inn"] == "0012345675"


def test_yookassa_is_asked_for_a_page_for_cards(shop: str) -> None:
    begun = yookassa(shop).start(Order("key-2", 100_00, "CARD", "ЖКУ", "https://example.org"))
    assert begun.pay_url == "https://yoomoney.ru/pay/1"
    assert "payment_method_data" not in Shop.asked[0][2]


def test_yookassas_webhook_is_believed_only_as_far_as_its_id(shop: str) -> None:
    lie = json.dumps(
        {"type": "notification", "event": "payment.succeeded", "object": {"id": YK_1, "amount": {"value": "1.00"}}}
    )
    assert yookassa(shop).webhook({}, lie.encode(), 0) == Event(YK_1, "DONE", 2040_00, None)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"event": "payment.succeeded"}', b'{"event": 1, "object": 2}'])
def test_a_webhook_that_cannot_be_read_is_refused(shop: str, body: bytes) -> None:
    with pytest.raises(BadWebhook):
        yookassa(shop).webhook({}, body, 0)


def test_yookassa_gives_back(shop: str) -> None:
    answer = yookassa(shop).refund(RefundOrder(YK_1, 40_00, "key-3"))
    assert (answer.external_id, answer.done) == ("ref-1", True)


def test_a_provider_that_does_not_answer_has_failed() -> None:
    with pytest.raises(ProviderFailed):
        yookassa("http://127.0.0.1:9").start(Order("key-4", 100_00, "CARD", "ЖКУ", "https://example.org"))
