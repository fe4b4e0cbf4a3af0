"""Readings from files: what is loaded, what is refused and why, and that loading twice changes nothing."""

import csv
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from billing import store
from billing.exchange import loading
from billing.exchange.loading import AlreadyLoaded, HasBadRows, load_file
from billing.exchange.meters import MetersLoader
from billing.exchange.readings import ReadingsLoader
from billing.tables import Meter, Organization, Reading, ReportingWindow
from fixtures.demo_company import DemoSummary
from tests.billing.files import NOVEMBER, NOW, ON_SQLITE, load, written


def november(db: Session, meter_id: int) -> list[Decimal]:
    live = Reading.meter_id == meter_id, Reading.period == NOVEMBER, Reading.status == "submitted"
    return list(db.exec(select(Reading.value).where(*live).order_by(col(Reading.register_id))).all())


def test_readings_are_loaded(demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path) -> None:
    cold, light = demo.account.meters[0], demo.rich.meters[-1]
    path = written(
        tmp_path,
        "period;account;serial;resource;t1;t2;taken_at\n"
        f"2026-11;100512;{cold.serial};ХВС;125,5;;20.11.2026\n"
        f"2026-11;100507;{light.serial};ЭЛ;6229;1838;2026-11-20\n",
    )
    report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert (report.rows, report.added, report.bad) == (2, 2, 0)
    with store.reading(demo_books) as db:
        assert november(db, cold.id) == [Decimal("125.5")]
        row = db.exec(select(Reading).where(Reading.meter_id == cold.id, Reading.period == NOVEMBER)).one()
        assert (row.consumption, row.source, row.taken_on) == (Decimal("10.5"), "import", date(2026, 11, 20))
        assert november(db, light.id) == [Decimal(6229), Decimal(1838)]


@pytest.mark.parametrize("entered", ["2026-11-10", "2026-09-10"])
def test_a_first_reading_is_counted_from_the_initial_value(
    demo_books: Engine, company: Organization, tmp_path: Path, entered: str
) -> None:
    meter = written(tmp_path, f"account;serial;resource;t1;installed_on\n100512;00999;ХВС;100;{entered}\n")
    assert load(demo_books, MetersLoader(company, NOW), meter).added == 1
    path = written(tmp_path, "period;serial;resource;t1\n2026-11;00999;ХВС;50\n2026-11;00999;ХВС;112\n")
    report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert report.added == 1
    assert report.bad_rows[0][1].startswith("LESS_THAN_PREVIOUS")
    with store.reading(demo_books) as db:
        row = db.exec(select(Reading).where(Reading.kind == "current", Reading.value == Decimal(112))).one()
    assert (row.consumption, row.months) == (12, 1 if entered > "2026-11" else 2)


def test_an_initial_value_entered_late_does_not_stand_before_the_months_there_are(
    demo_books: Engine, company: Organization, tmp_path: Path
) -> None:
    meter = written(tmp_path, "account;serial;resource;t1\n100512;00999;ХВС;0\n")
    load(demo_books, MetersLoader(company, NOW), meter)
    path = written(tmp_path, "period;serial;resource;t1\n2026-10;00999;ХВС;500\n2026-11;00999;ХВС;504\n")
    assert load(demo_books, ReadingsLoader(company, NOW), path).added == 2
    with store.reading(demo_books) as db:
        months = db.exec(
            select(Reading.consumption)
            .join(Meter, col(Meter.id) == col(Reading.meter_id))
            .where(Meter.serial == "00999", Reading.kind == "current")
            .order_by(col(Reading.period))
        ).all()
    assert months == [None, Decimal(4)]


