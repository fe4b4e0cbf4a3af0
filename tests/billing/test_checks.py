"""Every check of a reading at its edges: one Case, one finding."""

import inspect
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billing import checks, limits
from billing.case import Case, Finding, OtherMeter
from billing.meters import PreviousReading
from billing.windows import Rule, window_on

TODAY = date(2026, 11, 21)
OCTOBER = date(2026, 10, 1)


def shown(value: str, on: date = date(2026, 10, 20)) -> PreviousReading:
    return PreviousReading(Decimal(value), on, on.replace(day=1))


COLD = Case(
    resource="COLD_WATER",
    zones=("single",),
    digits_int=5,
    digits_frac=3,
    submit_frac=3,
    values={"single": Decimal("125")},
    taken_at=TODAY,
    today=TODAY,
    window=window_on([], TODAY),
    limits=limits.limits_for("COLD_WATER", people=3),
    previous={"single": shown("118")},
)
LIGHT = replace(
    COLD,
    resource="ELECTRICITY",
    zones=("day", "night"),
    digits_int=6,
    digits_frac=1,
    submit_frac=0,
    values={"day": Decimal(6229), "night": Decimal(1838)},
    limits=limits.limits_for("ELECTRICITY", people=3),
    previous={"day": shown("5995"), "night": shown("1751")},
)


def water(said: str, **changes: object) -> Case:
    return replace(COLD, values={"single": Decimal(said)}, **changes)


def light(day: str, night: str, **changes: object) -> Case:
    return replace(LIGHT, values={"day": Decimal(day), "night": Decimal(night)}, **changes)


def codes(case: Case) -> list[tuple[str, str]]:
    return [(finding.code, finding.level) for finding in checks.run(case)]


def only(case: Case) -> Finding:
    (finding,) = checks.run(case)
    return finding


def test_a_usual_reading_passes() -> None:
    assert codes(COLD) == []
    assert codes(LIGHT) == []


def test_a_meter_that_sends_itself_is_refused() -> None:
    assert codes(water("125", is_automatic=True)) == [("METER_AUTOMATIC", "block")]


@pytest.mark.parametrize(("archived_on", "expected"), [(TODAY, ["METER_ARCHIVED"]), (date(2026, 11, 22), [])])
def test_a_meter_out_of_use_is_refused(archived_on: date, expected: list[str]) -> None:
    assert [code for code, _ in codes(water("125", archived_on=archived_on))] == expected


@pytest.mark.parametrize(("until", "expected"), [(date(2026, 11, 20), ["METER_VERIFICATION_MISSED"]), (TODAY, [])])
def test_a_missed_verification_is_said(until: date, expected: list[str]) -> None:
    assert [code for code, _ in codes(water("125", next_verification=until))] == expected


def test_a_company_may_refuse_unverified_meters() -> None:
    case = water("125", next_verification=date(2026, 11, 1), levels={"METER_VERIFICATION_MISSED": "block"})
    assert codes(case) == [("METER_VERIFICATION_MISSED", "block")]


def test_outside_a_lenient_window_the_reading_goes_to_the_next_month() -> None:
    late = date(2026, 11, 26)
    finding = only(water("125", today=late, taken_at=late, window=window_on([], late)))
    assert (finding.code, finding.level) == ("READING_WINDOW_CLOSED", "confirm")
    assert finding.facts == {"start": date(2026, 12, 20), "end": date(2026, 12, 25), "period": date(2026, 12, 1)}


def test_a_strict_window_refuses() -> None:
    late = date(2026, 11, 26)
    window = window_on([Rule(20, 25, strict_until_day=30)], late)
    assert codes(water("125", today=late, taken_at=late, window=window)) == [("READING_WINDOW_CLOSED", "block")]


def test_a_period_taken_by_the_billing_is_closed() -> None:
    assert codes(water("126", booked={"single": (Decimal(125), "accepted")})) == [("ALREADY_ACCEPTED", "block")]
    assert codes(water("126", booked={"single": (Decimal(125), "submitted")})) == []


def test_a_missing_zone_is_named() -> None:
    finding = only(replace(LIGHT, values={"day": Decimal(6229)}))
    assert finding == Finding("FEW_VALUES", "block", {"missing": ("night",)})


def test_a_zone_the_meter_has_not_is_named() -> None:
    finding = only(replace(COLD, values={"single": Decimal(125), "night": Decimal(5)}))
    assert finding.code == "EXTRA_VALUES"
    assert finding.facts["extra"] == ("night",)


@pytest.mark.parametrize(("said", "code"), [("NaN", "NOT_A_NUMBER"), ("Infinity", "NOT_FINITE"), ("-1", "NEGATIVE")])
def test_what_is_not_a_reading_is_refused(said: str, code: str) -> None:
    assert codes(water(said)) == [(code, "block")]


def test_red_digits_read_as_cubic_metres_are_guessed() -> None:
    finding = only(water("123456", previous={"single": shown("118.2")}))
    assert (finding.code, finding.level) == ("TOO_MANY_DIGITS", "block")
    assert finding.facts["guess"] == {"single": Decimal("123.456")}


