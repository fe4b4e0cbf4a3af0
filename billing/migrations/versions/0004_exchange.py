"""Loaded files, devices and their packets, keys of other systems."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _api_key()
    _device()
    _import_run()
    _device_input()
    _device_packet()


def downgrade() -> None:
    for table in (
        "device_packet",
        "device_input",
        "import_run",
        "device",
        "api_key",
    ):
        op.drop_table(table)


def _api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_api_key_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_index("ix_api_key_organization_id", "api_key", ["organization_id"], unique=False)


def _device() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_digest", sa.String(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", columns.UtcDateTime(), nullable=True),
        sa.Column("battery_low", sa.Boolean(), nullable=False),
        sa.Column("last_seen_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_device_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_device_key_digest")),
    )


def _import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("loaded_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_import_run_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint(
            "organization_id", "kind", "digest", name=op.f("uq_import_run_organization_id_kind_digest")
        ),
    )


def _device_input() -> None:
    op.create_table(
        "device_input",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("input", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.CheckConstraint("zone IN ('single', 'day', 'night', 'peak', 'halfpeak')", name=op.f("ck_device_input_zone")),
        sa.CheckConstraint("input >= 0", name=op.f("ck_device_input_input")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_input_device_id_device")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_device_input_meter_id_meter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_input")),
        sa.UniqueConstraint("device_id", "input", name=op.f("uq_device_input_device_id_input")),
    )
    op.create_index(op.f("ix_device_input_meter_id"), "device_input", ["meter_id"], unique=False)


def _device_packet() -> None:
    op.create_table(
        "device_packet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_input_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", columns.UtcDateTime(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("value", columns.Quantity(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint("status IN ('KEPT', 'RESET', 'LATE')", name=op.f("ck_device_packet_status")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_device_packet_value")),
        sa.ForeignKeyConstraint(
            ["device_input_id"], ["device_input.id"], name=op.f("fk_device_packet_device_input_id_device_input")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_packet")),
        sa.UniqueConstraint("device_input_id", "taken_at", name=op.f("uq_device_packet_device_input_id_taken_at")),
    )