def test_a_row_without_a_day_is_of_the_month_where_the_company_is(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    path = written(tmp_path, f"serial;resource;t1\n{demo.account.meters[0].serial};ХВС;125\n")
    midnight = datetime(2026, 11, 30, 21, tzinfo=UTC)
    assert load(demo_books, ReadingsLoader(company, midnight), path).added == 1
    with store.reading(demo_books) as db:
        row = db.exec(select(Reading).where(Reading.source == "import")).one()
    assert row.period == date(2026, 12, 1)


def test_the_same_file_twice_changes_nothing(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{demo.account.meters[0].serial};ХВС;125\n")
    load(demo_books, ReadingsLoader(company, NOW), path)
    with pytest.raises(AlreadyLoaded):
        load(demo_books, ReadingsLoader(company, NOW), path)
    report = load(demo_books, ReadingsLoader(company, NOW), path, force=True)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)


def test_a_file_without_a_good_row_may_come_again(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    path = written(tmp_path, "period;serial;resource;t1\n2026-11;00999;ХВС;125\n")
    assert load(demo_books, ReadingsLoader(company, NOW), path).bad == 1
    meter = written(tmp_path, "account;serial;resource;t1\n100512;00999;ХВС;100\n", "meter.csv")
    load(demo_books, MetersLoader(company, NOW), meter)
    assert load(demo_books, ReadingsLoader(company, NOW), path).added == 1


def test_another_value_replaces_a_submitted_one(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold = demo.account.meters[0]
    for value in ("125", "126"):
        path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{cold.serial};ХВС;{value}\n")
        report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert report.changed == 1
    with store.reading(demo_books) as db:
        assert november(db, cold.id) == [Decimal(126)]
        row = db.exec(select(Reading).where(Reading.meter_id == cold.id, Reading.value == Decimal(126))).one()
        assert row.consumption == 11


@ON_SQLITE
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("2026-11;{serial};ХВС;99", "LESS_THAN_PREVIOUS"),
        ("2026-11;{serial};ХВС;1000000", "TOO_MANY_DIGITS"),
        ("2026-11;{serial};ХВС;-5", "NEGATIVE"),
        ("2026-11;{serial};ХВС;много", "t1 is not a number"),
        ("2026-11;{serial};ХВС;", "FEW_VALUES"),
        ("2026-10;{serial};ХВС;120", "billed already"),
        ("2026-09;{serial};ХВС;1", "billed already"),
        ("2026-13;{serial};ХВС;125", "period is not a date"),
        ("2026-11;{serial};ХВС;125;22.11.2026", "DATE_IN_FUTURE taken_at=2026-11-22"),
        ("2027-11;{serial};ХВС;125;20.11.2027", "DATE_IN_FUTURE"),
        ("2027-11;{serial};ХВС;125;20.11.2026", "the month is in the future: readings of today count for 2026-11"),
        ("2026-12;{serial};ХВС;125", "the month is in the future"),
        ("2026-11;00000;ХВС;125", "no meter 00000"),
        ("2026-11;{serial};пар;125", "unknown resource: пар"),
        ("2026-11;;ХВС;125", "serial is empty"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_loaded(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path, cells: str, reason: str
) -> None:
    cold, hot = demo.account.meters[0], demo.account.meters[1]
    text = f"period;serial;resource;t1;taken_at\n{cells.format(serial=cold.serial)}\n2026-11;{hot.serial};ГВС;148\n"
    rejected = tmp_path / "bad.csv"
    report = load_file(demo_books, ReadingsLoader(company, NOW), written(tmp_path, text), now=NOW, bad_rows=rejected)
    assert (report.added, report.bad) == (1, 1)
    assert report.bad_rows[0][0] == 2
    assert reason in report.bad_rows[0][1]
    with rejected.open(encoding="utf-8-sig", newline="") as file:
        assert reason in list(csv.reader(file, delimiter=";"))[1][1]


def test_a_reading_after_the_window_counts_for_the_next_month(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    with store.transaction(demo_books) as db:
        for window in db.exec(select(ReportingWindow).where(ReportingWindow.end_day == 31)):
            window.end_day = 25
    later = datetime(2026, 11, 27, 9, tzinfo=UTC)
    path = written(tmp_path, f"period;serial;resource;t1\n2026-12;{demo.account.meters[0].serial};ХВС;125\n")
    assert load_file(demo_books, ReadingsLoader(company, later), path, now=later).added == 1
    with store.reading(demo_books) as db:
        assert db.exec(select(Reading).where(Reading.source == "import")).one().taken_on == date(2026, 11, 27)


def test_a_dry_run_tells_and_leaves_nothing(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{demo.account.meters[0].serial};ХВС;125\n")
    assert load(demo_books, ReadingsLoader(company, NOW), path, dry_run=True).added == 1
    with store.reading(demo_books) as db:
        assert november(db, demo.account.meters[0].id) == []
    assert load(demo_books, ReadingsLoader(company, NOW), path).added == 1


@ON_SQLITE
def test_what_a_file_brought_is_synced_to_the_disk(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(store, "_sync", synced.append)
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{demo.account.meters[0].serial};ХВС;125\n")
    load(demo_books, ReadingsLoader(company, NOW), path, dry_run=True)
    assert synced == []
    load(demo_books, ReadingsLoader(company, NOW), path)
    assert len(synced) == 1


def test_a_strict_load_is_all_or_nothing(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold = demo.account.meters[0]
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{cold.serial};ХВС;125\n2026-11;0;ХВС;1\n")
    with pytest.raises(HasBadRows):
        load(demo_books, ReadingsLoader(company, NOW), path, strict=True)
    with store.reading(demo_books) as db:
        assert november(db, cold.id) == []


def test_a_month_twice_in_a_file_with_two_values_is_bad(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold = demo.account.meters[0]
    path = written(
        tmp_path, f"period;serial;resource;t1\n2026-11;{cold.serial};ХВС;125\n2026-11;{cold.serial};ХВС;126\n"
    )
    report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert (report.added, report.bad) == (1, 1)


@pytest.mark.parametrize("batch", [1000, 1])
def test_a_month_in_the_books_and_twice_in_a_file_names_the_row(
    demo_books: Engine,
    company: Organization,
    demo: DemoSummary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
) -> None:
    monkeypatch.setattr(loading, "BATCH", batch)
    cold = demo.account.meters[0]
    load(
        demo_books,
        ReadingsLoader(company, NOW),
        written(tmp_path, f"period;serial;resource;t1\n2026-11;{cold.serial};ХВС;126\n"),
    )
    rows = "".join(f"2026-11;{cold.serial};ХВС;{value}\n" for value in (131, 131, 132))
    report = load(
        demo_books, ReadingsLoader(company, NOW), written(tmp_path, f"period;serial;resource;t1\n{rows}", "again.csv")
    )
    assert (report.changed, report.unchanged) == (1, 1)
    assert report.bad_rows == [(4, "the month is twice in the file, with different values")]
    with store.reading(demo_books) as db:
        assert november(db, cold.id) == [Decimal(131)]


def test_the_condo_table_of_a_workbook_is_understood(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    book = Workbook()
    book.active.append(
        [
            "Адрес",
            "Помещение",
            "Лицевой счет",
            "Тип счетчика",
            "Номер счетчика",
            "Показание 1",
            "Дата передачи показаний",
        ]
    )
    book.active.append(["г Примерск", "12", "100512", "ХВС", demo.account.meters[0].serial, 125.3, date(2026, 11, 20)])
    book.save(tmp_path / "readings.xlsx")
    assert load(demo_books, ReadingsLoader(company, NOW), tmp_path / "readings.xlsx").added == 1
    with store.reading(demo_books) as db:
        assert november(db, demo.account.meters[0].id) == [Decimal("125.3")]


LOADER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from billing import store
from billing.exchange import loading
from billing.exchange.loading import load_file
from billing.exchange.meters import MetersLoader
from billing.exchange.readings import ReadingsLoader
from billing.tables import Organization
engine = store.connect(sys.argv[1])
with store.reading(engine) as db:
    company = db.get(Organization, 1)
def stop(done):
    print("batch", flush=True)
    sys.stdin.readline()
now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
load_file(engine, ReadingsLoader(company, now), Path(sys.argv[2]), now=now, progress=stop)
"""


def test_a_load_that_is_killed_leaves_nothing_half_done(demo_url: str, demo: DemoSummary, tmp_path: Path) -> None:
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{demo.account.meters[0].serial};ХВС;125\n")
    process = subprocess.Popen(
        [sys.executable, "-c", LOADER, demo_url, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"batch\n"  # its rows are written, its transaction is open
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    engine = store.connect(demo_url)
    assert _loadable(engine, path)
    with store.reading(engine) as db:
        assert len(november(db, demo.account.meters[0].id)) == 1
    engine.dispose()


def _loadable(engine: Engine, path: Path) -> bool:
    with store.reading(engine) as db:
        company = db.get(Organization, 1)
    assert company is not None
    return load_file(engine, ReadingsLoader(company, NOW), path, now=NOW).added == 1
