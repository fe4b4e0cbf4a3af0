"""What is owed: openings, payments that come late or to nothing, advances, penalties, balances."""

from datetime import date

from sqlalchemy import Engine

from billing import receipts, store
from billing.tables import Account, Refund
from fixtures.demo_company import DemoSummary
from tests.billing.village import Village, month


def test_the_next_bill_opens_with_what_was_left(village: Village) -> None:
    village.read(month(4), "6")
    first, _ = village.bill(month(4))
    village.pay(date(2026, 5, 10), 1000_00)
    village.read(month(5), "6")
    second, lines = village.bill(month(5))
    assert second.opening_kopecks == first.to_pay_kopecks == 2040_00
    assert second.paid_kopecks == 1000_00
    assert second.to_pay_kopecks == 2040_00 + 2040_00 - 1000_00
    assert sum(line.opening_kopecks for line in lines.values()) == 2040_00
    village.read(month(6), "6")
    third, lines = village.bill(month(6))
    assert sum(line.opening_kopecks for line in lines.values()) == third.opening_kopecks == second.to_pay_kopecks


def test_a_payment_that_was_reported_late_is_not_lost(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))
    village.read(month(5), "6")
    village.bill(month(5))
    village.pay(date(2026, 5, 20), 2040_00)  # before the second bill, known after it
    assert receipts.balance(village.db, 1, date(2026, 6, 2)).kopecks == 2040_00
    village.read(month(6), "6")
    assert village.bill(month(6))[0].paid_kopecks == 2040_00


def test_a_payment_that_came_to_nothing_does_not_count(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))
    village.pay(date(2026, 5, 10), 2040_00, status="ERROR")
    assert receipts.balance(village.db, 1, date(2026, 5, 20)).kopecks == 2040_00


def test_an_overpayment_is_an_advance(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))
    village.pay(date(2026, 5, 10), 3000_00)
    assert receipts.balance(village.db, 1, date(2026, 5, 11)).kopecks == -960_00
    village.read(month(5), "6")
    assert village.bill(month(5))[0].to_pay_kopecks == 1080_00


def test_a_late_debt_brings_a_penalty_from_the_31st_day(village: Village) -> None:
    for number in (4, 5, 6):
        village.read(month(number), "6")
        village.bill(month(number))
    assert receipts.latest(village.db, 1).penalty_kopecks == 10_98
    # April's 2040.00 was due on 15 May; through 1 July that is day 47: 17 days × 2040 × 9.5 % / 300 = 10.98
    village.read(month(7), "6")
    receipt, lines = village.bill(month(7))
    # through 1 August: April 48 days 31.01, May (due 15 June) 17 days 10.98; 10.98 of it was charged before
    assert receipt.penalty_kopecks == 31_01 + 10_98 - 10_98
    assert sum(line.penalty_kopecks for line in lines.values()) == receipt.penalty_kopecks


def given_back(village: Village, period: date, kopecks: int) -> None:
    """A bill of the month below zero, as after a recalculation."""
    village.read(period, "6")
    receipt, lines = village.bill(period)
    line = lines["COLD_WATER"]
    for row in (receipt, line):
        row.recalculated_kopecks -= receipt.charged_kopecks + kopecks
        row.to_pay_kopecks -= 2040_00 + kopecks
        village.db.add(row)
    village.db.flush()


def test_a_bill_below_zero_pays_what_was_owed(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))  # 2040.00, due on 15 May
    given_back(village, month(5), 3040_00)  # on 1 June
    assert receipts.latest(village.db, 1).to_pay_kopecks == -1000_00
    for number in (6, 7):
        village.read(month(number), "6")
        assert village.bill(month(number))[0].penalty_kopecks == 0


def test_a_bill_below_zero_lowers_what_a_penalty_grows_on(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))
    given_back(village, month(5), 1040_00)
    village.read(month(6), "6")
    assert village.bill(month(6))[0].penalty_kopecks == 5_38  # 17 days × 1000 × 9.5 % / 300


def test_an_advance_before_the_first_bill_counts_once(village: Village) -> None:
    village.read(month(4), "6")
    receipt, lines = village.bill(month(4))
    for row in (receipt, lines["COLD_WATER"]):
        row.opening_kopecks -= 1040_00
        row.to_pay_kopecks -= 1040_00
        village.db.add(row)
    village.db.flush()
    for number in (5, 6):
        village.read(month(number), "6")
        village.bill(month(number))
    assert receipts.latest(village.db, 1).penalty_kopecks == 5_38  # of April 1000.00 is left


def test_a_penalty_does_not_forget_what_was_given_back(village: Village) -> None:
    village.read(month(4), "6")
    village.bill(month(4))
    payment = village.pay(date(2026, 5, 10), 2040_00)
    village.db.add(
        Refund(
            payment_id=payment.id,
            amount_kopecks=1040_00,
            status="DONE",
            idempotency_key="back",
            created_at=payment.created_at,
            done_on=date(2026, 5, 12),
        )
    )
    for number in (5, 6):
        village.read(month(number), "6")
        receipt, _ = village.bill(month(number))
    assert receipt.penalty_kopecks == 5_60  # 17 days × 1040 × 9.5 % / 300


def test_only_the_newest_receipt_can_be_paid_and_for_three_months(village: Village) -> None:
    village.read(month(4), "6")
    first, _ = village.bill(month(4))
    assert receipts.is_payable(village.db, first, date(2026, 7, 31))
    assert not receipts.is_payable(village.db, first, date(2026, 8, 1))
    village.read(month(5), "6")
    second, _ = village.bill(month(5))
    assert not receipts.is_payable(village.db, first, date(2026, 6, 2))
    assert receipts.is_payable(village.db, second, date(2026, 6, 2))


def test_a_balance_tells_what_is_overdue(demo_books: Engine, demo: DemoSummary) -> None:
    with store.reading(demo_books) as db:
        account = db.get(Account, demo.rich.id)
        assert account is not None
        found = receipts.balance(db, account.id, date(2026, 11, 10))
        assert found.receipt is not None
        assert found.overdue == found.receipt.opening_kopecks
        assert found.kopecks == found.receipt.to_pay_kopecks
