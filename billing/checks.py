"""The ordered checks of a reading. Each is one pure function from a Case to a Finding or None.

A finding carries facts, never a sentence. Level "block": not taken; "confirm": taken when the resident says yes to it;
"review": taken, and an operator looks at it. Guesses come before the refusals they may explain, so that a dialogue can
offer `facts["guess"]` instead of a bare no. A company changes levels and limits in the table check_rule.
"""

from collections.abc import Callable
from decimal import Decimal
from itertools import permutations
from typing import cast

from billing.case import Case, Finding, Level, OtherMeter
from billing.windows import clipped, month_start

TENFOLD = (Decimal("9.5"), Decimal("10.5"))
"""So many times the previous value: a digit too many."""
Check = Callable[[Case], Finding | None]


def automatic_meter(case: Case) -> Finding | None:
    """The meter sends its readings itself."""
    return Finding("METER_AUTOMATIC", "block") if case.is_automatic else None


def archived_meter(case: Case) -> Finding | None:
    """The meter was taken out of use."""
    if case.archived_on is None or case.archived_on > case.today:
        return None
    return Finding("METER_ARCHIVED", "block", {"archived_on": case.archived_on})


def other_company(case: Case) -> Finding | None:
    """Another company takes this resource's readings at the address."""
    if case.other_company is None:
        return None
    return Finding("METER_RESOURCE_OWNED_BY_ANOTHER_ORGANIZATION", "block", {"organization": case.other_company})


def verification_missed(case: Case) -> Finding | None:
    """The verification date has passed: legally the meter has failed (ПП 354 п. 81(12))."""
    if case.next_verification is None or case.next_verification >= case.taken_at:
        return None
    return Finding("METER_VERIFICATION_MISSED", "confirm", {"next_verification": case.next_verification})


def window_closed(case: Case) -> Finding | None:
    """Outside the reporting window: refused where it is strict, else counted for the next window's month."""
    if case.window.is_open:
        return None
    facts = {"start": case.window.start, "end": case.window.end, "period": case.window.period}
    return Finding("READING_WINDOW_CLOSED", "block" if case.window.strict else "confirm", facts)


def already_accepted(case: Case) -> Finding | None:
    """The billing has taken a reading for this period; only a submitted one may be replaced."""
    accepted = {zone: value for zone, (value, status) in case.booked.items() if status == "accepted"}
    if not accepted:
        return None
    return Finding("ALREADY_ACCEPTED", "block", {"values": accepted, "period": case.window.period})


def few_values(case: Case) -> Finding | None:
    """A zone's value is missing."""
    missing = tuple(zone for zone in case.zones if zone not in case.values)
    return Finding("FEW_VALUES", "block", {"missing": missing}) if missing else None


def extra_values(case: Case) -> Finding | None:
    """A value for a zone the meter does not have."""
    extra = tuple(zone for zone in case.values if zone not in case.zones)
    return Finding("EXTRA_VALUES", "block", {"extra": extra, "zones": case.zones}) if extra else None


def not_a_number(case: Case) -> Finding | None:
    """NaN: nothing that a dial shows."""
    bad = tuple(zone for zone, value in case.values.items() if value.is_nan())
    return Finding("NOT_A_NUMBER", "block", {"zones": bad}) if bad else None


def not_finite(case: Case) -> Finding | None:
    """Infinity."""
    bad = tuple(zone for zone, value in case.values.items() if value.is_infinite())
    return Finding("NOT_FINITE", "block", {"zones": bad}) if bad else None


def negative(case: Case) -> Finding | None:
    """Below zero."""
    bad = {zone: value for zone, value in case.values.items() if value < 0}
    return Finding("NEGATIVE", "block", {"values": bad}) if bad else None


def too_many_digits(case: Case) -> Finding | None:
    """More digits before the point than the dial has (значность): often the red digits were read as cubic metres."""
    for zone, value in case.values.items():
        if value >= Decimal(10) ** case.digits_int:
            facts = {"zone": zone, "value": value, "digits_int": case.digits_int}
            return Finding("TOO_MANY_DIGITS", "block", facts | case.guess(zone))
    return None


def too_many_decimals(case: Case) -> Finding | None:
    """More digits after the point than the dial has."""
    for zone, value in case.values.items():
        exponent = value.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > case.digits_frac:
            facts = {"zone": zone, "value": value, "digits_frac": case.digits_frac}
            return Finding("TOO_MANY_DECIMALS", "block", facts)
    return None


def date_in_future(case: Case) -> Finding | None:
    """Read tomorrow."""
    if case.taken_at <= case.today:
        return None
    return Finding("DATE_IN_FUTURE", "block", {"taken_at": case.taken_at})


def date_too_old(case: Case) -> Finding | None:
    """Read too long ago."""
    months = int(case.limits["DATE_TOO_OLD"])
    if case.taken_at >= clipped(month_start(case.today, -months), case.today.day):
        return None
    return Finding("DATE_TOO_OLD", "block", {"taken_at": case.taken_at, "months": months})


def zones_swapped(case: Case) -> Finding | None:
    """A zone would go back, but in another order all values are plausible: day and night were mixed up."""
    if not any(case.goes_back(zone) for zone in case.zones):
        return None
    said = [case.values[zone] for zone in case.zones]
    for order in permutations(said):
        guess = dict(zip(case.zones, order, strict=True))
        if order != tuple(said) and all(case.plausible(zone, value) for zone, value in guess.items()):
            return Finding("ZONES_SWAPPED", "confirm", {"values": dict(case.values), "guess": guess})
    return None


