"""Services, receipts and payments."""

# ruff: noqa: E501 - the lists in the checks are as long as they are

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _service()
    _receipt()
    _payment()
    _receipt_line()
    _refund()


def downgrade() -> None:
    for table in (
        "refund",
        "receipt_line",
        "payment",
        "receipt",
        "service",
    ):
        op.drop_table(table)


def _service() -> None:
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("meter_possible", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('metered', 'sewage', 'hot_two_component', 'area', 'person', 'fixed', 'common')",
            name=op.f("ck_service_basis"),
        ),
        sa.CheckConstraint(
            "code IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER', 'MAINTENANCE', 'CAPITAL_REPAIR', 'COMMON_COLD_WATER', 'COMMON_HOT_WATER', 'COMMON_ELECTRICITY', 'COMMON_SEWAGE', 'HOT_WATER_CARRIER', 'INTERCOM', 'ANTENNA', 'PARKING', 'OTHER')",
            name=op.f("ck_service_code"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_service_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_service_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_index(
        "uq_service_scope", "service", ["organization_id", "code", sa.text("coalesce(property_id, 0)")], unique=True
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("opening_kopecks", sa.Integer(), nullable=False),
        sa.Column("charged_kopecks", sa.Integer(), nullable=False),
        sa.Column("recalculated_kopecks", sa.Integer(), nullable=False),
        sa.Column("privilege_kopecks", sa.Integer(), nullable=False),
        sa.Column("penalty_kopecks", sa.Integer(), nullable=False),
        sa.Column("paid_kopecks", sa.Integer(), nullable=False),
        sa.Column("to_pay_kopecks", sa.Integer(), nullable=False),
        sa.Column("paid_through", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "charged_kopecks >= 0 AND penalty_kopecks >= 0 AND privilege_kopecks >= 0", name=op.f("ck_receipt_amounts")
        ),
        sa.CheckConstraint("document_id IS NULL OR length(document_id) = 18", name=op.f("ck_receipt_document_id")),
        sa.CheckConstraint("due_on > period", name=op.f("ck_receipt_due_on")),
        sa.CheckConstraint(
            "to_pay_kopecks = opening_kopecks + charged_kopecks + recalculated_kopecks - privilege_kopecks + penalty_kopecks - paid_kopecks",
            name=op.f("ck_receipt_to_pay"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_receipt_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("account_id", "period", name=op.f("uq_receipt_account_id_period")),
        sa.UniqueConstraint("document_id", name=op.f("uq_receipt_document_id")),
    )
    op.create_index("ix_receipt_period_account_id", "receipt", ["period", "account_id"], unique=False)


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("period", sa.Date(), nullable=True),
        sa.Column("amount_kopecks", sa.Integer(), nullable=False),
        sa.Column("fee_kopecks", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("pay_url", sa.String(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "method IN ('SBP_QR', 'CARD', 'SBER_PAY', 'BANK_LINK', 'CASH', 'REGISTRY', 'BANK_TRANSFER', 'AUTOPAY')",
            name=op.f("ck_payment_method"),
        ),
        sa.CheckConstraint(
            "status IN ('CREATED', 'PROCESSING', 'WITHDRAWN', 'DONE', 'ERROR')", name=op.f("ck_payment_status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('WITHDRAWN', 'DONE') OR paid_on IS NOT NULL", name=op.f("ck_payment_paid_on")
        ),
        sa.CheckConstraint("amount_kopecks > 0 AND fee_kopecks >= 0", name=op.f("ck_payment_amounts")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id_account")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_payment_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_payment_idempotency_key")),
        sa.UniqueConstraint("provider", "external_id", name=op.f("uq_payment_provider_external_id")),
    )
    op.create_index("ix_payment_account_id_paid_on", "payment", ["account_id", "paid_on"], unique=False)


def _receipt_line() -> None:
    op.create_table(
        "receipt_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("volume_kind", sa.String(), nullable=False),
        sa.Column("volume", columns.Volume(), nullable=False),
        sa.Column("price", columns.Price(), nullable=True),
        sa.Column("multiplier", columns.Ratio(), nullable=False),
        sa.Column("opening_kopecks", sa.Integer(), nullable=False),
        sa.Column("charged_kopecks", sa.Integer(), nullable=False),
        sa.Column("excess_kopecks", sa.Integer(), nullable=False),
        sa.Column("recalculated_kopecks", sa.Integer(), nullable=False),
        sa.Column("privilege_kopecks", sa.Integer(), nullable=False),
        sa.Column("penalty_kopecks", sa.Integer(), nullable=False),
        sa.Column("to_pay_kopecks", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "code IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER', 'MAINTENANCE', 'CAPITAL_REPAIR', 'COMMON_COLD_WATER', 'COMMON_HOT_WATER', 'COMMON_ELECTRICITY', 'COMMON_SEWAGE', 'HOT_WATER_CARRIER', 'INTERCOM', 'ANTENNA', 'PARKING', 'OTHER')",
            name=op.f("ck_receipt_line_code"),
        ),
        sa.CheckConstraint("method IN ('M', 'A', 'N', 'O')", name=op.f("ck_receipt_line_method")),
        sa.CheckConstraint("volume_kind IN ('I', 'O')", name=op.f("ck_receipt_line_volume_kind")),
        sa.CheckConstraint("excess_kopecks BETWEEN 0 AND charged_kopecks", name=op.f("ck_receipt_line_excess")),
        sa.CheckConstraint("multiplier >= 1", name=op.f("ck_receipt_line_multiplier")),
        sa.CheckConstraint(
            "to_pay_kopecks = opening_kopecks + charged_kopecks + recalculated_kopecks - privilege_kopecks + penalty_kopecks",
            name=op.f("ck_receipt_line_to_pay"),
        ),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
        sa.UniqueConstraint("receipt_id", "code", name=op.f("uq_receipt_line_receipt_id_code")),
    )


def _refund() -> None:
    op.create_table(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount_kopecks", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("status IN ('CREATED', 'DONE', 'ERROR')", name=op.f("ck_refund_status")),
        sa.CheckConstraint("amount_kopecks > 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_refund_idempotency_key")),
    )
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
