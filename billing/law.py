"""The law in numbers, by date: due days, penalty rates, multipliers, estimates. The rows are in data/law.yaml, those of
repairs in data/repairs.yaml.

A company adds its own rows in a file of its own (`use_own`): a key rate that changed, a day off, a shorter term.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from billing.windows import month_start

SATURDAY = 5
LAST_HOUR = 23
RATES_REMEMBERED = 65_536


class BadLawFile(ValueError):
    """The company's own file has a section that the law's has not, or one of another shape."""


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


@dataclass(frozen=True)
class Repair:
    """By when a trouble is seen to (data/repairs.yaml, which tells what the fields mean); words are patterns.

    within: since the request was taken, in_heating: instead of it in the months of heating; hours: from and to.
    """

    name: str
    within: timedelta
    what: str = ""
    does: str = ""
    where: str = ""
    unless: str = ""
    in_heating: timedelta | None = None
    hours: tuple[int, int] | None = None
    task: str = "fix"
    urgent: bool = False
    act: str = ""


@cache
def _rows() -> dict[str, Any]:
    loaded = _read("law.yaml") | {"repairs": _read("repairs.yaml")}
    return _extended(loaded, _own) if _own else loaded


def _read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((files("billing") / "data" / name).read_text("utf-8")))


_own: Path | None = None


def use_own(file: Path | None) -> None:
    """From now on a company's own rows come after the law's; None: the law's alone. Raises BadLawFile, OSError."""
    global _own
    if file != _own:
        _own = file
        for remembered in (_rows, penalty_rate, rate_changes, repairs):
            remembered.cache_clear()
    repairs()


def _extended(rows: dict[str, Any], own: Path) -> dict[str, Any]:
    """The law's rows with a company's own after them, in order of date. Raises BadLawFile, OSError."""
    added = yaml.safe_load(own.read_text("utf-8")) or {}
    if not isinstance(added, dict):
        raise BadLawFile(f"{own}: a mapping of sections is expected")
    merged = dict(rows)
    for name, value in added.items():
        if name not in rows or type(value) is not type(rows[name]):
            raise BadLawFile(f"{own}: no such section in data/law.yaml, or of another shape: {name}")
        if isinstance(value, list):
            both = [*rows[name], *value]
            dated = all(isinstance(row, dict) for row in both)
            merged[name] = sorted(both, key=lambda row: row["from"]) if dated else both
        else:
            merged[name] = _over(rows[name], value) if isinstance(value, dict) else value
    return merged


