"""A reading to be checked: cold water of three people, and light by day and night."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from billing import checks, limits
from billing.case import Case, Finding
from billing.meters import PreviousReading
from billing.windows import window_on

TODAY = date(2026, 11, 21)


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
