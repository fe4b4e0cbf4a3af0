"""Penalties to the kopeck, and which debt a payment pays."""

from datetime import date, timedelta
from decimal import Decimal

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


def test_from_2027_on_the_rate_is_that_of_the_day_of_payment() -> None:
    assert law.penalty_rate(date(2026, 12, 31)) == Decimal("0.095")
    (standing,), _ = set_off([Debt(date(2026, 10, 1), 5000_00, date(2026, 11, 16))], [])
    found = steps(standing, date(2027, 1, 5))
    assert [(step.first, step.last, step.days) for step in found] == [
        (date(2026, 12, 17), date(2026, 12, 31), 15),
        (date(2027, 1, 1), date(2027, 1, 5), 5),
    ]
    known = law.penalty_rate(date(2027, 1, 1))
    assert [step.rate for step in found] == [Decimal("0.095"), known]
    assert law.penalty_rate(date(2026, 12, 31), paid_on=date(2027, 1, 5)) == Decimal("0.095")


def test_each_part_of_a_debt_has_the_rate_of_its_own_payment() -> None:
    """Moscow, left out of the freeze until 11.03.2025: the key rate was 16 on one day and 18 on the other."""
    due = date(2024, 6, 10)
    debt = Debt(date(2024, 5, 1), 1000_00, due, region="45")
    parts = [Payment(date(2024, 7, 20), 400_00), Payment(date(2024, 8, 1), 600_00)]
    (standing,), _ = set_off([debt], parts)
    found = steps(standing, date(2024, 9, 1))
    assert [(step.last - due).days for step in found] == [40, 40, 52]
    assert [(step.kopecks, step.rate) for step in found] == [
        (400_00, Decimal("0.16")), (600_00, Decimal("0.18")), (600_00, Decimal("0.18")),
    ]  # fmt: skip
    # 10 days of 400 at 16 %, 22 days of 600 at 18 %, a three-hundredth a day
    assert penalty(standing, date(2024, 9, 1)) == 10_05


@pytest.mark.parametrize(
    ("day", "region", "rate"),
    [
        (date(2022, 9, 30), "45", "0.095"),
        (date(2022, 10, 1), "45", "0.075"),
        (date(2022, 10, 1), "77", "0.095"),
        (date(2022, 10, 1), "", "0.095"),
        (date(2025, 3, 11), "45", "0.21"),
        (date(2025, 3, 12), "45", "0.095"),
    ],
)
def test_moscow_was_left_out_of_the_freeze(day: date, region: str, rate: str) -> None:
    assert law.penalty_rate(day, region=region) == Decimal(rate)


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 12, 31), None), (date(2027, 1, 1), date(2025, 10, 27))])
def test_a_key_rate_that_is_too_old_is_told(day: date, expected: date | None) -> None:
    assert law.stale_key_rate(day) == expected


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


@pytest.mark.parametrize(("paid_on", "paid"), [(date(2026, 4, 15), 2023), (date(2026, 4, 16), 2026)])
def test_a_debt_beyond_the_limitation_is_paid_last(paid_on: date, paid: int) -> None:
    old = Debt(date(2023, 3, 1), 1000_00, date(2023, 4, 15))
    standings, _ = set_off([old, Debt(date(2026, 2, 1), 1000_00, date(2026, 3, 16))], [Payment(paid_on, 700_00)])
    assert [one.debt.period.year for one in standings if one.left < 1000_00] == [paid]


def test_what_is_left_over_is_an_advance() -> None:
    assert set_off([Debt(MARCH, 1000_00, DUE)], [Payment(DUE, 1200_00)])[1] == 200_00
