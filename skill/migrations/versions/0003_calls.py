"""Records of telephone calls."""

import sqlalchemy as sa
from alembic import op

from billing.columns import UtcDateTime

revision = "skill_0003"
down_revision = "skill_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "voice_call",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("caller", sa.String(20), nullable=False),
        sa.Column("message", sa.String(500), nullable=False),
        sa.Column("door", sa.String(20), nullable=False),
        sa.Column("session_key", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.Column("answer_ms", sa.Integer(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_voice_call_session_key", "voice_call", ["session_key"])
    op.create_index("ix_voice_call_began_at", "voice_call", ["began_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("voice_call")
