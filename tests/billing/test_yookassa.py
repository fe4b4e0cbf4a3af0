"""ЮKassa, really spoken to over HTTP: a local server that answers as its documentation says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

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
from tests.billing.shop import SECRET, SHOP_ID, STRANGER, THEIRS, TOKEN, Shop, notice, opened
from tests.billing.village import Village

APRIL = date(2026, 4, 1)
A_PAYMENT = "30b8a2f4-000f-5000-8000-1e0d2b1c9a77"
RECIPIENT = Recipient(
    "ООО «УК»", "0012345675", "001201001", "АО «Банк»", "040000225", "40702810900000000001", "30101810400000000225"
)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened() as shop:
        yield shop


def yookassa(shop: Shop, **how: Any) -> YooKassa:
    return YooKassa(SHOP_ID, SECRET, api_url=shop.url, **how)


def an_order(key: str, method: str = "CARD", **more: Any) -> Order:
    return Order(key, 2040_00, method, "ЖКУ", "https://example.org", recipient=RECIPIENT, **more)


def test_it_is_asked_for_an_sbp_link_with_the_payment_order(shop: Shop) -> None:
    order = an_order("key-1", "SBP_QR", period=APRIL, account_number="0012345", els="75да533315")
    begun = yookassa(shop).start(order)
    assert begun.pay_url == f"https://qr.nspk.ru/{begun.external_id}"
    path, key, body = shop.asked[0]
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


def test_it_is_asked_for_a_page_for_cards(shop: Shop) -> None:
    assert yookassa(shop).start(an_order("key-2")).pay_url.startswith("https://yoomoney.ru/checkout/")
    body = shop.asked[0][2]
    assert body["confirmation"] == {"type": "redirect", "return_url": "https://example.org"}
    assert not {"payment_method_data", "receipt", "save_payment_method"} & set(body)


def test_a_fiscal_receipt_is_asked_for_with_the_payment(shop: Shop) -> None:
    items = (Item("ЖКУ за 04.2026", 2000_00), Item("Комиссия за приём платежа", 40_00, settled=False))
    yookassa(shop, vat_code=1, tax_system=2).start(an_order("key-5", check=Check("ivan@example.org", items)))
    receipt = shop.asked[0][2]["receipt"]
    assert receipt["customer"] == {"email": "ivan@example.org"}
    assert receipt["tax_system_code"] == 2
    assert [(item["payment_mode"], item["payment_subject"], int(item["vat_code"])) for item in receipt["items"]] == [
        ("full_payment", "service", 1),
        ("advance", "service", 1),
    ]
    assert sum(float(item["amount"]["value"]) for item in receipt["items"]) == 2040


def test_a_receipt_may_go_to_a_telephone(shop: Shop) -> None:
    yookassa(shop).start(an_order("key-6", check=Check("+79123456789", (Item("ЖКУ", 2040_00),))))
    assert shop.asked[0][2]["receipt"]["customer"] == {"phone": "79123456789"}


def test_a_webhook_is_believed_only_as_far_as_its_id(shop: Shop) -> None:
    provider = yookassa(shop)
    begun = provider.start(an_order("key-8"))
    assert provider.webhook({}, notice("payment.succeeded", begun.external_id), 0, STRANGER) == Event(
        begun.external_id, "PROCESSING", 2040_00
    )
    told = provider.webhook({}, shop.pay(begun.external_id), 0, STRANGER)
    assert told == Event(begun.external_id, "DONE", 2040_00, None, TOKEN, "Bank card *4477", "succeeded")


def test_a_repeated_order_is_one_payment(shop: Shop) -> None:
    provider = yookassa(shop)
    assert provider.start(an_order("same")) == provider.start(an_order("same"))
    assert len(shop.payments) == 1


def test_a_webhook_from_elsewhere_is_refused_where_addresses_are_checked(shop: Shop) -> None:
    strict = yookassa(shop, check_address=True)
    told = shop.pay(strict.start(an_order("key-9")).external_id)
    assert strict.webhook({}, told, 0, THEIRS) is not None
    for address in (STRANGER, "", "nonsense"):
        with pytest.raises(BadWebhook, match="networks"):
            strict.webhook({}, told, 0, address)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"event": "payment.succeeded"}', b'{"event": 1, "object": 2}'])
def test_a_webhook_that_cannot_be_read_is_refused(shop: Shop, body: bytes) -> None:
    with pytest.raises(BadWebhook):
        yookassa(shop).webhook({}, body, 0, THEIRS)


def test_it_gives_back_with_a_receipt(shop: Shop) -> None:
    check = Check("ivan@example.org", (Item("Возврат", 40_00),))
    answer = yookassa(shop).refund(RefundOrder(A_PAYMENT, 40_00, "key-3", check))
    assert (answer.external_id in shop.refunds, answer.done) == (True, True)
    assert shop.asked[0][2]["receipt"]["customer"] == {"email": "ivan@example.org"}


def test_a_refund_that_takes_a_while_is_reported_later(shop: Shop, village: Village, now: datetime) -> None:
    own = paid(village, now)
    row, order = refunds.refund(
        village.db, payment_id=own.id, amount_kopecks=40_00, idempotency_key="r", now=now, actor="operator:1",
        channel="console",
    )  # fmt: skip
    shop.refund_status = "pending"
    answer = yookassa(shop).refund(order)
    assert refunds.refunded(village.db, row.id, answer, now=now).status == "CREATED"
    assert yookassa(shop).webhook({}, notice("refund.succeeded", answer.external_id), 0, THEIRS) is None
    shop.refunds[answer.external_id]["status"] = "succeeded"
    told = yookassa(shop).webhook({}, notice("refund.succeeded", answer.external_id), 0, THEIRS)
    assert told == Returned(answer.external_id, done=True)
    assert refunds.report(village.db, "yookassa", told, now=now).status == "DONE"


def paid(village: Village, now: datetime) -> Payment:
    own = payments.create(
        village.db, account_id=1, amount_kopecks=2040_00, method="CARD", provider="yookassa", idempotency_key="p",
        now=now, channel="web",
    )  # fmt: skip
    own.external_id, own.status, own.paid_on = A_PAYMENT, "DONE", now.date()
    village.db.flush()
    return own


def test_a_kept_card_pays_the_next_bill_by_itself(shop: Shop, village: Village, now: datetime) -> None:
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
    begun = provider.start(order)
    payments.started(village.db, first.id, begun, now=now, channel="web")
    assert shop.asked[0][2]["save_payment_method"] is True
    told = provider.webhook({}, shop.pay(begun.external_id), 0, THEIRS)
    assert isinstance(told, Event)
    assert payments.report(village.db, "yookassa", told, now=now).fiscal_status == "succeeded"
    row = village.db.exec(select(Autopay)).one()
    assert (row.token, row.title) == (TOKEN, "Bank card *4477")
    assert provider.charge(an_order("autopay:1:2026-05"), row.token).status == "DONE"
    asked = shop.asked[-1][2]
    assert asked["payment_method_id"] == TOKEN
    assert "confirmation" not in asked
    assert autopay.end(village.db, 1, now=now, actor="resident", channel="alice")
    assert row.token == ""


def test_what_it_refuses_and_no_answer_are_failures(shop: Shop) -> None:
    with pytest.raises(ProviderFailed, match="invalid_request payment_order"):
        yookassa(shop).start(replace(an_order("key-7"), recipient=None))
    with pytest.raises(ProviderFailed, match="did not answer"):
        YooKassa(SHOP_ID, SECRET, api_url="http://127.0.0.1:9").start(an_order("key-4"))
