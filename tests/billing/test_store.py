"""The store: migrations, exact types, constraints, what is synced to the disk."""

import os
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, SQLModel, select

from billing import audit, store
from billing.tables import Meter, Organization, Reading, Register, Resident, Service


def test_a_new_store_is_empty_until_a_company_comes(empty_url: str) -> None:
    engine = store.connect(empty_url)
    assert store.is_empty(engine)
    store.migrate(engine)
    assert store.is_empty(engine)
    with store.transaction(engine) as db:
        db.add(Organization(name="УК", spoken_name="УК", inn="0012345675"))
    assert not store.is_empty(engine)
    engine.dispose()


def test_a_new_file_of_books_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    engine = store.connect(f"sqlite:///{folder / 'books.db'}")
    store.migrate(engine)
    modes = {file.stat().st_mode & 0o777 for file in folder.iterdir()}
    engine.dispose()
    assert (folder.stat().st_mode & 0o777, modes) == (0o700, {0o600})


def test_the_migrations_make_the_tables_the_code_knows(books: Engine) -> None:
    with books.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLite cannot reflect an index on an expression, and says so
        context = MigrationContext.configure(connection, opts={"include_object": _ours})
        assert compare_metadata(context, SQLModel.metadata) == []


def _ours(_item: object, name: str, kind: str, _reflected: bool, _other: object) -> bool:
    ours = {
        mapper.local_table.name for mapper in Meter._sa_registry.mappers if mapper.class_.__module__[:7] == "billing"
    }
    return name in ours if kind == "table" else "scope" not in str(name)


def test_another_package_keeps_its_own_migrations(books: Engine, tmp_path: Path) -> None:
    (tmp_path / "0001_notes.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '0001'\ndown_revision = None\n"
        "def upgrade():\n    op.create_table('note', sa.Column('id', sa.Integer, primary_key=True))\n"
    )
    store.migrate(books, versions=tmp_path, version_table="note_version")
    store.migrate(books, versions=tmp_path, version_table="note_version")
    store.migrate(books)
    with books.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM note")).scalar_one() == 0


def test_the_migrations_of_filled_books_go_down_and_up_again(demo_books: Engine) -> None:
    kept = ("service", "reading", "receipt", "receipt_line", "payment", "account", "property")

    def counted() -> list[int]:
        with store.reading(demo_books) as db:
            return [db.connection().execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in kept]  # noqa: S608 - names of our own tables

    before = counted()
    _to(demo_books, command.downgrade, "0004")
    assert counted() == before
    _to(demo_books, command.upgrade, "head")
    assert counted() == before
    with store.transaction(demo_books) as db:
        db.add(Service(organization_id=1, code="IRRIGATION", title="Полив", basis="fixed"))


def test_reminders_that_go_on_stay_when_those_that_come_once_are_dropped(demo_books: Engine) -> None:
    def lay(day: str, once_at: str) -> None:
        row = f"(1, 1, 'pay', 'alice', {day}, {once_at})"
        with demo_books.begin() as connection:
            connection.execute(
                text(f"INSERT INTO reminder (resident_id, account_id, kind, channel, day, once_at) VALUES {row}")  # noqa: S608 - a row of our own
            )

    def days() -> list[int | None]:
        with demo_books.connect() as connection:
            return list(connection.execute(text("SELECT day FROM reminder ORDER BY id")).scalars())

    with store.transaction(demo_books) as db:
        db.add(Resident(id=1, created_at=datetime(2026, 1, 1, tzinfo=UTC)))
    lay("20", "NULL")
    lay("NULL", "'2026-11-25 06:00:00'")
    with pytest.raises(IntegrityError):
        lay("21", "NULL")
    _to(demo_books, command.downgrade, "0007")
    assert days() == [20]
    _to(demo_books, command.upgrade, "head")
    lay("NULL", "'2026-11-25 06:00:00'")
    assert days() == [20, None]


