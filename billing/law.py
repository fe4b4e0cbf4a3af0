"""The law in numbers, by date: due days, penalty rates, multipliers, estimates. The rows are in data/law.yaml."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from billing.windows import month_start

SATURDAY = 5


@dataclass(frozen=True)
class Estimates:
    """Without readings: so many periods by the average of so many months (of at least so many), then the norm."""

    average_periods: int
    average_of_months: int
    average_at_least: int


@dataclass(frozen=True)
class PenaltyRule:
    """Days after the due day that cost nothing, and the divisors of the rate up to and after `first_through_day`."""

    free_days: int
    first_through_day: int
    first_divisor: int
    later_divisor: int
    capital_repair_divisor: int


@cache
def _rows() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("billing") / "data" / "law.yaml").read_text("utf-8"))
    return loaded


def due_date(period: date, feb_2026_due: date | None = None) -> date:
    """Day by which the bill of a month is to be paid.

    feb_2026_due: the company's choice for February 2026, whose due day the sources dispute.
    """
    if feb_2026_due is not None and period == date(2026, 2, 1):
        return feb_2026_due
    month = month_start(period, 1)
    day = next(row["day"] for row in reversed(_rows()["due_days"]) if row["from"] <= month)
    due = month.replace(day=day)
    if _rows()["weekend_moves"] and due.weekday() >= SATURDAY:
        due += timedelta(days=7 - due.weekday())
    return due


def penalty_rule() -> PenaltyRule:
    """Days and divisors of ЖК РФ ст. 155 ч. 14."""
    row = _rows()["penalty"]
    return PenaltyRule(
        row["free_days"],
        row["first"]["through_day"],
        row["first"]["divisor"],
        row["later"]["divisor"],
        row["capital_repair"]["divisor"],
    )


@cache
def penalty_rate(day: date) -> Decimal:
    """Yearly rate for penalties on a day, as a fraction: 0.095 while ПП № 329 holds, else the key rate."""
    for row in _rows()["key_rate_rules"]:
        if row["from"] <= day <= row["to"]:
            return Decimal(row["fixed"]) / 100
    known = [row for row in _rows()["key_rates"] if row["from"] <= day]
    if not known:
        raise LookupError(f"no key rate for {day}")
    return Decimal(known[-1]["value"]) / 100


@cache
def rate_changes() -> tuple[date, ...]:
    """Days from which another penalty rate may hold."""
    rules = [day for row in _rows()["key_rate_rules"] for day in (row["from"], row["to"] + timedelta(days=1))]
    return tuple(sorted({*rules, *(row["from"] for row in _rows()["key_rates"])}))


def multiplier(resource: str, day: date) -> Decimal:
    """Повышающий коэффициент of a resource on a day; 1 where there is none."""
    rows = [row for row in _rows()["multipliers"] if row["resource"] == resource and row["from"] <= day]
    return Decimal(rows[-1]["value"]) if rows else Decimal(1)


def estimates() -> Estimates:
    """ПП 354 п. 59."""
    return Estimates(**_rows()["estimates"])
