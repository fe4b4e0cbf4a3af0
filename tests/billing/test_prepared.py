"""Prepared statements mean what they mean to SQLAlchemy, on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as entries

from billing import store
from billing.prepared import Prepared
from billing.tables import AuditEntry, Organization, Reading, Resident
from skill import log

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
_KINDS = Prepared(
    select(col(Reading.value), col(Reading.taken_on), func.count().label("rows"))
    .where(col(Reading.status).in_(("submitted", "accepted")), col(Reading.taken_on) < bindparam("before"))
    .group_by(col(Reading.value), col(Reading.taken_on))
    .order_by(col(Reading.taken_on), col(Reading.value))
    .limit(bindparam("most"))
)


def test_values_come_out_as_the_columns_types_have_them(undone_demo: Session) -> None:
    first, second = _KINDS.run(undone_demo, {"before": date(2027, 1, 1), "most": 2})
    assert isinstance(first.value, Decimal)
    assert isinstance(first.taken_on, date)
    assert (first.taken_on, first.value) < (second.taken_on, second.value)
    assert first == (first.value, first.taken_on, first.rows)


def test_an_error_tells_no_values(books: Engine) -> None:
    """They are what residents said. PostgreSQL quotes the row in its own words: that is for the log to mask."""
    words = "у меня диабет"
    row = {"at": NOW, "actor": words, "channel": "c", "action": "a", "subject": "s", "subject_id": 1, "account_id": -1}

    def prepared(db: Session) -> None:
        Prepared(insert(AuditEntry)).run(db, row | {"subject": None})

    for add in (prepared, lambda db: db.add(AuditEntry(**row | {"subject": None}))):
        with pytest.raises(IntegrityError) as told, store.transaction(books) as db:
            add(db)
        assert words not in log.masked(str(told.value))
        assert "parameters hidden" in str(told.value)


def test_values_go_in_as_the_columns_types_want_them(undone: Session) -> None:
    kept = {"actor": "resident", "channel": "chat", "action": "submit", "subject": "reading", "subject_id": 1}
    Prepared(insert(AuditEntry)).run(undone, {**kept, "at": NOW, "after": {"day": "12"}})
    found = undone.exec(entries(AuditEntry)).one()
    assert (found.at, found.after, found.before) == (NOW, {"day": "12"}, None)


def test_many_rows_return_in_their_order(undone: Session) -> None:
    added = Prepared(insert(Resident).returning(col(Resident.id), col(Resident.created_at)))
    rows = added.run_all(undone, [{"created_at": NOW}, {"created_at": NOW.replace(year=2025)}])
    assert [row.created_at.year for row in rows] == [2026, 2025]


def test_objects_waiting_to_be_written_are_seen(undone: Session) -> None:
    undone.add(Organization(name="УК", spoken_name="УК", inn="0012345675"))
    assert [row.name for row in Prepared(select(col(Organization.name))).run(undone, {})] == ["УК"]


def test_an_update_returns_nothing(undone_demo: Session) -> None:
    renamed = Prepared(update(Organization).values(name=bindparam("new")))
    assert renamed.run(undone_demo, {"new": "Новая УК"}) == []
    assert {row.name for row in Prepared(select(col(Organization.name))).run(undone_demo, {})} == {"Новая УК"}


def test_a_refusal_of_the_database_is_sqlalchemys(books: Engine) -> None:
    with pytest.raises(IntegrityError), store.transaction(books) as db:
        Prepared(insert(AuditEntry)).run(db, {"at": NOW})
