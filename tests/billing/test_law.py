"""The law in numbers, and a company's own rows of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from billing import law


def test_a_key_rate_of_the_companys_own_holds_from_its_day(own: Callable[[str], None]) -> None:
    own('key_rates:\n  - {from: 2027-01-11, value: "12.5"}\n')
    assert law.penalty_rate(date(2027, 1, 10)) == Decimal("0.165")
    assert law.penalty_rate(date(2027, 1, 11)) == Decimal("0.125")
    assert law.stale_key_rate(date(2027, 1, 12)) is None
    assert law.stale_key_rate(date(2027, 6, 1)) == date(2027, 1, 11)


def test_rows_of_another_year_come_in_their_order(own: Callable[[str], None]) -> None:
    own('multipliers:\n  - {resource: COLD_WATER, from: 2020-01-01, value: "1.4", act: "свой"}\n')
    assert law.multiplier("COLD_WATER", date(2020, 6, 1)) == Decimal("1.4")
    assert law.multiplier("COLD_WATER", date(2026, 1, 1)) == 3


def test_days_off_and_single_values(own: Callable[[str], None]) -> None:
    own("days_off: [2026-04-15]\nlimitation_years: 2\nestimates: {average_periods: 2}\n")
    assert law.due_date(date(2026, 3, 1)) == date(2026, 4, 16)
    assert law.limitation_ends(date(2024, 2, 29)) == date(2026, 2, 28)
    assert (law.estimates().average_periods, law.estimates().average_of_months) == (2, 6)


@pytest.mark.parametrize("text", ["key_rate: []", "key_rates: 16", "- 1"])
def test_a_file_that_says_something_else_is_refused(own: Callable[[str], None], text: str) -> None:
    with pytest.raises(law.BadLawFile, match=r"law\.yaml"):
        own(text)


@pytest.mark.parametrize(
    ("period", "due"),
    [
        (date(2023, 5, 1), date(2023, 6, 13)),  # the 10th is a Saturday, the 12th a holiday
        (date(2026, 1, 1), date(2026, 2, 10)),
        (date(2026, 2, 1), date(2026, 3, 16)),  # the 15th is a Sunday
        (date(2026, 7, 1), date(2026, 8, 17)),  # a Saturday
        (date(2026, 11, 1), date(2026, 12, 15)),
    ],
)
def test_a_due_day_off_is_the_next_working_day(period: date, due: date) -> None:
    assert law.due_date(period) == due


@pytest.mark.parametrize(
    ("resource", "day", "expected"),
    [
        ("HOT_WATER", date(2026, 1, 1), "1.5"),
        ("ELECTRICITY", date(2026, 1, 1), "1.5"),
        ("COLD_WATER", date(2025, 12, 1), "1.5"),
        ("COLD_WATER", date(2026, 1, 1), "3"),
        ("SEWAGE", date(2026, 1, 1), "1"),
        ("HEAT", date(2026, 1, 1), "1"),
    ],
)
def test_multipliers_by_resource_and_day(resource: str, day: date, expected: str) -> None:
    assert law.multiplier(resource, day) == Decimal(expected)
