"""The books of a city: 20 000 flats, 60 000 meters, 36 months. Run with `-m slow --benchmark-enable`.

Set ZHKU_BENCH_FLATS for a smaller city.
"""

# ruff: noqa: S608 - the statements are made of this file's own constants

import csv
import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import Engine, text
from sqlmodel import select

from billing import billrun, meters, readings, receipts, store
from billing.exchange.loading import load_file
from billing.exchange.readings import ReadingsLoader
from billing.tables import Meter, Norm, Organization, Receipt, Service, Tariff
from billing.windows import month_start

pytestmark = pytest.mark.slow
FLATS = int(os.environ.get("ZHKU_BENCH_FLATS", "20000"))
PER_HOUSE = 100
MONTHS = 36
RESOURCES = ("COLD_WATER", "HOT_WATER", "ELECTRICITY")
NOVEMBER = date(2026, 11, 1)
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass
class City:
    """The company's books, and which meters and flats are used up."""

    engine: Engine
    company: Organization
    flats: Iterator[int]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('city') / 'books.db'}"
    else:
        url = request.getfixturevalue("postgres")
    engine = store.connect(url)
    store.migrate(engine)
    with store.transaction(engine) as db:
        company = Organization(name="РЦ", spoken_name="РЦ", inn="0012345675", kind="RC")
        db.add(company)
        db.flush()
        for code, basis, price in (
            ("COLD_WATER", "metered", "52.34"),
            ("HOT_WATER", "metered", "271.14"),
            ("SEWAGE", "sewage", "47.86"),
            ("ELECTRICITY", "metered", "6.12"),
            ("WASTE", "person", "118.42"),
            ("MAINTENANCE", "area", "31.85"),
            ("CAPITAL_REPAIR", "area", "17.26"),
        ):
            db.add(Service(organization_id=company.id, code=code, title=code, basis=basis))
            db.add(Tariff(organization_id=company.id, resource=code, price=Decimal(price), valid_from=date(2020, 1, 1)))
        for code in RESOURCES:
            db.add(Norm(organization_id=company.id, resource=code, value=Decimal(5), valid_from=date(2020, 1, 1)))
        db.flush()
        _build(db.connection().exec_driver_sql, engine.dialect.name, company.id)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    yield City(engine, company, count(1))
    engine.dispose()


def _build(run: object, dialect: str, company: int) -> None:
    """Rows made by the database itself: houses, flats, meters, 36 months of readings and receipts, one of lines."""
    assert callable(run)
    unit = 1000 if dialect == "sqlite" else 1
    area = 50 * (100_000 if dialect == "sqlite" else 1)
    no = "0" if dialect == "sqlite" else "false"
    one = 100_000 if dialect == "sqlite" else 1
    run(
        _numbered(
            "INSERT INTO property (id, organization_id, city, street, house, timezone)",
            f"SELECT i, {company}, 'Примерск', 'улица Лесная', cast(i AS varchar(9)), 'Europe/Moscow' FROM n"
            f" WHERE i <= {FLATS // PER_HOUSE}",
        )
    )
    run(
        _numbered(
            "INSERT INTO premises (id, property_id, unit, unit_type, area)",
            f"SELECT i, (i - 1) / {PER_HOUSE} + 1, cast(i AS varchar(9)), 'flat', {area} FROM n",
        )
    )
    run(
        _numbered(
            "INSERT INTO account (id, organization_id, premises_id, number, bill_code, registered, opened_on,"
            " without_commission)",
            f"SELECT i, {company}, i, cast(1000000 + i AS varchar(9)), '123456', i - i / 4 * 4 + 1, '2020-01-01', {no}"
            " FROM n",
        )
    )
    for at, resource_code in enumerate(RESOURCES):
        run(
            _numbered(
                "INSERT INTO meter (id, organization_id, account_id, resource, serial, digits_int, digits_frac,"
                " submit_frac, ratio, is_automatic, submits_automatically)",
                f"SELECT (i - 1) * 3 + {at + 1}, {company}, i, '{resource_code}', cast(i * 3 + {at} AS varchar(9)), 6,"
                f" 3, 3, {one}, {no}, {no} FROM n",
            )
        )
    run("INSERT INTO register (id, meter_id, zone) SELECT id, id, 'single' FROM meter")
    for ago in range(MONTHS, 0, -1):
        month = month_start(NOVEMBER, -ago)
        grown = (MONTHS - ago) * 5
        run(
            "INSERT INTO reading (meter_id, register_id, period, taken_on, value, consumption, months, kind, status,"
            " rolled_over, needs_review, confirmed, channel, source, submitted_at)"
            f" SELECT id, id, '{month}', '{month.replace(day=20)}', (100 + {grown} + (id - id / 7 * 7)) * {unit},"
            f" 5 * {unit}, 1, 'current', 'accepted', {no}, {no}, '', 'demo', 'demo',"
            f" '{month.replace(day=20)} 09:00:00' FROM meter"
        )
        issued = month_start(month, 1)
        run(
            "INSERT INTO receipt (account_id, period, opening_kopecks, charged_kopecks, recalculated_kopecks,"
            " privilege_kopecks, penalty_kopecks, paid_kopecks, to_pay_kopecks, paid_through, issued_on, due_on)"
            f" SELECT id, '{month}', 0, 500000, 0, 0, 0, 0, 500000, '{issued}', '{issued}', '{issued.replace(day=15)}'"
            " FROM account"
        )
    _settle(run, one)


