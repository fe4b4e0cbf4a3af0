"""How a messenger's conversation is written to when an operator answers."""

import sqlalchemy as sa
from alembic import op

revision = "skill_0012"
down_revision = "skill_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("handoff", sa.Column("reach", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("handoff", "reach")
