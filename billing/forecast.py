"""What this month's bill will be, and what is odd about the water: both say what they rest on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Literal

from sqlmodel import Session, col, select

from billing import receipts, tariffs
from billing.chargebook import open_book
from billing.resources import WATER
from billing.tables import Account, Meter, Premises, Reading, Receipt, ReceiptLine, Register, Service
from billing.windows import month_start

LOOK_BACK = 13
NEEDS = 3
RECENT = 3
ODD_TIMES = 3
LEAK_MONTHS = 2
LEAK_TIMES = Decimal("1.5")


Bounds = tuple[int, int, int]
"""Kopecks: the least, what is expected, and the most."""


@dataclass(frozen=True)
class Forecast:
    """Kopecks charged for a month, less privileges: expected, with the range that the household's own months allow.

    services: what each service of the bill comes to. based_on_months: months of readings behind it; already_read:
    services whose reading of the month is in the books; same_month_last_year: it took part. fixed: kopecks of services
    that do not depend on readings.
    """

    period: date
    low: int
    expected: int
    high: int
    fixed: int
    services: Mapping[str, Bounds]
    based_on_months: int
    already_read: tuple[str, ...]
    same_month_last_year: bool


@dataclass(frozen=True)
class Anomaly:
    """Something odd about a meter. LEAK: high for months on end; SPIKE: one month far above the usual;
    SILENT: nothing counted where something usually is. usual: the median month; months: how many are behind it.
    """

    kind: Literal["LEAK", "SPIKE", "SILENT"]
    meter_id: int
    resource: str
    period: date
    volume: Decimal
    usual: Decimal
    months: int


Months = Mapping[date, Decimal]


def forecast(db: Session, account_id: int, period: date) -> Forecast | None:
    """The bill of a month (its first day) from the reading history; None without three months of readings or a bill."""
    account = db.get(Account, account_id)
    receipt = receipts.latest(db, account_id)
    if account is None or receipt is None:
        return None
    history = monthly_volumes(db, account_id, period)
    metered = {resource for resource, _ in history}
    bill = {line.code: line for line in receipts.lines(db, receipt.id)}
    steady = [line for line in bill.values() if not _follows_meters(line, metered)]
    services: dict[str, Bounds] = {}
    for line in _in_season(db, account, period, steady):
        _add(services, line.code, [_lowered(line, line.charged_kopecks)] * 3)
    fixed = sum(expected for _, expected, _ in services.values())
    months, read, last_year = 99, [], False
    for resource in sorted(metered):
        zones = {zone: by_month for (code, zone), by_month in history.items() if code == resource}
        ranges = {zone: _range(by_month, period) for zone, by_month in zones.items()}
        if any(found is None for found in ranges.values()):
            return None
        known = {zone: found for zone, found in ranges.items() if found is not None}
        bounds = [
            _cost(db, account, resource, {zone: volumes[at] for zone, volumes in known.items()}, period, bill)
            for at in range(3)
        ]
        _add(services, resource, [own for own, _ in bounds])
        if any(sewage for _, sewage in bounds):
            _add(services, "SEWAGE", [sewage for _, sewage in bounds])
        months = min(months, *(len([month for month in by_month if month < period]) for by_month in zones.values()))
        if all(period in by_month for by_month in zones.values()):
            read.append(resource)
        last_year = last_year or any(month_start(period, -12) in by_month for by_month in zones.values())
    if not metered:
        months = 0
    low, expected, high = (sum(bounds[at] for bounds in services.values()) for at in range(3))
    return Forecast(period, low, expected, high, fixed, services, months, tuple(read), last_year)


def _add(services: dict[str, Bounds], code: str, bounds: Sequence[int]) -> None:
    """Both waters bring their part of the sewage."""
    low, expected, high = services.get(code, (0, 0, 0))
    services[code] = low + bounds[0], expected + bounds[1], high + bounds[2]


def anomalies(db: Session, account_id: int, period: date) -> list[Anomaly]:
    """What is odd about the readings up to a month (its first day), meter by meter."""
    rows = _rows(db, account_id, period)
    by_meter: dict[tuple[int, str], dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for reading, meter, _ in rows:
        by_meter[meter.id, meter.resource][reading.period] += (reading.consumption or Decimal(0)) / reading.months
    found = (_odd(meter_id, resource, months) for (meter_id, resource), months in by_meter.items())
    return [one for one in found if one is not None]


def monthly_volumes(db: Session, account_id: int, period: date) -> dict[tuple[str, str], dict[date, Decimal]]:
    """Consumption by (resource, zone) and month over the last thirteen months, the month itself included."""
    volumes: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for reading, meter, zone in _rows(db, account_id, period):
        for ago in range(reading.months):
            month = month_start(reading.period, -ago)
            volumes[meter.resource, zone][month] += (reading.consumption or Decimal(0)) / reading.months
    return {key: dict(months) for key, months in volumes.items()}


def monthly_use(db: Session, account_id: int, period: date) -> dict[str, dict[date, Decimal]]:
    """`monthly_volumes` by resource, its zones and meters together."""
    used: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (resource, _), by_month in monthly_volumes(db, account_id, period).items():
        for month, volume in by_month.items():
            used[resource][month] += volume
    return {resource: dict(months) for resource, months in used.items()}


def _rows(db: Session, account_id: int, period: date) -> Sequence[tuple[Reading, Meter, str]]:
    return db.exec(
        select(Reading, Meter, Register.zone)
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .join(Register, col(Register.id) == col(Reading.register_id))
        .where(
            Meter.account_id == account_id,
            Reading.period >= month_start(period, -LOOK_BACK),
            Reading.period <= period,
            col(Reading.status).in_(("submitted", "accepted")),
            col(Reading.consumption).is_not(None),
        )
        .order_by(col(Reading.period))
    ).all()


def _range(months: Months, period: date) -> tuple[Decimal, Decimal, Decimal] | None:
    """Lowest, expected and highest volume of a month; the reading itself when it is there."""
    if period in months:
        return months[period], months[period], months[period]
    past = [months[month] for month in sorted(months) if month < period]
    if len(past) < NEEDS:
        return None
    expected = median(past[-RECENT:])
    year_ago = months.get(month_start(period, -12))
    if year_ago is not None:
        expected = (expected + year_ago) / 2
    near = past[-6:] + ([year_ago] if year_ago is not None else [])
    return min(*near, expected), expected, max(*near, expected)


def _cost(
    db: Session,
    account: Account,
    resource: str,
    volumes: Mapping[str, Decimal],
    period: date,
    bill: Mapping[str, ReceiptLine],
) -> tuple[int, int]:
    """Kopecks of a resource's volumes, and of the sewage of water where the last bill charges it."""
    whole = sum(volumes.values(), Decimal(0))
    cost = tariffs.cost(db, account.organization_id, resource, volumes, period, account.tariff_group)
    if cost is None:  # no tariff of ours: at the last bill's average price
        cost = _at_last_price(bill.get(resource), whole)
    sewage = bill.get("SEWAGE") if resource in WATER else None
    return _lowered(bill.get(resource), cost), _lowered(sewage, _at_last_price(sewage, whole))


