"""Where residents are written to unasked, and what was done by the clock."""

import sqlalchemy as sa
from alembic import op

from billing.columns import UtcDateTime

revision = "skill_0013"
down_revision = "skill_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "push_address",
        sa.Column("resident_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("user_key", sa.String(200), nullable=False),
        sa.Column("to", sa.JSON(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("slot", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("job_run", "push_address"):
        op.drop_table(table)
