"""Statements that are compiled once and executed past SQLAlchemy, whose own work on each takes longer than the
database's: for what a resident waits for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase
from sqlmodel import Session, SQLModel

Convert = Callable[[Any], Any] | None
"""From Python to the database, or back; None: as it is."""
Model = TypeVar("Model", bound=SQLModel)


_all: "list[Prepared]" = []


class Row(tuple[Any, ...]):
    """A row of a result, its columns by name and by place."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # noqa: ANN401 - a column


class Prepared:
    """A statement of the Core for SQLite and PostgreSQL, made once for the life of the process.

    What varies are its `bindparam`s; an INSERT is given the columns. Lists of changing length are not for it.
    """

    def __init__(self, statement: SelectBase | UpdateBase) -> None:
        self._statement = statement
        self._ready: dict[tuple[str, ...], _Ready] = {}
        _all.append(self)

    def run(self, db: Session, values: Mapping[str, Any]) -> list[Row]:
        """Execute it in the session's transaction; all rows. Pending changes of objects are written first.

        Raises sqlalchemy.exc.DBAPIError, as the session would.
        """
        return self.run_all(db, (values,))

    def run_all(self, db: Session, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Execute it for each of the rows, which have the same names; what all of them return, in their order."""
        db.flush()
        bind = db.get_bind()
        connection = bind if isinstance(bind, Connection) else db.connection()
        names = tuple(rows[0]) if isinstance(self._statement, UpdateBase) else ()
        known = (connection.dialect.name, *names)
        ready = self._ready.get(known)
        if ready is None:
            ready = self._ready[known] = _prepare(self._statement, connection.dialect, names)
        return [row for values in rows for row in ready.execute(connection, values)]

    def like(self, db: Session, kind: type[Model], values: Mapping[str, Any]) -> list[Model]:
        """What a SELECT of all columns of a table finds: rows whose columns are read like those of its objects."""
        return cast(list[Model], self.run(db, values))


def make_ready(dialect: Dialect) -> None:
    """Compile every question to the database now, so that no resident waits for it. Of changes it takes the values."""
    for one in _all:
        if not isinstance(one._statement, UpdateBase):
            one._ready.setdefault((dialect.name,), _prepare(one._statement, dialect, ()))


def execute(connection: Connection, sql: str, values: Any = ()) -> Any:  # noqa: ANN401 - the driver's values and cursor
    """The driver's cursor after a statement in the database's own words. Raises sqlalchemy.exc.DBAPIError."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, values)
    except connection.dialect.loaded_dbapi.Error as error:
        family = connection.dialect.loaded_dbapi.Error
        hidden = connection.engine.hide_parameters
        raise DBAPIError.instance(sql, values, error, family, hidden, dialect=connection.dialect) from error
    return cursor


@dataclass
class _Ready:
    """A statement compiled for one database. constants: values that are part of it; places: the name of each value, in
    order, with its conversion; columns: of what comes back; made: a row out of the driver's, known once one was seen.
    """

    sql: str
    constants: dict[str, Any]
    places: tuple[tuple[str, Convert], ...]
    positional: bool
    columns: list[ColumnElement[Any]]
    made: Callable[[Sequence[Any]], Row] | None = None

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        if self.constants:
            values = {**self.constants, **values}
        if self.positional:
            given: Any = [values[name] if convert is None else convert(values[name]) for name, convert in self.places]
        else:
            given = {name: values[name] if convert is None else convert(values[name]) for name, convert in self.places}
        cursor = execute(connection, self.sql, given)
        if not self.columns:
            return []
        if self.made is None:
            self.made = _maker(self.columns, [column[1] for column in cursor.description], connection.dialect)
        return [self.made(row) for row in cursor.fetchall()]


def _prepare(statement: SelectBase | UpdateBase, dialect: Dialect, names: Sequence[str]) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(names) or None)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - so is every statement of the Core
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError("a column that Python fills in is not for a prepared statement")
    convert = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
        if not bind.expanding
    }
    asked = {name for name, bind in compiled.binds.items() if bind.required}
    whole = compiled.construct_expanded_state(dict.fromkeys(asked))
    constants = {
        name: _converted(value, whole.processors.get(name) or convert.get(name))
        for name, value in whole.parameters.items()
        if name not in asked
    }
    order = whole.positiontup or list(whole.parameters)
    places = tuple((name, convert[name] if name in asked else None) for name in order)
    return _Ready(whole.statement, constants, places, compiled.positional, list(statement.exported_columns))


def _converted(value: object, convert: Convert) -> object:
    return value if convert is None else convert(value)


def _maker(
    columns: Sequence[ColumnElement[Any]], kinds: Sequence[object], dialect: Dialect
) -> Callable[[Sequence[Any]], Row]:
    """What turns the driver's rows into ours. A name that comes twice, or is none, can be had by place only.

    kinds: the driver's own types of the columns.
    """
    names = [column.key if (column.key or "").isidentifier() else "" for column in columns]
    fields = {name: property(itemgetter(at)) for at, name in enumerate(names) if name and names.count(name) == 1}
    row: type[Row] = type("Row", (Row,), {"__slots__": (), **fields})
    converts = [
        (at, convert)
        for at, (column, kind) in enumerate(zip(columns, kinds, strict=True))
        if (convert := column.type.dialect_impl(dialect).result_processor(dialect, kind)) is not None
    ]

    def made(raw: Sequence[Any]) -> Row:
        values = list(raw)
        for at, convert in converts:
            values[at] = convert(values[at])
        return row(values)

    return made if converts else row
