"""Fresh books for every test, on SQLite and on a real PostgreSQL."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pgserver
import psycopg
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from billing import store
from fixtures import demo_company
from fixtures.demo_company import DemoSummary

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
"""The moment of every test: a Saturday noon in Moscow, inside the demo company's window."""

_numbers = itertools.count(1)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server of our own, without a database name. pgserver drops root's rights by itself."""
    with tempfile.TemporaryDirectory(prefix="zhku-pg-") as folder:  # short: a socket's path is limited
        server = pgserver.get_server(folder, cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # a test's server may lose its data
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Databases already migrated, by kind; filled as they are first needed."""
    return {"folder": str(tmp_path_factory.mktemp("templates"))}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path, templates: dict[str, str]) -> Iterator[str]:
    """A new database with nothing in it."""
    yield from _fresh(request, "empty", tmp_path, templates)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, templates: dict[str, str]) -> Iterator[str]:
    """A new database with the books' tables, empty."""
    yield from _fresh(request, "migrated", tmp_path, templates)


@pytest.fixture(params=["sqlite", "postgresql"])
def demo_url(request: pytest.FixtureRequest, tmp_path: Path, templates: dict[str, str]) -> Iterator[str]:
    """A new database with the demo company as of NOW."""
    yield from _fresh(request, "demo", tmp_path, templates)


@pytest.fixture
def books(database_url: str) -> Iterator[Engine]:
    """The open books of `database_url`."""
    engine = store.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def demo_books(demo_url: str) -> Iterator[Engine]:
    """The open books of `demo_url`."""
    engine = store.connect(demo_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def undone(request: pytest.FixtureRequest, templates: dict[str, str]) -> Iterator[Session]:
    """A session on empty books, whose changes are undone: for tests that need no commit of their own."""
    yield from _undone(request, "migrated", templates)


@pytest.fixture(params=["sqlite", "postgresql"])
def undone_demo(request: pytest.FixtureRequest, templates: dict[str, str]) -> Iterator[Session]:
    """The same on the demo company as of NOW."""
    yield from _undone(request, "demo", templates)


@pytest.fixture(scope="session")
def demo(templates: dict[str, str]) -> DemoSummary:
    """What the demo company holds: the same in every `demo_url`."""
    url = f"sqlite:///{templates['folder']}/demo.db"
    engine = store.connect(url)
    store.migrate(engine)
    with store.transaction(engine) as db:
        summary = demo_company.load(db, NOW)
    engine.dispose()
    templates.setdefault("sqlite_demo", url)
    return summary


def _undone(request: pytest.FixtureRequest, content: str, templates: dict[str, str]) -> Iterator[Session]:
    engine = store.connect(_template(request, content, templates))
    with Session(engine, expire_on_commit=False) as db, db.begin() as unit:
        yield db
        unit.rollback()
    engine.dispose()


def _fresh(request: pytest.FixtureRequest, content: str, folder: Path, templates: dict[str, str]) -> Iterator[str]:
    """A copy of the template with that content, on the database the test asks for."""
    template = _template(request, content, templates)
    if request.param == "sqlite":
        if content != "empty":
            shutil.copy(template.removeprefix("sqlite:///"), folder / "books.db")
        yield f"sqlite:///{folder / 'books.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = _create(server, _name(template))
    yield url
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {_name(url)} WITH (FORCE)")


def _template(request: pytest.FixtureRequest, content: str, templates: dict[str, str]) -> str:
    """URL of a database with that content, which nobody changes; made when it is first needed."""
    name = f"{request.param}_{content}"
    if name not in templates:
        if request.param == "sqlite":
            url = f"sqlite:///{templates['folder']}/{name}.db"
        else:
            url = _create(request.getfixturevalue("postgres"), "template1")
        _fill(url, content)
        templates[name] = url
    return templates[name]


def _fill(url: str, content: str) -> None:
    if content == "empty":
        return
    engine = store.connect(url)
    store.migrate(engine)
    if content == "demo":
        with store.transaction(engine) as db:
            demo_company.load(db, NOW)
    engine.dispose()


def _create(server: str, template: str) -> str:
    name = f"books{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.replace("/postgres?", f"/{name}?")


def _name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[1]
