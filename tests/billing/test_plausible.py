"""How much a flat can use: by its people, by its average, by the months covered."""

from datetime import date
from decimal import Decimal

import pytest

from billing import checks, limits
from tests.billing.cases import codes, only, shown, water


def test_more_than_a_flat_can_use_is_for_an_operator() -> None:
    assert ("TOO_BIG", "block") in codes(water("168.001"))
    assert ("TOO_BIG", "block") not in codes(water("168"))


def test_more_than_three_people_use_is_asked_about() -> None:
    assert codes(water("139")) == []
    assert codes(water("139.001")) == [("UNUSUAL", "confirm")]


def test_three_times_the_households_average_is_asked_about() -> None:
    average = {"single": Decimal("2.5")}
    assert codes(water("125.5", averages=average)) == []
    finding = only(water("125.501", averages=average))
    assert finding.code == "UNUSUAL"
    assert finding.facts["average"] == Decimal("2.5")


def test_a_flat_heated_by_gas_has_a_limit_of_its_own() -> None:
    assert limits.limits_for("GAS", people=2)["UNUSUAL"] == 26
    assert limits.limits_for("GAS", people=2, group="gas_heating")["UNUSUAL"] == 600
    assert limits.limits_for("COLD_WATER", people=2, group="gas_heating")["UNUSUAL"] == 14


@pytest.mark.parametrize(
    ("resource", "people", "unusual", "too_big"),
    [
        ("COLD_WATER", 3, 21, 50),
        ("COLD_WATER", 0, 7, 50),
        ("HOT_WATER", 3, 15, 50),
        ("GAS", 1, 13, 1500),
        ("ELECTRICITY", 3, 600, 15_000),
        ("HEAT", 3, 3, 20),
    ],
)
def test_plausible_maxima(resource: str, people: int, unusual: int, too_big: int) -> None:
    found = limits.limits_for(resource, people)
    assert (found["UNUSUAL"], found["TOO_BIG"]) == (unusual, too_big)


def test_a_tiny_average_makes_nothing_unusual() -> None:
    assert codes(water("121", averages={"single": Decimal("0.1")})) == []


def test_limits_grow_with_the_months_covered() -> None:
    case = water("148", previous={"single": shown("118", date(2026, 9, 20))})
    assert case.months == 2
    assert codes(case) == []


def test_limits_and_averages_are_of_the_resource_not_of_the_dial() -> None:
    """A dial that counts twenty times less than is used: 7 more on it are 140."""
    case = water("125", ratio=Decimal(20))
    assert [finding.facts["consumption"] for finding in checks.run(case)] == [140]
    assert codes(case) == [("TOO_BIG", "block")]
    assert codes(water("118.7", ratio=Decimal(20), averages={"single": Decimal(14)})) == []
    assert codes(water("119.05", ratio=Decimal(20), averages={"single": Decimal(5)})) == [("UNUSUAL", "confirm")]