def test_the_widest_value_of_the_dial_is_still_a_value() -> None:
    assert codes(water("99999.999", previous={"single": shown("99995")})) == []
    assert codes(water("100000", previous={"single": shown("99995")}))[0][0] == "TOO_MANY_DIGITS"


def test_more_decimals_than_the_dial_has() -> None:
    assert codes(water("125.1234")) == [("TOO_MANY_DECIMALS", "block")]
    assert codes(water("125.1230")) == []


def test_decimals_that_are_not_taken_are_cut_off_not_rounded() -> None:
    assert light("6229.9", "1838").taken("day") == 6229
    assert water("125.999", submit_frac=0).taken("single") == 125


def test_cutting_decimals_never_turns_the_dial_back() -> None:
    case = water("118.9", submit_frac=0, previous={"single": shown("118.456")})
    assert case.taken("single") == Decimal("118.456")
    assert codes(case) == [("SAME_AS_PREVIOUS", "confirm")]


def test_a_reading_is_not_made_tomorrow() -> None:
    assert codes(water("125", taken_at=date(2026, 11, 22))) == [("DATE_IN_FUTURE", "block")]


@pytest.mark.parametrize(("taken", "expected"), [(date(2026, 10, 21), []), (date(2026, 10, 20), ["DATE_TOO_OLD"])])
def test_a_reading_is_at_most_a_month_old(taken: date, expected: list[str]) -> None:
    assert [code for code, _ in codes(water("125", taken_at=taken))] == expected


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


def test_a_dial_does_not_turn_back() -> None:
    finding = only(water("117.999"))
    assert (finding.code, finding.level) == ("LESS_THAN_PREVIOUS", "block")
    assert finding.facts["previous"] == 118
    assert finding.facts["taken_at"] == date(2026, 10, 20)


def test_a_dial_that_went_through_zero_is_taken_after_a_yes() -> None:
    case = water("3", previous={"single": shown("99998")})
    assert codes(case) == [("ROLLOVER", "confirm")]
    assert case.consumed("single") == 5


@pytest.mark.parametrize("previous", ["89999", "99940"])
def test_a_smaller_value_is_no_rollover_when_it_would_not_fit(previous: str) -> None:
    """Not near the end of the dial, or 53 m³ through zero: more than a flat can use in a month."""
    assert codes(water("3" if previous == "89999" else "0", previous={"single": shown(previous)}))[-1][0] in {
        "LESS_THAN_PREVIOUS"
    }


def test_nothing_consumed_is_asked_about() -> None:
    assert codes(water("118")) == [("SAME_AS_PREVIOUS", "confirm")]
    assert codes(light("5995", "1760")) == []


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


def test_a_long_silence_is_looked_at() -> None:
    assert codes(water("125", previous={"single": shown("118", date(2026, 8, 20))})) == []
    assert codes(water("125", previous={"single": shown("118", date(2026, 7, 20))})) == [("GAP_3_MONTHS", "review")]


def test_a_first_reading_has_nothing_to_compare_with() -> None:
    assert codes(water("4321", previous={})) == []


def test_a_company_may_switch_a_check_off() -> None:
    assert codes(water("118", levels={"SAME_AS_PREVIOUS": "off"})) == []


def test_what_the_companys_own_billing_says_comes_last() -> None:
    said = Finding("EXTERNAL", "confirm", {"code": "DEBT", "message": ""})
    assert codes(water("118", external=said)) == [("SAME_AS_PREVIOUS", "confirm"), ("EXTERNAL", "confirm")]


def test_every_code_has_one_function_and_its_place() -> None:
    """The order of the checks; a guess comes before the refusal it may explain."""
    order = [line.split('"')[1] for check in checks.CHECKS for line in _source(check) if "return Finding(" in line]
    assert order == [
        "METER_AUTOMATIC", "METER_ARCHIVED", "METER_RESOURCE_OWNED_BY_ANOTHER_ORGANIZATION",
        "METER_VERIFICATION_MISSED", "READING_WINDOW_CLOSED", "ALREADY_ACCEPTED", "FEW_VALUES", "EXTRA_VALUES",
        "NOT_A_NUMBER", "NOT_FINITE", "NEGATIVE", "TOO_MANY_DIGITS", "TOO_MANY_DECIMALS", "DATE_IN_FUTURE",
        "DATE_TOO_OLD", "ZONES_SWAPPED", "SWAPPED_METERS", "DIGIT_COUNT_MISMATCH", "LESS_THAN_PREVIOUS", "ROLLOVER",
        "SAME_AS_PREVIOUS", "TOO_BIG", "UNUSUAL", "GAP_3_MONTHS",
    ]  # fmt: skip
    assert checks.CHECKS[-1] is checks.external


def _source(check: checks.Check) -> list[str]:
    return inspect.getsource(check).splitlines()


def test_the_checks_stop_at_the_first_that_blocks() -> None:
    assert codes(water("-1", is_automatic=True)) == [("METER_AUTOMATIC", "block")]
