"""What the books have of meters' readings, for those that a file holds."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy
from sqlalchemy import func, text
from sqlmodel import Session, col, select

from billing.tables import Reading

LIVE = (text("reading.kind = 'current' AND reading.status IN ('submitted', 'accepted')"),)
"""Literally as the index of live readings has it: SQLite does not use it for bound values."""
COLUMNS = (
    col(Reading.id), col(Reading.register_id), col(Reading.period), col(Reading.taken_on), col(Reading.value),
    col(Reading.kind), col(Reading.status), col(Reading.source),
)  # fmt: skip


def newest_before(db: Session, registers: Sequence[int], period: date) -> Sequence[sqlalchemy.Row[Any]]:
    """The newest live reading of every register before a month, found by the index of live readings."""
    newest = (
        select(Reading.register_id, func.max(Reading.period).label("period"))
        .where(col(Reading.register_id).in_(registers), Reading.period < period, *LIVE)
        .group_by(col(Reading.register_id))
        .subquery()
    )
    same = (col(Reading.register_id) == newest.c.register_id) & (col(Reading.period) == newest.c.period)
    return db.execute(sqlalchemy.select(*COLUMNS).join(newest, same).where(*LIVE)).all()


def of_other_kinds(db: Session, meters: Sequence[int], last: date) -> Sequence[sqlalchemy.Row[Any]]:
    """Live readings that are no month's own, through a month: initial values, controls."""
    of_these = sqlalchemy.select(*COLUMNS).where(col(Reading.meter_id).in_(meters), col(Reading.period) <= last)
    live = col(Reading.status).in_(("submitted", "accepted"))
    return db.execute(of_these.where(live, col(Reading.kind) != "current")).all()