def _to(books: Engine, move: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(store.MIGRATIONS))
    config.set_main_option("version_locations", str(store.MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with books.connect() as connection, connection.begin():
        config.attributes.update(connection=connection, version_table="alembic_version")
        move(config, revision)


def test_what_raises_is_rolled_back(books: Engine) -> None:
    def fail_half_way() -> None:
        with store.transaction(books) as db:
            db.add(Organization(name="УК", spoken_name="УК", inn="0012345675"))
            db.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert store.is_empty(books)


def test_who_looks_does_not_wait_for_who_writes(tmp_path: Path) -> None:
    books = filled(tmp_path)
    with store.transaction(books) as db:
        db.add(Organization(name="УК 2", spoken_name="УК 2", inn="0012345676"))
        db.flush()
        with store.alone(books), store.looking(books) as looker:
            assert [one.name for one in looker.exec(select(Organization)).all()] == ["УК"]
    with store.alone(books), store.looking(books) as looker:
        assert len(looker.exec(select(Organization)).all()) == 2
    books.dispose()


@pytest.mark.parametrize("flushed", [True, False])
def test_who_looks_changes_nothing(tmp_path: Path, flushed: bool) -> None:
    books = filled(tmp_path)

    def change() -> None:
        with store.alone(books), store.looking(books) as db:
            [company] = db.exec(select(Organization)).all()
            company.name = "ТСЖ"
            if flushed:
                db.flush()

    with pytest.raises(store.WouldChange):
        change()
    with store.alone(books), store.looking(books) as db:
        assert [one.name for one in db.exec(select(Organization)).all()] == ["УК"]
    books.dispose()


def filled(tmp_path: Path) -> Engine:
    """Books in a file, of one company."""
    books = store.connect(f"sqlite:///{tmp_path}/books.sqlite3")
    store.migrate(books)
    with store.transaction(books) as db:
        db.add(Organization(name="УК", spoken_name="УК", inn="0012345675"))
    return books


def test_an_instant_comes_back_aware_and_in_utc(books: Engine) -> None:
    moscow = datetime(2026, 11, 21, 12, 30, 15, 250000, tzinfo=timezone(timedelta(hours=3)))
    with store.transaction(books) as db:
        db.add(Resident(created_at=moscow))
    with store.reading(books) as db:
        kept = db.exec(select(Resident.created_at)).one()
    assert kept == moscow
    assert kept.tzinfo is UTC


def test_a_naive_instant_is_refused(books: Engine) -> None:
    with pytest.raises(StatementError, match="time zone"), store.transaction(books) as db:
        db.add(Resident(created_at=datetime(2026, 11, 21, 12, 30)))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("value", ["0.001", "0.3", "123456.789", "999999999999.999"])
def test_quantities_are_exact(demo_books: Engine, value: str) -> None:
    with store.transaction(demo_books) as db:
        row = db.exec(select(Reading)).first()
        assert row is not None
        row.value = Decimal(value)
    with store.reading(demo_books) as db:
        again = db.get(Reading, row.id)
        assert again is not None
        assert again.value == Decimal(value)


@pytest.mark.parametrize("value", ["0.0001", "1000000000000", "NaN"])
def test_a_quantity_that_does_not_fit_is_refused(demo_books: Engine, value: str) -> None:
    def write() -> None:
        with store.transaction(demo_books) as db:
            row = db.get(Reading, 1)
            assert row is not None
            row.value = Decimal(value)

    with pytest.raises((StatementError, ArithmeticError)):
        write()


def _second_live_reading(db: Session) -> None:
    row = db.exec(select(Reading)).first()
    assert row is not None
    db.add(Reading(**row.model_dump(exclude={"id"})))


def _orphan_register(db: Session) -> None:
    db.add(Register(meter_id=10**6, zone="single"))


def _unknown_zone(db: Session) -> None:
    db.add(Register(meter_id=1, zone="evening"))


def _same_serial(db: Session) -> None:
    meter = db.get(Meter, 1)
    assert meter is not None
    db.add(Meter(**meter.model_dump(exclude={"id"})))


def _negative_reading(db: Session) -> None:
    row = db.exec(select(Reading)).first()
    assert row is not None
    row.value = Decimal(-1)


@pytest.mark.parametrize(
    "spoil", [_second_live_reading, _orphan_register, _unknown_zone, _same_serial, _negative_reading]
)
def test_the_database_itself_keeps_the_rules(demo_books: Engine, spoil: Callable[[Session], None]) -> None:
    with pytest.raises(IntegrityError), store.transaction(demo_books) as db:
        spoil(db)


@pytest.mark.parametrize(("leaves_a_trace", "syncs"), [(True, 1), (False, 0)])
def test_what_leaves_a_trace_is_synced_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaves_a_trace: bool, syncs: int
) -> None:
    books = store.connect(f"sqlite:///{tmp_path / 'books.db'}")
    store.migrate(books)
    synced: list[str] = []
    sync = os.fsync

    def watched(file: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        sync(file)

    monkeypatch.setattr(os, "fsync", watched)
    with store.transaction(books) as db:
        db.add(Organization(name="УК", spoken_name="УК", inn="0012345675"))
        if leaves_a_trace:
            audit.record(
                db, now=datetime(2026, 11, 22, tzinfo=UTC), actor="оператор", channel="API", action="CREATE",
                subject="organization", subject_id=1,
            )  # fmt: skip
    assert synced == [str(tmp_path / "books.db-wal")] * syncs
    books.dispose()


def test_who_is_alone_syncs_when_the_next_may_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = filled(tmp_path)
    sync, begun = os.fsync, []

    def watched(file: int) -> None:
        with store.alone(books):
            begun.append(True)
        sync(file)

    with store.alone(books):
        with store.transaction(books) as db:
            db.add(Organization(name="ТСЖ", spoken_name="ТСЖ", inn="0012345676"))
            store.keep(db)
        monkeypatch.setattr(os, "fsync", watched)
        assert begun == []
    assert begun == [True]
    books.dispose()
