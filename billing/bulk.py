"""Many rows with one statement: for what comes in files."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, bindparam, func, insert, select
from sqlmodel import Session, SQLModel


def add(db: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows that name the same columns; their ids, in the same order. Pending changes are written first.

    PostgreSQL is given an array a column: psycopg would take longer to read thousands of parameters than the database
    to store them. Its counter numbers rows in the order of the SELECT, whatever the order of the answer.
    """
    db.flush()
    table: Any = SQLModel.metadata.tables[str(model.__tablename__)]
    connection = db.connection()
    if connection.dialect.name != "postgresql":
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list(connection.execute(statement, rows).scalars())
    names = list(rows[0])
    arrays = [func.unnest(bindparam(name, type_=ARRAY(table.c[name].type, dimensions=1))) for name in names]
    source = insert(table).from_select(names, select(*arrays)).returning(table.c.id)
    return sorted(connection.execute(source, {name: [row[name] for row in rows] for name in names}).scalars())
