"""Support, acts, house meters, heating; declined readings; the company's own check of a reading."""

# ruff: noqa: E501 - the lists in the checks are as long as they are

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODES = "code IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER', 'MAINTENANCE', 'CAPITAL_REPAIR', 'COMMON_COLD_WATER', 'COMMON_HOT_WATER', 'COMMON_ELECTRICITY', 'COMMON_SEWAGE', 'HOT_WATER_CARRIER', 'INTERCOM', 'ANTENNA', 'PARKING', 'OTHER')"
BASES = "basis IN ('metered', 'sewage', 'hot_two_component', 'area', 'person', 'fixed', 'common'{more})"
# A check that comes with its column is written the same way for SQLite, which cannot add one to a table, and PostgreSQL.
ADDED = (
    "ALTER TABLE account ADD COLUMN tariff_group VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE organization ADD COLUMN feb_2026_due DATE",
    "ALTER TABLE reading ADD COLUMN decline_text VARCHAR CONSTRAINT ck_reading_decline CHECK ((status = 'declined') = (decline_code IS NOT NULL) AND (decline_text IS NULL OR decline_code IS NOT NULL))",
    "ALTER TABLE receipt ADD COLUMN compensation_kopecks INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_receipt_compensation CHECK (compensation_kopecks >= 0)",
)


def upgrade() -> None:
    for statement in ADDED:
        op.execute(statement)
    op.add_column("property", sa.Column("area", columns.Ratio(), nullable=True))
    _service(", 'heating'", new=True)
    _benefit()
    _act()
    _house_volume()
    _external_check()


def downgrade() -> None:
    for table in ("external_check", "house_volume", "act", "benefit"):
        op.drop_table(table)
    _service("", new=False)
    for table, column in (
        ("property", "area"),
        ("receipt", "compensation_kopecks"),
        ("reading", "decline_text"),
        ("organization", "feb_2026_due"),
        ("account", "tariff_group"),
    ):
        op.drop_column(table, column)


def _service(more: str, *, new: bool) -> None:
    """The table anew with another list of bases: SQLite cannot change a check. Nothing refers to a service."""
    op.drop_index("uq_service_scope", "service")
    op.rename_table("service", "service_before")
    own = ["id", "organization_id", "property_id", "code", "title", "basis", "meter_possible"]
    added = [
        sa.Column("months", sa.JSON()),
        sa.Column("all_year", sa.Boolean(), server_default=sa.false(), nullable=False),
    ]
    if op.get_bind().dialect.name == "postgresql":  # its constraints have names of their own in the whole schema
        op.execute("ALTER TABLE service_before DROP CONSTRAINT pk_service")
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("meter_possible", sa.Boolean(), nullable=False),
        *(added if new else []),
        sa.CheckConstraint(BASES.format(more=more), name=op.f("ck_service_basis")),
        sa.CheckConstraint(CODES, name=op.f("ck_service_code")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_service_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_service_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    listed = ", ".join(own)
    kept = "" if new else " WHERE basis <> 'heating'"
    op.execute(f"INSERT INTO service ({listed}) SELECT {listed} FROM service_before{kept}")  # noqa: S608 - our own names
    op.drop_table("service_before")
    op.create_index(
        "uq_service_scope", "service", ["organization_id", "code", sa.text("coalesce(property_id, 0)")], unique=True
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('service', 'id'), coalesce((SELECT max(id) FROM service), 0) + 1, false)"
        )


def _benefit() -> None:
    op.create_table(
        "benefit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("percent", columns.Ratio(), nullable=True),
        sa.Column("monthly_kopecks", sa.Integer(), nullable=True),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("within_norm", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('privilege', 'compensation', 'subsidy')", name=op.f("ck_benefit_kind")),
        sa.CheckConstraint("(kind = 'subsidy') = (monthly_kopecks IS NOT NULL)", name=op.f("ck_benefit_monthly")),
        sa.CheckConstraint("(kind = 'subsidy') = (percent IS NULL)", name=op.f("ck_benefit_percent_given")),
        sa.CheckConstraint("percent IS NULL OR percent > 0", name=op.f("ck_benefit_percent")),
        sa.CheckConstraint("monthly_kopecks IS NULL OR monthly_kopecks > 0", name=op.f("ck_benefit_monthly_kopecks")),
        sa.CheckConstraint("people IS NULL OR people >= 1", name=op.f("ck_benefit_people")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_benefit_validity")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_benefit_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit")),
        sa.UniqueConstraint(
            "account_id", "kind", "category", "valid_from", name=op.f("uq_benefit_account_id_kind_category_valid_from")
        ),
    )
    op.create_index(op.f("ix_benefit_account_id"), "benefit", ["account_id"], unique=False)


def _act() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.CheckConstraint(CODES, name=op.f("ck_act_code")),
        sa.CheckConstraint("kind IN ('NO_ACCESS', 'INTERFERENCE')", name=op.f("ck_act_kind")),
        sa.CheckConstraint("since IS NULL OR since <= drawn_on", name=op.f("ck_act_since")),
        sa.CheckConstraint("settled_on IS NULL OR settled_on >= drawn_on", name=op.f("ck_act_settled_on")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_act_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sa.UniqueConstraint(
            "account_id", "code", "kind", "drawn_on", name=op.f("uq_act_account_id_code_kind_drawn_on")
        ),
    )
    op.create_index(op.f("ix_act_account_id"), "act", ["account_id"], unique=False)


def _house_volume() -> None:
    op.create_table(
        "house_volume",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("volume", columns.Quantity(), nullable=False),
        sa.CheckConstraint(CODES, name=op.f("ck_house_volume_code")),
        sa.CheckConstraint("volume >= 0", name=op.f("ck_house_volume_volume")),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_house_volume_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_volume")),
        sa.UniqueConstraint("property_id", "code", "period", name=op.f("uq_house_volume_property_id_code_period")),
    )


def _external_check() -> None:
    op.create_table(
        "external_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("timeout_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("url LIKE 'https://%' OR url LIKE 'http://%'", name=op.f("ck_external_check_url")),
        sa.CheckConstraint("timeout_ms BETWEEN 100 AND 3000", name=op.f("ck_external_check_timeout_ms")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_external_check_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_check")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_external_check_organization_id")),
    )
