"""Requests that are due at an hour."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("due_at", columns.UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "due_at")
