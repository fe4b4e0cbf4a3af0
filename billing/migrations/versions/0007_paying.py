"""Contacts of accounts, standing orders, and what a payment's fiscal receipt needs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

GOING = "ended_at IS NULL"


def upgrade() -> None:
    op.add_column("payment", sa.Column("contact", sa.String(), nullable=True))
    op.add_column("payment", sa.Column("fiscal_status", sa.String(), nullable=True))
    op.create_table(
        "account_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('email', 'phone')", name=op.f("ck_account_contact_kind")),
        sa.CheckConstraint("length(value) BETWEEN 3 AND 254", name=op.f("ck_account_contact_value")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_contact_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_contact")),
        sa.UniqueConstraint("account_id", "kind", name=op.f("uq_account_contact_account_id_kind")),
    )
    op.create_table(
        "autopay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("limit_kopecks", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("agreed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("noticed_for", sa.Date(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("day IS NULL OR day BETWEEN 1 AND 31", name=op.f("ck_autopay_day")),
        sa.CheckConstraint("limit_kopecks > 0", name=op.f("ck_autopay_limit_kopecks")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_autopay_account_id_account")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_autopay_payment_id_payment")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_autopay_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_autopay")),
    )
    op.create_index(
        "uq_autopay_going",
        "autopay",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text(GOING),
        postgresql_where=sa.text(GOING),
    )


def downgrade() -> None:
    for table in ("autopay", "account_contact"):
        op.drop_table(table)
    for column in ("fiscal_status", "contact"):
        op.drop_column("payment", column)