def _numbered(into: str, query: str) -> str:
    """An insert from the numbers 1 to FLATS, named n."""
    return f"{into} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {FLATS}) {query}"


def _settle(run: object, one: int) -> None:
    """Everybody has paid every month but the last; the last receipt has its lines."""
    assert callable(run)
    last = month_start(NOVEMBER, -1)
    run(
        "INSERT INTO payment (account_id, amount_kopecks, fee_kopecks, method, provider, status, external_id,"
        " idempotency_key, created_at, paid_on)"
        f" SELECT account_id, 500000, 0, 'CARD', 'bank', 'DONE', id, id, '2026-11-10 09:00:00', due_on FROM receipt"
        f" WHERE period < '{last}'"
    )
    run(
        "INSERT INTO receipt_line (receipt_id, code, title, method, volume_kind, volume, multiplier, opening_kopecks,"
        " charged_kopecks, excess_kopecks, recalculated_kopecks, privilege_kopecks, penalty_kopecks, to_pay_kopecks,"
        " explanation)"
        f" SELECT id, 'MAINTENANCE', 'MAINTENANCE', 'O', 'I', 0, {one}, 0, 500000, 0, 0, 0, 0, 500000, '{{}}'"
        f" FROM receipt WHERE period = '{last}'"
    )


def test_opening_a_residents_page(city: City, benchmark: BenchmarkFixture) -> None:
    """Balance, a year of bills, last readings."""
    flats = iter(range(7, FLATS, 13))

    def page() -> int:
        account_id = next(flats)
        with store.reading(city.engine) as db:
            found = receipts.balance(db, account_id, TODAY)
            assert found.receipt is not None
            return len(receipts.history(db, account_id)) + len(readings.last_readings(db, account_id))

    assert benchmark.pedantic(page, rounds=min(300, FLATS // 20), warmup_rounds=20) == 12 + 3


def test_booking_a_reading(city: City, benchmark: BenchmarkFixture) -> None:
    """All checks, the cost, the trail and the commit."""

    def next_flat() -> tuple[tuple[int, Decimal], dict[str, object]]:
        account_id = next(city.flats)
        with store.reading(city.engine) as db:
            cold = meters.meters_of(db, account_id, TODAY)[0]
        return (cold.id, cold.last["single"].value + 5), {}

    def book(meter_id: int, value: Decimal) -> readings.Booking:
        with store.transaction(city.engine) as db:
            return readings.submit(
                db,
                meter_id=meter_id,
                values={"single": value},
                taken_at=TODAY,
                now=NOW,
                channel="alice",
                source="alice",
                idempotency_key=f"bench-{meter_id}",
            )

    booked = benchmark.pedantic(book, setup=next_flat, rounds=min(300, FLATS // 20), warmup_rounds=0)
    assert booked.consumption == {"single": Decimal(5)}


def test_importing_a_hundred_thousand_readings(city: City, benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Rows of November and December, every meter once a month, until there are enough."""
    path = tmp_path / "readings.csv"
    rows = min(100_000, FLATS * 5)
    with store.reading(city.engine) as db, path.open("w", newline="") as file:
        known = db.exec(select(Meter.id, Meter.serial, Meter.resource).where(Meter.account_id > FLATS // 20)).all()
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["period", "serial", "resource", "t1", "taken_at"])
        for at in range(rows):
            meter_id, serial, code = known[at % len(known)]
            month = month_start(NOVEMBER, at // len(known))
            value = 100 + (MONTHS + at // len(known)) * 5 + meter_id % 7
            writer.writerow([f"{month:%Y-%m}", serial, code, value, month.replace(day=20)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def load() -> int:
        return load_file(city.engine, ReadingsLoader(city.company, NOW), path, now=NOW).added

    assert benchmark.pedantic(load, rounds=1) == rows
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    benchmark.extra_info["memory_grown_mib"] = grown
    assert grown < 200


def test_the_monthly_run_of_the_whole_city(city: City, benchmark: BenchmarkFixture) -> None:
    """A receipt with seven lines for every flat."""

    def run() -> billrun.RunReport:
        return billrun.run(city.engine, city.company.id, NOVEMBER, date(2026, 12, 1))

    report = benchmark.pedantic(run, rounds=1)
    assert (report.issued, report.problems) == (FLATS, [])
    with store.reading(city.engine) as db:
        receipt = db.exec(select(Receipt).where(Receipt.period == NOVEMBER, Receipt.account_id == FLATS)).one()
        assert receipts.violations(receipt, receipts.lines(db, receipt.id)) == []
