"""Payments: the states they go through, signed webhooks, refunds, a provider that is really spoken to over HTTP."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlmodel import select

from billing import orders, payments, receipts, refunds
from billing.payments import AmountMismatch, PaymentRefused
from billing.providers.provider import BadWebhook, Event, RefundOrder
from billing.providers.sandbox import Sandbox
from billing.tables import Account, AuditEntry, Payment, Refund
from tests.billing.village import Village

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
    start = sandbox.start(orders.order_of(village.db, payment, "https://example.org/thanks"))
    return payments.started(village.db, payment.id, start, now=now, channel="alice")


def told(
    village: Village, now: datetime, sandbox: Sandbox, payment: Payment, status: str, kopecks: int = 2040_00
) -> Payment:
    headers, body = sandbox.signed(Event(payment.external_id or "", status, kopecks), now.timestamp())
    event = sandbox.webhook(headers, body, now.timestamp(), "127.0.0.1")
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


def test_more_than_any_bill_is_refused(village: Village, now: datetime) -> None:
    with pytest.raises(PaymentRefused, match="TOO_MUCH"):
        ordered(village, now, kopecks=10**11)


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


def test_money_that_came_stays_booked_whatever_fails_later(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    for status in ("DONE", "ERROR", "WITHDRAWN", "PROCESSING", "DONE"):
        assert told(village, now, sandbox, payment, status).status == "DONE"
    assert (payment.error, payment.paid_on) == (None, TODAY)
    assert receipts.balance(village.db, 1, TODAY).kopecks == -2040_00


def test_money_that_the_bank_took_back_is_no_longer_booked(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    told(village, now, sandbox, payment, "DONE")
    taken = Event(payment.external_id or "", "ERROR", reason="reversed", taken_back=True)
    assert payments.report(village.db, "sandbox", taken, now=now).status == "ERROR"
    assert receipts.balance(village.db, 1, TODAY).kopecks == 0

    assert told(village, now, sandbox, payment, "DONE").status == "ERROR"  # told a second time, too late


@pytest.mark.parametrize("before", ["PROCESSING", "WITHDRAWN"])
def test_a_payment_that_is_not_done_may_fail(village: Village, now: datetime, sandbox: Sandbox, before: str) -> None:
    payment = begun(village, now, sandbox)
    for status, then in ((before, before), ("ERROR", "ERROR"), ("WITHDRAWN", "ERROR"), ("PROCESSING", "ERROR")):
        assert told(village, now, sandbox, payment, status).status == then
    assert receipts.balance(village.db, 1, TODAY).kopecks == 0


@pytest.mark.parametrize("before", ["PROCESSING", "WITHDRAWN"])
def test_money_that_comes_after_a_failure_is_booked(
    village: Village, now: datetime, sandbox: Sandbox, before: str
) -> None:
    payment = begun(village, now, sandbox)
    for status in (before, "ERROR", "DONE", "ERROR", "DONE"):
        told(village, now, sandbox, payment, status)
    assert (payment.status, payment.paid_on) == ("DONE", TODAY)
    assert receipts.balance(village.db, 1, TODAY).kopecks == -2040_00


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
        sandbox.webhook({} if spoil == "missing" else headers, body, at, "127.0.0.1")


def test_a_signed_body_that_makes_no_sense_is_refused(now: datetime, sandbox: Sandbox) -> None:
    headers, body = sandbox.signed(Event("sbx-1", "RICH", 100), now.timestamp())
    with pytest.raises(BadWebhook, match="no sense"):
        sandbox.webhook(headers, body, now.timestamp(), "127.0.0.1")


def test_refunds_are_no_more_than_the_payment(village: Village, now: datetime, sandbox: Sandbox) -> None:
    payment = begun(village, now, sandbox)
    with pytest.raises(PaymentRefused, match="NOT_PAID"):
        give_back(village, now, payment, 40_00, "r0")
    told(village, now, sandbox, payment, "DONE")
    refund, order = give_back(village, now, payment, 40_00, "r1")
    answer = sandbox.refund(order)
    refunds.refunded(village.db, refund.id, answer, now=now)
    assert receipts.balance(village.db, 1, TODAY).kopecks == -2000_00
    assert give_back(village, now, payment, 40_00, "r1")[0].id == refund.id
    with pytest.raises(PaymentRefused, match="TOO_MUCH"):
        give_back(village, now, payment, 2000_01, "r2")


def give_back(village: Village, now: datetime, payment: Payment, kopecks: int, key: str) -> tuple[Refund, RefundOrder]:
    return refunds.refund(
        village.db, payment_id=payment.id, amount_kopecks=kopecks, idempotency_key=key, now=now,
        actor="operator:1", channel="console",
    )  # fmt: skip
