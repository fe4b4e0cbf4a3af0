"""SmartPay over HTTP, against a local one written from its documentation."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from billing.providers.provider import BadWebhook, Check, Item, Order, ProviderFailed, RefundOrder
from billing.providers.smartpay import SmartPay
from skill.sandbox import Sandbox
from skill.sandbox.smartpay import SERVICE, TOKEN
from tests.conftest import NOW

LINES = (Item("ЖКУ за 10.2026", 100_00), Item("Комиссия за приём платежа", 5_00))
ORDER = Order("k-1", 105_00, "CARD", "ЖКУ за 10.2026", "", payee="УК «Пример»", items=LINES, ordered_at=NOW)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Sandbox]:
    with Sandbox() as cloud:
        yield cloud


@pytest.fixture
def sandbox(cloud: Sandbox) -> Sandbox:
    cloud.smartpay.invoices.clear()
    cloud.smartpay.statuses.clear()
    return cloud


@pytest.fixture
def till(sandbox: Sandbox) -> SmartPay:
    return SmartPay(TOKEN, SERVICE, tax_system=2, tax_type=6, api_url=f"{sandbox.url}/smartpay/")


def test_a_bill_is_made_of_every_line(till: SmartPay, sandbox: Sandbox) -> None:
    begun = till.start(ORDER)
    assert begun.pay_url == ""
    order = sandbox.smartpay.invoices[begun.external_id]["order"]
    assert (order["amount"], order["purpose"], order["tax_system"]) == (105_00, "УК «Пример»", 2)
    lines = [(line["name"], line["item_amount"], line["tax_type"]) for line in order["order_bundle"]]
    assert lines == [("ЖКУ за 10.2026", 100_00, 6), ("Комиссия за приём платежа", 5_00, 6)]


@pytest.mark.parametrize(
    ("contact", "purchaser"),
    [("anna@example.org", {"email": "anna@example.org"}), ("+79990000001", {"phone": "+79990000001"}), ("", None)],
)
def test_the_receipt_goes_where_the_payer_is_known(
    till: SmartPay, sandbox: Sandbox, contact: str, purchaser: dict[str, str] | None
) -> None:
    begun = till.start(replace(ORDER, check=Check(contact, LINES) if contact else None))
    assert sandbox.smartpay.invoices[begun.external_id].get("purchaser") == purchaser


def test_an_order_that_has_a_bill_keeps_it(till: SmartPay, sandbox: Sandbox) -> None:
    first = till.start(ORDER)
    assert till.start(ORDER) == first
    assert till.start(replace(ORDER, key="k-2")) != first


def test_a_bill_that_is_over_is_not_taken_up(till: SmartPay, sandbox: Sandbox) -> None:
    sandbox.smartpay.statuses[till.start(ORDER).external_id] = "cancelled"
    with pytest.raises(ProviderFailed, match="made no bill: error 400"):
        till.start(ORDER)


def test_a_bill_of_another_sum_is_not_taken_up(till: SmartPay) -> None:
    till.start(ORDER)
    with pytest.raises(ProviderFailed, match="made no bill"):
        till.start(replace(ORDER, kopecks=100_00, items=LINES[:1]))


def test_a_basket_that_does_not_add_up_is_refused(till: SmartPay) -> None:
    with pytest.raises(ProviderFailed, match="made no bill"):
        till.start(replace(ORDER, kopecks=106_00))


@pytest.mark.parametrize(
    ("told", "status", "reason", "untouched"),
    [
        ("created", "PROCESSING", None, True),
        ("executed", "PROCESSING", None, False),
        ("paid", "PROCESSING", None, False),
        ("confirmed", "DONE", None, False),
        ("cancelled", "ERROR", "cancelled", False),
        ("reversed", "ERROR", "reversed", False),
        ("refunded", "ERROR", "refunded", False),
    ],
)
def test_only_a_confirmed_bill_is_paid(
    till: SmartPay, sandbox: Sandbox, told: str, status: str, reason: str | None, untouched: bool
) -> None:
    invoice = till.start(ORDER).external_id
    sandbox.smartpay.statuses[invoice] = told
    event = till.ask(invoice)
    assert (event.status, event.reason, event.untouched, event.kopecks) == (status, reason, untouched, 105_00)


@pytest.mark.parametrize("amount", [None, 105.0, "105,00", True])
def test_a_paid_bill_without_its_sum_is_not_believed(till: SmartPay, sandbox: Sandbox, amount: object) -> None:
    invoice = till.start(ORDER).external_id
    sandbox.smartpay.statuses[invoice] = "confirmed"
    sandbox.smartpay.invoices[invoice]["order"]["amount"] = amount
    with pytest.raises(ProviderFailed, match="no sum"):
        till.ask(invoice)


@pytest.mark.parametrize("invoice", ["1", "../invoices", "x y"])
def test_a_bill_that_smartpay_does_not_know(till: SmartPay, invoice: str) -> None:
    with pytest.raises(ProviderFailed):
        till.ask(invoice)


def test_a_wrong_token_is_told_of_without_the_token(sandbox: Sandbox) -> None:
    with pytest.raises(ProviderFailed, match="401") as refused:
        SmartPay("very-secret", SERVICE, api_url=f"{sandbox.url}/smartpay").start(ORDER)
    assert "very-secret" not in str(refused.value)


def test_nobody_there_is_told_of() -> None:
    with pytest.raises(ProviderFailed, match="did not answer"):
        SmartPay(TOKEN, SERVICE, api_url="http://127.0.0.1:9").start(ORDER)


def test_what_smartpay_does_not_do(till: SmartPay) -> None:
    with pytest.raises(ProviderFailed, match="without its payer"):
        till.charge(ORDER, "token")
    with pytest.raises(ProviderFailed, match="cabinet"):
        till.refund(RefundOrder("3000000", 100_00, "key"))
    with pytest.raises(BadWebhook):
        till.webhook({}, b"{}", 0.0, "")
