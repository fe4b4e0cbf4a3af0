"""Operators' shifts at the console, which end when they say so."""

import sqlalchemy as sa
from alembic import op

from billing.columns import UtcDateTime

revision = "skill_0016"
down_revision = "skill_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "console_shift",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("operator", sa.String(60), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("console_shift")
