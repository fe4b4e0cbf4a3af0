"""Every check of a reading at its edges: one Case, one finding."""

import inspect
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billing import checks
from billing.case import Finding
from billing.windows import Rule, window_on
from tests.billing.cases import COLD, LIGHT, TODAY, codes, light, only, shown, water


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
