"""Several processes at one set of books, and one that is killed."""

import gc
import multiprocessing
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from billing import billrun, readings, store
from billing.readings import KeyReused, NotAccepted
from billing.tables import AuditEntry, Organization, Reading, Receipt
from fixtures.demo_company import DemoSummary
from tests.billing.files import NOVEMBER, NOW


def _migrate(url: str, start: object) -> None:
    start.wait()  # type: ignore[attr-defined]  # a multiprocessing barrier has no public type
    engine = store.connect(url)
    store.migrate(engine)
    engine.dispose()


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    assert _together(_migrate, [(empty_url,)] * 2) == [0, 0]
    engine = store.connect(empty_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
    engine.dispose()


def _book(url: str, meter_id: int, value: str, key: str, start: object) -> None:
    engine = store.connect(url)
    start.wait()  # type: ignore[attr-defined]  # a multiprocessing barrier has no public type
    for attempt in range(10):
        with store.transaction(engine) as db:
            try:
                readings.submit(
                    db,
                    meter_id=meter_id,
                    values={"single": Decimal(value)},
                    taken_at=NOW.date(),
                    now=NOW,
                    channel="alice",
                    source="alice",
                    idempotency_key=f"{key}-{attempt}",
                    confirmed=frozenset({"SAME_AS_PREVIOUS"}),
                )
            except (NotAccepted, KeyReused) as refused:
                raise SystemExit(1) from refused
    engine.dispose()


def test_two_processes_booking_one_meter_leave_one_reading(demo_url: str, demo: DemoSummary) -> None:
    cold = demo.account.meters[0].id
    assert _together(_book, [(demo_url, cold, "125", "kitchen"), (demo_url, cold, "126", "bath")]) == [0, 0]
    engine = store.connect(demo_url)
    with store.reading(engine) as db:
        rows = db.exec(select(Reading).where(Reading.meter_id == cold, Reading.period == NOVEMBER)).all()
    live = [row for row in rows if row.status == "submitted"]
    assert len(live) == 1
    assert live[0].value in {Decimal(125), Decimal(126)}
    assert live[0].consumption == live[0].value - 115
    assert {row.status for row in rows} <= {"submitted", "superseded"}
    engine.dispose()


def test_two_processes_repeating_one_request_book_it_once(demo_url: str, demo: DemoSummary) -> None:
    cold = demo.account.meters[0].id
    assert _together(_book, [(demo_url, cold, "125", "turn")] * 2) == [0, 0]
    engine = store.connect(demo_url)
    with store.reading(engine) as db:
        rows = db.exec(select(Reading).where(Reading.meter_id == cold, Reading.period == NOVEMBER)).all()
    assert len(rows) == 1
    engine.dispose()


def _issue(url: str, organization_id: int, start: object) -> None:
    engine = store.connect(url)
    start.wait()  # type: ignore[attr-defined]  # a multiprocessing barrier has no public type
    billrun.run(engine, organization_id, NOVEMBER, date(2026, 12, 1))
    engine.dispose()


def test_two_processes_issuing_one_month_make_one_bill_each(demo_url: str, demo: DemoSummary) -> None:
    assert _together(_issue, [(demo_url, demo.organization_id)] * 2) == [0, 0]
    engine = store.connect(demo_url)
    with store.reading(engine) as db:
        accounts = db.exec(select(Receipt.account_id).where(Receipt.period == NOVEMBER)).all()
    assert len(accounts) == len(set(accounts)) == 60
    engine.dispose()


def _write(engine: Engine, inherited: object) -> None:
    with store.transaction(engine) as db:
        db.add(Organization(name="УК", spoken_name="УК", inn="0012345675"))
        raise SystemExit(0 if db.connection().connection.dbapi_connection is not inherited else 3)


def test_a_forked_process_does_not_write_with_the_connection_it_inherits(tmp_path: Path) -> None:
    engine = store.connect(f"sqlite:///{tmp_path}/books.db")
    store.migrate(engine)
    with store.transaction(engine) as db:
        kept = db.connection().connection.dbapi_connection
    with store.transaction(engine) as db:
        assert db.connection().connection.dbapi_connection is kept
    child = multiprocessing.get_context("fork").Process(target=_write, args=(engine, kept))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    with store.transaction(engine) as db:
        assert db.connection().connection.dbapi_connection is kept
        assert db.exec(select(Organization)).all() == []  # what the child undid
    engine.dispose()
    assert not [file for file in Path("/proc/self/fd").iterdir() if str(file.resolve()) == f"{tmp_path}/books.db"]


def test_an_engine_that_is_let_go_closes_its_files(tmp_path: Path) -> None:
    engine = store.connect(f"sqlite:///{tmp_path}/books.db")
    with store.transaction(engine):
        pass
    del engine
    gc.collect()
    assert not [file for file in Path("/proc/self/fd").iterdir() if tmp_path in file.resolve().parents]


def test_writers_go_on_with_another_connection_after_a_failure(tmp_path: Path) -> None:
    engine = store.connect(f"sqlite:///{tmp_path}/books.db")
    store.migrate(engine)
    with store.transaction(engine) as db:
        lost = db.connection().connection.dbapi_connection
    assert isinstance(lost, sqlite3.Connection)
    lost.close()
    with pytest.raises(sqlite3.ProgrammingError), store.transaction(engine):
        pass
    with store.transaction(engine) as db:
        assert db.connection().connection.dbapi_connection is not lost
        assert db.exec(select(Organization)).all() == []
    engine.dispose()


BOOKING = """
import sys
from datetime import UTC, datetime
from decimal import Decimal
from billing import readings, store
engine = store.connect(sys.argv[1])
now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
with store.transaction(engine) as db:
    readings.submit(db, meter_id=int(sys.argv[2]), values={"single": Decimal(125)}, taken_at=now.date(), now=now,
                    channel="alice", source="alice", idempotency_key="killed")
    print("booked", flush=True)
    sys.stdin.readline()
"""


def test_a_booking_that_is_killed_leaves_nothing(demo_url: str, demo: DemoSummary) -> None:
    cold = demo.account.meters[0].id
    process = subprocess.Popen(
        [sys.executable, "-c", BOOKING, demo_url, str(cold)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"booked\n"  # its rows are written, its transaction is open
    process.kill()
    process.wait()
    engine = store.connect(demo_url)
    with store.transaction(engine) as db:
        assert db.exec(select(Reading).where(Reading.meter_id == cold, Reading.period == NOVEMBER)).all() == []
        assert db.exec(select(AuditEntry)).all() == []
    engine.dispose()


def _together(work: Callable[..., None], arguments: list[tuple[object, ...]]) -> list[int | None]:
    """Run `work` in processes that start at the same moment; their exit codes."""
    context = multiprocessing.get_context("fork")  # the children open their own books; importing again is slow
    start = context.Barrier(len(arguments))
    processes = [context.Process(target=work, args=(*each, start)) for each in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    return [process.exitcode for process in processes]
