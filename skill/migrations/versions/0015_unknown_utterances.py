"""Utterances that nothing understood, for operators to label."""

import sqlalchemy as sa
from alembic import op

from billing.columns import UtcDateTime

revision = "skill_0015"
down_revision = "skill_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "unknown_utterance",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False, index=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("asked", sa.String(20), nullable=False),
        sa.Column("text", sa.String(600), nullable=False, index=True),
        sa.Column("guess", sa.String(40), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("intent", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("unknown_utterance")
