"""When readings are taken: reporting windows (периоды подачи), months and local dates.

A window belongs to the month it starts in; one that wraps ("с 15 по 3 число") ends in the next month. A reading made
outside a window counts for the next window's month (ПП 354: later readings are used in the next billing period).
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from billing.prepared import Prepared, Row
from billing.tables import Account, Meter, Premises, Property, ReportingWindow

MONTHS_AHEAD = 13


@dataclass(frozen=True)
class Window:
    """start, end: first and last day, both included; of the open window, or of the next one when closed.

    period: first day of the month it counts for; strict: closed and readings are refused, not carried over.
    """

    start: date
    end: date
    is_open: bool
    period: date
    strict: bool


@dataclass(frozen=True)
class Rule:
    """Days of month of one window; `month` 1…12 when it holds for that month only."""

    start_day: int = 20
    end_day: int = 25
    strict_until_day: int | None = None
    month: int | None = None
    closed: bool = False


DEFAULT_RULE = Rule()
_RULES = Prepared(
    columns(
        col(ReportingWindow.property_id),
        col(ReportingWindow.resource),
        col(ReportingWindow.start_day),
        col(ReportingWindow.end_day),
        col(ReportingWindow.strict_until_day),
        col(ReportingWindow.month),
        col(ReportingWindow.closed),
    ).where(
        col(ReportingWindow.organization_id) == bindparam("organization_id"),
        or_(col(ReportingWindow.property_id).is_(None), col(ReportingWindow.property_id) == bindparam("property_id")),
        or_(col(ReportingWindow.resource).is_(None), col(ReportingWindow.resource) == bindparam("resource")),
    )
)


def month_start(day: date, months: int = 0) -> date:
    """First day of the month `months` away from the day's own."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def months_between(earlier: date, later: date) -> int:
    """Whole calendar months from one day's month to another's."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def clipped(month: date, day: int) -> date:
    """The day of a month, or its last day when the month is shorter."""
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def day_in(zone: str, now: datetime) -> date:
    """The calendar day in a time zone (IANA name)."""
    return now.astimezone(ZoneInfo(zone)).date()


def local_date(now: datetime, house: Property) -> date:
    """The calendar day at the house."""
    return day_in(house.timezone, now)


def window_on(rules: Sequence[Rule], on: date) -> Window:
    """The window open on a day, or the next one. `rules`: the general one and the overrides of single months."""
    general = next((rule for rule in rules if rule.month is None), DEFAULT_RULE)
    by_month = {rule.month: rule for rule in rules if rule.month is not None}
    previous: tuple[Rule, date] | None = None
    for ahead in range(-2, MONTHS_AHEAD):
        month = month_start(on, ahead)
        rule = by_month.get(month.month, general)
        if rule.closed:
            continue
        start, end = _bounds(rule, month)
        if end >= on:
            is_open = start <= on
            strict = not is_open and previous is not None and on <= _strict_until(*previous)
            return Window(start, end, is_open, month, strict)
        previous = (rule, end)
    raise ValueError("every month is closed for readings")


def _bounds(rule: Rule, month: date) -> tuple[date, date]:
    wraps = rule.start_day > rule.end_day
    return clipped(month, rule.start_day), clipped(month_start(month, 1) if wraps else month, rule.end_day)


def _strict_until(rule: Rule, end: date) -> date:
    """Last day of refusal after a window's end; the end itself when there is none, or when it lies in the window."""
    if rule.strict_until_day is None or _in_window(rule, rule.strict_until_day):
        return end
    same_month = clipped(end, rule.strict_until_day)
    return same_month if same_month > end else clipped(month_start(end, 1), rule.strict_until_day)


def _in_window(rule: Rule, day: int) -> bool:
    if rule.start_day <= rule.end_day:
        return rule.start_day <= day <= rule.end_day
    return day >= rule.start_day or day <= rule.end_day


def rules_for(db: Session, organization_id: int, property_id: int, resource: str | None) -> list[Rule]:
    """The general rule and the month overrides that hold at a house: house before company, resource before any."""
    scope = {"organization_id": organization_id, "property_id": property_id, "resource": resource}
    rows = _RULES.run(db, scope)
    closest: dict[int | None, Row] = {}
    for row in sorted(rows, key=lambda row: (row.property_id is not None, row.resource is not None)):
        closest[row.month] = row
    return [Rule(row.start_day, row.end_day, row.strict_until_day, row.month, row.closed) for row in closest.values()]


def window_for(db: Session, subject: Meter | Account | int, on: date) -> Window:
    """The window of a meter (or its id), or of an account whatever the resource, on a local day.

    Raises LookupError for an unknown meter id.
    """
    meter = db.get(Meter, subject) if isinstance(subject, int) else subject
    if meter is None:
        raise LookupError(f"no meter {subject}")
    account_id = meter.account_id if isinstance(meter, Meter) else meter.id
    resource = meter.resource if isinstance(meter, Meter) else None
    organization_id, property_id = db.exec(
        select(Account.organization_id, Premises.property_id)
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .where(Account.id == account_id)
    ).one()
    return window_on(rules_for(db, organization_id, property_id, resource), on)


def days_left(window: Window, on: date) -> int:
    """Days until the window ends, today included; 0 when it is closed."""
    return (window.end - on + timedelta(days=1)).days if window.is_open else 0
