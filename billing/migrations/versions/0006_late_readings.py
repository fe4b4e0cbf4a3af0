"""Readings that no bill has taken yet are found by an index of their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SUBMITTED = "status = 'submitted'"


def upgrade() -> None:
    op.create_index(
        "ix_reading_submitted",
        "reading",
        ["meter_id", "period"],
        sqlite_where=sa.text(SUBMITTED),
        postgresql_where=sa.text(SUBMITTED),
    )


def downgrade() -> None:
    op.drop_index("ix_reading_submitted", "reading")
