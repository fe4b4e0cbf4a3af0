"""Opening the books: engine, migrations, transactions."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from json import JSONEncoder
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from billing.columns import Price, Quantity, Ratio, Scaled, UtcDateTime, Volume
from billing.prepared import execute
from billing.queue import Queue

__all__ = [
    "Price",
    "Quantity",
    "Ratio",
    "Scaled",
    "UtcDateTime",
    "Volume",
    "WouldChange",
    "alone",
    "connect",
    "is_empty",
    "keep",
    "looking",
    "migrate",
    "reading",
    "transaction",
]

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30.0
ADVISORY_LOCK = 0x7A686B75  # "zhku": one migration at a time on a PostgreSQL server
_alembic_lock = threading.Lock()  # Alembic keeps its environment in module globals


class WouldChange(Exception):
    """What only looked at the books was about to change them."""


_QUEUE = "queue"
"""The option of an engine whose writers queue: it goes with the engine."""
_KEPT = "kept"
_to_sync: ContextVar[set[str] | None] = ContextVar("to_sync", default=None)
"""Logs that one who is `alone` has written to and syncs at the end."""


def connect(url: str) -> Engine:
    """Open the books at `url`: `sqlite:///file`, or `postgresql://…` through psycopg 3. Its errors tell no values: they
    are what residents said. Raises ArgumentError, OSError."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True, json_serializer=_json)
    if parsed.get_backend_name() != "sqlite":
        raise ArgumentError(f"no books on {parsed.get_backend_name()}: use sqlite or postgresql")
    if parsed.database and parsed.database != ":memory:":
        _make_private(Path(parsed.database))
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, json_serializer=_json)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    if parsed.database and parsed.database != ":memory:":
        queue = Queue(parsed.database)
        event.listen(engine, "engine_disposed", queue.let_go)
        engine.update_execution_options(**{_QUEUE: queue})
    return engine


_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # a Russian letter in two bytes, not in six


def _make_private(file: Path) -> None:
    """A new file is its owner's alone, and so is a new folder: names, telephones and bill codes are in it. What SQLite
    lays beside it gets the same mode."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: _begin_sqlite does
    connection.execute("PRAGMA foreign_keys = ON")
    _turn_on_wal(connection)
    connection.execute("PRAGMA synchronous = NORMAL")  # see `transaction`


def _turn_on_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; two processes opening a new file race for it, and SQLite's busy timeout does not cover that."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start: a lock taken half way can only fail, not wait."""
    deferred = connection.get_execution_options().get("read_only", False)
    execute(connection, "BEGIN" if deferred else "BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work: committed when the block ends, rolled back when it raises. Nothing is retried.

    What was committed survives the death of the process, and a power cut too where `keep` was called; on SQLite a power
    cut may take other transactions of the last moments, never half of one. On PostgreSQL every commit is on the disk.
    """
    queue = _queue(engine)
    begun = queue.begin(engine) if queue else engine.begin()
    with begun as connection, Session(connection, expire_on_commit=False) as db:
        yield db
        db.flush()
    if queue and db.info.get(_KEPT):
        log, later = f"{engine.url.database}-wal", _to_sync.get()
        if later is None:
            _sync(log)
        else:
            later.add(log)


def _queue(engine: Engine) -> Queue | None:
    """Where the writers of a SQLite file queue; other books have none."""
    found: Queue | None = engine.get_execution_options().get(_QUEUE)
    return found


def keep(db: Session) -> None:
    """What this transaction changes must be on the disk before anybody is told of it."""
    db.info[_KEPT] = True


def _sync(log: str) -> None:
    """Where the log is gone, its content has been synced into the file already."""
    with suppress(FileNotFoundError):
        file = os.open(log, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for looking only: takes no write lock, changes are thrown away."""
    with Session(engine.execution_options(read_only=True), expire_on_commit=False) as db:
        yield db


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Let one thread of this process after the other work on books in a SQLite file (`Queue.alone`); on others there is
    nothing to gain. What is kept meanwhile is on the disk when it ends, and the next need not wait for that."""
    queue = _queue(engine)
    logs: set[str] = set()
    with queue.alone() if queue else nullcontext():
        before = _to_sync.set(logs)
        try:
            yield
        finally:
            _to_sync.reset(before)
    for log in logs:
        _sync(log)


@contextmanager
def looking(engine: Engine) -> Iterator[Session]:
    """A session that looks at the books beside whoever writes, for one who is `alone`.

    Raises WouldChange on any change, flushed or pending at the end: nothing of it stays. So it does at once on books
    that are no SQLite file, whose transactions keep nobody waiting.
    """
    queue = _queue(engine)
    if queue is None:
        raise WouldChange
    try:
        with queue.look(engine) as connection, Session(connection, expire_on_commit=False) as db:
            yield db
            db.flush()
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_READONLY:
            raise WouldChange from error
        raise


def migrate(engine: Engine, versions: Path | None = None, version_table: str = "alembic_version") -> None:
    """Bring the tables up to the newest version. Safe when several processes start at once.

    Another package keeps its own tables with its own `versions` folder and its own `version_table`.
    """
    config = Config()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions or MIGRATIONS / "versions").replace("%", "%%"))
    with _alembic_lock, engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        config.attributes.update(connection=connection, version_table=version_table)
        command.upgrade(config, "head")


def is_empty(engine: Engine) -> bool:
    """True when nobody's books are here yet: no tables, or no organization."""
    with reading(engine) as db:
        if not inspect(db.connection()).has_table("organization"):
            return True
        return db.connection().execute(text("SELECT 1 FROM organization LIMIT 1")).first() is None
