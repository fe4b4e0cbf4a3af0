"""Reminders that go on and come at an hour of the resident's own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECK = "ck_reminder_minute"
WITHIN = "minute IS NULL OR minute BETWEEN 0 AND 1439"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("reminder", sa.Column("minute", sa.Integer(), nullable=True))
        op.create_check_constraint(op.f(CHECK), "reminder", WITHIN)
    else:  # SQLite takes the rule with the column, and would copy the table for it later
        op.execute(f"ALTER TABLE reminder ADD COLUMN minute INTEGER CONSTRAINT {CHECK} CHECK ({WITHIN})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(CHECK), "reminder", type_="check")
    op.drop_column("reminder", "minute")
