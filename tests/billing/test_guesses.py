"""What was meant instead: zones or meters mixed up, a digit too many, litres read as cubic metres."""

from dataclasses import replace
from decimal import Decimal

import pytest

from billing import checks
from billing.case import Case, OtherMeter
from tests.billing.cases import COLD, LIGHT, codes, light, only, shown, water


def test_red_digits_read_as_cubic_metres_are_guessed() -> None:
    finding = only(water("123456", previous={"single": shown("118.2")}))
    assert (finding.code, finding.level) == ("TOO_MANY_DIGITS", "block")
    assert finding.facts["guess"] == {"single": Decimal("123.456")}


def test_day_and_night_mixed_up_are_guessed() -> None:
    guess, refusal = checks.run(light("1838", "6229"))
    assert (guess.code, guess.level) == ("ZONES_SWAPPED", "confirm")
    assert guess.facts["guess"] == {"day": Decimal(6229), "night": Decimal(1838)}
    assert refusal.code == "LESS_THAN_PREVIOUS"


def test_three_zones_mixed_up_are_guessed() -> None:
    case = replace(
        LIGHT,
        zones=("peak", "halfpeak", "night"),
        values={"peak": Decimal(910), "halfpeak": Decimal(420), "night": Decimal(2050)},
        previous={"peak": shown("2000"), "halfpeak": shown("880"), "night": shown("400")},
    )
    assert checks.run(case)[0].facts["guess"] == {
        "peak": Decimal(2050), "halfpeak": Decimal(910), "night": Decimal(420),
    }  # fmt: skip


def test_hot_said_for_cold_is_guessed() -> None:
    hot = OtherMeter(39, "HOT_WATER", None, Decimal(142))
    found = checks.run(water("148", others=(hot,)))
    assert [finding.code for finding in found] == ["SWAPPED_METERS", "UNUSUAL"]
    assert found[0].facts["other_meter_id"] == 39


def test_a_value_that_fits_its_own_meter_is_not_suspected() -> None:
    assert codes(water("125", others=(OtherMeter(39, "HOT_WATER", None, Decimal(120)),))) == []


HOT = OtherMeter(39, "HOT_WATER", None, Decimal(122), consumed=Decimal(8), average=Decimal(3))
"""The flat's hot meter, which stood at 114 before and usually counts three."""


def test_hot_and_cold_that_changed_places_against_their_history_are_suspected() -> None:
    case = water("120", others=(HOT,), averages={"single": Decimal(7)})
    assert codes(case) == [("SWAPPED_METERS", "confirm")]  # cold 2 and hot 8, where it was 7 and 3


@pytest.mark.parametrize(
    "case",
    [
        water("120.667", others=(HOT,), averages={"single": Decimal(7)}),  # not three times
        water("120", others=(HOT,), averages={"single": Decimal("2.9")}),  # cold was always the smaller
        water("120", others=(replace(HOT, consumed=None),), averages={"single": Decimal(7)}),  # hot is not read yet
        water("120", others=(replace(HOT, average=None),), averages={"single": Decimal(7)}),
        water("120", others=(replace(HOT, resource="COLD_WATER"),), averages={"single": Decimal(7)}),
        water("120", others=(replace(HOT, previous=Decimal(300)),), averages={"single": Decimal(7)}),  # 120 fits not
    ],
)
def test_two_meters_that_have_not_changed_places_are_not_suspected(case: Case) -> None:
    assert codes(case) == []


@pytest.mark.parametrize(("said", "guess"), [("1250", "125"), ("1125", "125"), ("1225", "122")])
def test_an_extra_digit_is_guessed(said: str, guess: str) -> None:
    found = checks.run(water(said))
    assert [finding.code for finding in found] == ["DIGIT_COUNT_MISMATCH", "TOO_BIG"]
    assert found[0].facts["guess"] == {"single": Decimal(guess)}


@pytest.mark.parametrize(
    ("said", "asked"), [("1234", False), ("11160", False), ("11210", True), ("12400", True), ("99999", False)]
)
def test_ten_times_the_previous_value_is_a_digit_too_many(said: str, asked: bool) -> None:
    """9.5 to 10.5 times 1180, whether or not a shorter value would fit."""
    found = checks.run(
        water(said, previous={"single": shown("1180")}, limits=COLD.limits | {"TOO_BIG": Decimal(10**6)})
    )
    assert ("DIGIT_COUNT_MISMATCH" in [finding.code for finding in found]) is asked


def test_litres_read_as_cubic_metres_are_guessed() -> None:
    found = checks.run(water("21500", previous={"single": shown("18")}))
    assert found[0].code == "DIGIT_COUNT_MISMATCH"
    assert found[0].facts["guess"] == {"single": Decimal("21.5")}
