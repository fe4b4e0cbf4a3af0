"""Codes and grants of the OAuth provider."""

import sqlalchemy as sa
from alembic import op

from billing.columns import UtcDateTime

revision = "skill_0011"
down_revision = "skill_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "oauth_code",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("client_id", sa.String(200), nullable=False),
        sa.Column("redirect_uri", sa.String(1024), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
    )
    op.create_table(
        "oauth_grant",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("client_id", sa.String(200), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("access_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("refresh_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("access_expires_at", UtcDateTime(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_oauth_grant_code_hash", "oauth_grant", ["code_hash"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("oauth_grant", "oauth_code"):
        op.drop_table(table)