def _lowered(line: ReceiptLine | None, kopecks: int) -> int:
    """Less the same part that a privilege took from the last bill's line."""
    plain = line.charged_kopecks - line.excess_kopecks if line is not None else 0
    if line is None or plain <= 0:
        return kopecks
    return kopecks - tariffs.kopecks(Decimal(kopecks) / 100 * line.privilege_kopecks / plain)


def _in_season(db: Session, account: Account, period: date, lines: Sequence[ReceiptLine]) -> list[ReceiptLine]:
    """Lines of services that are charged in the month; one that begins with it as it was a year ago (heating)."""
    book = open_book(db, account.organization_id)
    premises = db.get(Premises, account.premises_id)
    services = {row.code: row for row in book.services_at(premises.property_id)} if premises is not None else {}
    seasons = {code: book.season(row) for code, row in services.items() if _is_seasonal(row)}
    kept = [line for line in lines if period.month in seasons.get(line.code, (period.month,))]
    begun = {code for code, months in seasons.items() if period.month in months}
    begun -= {line.code for line in lines if line.charged_kopecks}
    year_ago = select(ReceiptLine).join(Receipt, col(Receipt.id) == col(ReceiptLine.receipt_id))
    return kept + list(
        db.exec(
            year_ago.where(
                Receipt.account_id == account.id,
                Receipt.period == month_start(period, -12),
                col(ReceiptLine.code).in_(begun),
            )
        ).all()
        if begun
        else []
    )


def _is_seasonal(service: Service) -> bool:
    heating = service.basis == "heating"
    return (service.months is not None or heating) and not (heating and service.all_year)


def _at_last_price(line: ReceiptLine | None, volume: Decimal) -> int:
    if line is None or line.volume == 0:
        return 0
    return tariffs.kopecks(Decimal(line.charged_kopecks - line.excess_kopecks) / 100 / line.volume * volume)


def _follows_meters(line: ReceiptLine, metered: set[str]) -> bool:
    return line.code in metered or (line.code == "SEWAGE" and not metered.isdisjoint(WATER))


def _odd(meter_id: int, resource: str, months: Months) -> Anomaly | None:
    ordered = sorted(months)
    if len(ordered) < NEEDS + LEAK_MONTHS:
        return None
    usual = median([months[month] for month in ordered[:-LEAK_MONTHS]])
    last = ordered[-1]
    volume = months[last]
    kind: Literal["LEAK", "SPIKE", "SILENT"]
    if usual > 0 and volume == 0:
        kind = "SILENT"
    elif usual > 0 and all(months[month] > usual * LEAK_TIMES for month in ordered[-LEAK_MONTHS:]):
        kind = "LEAK"
    elif usual > 0 and volume > usual * ODD_TIMES:
        kind = "SPIKE"
    else:
        return None
    return Anomaly(kind, meter_id, resource, last, volume, usual, len(ordered) - LEAK_MONTHS)
