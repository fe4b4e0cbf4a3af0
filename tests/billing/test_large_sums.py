"""Sums of more than 21 million roubles, where an INTEGER of PostgreSQL ends."""

from datetime import UTC, date, datetime

from sqlalchemy import Engine
from sqlmodel import func, select

from billing import billrun, receipts, refunds, store
from billing.received import Operation, register
from billing.tables import Receipt

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)
HUGE = 50_000_000_00


def test_a_huge_bill_is_written_summed_and_opens_the_next(demo_books: Engine) -> None:
    with store.transaction(demo_books) as db:
        receipt = receipts.latest(db, 1)
        assert receipt is not None
        before = receipts.balance(db, 1, TODAY).kopecks
        for row in (receipt, receipts.lines(db, receipt.id)[0]):
            row.charged_kopecks += HUGE
            row.to_pay_kopecks += HUGE
    with store.reading(demo_books) as db:
        assert receipts.balance(db, 1, TODAY).kopecks == before + HUGE
        assert type(db.exec(select(func.sum(Receipt.charged_kopecks))).one()) is int
    with store.transaction(demo_books) as db:
        assert billrun.issue_for(db, [1], date(2026, 11, 1), date(2026, 12, 1)).problems == []
        november = receipts.latest(db, 1)
        assert november is not None
        assert november.opening_kopecks > HUGE


def test_a_huge_payment_is_booked_and_given_back(demo_books: Engine) -> None:
    with store.transaction(demo_books) as db:
        before = receipts.balance(db, 1, TODAY).kopecks
        operation = Operation(1, HUGE, "op-1", TODAY)
        (booked,) = register(db, [operation], provider="bank", now=NOW, actor="operator:1", channel="import")
        asked = {"payment_id": booked.payment.id, "now": NOW, "actor": "operator:1", "channel": "api"}
        row, _ = refunds.refund(db, amount_kopecks=HUGE - 1, idempotency_key="r-1", **asked)
    with store.reading(demo_books) as db:
        assert receipts.balance(db, 1, TODAY).kopecks == before - HUGE
        assert row.amount_kopecks == HUGE - 1