def _over(rows: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Rows by name, of which a company changes some fields only, or adds rows."""
    both = {name: {**rows[name], **row} for name, row in own.items() if isinstance(rows.get(name), dict)}
    return {**rows, **own, **both}


def due_date(period: date, feb_2026_due: date | None = None) -> date:
    """Day by which the bill of a month is to be paid.

    feb_2026_due: the company's choice for February 2026, whose due day the sources dispute.
    """
    if feb_2026_due is not None and period == date(2026, 2, 1):
        return feb_2026_due
    month = month_start(period, 1)
    due = month.replace(day=due_day(month))
    while not _is_working(due):
        due += timedelta(days=1)
    return due


def due_day(month: date) -> int:
    """The day of a month by which bills are to be paid, if it is a working day."""
    return int(next(row["day"] for row in reversed(_rows()["due_days"]) if row["from"] <= month))


def _is_working(day: date) -> bool:
    off = f"{day:%m-%d}" in _rows()["holidays"] or day in _rows()["days_off"]
    return day.weekday() < SATURDAY and not off


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


@lru_cache(maxsize=RATES_REMEMBERED)
def penalty_rate(day: date, paid_on: date | None = None, region: str = "") -> Decimal:
    """Yearly rate of a day of delay, as a fraction: the frozen one, else the key rate of the day of payment.

    paid_on: that day, or the day of reckoning while nothing is paid; region: first digits of the house's ОКТМО.
    """
    excepted = any(
        row["from"] <= day <= row["to"] and region.startswith(row["region"]) for row in _rows()["not_frozen"]
    )
    for row in _rows()["frozen_rates"]:
        if not excepted and row["from"] <= day <= row["to"]:
            return Decimal(row["value"]) / 100
    return Decimal(_key_rate(paid_on or day)["value"]) / 100


def stale_key_rate(day: date) -> date | None:
    """The day from which the newest known key rate holds, when penalties of a day need one and it is too old; None."""
    if any(row["from"] <= day <= row["to"] for row in _rows()["frozen_rates"]):
        return None
    since: date = _key_rate(day)["from"]
    return since if (day - since).days > _rows()["key_rate_fresh_days"] else None


def _key_rate(day: date) -> dict[str, Any]:
    known = [row for row in _rows()["key_rates"] if row["from"] <= day]
    if not known:
        raise LookupError(f"no key rate for {day}")
    newest: dict[str, Any] = known[-1]
    return newest


@cache
def rate_changes() -> tuple[date, ...]:
    """Days from which another rule for the rate may hold."""
    rows = (*_rows()["frozen_rates"], *_rows()["not_frozen"])
    return tuple(sorted({day for row in rows for day in (row["from"], row["to"] + timedelta(days=1))}))


def limitation_ends(due: date) -> date:
    """The last day on which a debt due on a day can be claimed (исковая давность)."""
    year = due.year + int(_rows()["limitation_years"])
    return due.replace(year=year, day=28) if (due.month, due.day) == (2, 29) else due.replace(year=year)


def multiplier(resource: str, day: date) -> Decimal:
    """Повышающий коэффициент of a resource on a day; 1 where there is none."""
    rows = [row for row in _rows()["multipliers"] if row["resource"] == resource and row["from"] <= day]
    return Decimal(rows[-1]["value"]) if rows else Decimal(1)


def estimates() -> Estimates:
    """ПП 354 п. 59."""
    return Estimates(**_rows()["estimates"])


def refusals() -> int:
    """Refused checks of a meter after which its readings count no more (ПП 354 п. 60(3))."""
    return int(_rows()["no_access"]["refusals"])


def interference() -> tuple[Decimal, int]:
    """Norms charged for interference, and the months back they are charged for (ПП 354 п. 62)."""
    row = _rows()["interference"]
    return Decimal(row["times"]), row["months"]


@cache
def repairs() -> dict[str, Repair]:
    """By when troubles are seen to, by the name of the rule. Raises BadLawFile for a row of the company's own."""
    try:
        return {name: _repair(name, dict(row)) for name, row in _rows()["repairs"].items()}
    except (re.error, TypeError, ValueError) as wrong:
        raise BadLawFile(f"{_own}: repairs: {wrong}") from wrong


def _repair(name: str, row: dict[str, Any]) -> Repair:
    """Raises TypeError, ValueError, re.error."""
    words: dict[str, Any] = {field: "|".join(row.pop(field, ())) for field in ("what", "does", "where", "unless")}
    for pattern in words.values():
        re.compile(pattern)
    spans: dict[str, Any] = {field: _span(row.pop(field)) for field in ("within", "in_heating") if field in row}
    if "hours" in row:
        opens, closes = map(int, row["hours"])
        if not 0 <= opens < closes <= LAST_HOUR:
            raise ValueError(f"{name}: hours are from an earlier to a later one of a day, 0 to {LAST_HOUR}")
        row["hours"] = (opens, closes)
    return Repair(name, **words, **spans, **row)


def _span(text: str) -> timedelta:
    """«30 minutes», «2 hours», «1 day». Raises TypeError, ValueError."""
    count, unit = text.split()
    return timedelta(**{f"{unit.rstrip('s')}s": int(count)})


def heating_months() -> frozenset[int]:
    """Months of the heating period, where a company sets none."""
    return frozenset(_rows()["heating_months"])
