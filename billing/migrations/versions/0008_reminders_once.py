"""Reminders that come once, at a moment of the resident's own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNIQUE = "uq_reminder_resident_id_account_id_kind_channel"
ONE = ["resident_id", "account_id", "kind", "channel"]


def upgrade() -> None:
    with op.batch_alter_table("reminder", copy_from=_before()) as table:
        table.drop_constraint(UNIQUE, type_="unique")
        table.add_column(sa.Column("once_at", columns.UtcDateTime(), nullable=True))
    _index("uq_reminder_going", ONE, "once_at IS NULL")
    _index("uq_reminder_once", [*ONE, "once_at"], "once_at IS NOT NULL")


def downgrade() -> None:
    op.execute("DELETE FROM reminder WHERE once_at IS NOT NULL")
    for name in ("uq_reminder_once", "uq_reminder_going"):
        op.drop_index(name, "reminder")
    after = _before()
    after.append_column(sa.Column("once_at", columns.UtcDateTime(), nullable=True))
    with op.batch_alter_table("reminder", copy_from=after) as table:
        table.drop_column("once_at")
        if op.get_bind().dialect.name == "postgresql":  # `_before` has it, which is enough where the table is copied
            table.create_unique_constraint(UNIQUE, ONE)


def _index(name: str, names: list[str], where: str) -> None:
    op.create_index(name, "reminder", names, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _before() -> sa.Table:
    """The table of 0003: SQLite copies a table to change its constraints, and does not tell which it has."""
    return sa.Table(
        "reminder",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('submit_readings', 'pay', 'verification', 'outage', 'news')", name=op.f("ck_reminder_kind")
        ),
        sa.CheckConstraint("day IS NULL OR day BETWEEN 1 AND 31", name=op.f("ck_reminder_day")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id_account")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_reminder_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(*ONE, name=op.f(UNIQUE)),
        sa.Index(op.f("ix_reminder_account_id"), "account_id"),
    )
