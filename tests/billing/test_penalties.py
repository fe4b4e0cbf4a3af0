"""Penalties to the kopeck, and which debt a payment pays."""

from datetime import date, timedelta

import pytest

from billing import law
from billing.penalties import Debt, Payment, penalty, set_off, steps

MARCH = date(2026, 3, 1)
DUE = date(2026, 4, 15)


def owed(kopecks: int, *payments: Payment, due: date = DUE, until_day: int, capital_repair: bool = False) -> int:
    (standing,), _ = set_off([Debt(MARCH, kopecks, due, capital_repair)], payments)
    return penalty(standing, due + timedelta(days=until_day))


@pytest.mark.parametrize(
    ("debt", "day", "expected"),
    [
        (5000_00, 30, 0),
        (5000_00, 31, 1_58),
        (5000_00, 90, 95_00),
        (5000_00, 91, 98_65),
        (5000_00, 100, 131_54),
        (1000_00, 60, 9_50),
    ],
)
def test_a_debt_of_april_2026(debt: int, day: int, expected: int) -> None:
    assert owed(debt, until_day=day) == expected


def test_a_payment_stops_the_penalty_after_its_day() -> None:
    paid = Payment(DUE + timedelta(days=60), 5000_00)
    assert owed(5000_00, paid, until_day=60) == 47_50
    assert owed(5000_00, paid, until_day=300) == 47_50


def test_a_partial_payment_lowers_the_debt_from_the_next_day() -> None:
    half = Payment(DUE + timedelta(days=40), 2500_00)
    # ten days (31…40) on 5000, twenty (41…60) on 2500: 15.8333 + 15.8333
    assert owed(5000_00, half, until_day=60) == 31_67


def test_a_debt_paid_within_thirty_days_costs_nothing() -> None:
    assert owed(5000_00, Payment(DUE + timedelta(days=30), 5000_00), until_day=200) == 0


def test_capital_repair_has_no_second_step() -> None:
    assert owed(5000_00, until_day=100, capital_repair=True) == 110_83  # 70 days at 1/300


def test_the_rate_follows_the_key_rate_from_2027() -> None:
    assert law.penalty_rate(date(2026, 12, 31)) * 100 == law.penalty_rate(DUE) * 100
    (standing,), _ = set_off([Debt(date(2026, 10, 1), 5000_00, date(2026, 11, 16))], [])
    found = steps(standing, date(2027, 1, 5))
    assert [(step.first, step.last) for step in found] == [
        (date(2026, 12, 17), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 5)),
    ]
    assert [step.days for step in found] == [15, 5]


def test_the_due_day_moved_to_the_15th_in_march_2026() -> None:
    assert law.due_date(date(2025, 10, 1)) == date(2025, 11, 10)
    assert law.due_date(date(2026, 1, 1)) == date(2026, 2, 10)
    assert law.due_date(date(2026, 2, 1)) == date(2026, 3, 16)  # the 15th is a Sunday
    assert law.due_date(date(2026, 3, 1)) == date(2026, 4, 15)


def test_a_company_may_choose_the_disputed_day_of_february_2026() -> None:
    assert law.due_date(date(2026, 2, 1), feb_2026_due=date(2026, 3, 10)) == date(2026, 3, 10)


def test_cold_water_without_a_meter_costs_three_times_the_norm_since_december_2025() -> None:
    assert law.multiplier("COLD_WATER", date(2025, 12, 5)) * 10 == 15
    assert law.multiplier("COLD_WATER", date(2025, 12, 6)) == 3
    assert law.multiplier("GAS", date(2026, 1, 1)) == 1


def test_a_payment_pays_the_month_it_names_first() -> None:
    debts = [Debt(date(2026, month, 1), 1000_00, date(2026, month + 1, 15)) for month in (3, 4, 5)]
    standings, advance = set_off(debts, [Payment(date(2026, 6, 1), 1500_00, period=date(2026, 5, 1))])
    assert [one.left for one in standings] == [500_00, 1000_00, 0]
    assert advance == 0


def test_a_payment_without_a_month_pays_the_oldest() -> None:
    debts = [Debt(date(2026, month, 1), 1000_00, date(2026, month + 1, 15)) for month in (4, 3)]
    standings, _ = set_off(debts, [Payment(date(2026, 6, 1), 1200_00)])
    assert [(one.debt.period.month, one.left) for one in standings] == [(3, 0), (4, 800_00)]


def test_what_is_left_over_is_an_advance() -> None:
    assert set_off([Debt(MARCH, 1000_00, DUE)], [Payment(DUE, 1200_00)])[1] == 200_00