def meters_swapped(case: Case) -> Finding | None:
    """The value fits another meter better: hot and cold, or kitchen and bathroom, were mixed up.

    It does not fit its own and fits the other; or it fits both, and the two have changed places against their history.
    """
    if len(case.zones) != 1 or case.zones[0] not in case.previous or case.rolled_over(case.zones[0]):
        return None
    zone = case.zones[0]
    fits = case.plausible(zone, case.taken(zone))
    for other in case.others:
        if _changed_places(case, zone, other) if fits else case.fits(other, zone):
            facts = {
                "value": case.values[zone],
                "other_meter_id": other.meter_id,
                "other_resource": other.resource,
                "other_place": other.place,
                "other_previous": other.previous,
            }
            return Finding("SWAPPED_METERS", "confirm", facts)
    return None


def digit_count_mismatch(case: Case) -> Finding | None:
    """An extra digit, or litres read as cubic metres: implausible as said, plausible without the extra digits."""
    for zone in case.zones:
        before = case.previous.get(zone)
        if before is None or case.taken(zone) <= before.value or case.plausible(zone, case.taken(zone)):
            continue
        longer = len(str(int(case.values[zone]))) - len(str(int(before.value)))
        tenfold = before.value > 0 and TENFOLD[0] <= case.values[zone] / before.value <= TENFOLD[1]
        if longer >= 2 or tenfold or (longer == 1 and case.guess(zone)):
            facts = {"zone": zone, "value": case.values[zone], "previous": before.value}
            return Finding("DIGIT_COUNT_MISMATCH", "confirm", facts | case.guess(zone))
    return None


def less_than_previous(case: Case) -> Finding | None:
    """A dial does not turn back."""
    for zone in case.zones:
        if case.goes_back(zone):
            before = case.previous[zone]
            facts = {"zone": zone, "value": case.values[zone], "previous": before.value, "taken_at": before.taken_at}
            return Finding("LESS_THAN_PREVIOUS", "block", facts)
    return None


def rollover(case: Case) -> Finding | None:
    """The dial went through zero; taken after a yes, and an operator looks at it."""
    zones = tuple(zone for zone in case.zones if case.rolled_over(zone))
    if not zones:
        return None
    facts = {"zones": zones, "consumption": {zone: case.used(zone) for zone in zones}}
    return Finding("ROLLOVER", "confirm", facts)


def same_as_previous(case: Case) -> Finding | None:
    """Nothing was consumed."""
    if case.total_consumed() != 0:
        return None
    return Finding("SAME_AS_PREVIOUS", "confirm", {"values": {zone: case.taken(zone) for zone in case.zones}})


def too_big(case: Case) -> Finding | None:
    """Several times what a flat can consume: for an operator."""
    consumed, limit = case.total_consumed(), case.monthly("TOO_BIG")
    if consumed is None or consumed <= limit:
        return None
    return Finding("TOO_BIG", "block", {"consumption": consumed, "limit": limit, "months": case.months})


def unusual(case: Case) -> Finding | None:
    """Much more than this household's average, or than people who live there can use."""
    consumed = case.total_consumed()
    if consumed is None or consumed <= case.monthly("UNUSUAL_FLOOR"):
        return None
    average = sum(case.averages.values(), Decimal(0)) if case.averages else None
    over_average = average is not None and consumed > average * case.months * case.limits["UNUSUAL_TIMES"]
    if not over_average and consumed <= case.monthly("UNUSUAL"):
        return None
    facts = {"consumption": consumed, "average": average, "limit": case.monthly("UNUSUAL"), "months": case.months}
    return Finding("UNUSUAL", "confirm", facts)


def long_gap(case: Case) -> Finding | None:
    """No readings for months: an operator looks at it."""
    if not case.previous or case.months <= case.limits["GAP_3_MONTHS"]:
        return None
    last = max(reading.taken_at for reading in case.previous.values())
    return Finding("GAP_3_MONTHS", "review", {"months": case.months, "last": last})


def external(case: Case) -> Finding | None:
    """The company's own billing has something against the values (`billing.external`)."""
    return case.external


CHECKS: tuple[Check, ...] = (
    automatic_meter,
    archived_meter,
    other_company,
    verification_missed,
    window_closed,
    already_accepted,
    few_values,
    extra_values,
    not_a_number,
    not_finite,
    negative,
    too_many_digits,
    too_many_decimals,
    date_in_future,
    date_too_old,
    zones_swapped,
    meters_swapped,
    digit_count_mismatch,
    less_than_previous,
    rollover,
    same_as_previous,
    too_big,
    unusual,
    long_gap,
    external,
)


def run(case: Case, checks: tuple[Check, ...] = CHECKS) -> list[Finding]:
    """Findings in order, up to and with the first that blocks, at the levels the company chose."""
    findings: list[Finding] = []
    for check in checks:
        finding = check(case)
        if finding is None:
            continue
        level = case.levels.get(finding.code, finding.level)
        if level == "off":
            continue
        findings.append(Finding(finding.code, cast(Level, level), finding.facts))
        if level == "block":
            break
    return findings


def _changed_places(case: Case, zone: str, other: OtherMeter) -> bool:
    """Hot used so many times more than cold this month, or less, and in the months before it was the other way."""
    own, average = case.used(zone), case.averages.get(zone)
    if own is None or average is None or other.consumed is None or other.average is None:
        return False
    times = case.limits["SWAPPED_METERS"]
    more = own > other.consumed * times and average < other.average
    less = other.consumed > own * times and average > other.average
    return other.resource != case.resource and (more or less) and case.fits(other, zone)
