"""Outages, news, tickets, articles and reminders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _article()
    _outage()
    _news()
    _outage_scope()
    _notice()
    _reminder()
    _ticket()


def downgrade() -> None:
    for table in (
        "ticket",
        "reminder",
        "notice",
        "outage_scope",
        "news",
        "outage",
        "article",
    ):
        op.drop_table(table)


def _article() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("keywords", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_article_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_article_organization_id_slug")),
    )


def _outage() -> None:
    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("resources", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("text_for_resident", sa.String(), nullable=True),
        sa.Column("start_at", columns.UtcDateTime(), nullable=False),
        sa.Column("end_at", columns.UtcDateTime(), nullable=True),
        sa.Column("all_houses", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('SCHEDULED', 'EMERGENCY')", name=op.f("ck_outage_kind")),
        sa.CheckConstraint("status IN ('DRAFT', 'PUBLISHED', 'CANCELLED')", name=op.f("ck_outage_status")),
        sa.CheckConstraint("type IN ('PAUSE', 'LIMITATION', 'SUSPENSION')", name=op.f("ck_outage_type")),
        sa.CheckConstraint("end_at IS NULL OR end_at > start_at", name=op.f("ck_outage_end_at")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_outage_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_index("ix_outage_organization_id_start_at", "outage", ["organization_id", "start_at"], unique=False)


def _news() -> None:
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("published_at", columns.UtcDateTime(), nullable=False),
        sa.Column("valid_before", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind = 'COMMON' OR valid_before IS NOT NULL", name=op.f("ck_news_valid_before")),
        sa.CheckConstraint("kind IN ('COMMON', 'EMERGENCY')", name=op.f("ck_news_kind")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_news_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_news_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index("ix_news_organization_id_published_at", "news", ["organization_id", "published_at"], unique=False)


def _outage_scope() -> None:
    op.create_table(
        "outage_scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("premises_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["outage_id"], ["outage.id"], name=op.f("fk_outage_scope_outage_id_outage")),
        sa.ForeignKeyConstraint(["premises_id"], ["premises.id"], name=op.f("fk_outage_scope_premises_id_premises")),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_outage_scope_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_scope")),
        sa.UniqueConstraint(
            "outage_id", "property_id", "premises_id", name=op.f("uq_outage_scope_outage_id_property_id_premises_id")
        ),
    )
    op.create_index(op.f("ix_outage_scope_property_id"), "outage_scope", ["property_id"], unique=False)


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("unique_key", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("sent_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('submit_readings', 'pay', 'verification', 'outage', 'news')", name=op.f("ck_notice_kind")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id_account")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_notice_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_notice_unique_key")),
    )
    op.create_index(op.f("ix_notice_resident_id"), "notice", ["resident_id"], unique=False)
    op.create_index("ix_notice_sent_at_created_at", "notice", ["sent_at", "created_at"], unique=False)


def _reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('submit_readings', 'pay', 'verification', 'outage', 'news')", name=op.f("ck_reminder_kind")
        ),
        sa.CheckConstraint("day IS NULL OR day BETWEEN 1 AND 31", name=op.f("ck_reminder_day")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id_account")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_reminder_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "resident_id", "account_id", "kind", "channel", name=op.f("uq_reminder_resident_id_account_id_kind_channel")
        ),
    )
    op.create_index(op.f("ix_reminder_account_id"), "reminder", ["account_id"], unique=False)


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("is_emergency", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("transcript", sa.String(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("closed_at", columns.UtcDateTime(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status IN ('OPEN', 'IN_PROGRESS', 'COMPLETED', 'CLOSED', 'DEFERRED', 'DECLINED')",
            name=op.f("ck_ticket_status"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ticket_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_ticket_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_ticket_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ticket_idempotency_key")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_ticket_organization_id_number")),
    )
    op.create_index(op.f("ix_ticket_account_id"), "ticket", ["account_id"], unique=False)
    op.create_index("ix_ticket_resident_id_created_at", "ticket", ["resident_id", "created_at"], unique=False)
