"""Accounts, meters, readings, tariffs and the audit trail."""

# ruff: noqa: E501 - the lists in the checks are as long as they are

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from billing import columns

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _organization()
    _resident()
    _channel_identity()
    _check_rule()
    _norm()
    _property()
    _tariff()
    _premises()
    _reporting_window()
    _resource_owner()
    _account()
    _account_link()
    _audit_entry()
    _meter()
    _register()
    _reading()


def downgrade() -> None:
    for table in (
        "reading",
        "register",
        "meter",
        "audit_entry",
        "account_link",
        "account",
        "resource_owner",
        "reporting_window",
        "premises",
        "tariff",
        "property",
        "norm",
        "check_rule",
        "channel_identity",
        "resident",
        "organization",
    ):
        op.drop_table(table)


def _organization() -> None:
    op.create_table(
        "organization",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spoken_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("inn", sa.String(), nullable=False),
        sa.Column("kpp", sa.String(), nullable=True),
        sa.Column("ogrn", sa.String(), nullable=True),
        sa.Column("dispatch_phone", sa.String(), nullable=True),
        sa.Column("emergency_phone", sa.String(), nullable=True),
        sa.Column("office_phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("work_hours", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("bank_account", sa.String(), nullable=True),
        sa.Column("bank_name", sa.String(), nullable=True),
        sa.Column("bank_bic", sa.String(), nullable=True),
        sa.Column("bank_correspondent_account", sa.String(), nullable=True),
        sa.Column("zone_index", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('UO', 'TSJ', 'RSO', 'RC', 'KR', 'TKO', 'OGV')", name=op.f("ck_organization_kind")),
        sa.CheckConstraint("kpp IS NULL OR length(kpp) = 9", name=op.f("ck_organization_kpp")),
        sa.CheckConstraint("length(inn) IN (10, 12)", name=op.f("ck_organization_inn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("inn", "kpp", name=op.f("uq_organization_inn_kpp")),
    )


def _resident() -> None:
    op.create_table(
        "resident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
    )


def _channel_identity() -> None:
    op.create_table(
        "channel_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_digest", sa.String(), nullable=False),
        sa.Column("first_seen_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_channel_identity_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_identity")),
        sa.UniqueConstraint("channel", "external_digest", name=op.f("uq_channel_identity_channel_external_digest")),
    )
    op.create_index(op.f("ix_channel_identity_resident_id"), "channel_identity", ["resident_id"], unique=False)


def _check_rule() -> None:
    op.create_table(
        "check_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("limit", columns.Quantity(), nullable=True),
        sa.CheckConstraint(
            "level IS NULL OR code IN ('METER_VERIFICATION_MISSED', 'READING_WINDOW_CLOSED', 'ZONES_SWAPPED', 'SWAPPED_METERS', 'DIGIT_COUNT_MISMATCH', 'ROLLOVER', 'SAME_AS_PREVIOUS', 'TOO_BIG', 'UNUSUAL', 'GAP_3_MONTHS')",
            name=op.f("ck_check_rule_adjustable"),
        ),
        sa.CheckConstraint(
            "level IS NULL OR level IN ('block', 'confirm', 'review', 'off')", name=op.f("ck_check_rule_level")
        ),
        sa.CheckConstraint(
            "resource IS NULL OR resource IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER')",
            name=op.f("ck_check_rule_resource"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_check_rule_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_rule")),
    )
    op.create_index(
        "uq_check_rule_scope", "check_rule", ["organization_id", "code", sa.text("coalesce(resource, '')")], unique=True
    )


def _norm() -> None:
    op.create_table(
        "norm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("value", columns.Ratio(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("act", sa.String(), nullable=True),
        sa.CheckConstraint(
            "resource IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER', 'MAINTENANCE', 'CAPITAL_REPAIR', 'COMMON_COLD_WATER', 'COMMON_HOT_WATER', 'COMMON_ELECTRICITY', 'COMMON_SEWAGE', 'HOT_WATER_CARRIER', 'INTERCOM', 'ANTENNA', 'PARKING', 'OTHER')",
            name=op.f("ck_norm_resource"),
        ),
        sa.CheckConstraint("unit IN ('person', 'm2', 'm3')", name=op.f("ck_norm_unit")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_norm_amounts")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_norm_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_norm")),
        sa.UniqueConstraint(
            "organization_id",
            "resource",
            "unit",
            "valid_from",
            name=op.f("uq_norm_organization_id_resource_unit_valid_from"),
        ),
    )


def _property() -> None:
    op.create_table(
        "property",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("house", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("fias_guid", sa.String(), nullable=True),
        sa.Column("gis_id", sa.String(), nullable=True),
        sa.Column("oktmo", sa.String(), nullable=True),
        sa.CheckConstraint("oktmo IS NULL OR length(oktmo) IN (8, 11)", name=op.f("ck_property_oktmo")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_property_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property")),
        sa.UniqueConstraint("fias_guid", name=op.f("uq_property_fias_guid")),
        sa.UniqueConstraint(
            "organization_id", "city", "street", "house", name=op.f("uq_property_organization_id_city_street_house")
        ),
    )
    op.create_index(op.f("ix_property_organization_id"), "property", ["organization_id"], unique=False)


def _tariff() -> None:
    op.create_table(
        "tariff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("range_from", columns.Quantity(), nullable=False),
        sa.Column("price", columns.Price(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("act", sa.String(), nullable=True),
        sa.CheckConstraint(
            "resource IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER', 'MAINTENANCE', 'CAPITAL_REPAIR', 'COMMON_COLD_WATER', 'COMMON_HOT_WATER', 'COMMON_ELECTRICITY', 'COMMON_SEWAGE', 'HOT_WATER_CARRIER', 'INTERCOM', 'ANTENNA', 'PARKING', 'OTHER')",
            name=op.f("ck_tariff_resource"),
        ),
        sa.CheckConstraint("zone IN ('single', 'day', 'night', 'peak', 'halfpeak')", name=op.f("ck_tariff_zone")),
        sa.CheckConstraint("price >= 0 AND range_from >= 0", name=op.f("ck_tariff_amounts")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_tariff_validity")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_tariff_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff")),
        sa.UniqueConstraint(
            "organization_id", "resource", "zone", "group", "range_from", "valid_from", name="uq_tariff_step"
        ),
    )


def _premises() -> None:
    op.create_table(
        "premises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_type", sa.String(), nullable=False),
        sa.Column("entrance", sa.Integer(), nullable=True),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("area", columns.Ratio(), nullable=True),
        sa.Column("gis_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "unit_type IN ('flat', 'room', 'parking', 'warehouse', 'apartment', 'commercial')",
            name=op.f("ck_premises_unit_type"),
        ),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_premises_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premises")),
        sa.UniqueConstraint("property_id", "unit_type", "unit", name=op.f("uq_premises_property_id_unit_type_unit")),
    )


def _reporting_window() -> None:
    op.create_table(
        "reporting_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=True),
        sa.Column("resource", sa.String(), nullable=True),
        sa.Column("start_day", sa.Integer(), nullable=False),
        sa.Column("end_day", sa.Integer(), nullable=False),
        sa.Column("strict_until_day", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "resource IS NULL OR resource IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER')",
            name=op.f("ck_reporting_window_resource"),
        ),
        sa.CheckConstraint("NOT closed OR month IS NOT NULL", name=op.f("ck_reporting_window_closed_month")),
        sa.CheckConstraint("month IS NULL OR month BETWEEN 1 AND 12", name=op.f("ck_reporting_window_month")),
        sa.CheckConstraint(
            "start_day BETWEEN 1 AND 31 AND end_day BETWEEN 1 AND 31", name=op.f("ck_reporting_window_days")
        ),
        sa.CheckConstraint(
            "strict_until_day IS NULL OR strict_until_day BETWEEN 1 AND 31",
            name=op.f("ck_reporting_window_strict_until_day"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_reporting_window_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_reporting_window_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_window")),
    )
    op.create_index(
        "uq_reporting_window_scope",
        "reporting_window",
        [
            "organization_id",
            sa.text("coalesce(property_id, 0)"),
            sa.text("coalesce(resource, '')"),
            sa.text("coalesce(month, 0)"),
        ],
        unique=True,
    )


def _resource_owner() -> None:
    op.create_table(
        "resource_owner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "resource IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER')",
            name=op.f("ck_resource_owner_resource"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_resource_owner_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_resource_owner_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_owner")),
        sa.UniqueConstraint("property_id", "resource", name=op.f("uq_resource_owner_property_id_resource")),
    )


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("premises_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("bill_code", sa.String(), nullable=False),
        sa.Column("els", sa.String(), nullable=True),
        sa.Column("gis_service_id", sa.String(), nullable=True),
        sa.Column("holder_name", sa.String(), nullable=True),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("without_commission", sa.Boolean(), nullable=False),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_account_closed_on")),
        sa.CheckConstraint("els IS NULL OR length(els) = 10", name=op.f("ck_account_els")),
        sa.CheckConstraint(
            "gis_service_id IS NULL OR length(gis_service_id) = 13", name=op.f("ck_account_gis_service_id")
        ),
        sa.CheckConstraint("length(bill_code) = 6", name=op.f("ck_account_bill_code")),
        sa.CheckConstraint("length(number) BETWEEN 1 AND 30", name=op.f("ck_account_number")),
        sa.CheckConstraint("registered BETWEEN 0 AND 9999", name=op.f("ck_account_registered")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_account_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["premises_id"], ["premises.id"], name=op.f("fk_account_premises_id_premises")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_account_organization_id_number")),
    )
    op.create_index(op.f("ix_account_els"), "account", ["els"], unique=False)
    op.create_index(op.f("ix_account_number"), "account", ["number"], unique=False)
    op.create_index(op.f("ix_account_premises_id"), "account", ["premises_id"], unique=False)


def _account_link() -> None:
    op.create_table(
        "account_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("verified_how", sa.String(), nullable=False),
        sa.Column("verified_at", columns.UtcDateTime(), nullable=False),
        sa.Column("nickname", sa.String(), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'tenant', 'helper')", name=op.f("ck_account_link_role")),
        sa.CheckConstraint(
            "verified_how IN ('code_on_bill', 'operator', 'gosuslugi', 'sms_otp', 'last_payment_sum', 'channel_login', 'demo')",
            name=op.f("ck_account_link_verified_how"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_link_account_id_account")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_account_link_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sa.UniqueConstraint("resident_id", "account_id", name=op.f("uq_account_link_resident_id_account_id")),
    )
    op.create_index(op.f("ix_account_link_account_id"), "account_link", ["account_id"], unique=False)


def _audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_entry_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_account_id"), "audit_entry", ["account_id"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "subject_id"], unique=False)


def _meter() -> None:
    op.create_table(
        "meter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("nickname", sa.String(), nullable=True),
        sa.Column("digits_int", sa.Integer(), nullable=False),
        sa.Column("digits_frac", sa.Integer(), nullable=False),
        sa.Column("submit_frac", sa.Integer(), nullable=False),
        sa.Column("ratio", columns.Ratio(), nullable=False),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("commissioned_on", sa.Date(), nullable=True),
        sa.Column("sealed_on", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("next_verification_on", sa.Date(), nullable=True),
        sa.Column("archived_on", sa.Date(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("submits_automatically", sa.Boolean(), nullable=False),
        sa.Column("gis_guid", sa.String(), nullable=True),
        sa.CheckConstraint(
            "resource IN ('COLD_WATER', 'HOT_WATER', 'ELECTRICITY', 'GAS', 'HEAT', 'COLD', 'SEWAGE', 'IRRIGATION', 'WASTE', 'LIQUID_WASTE', 'DRINKING_WATER')",
            name=op.f("ck_meter_resource"),
        ),
        sa.CheckConstraint("digits_int BETWEEN 1 AND 12 AND digits_frac BETWEEN 0 AND 3", name=op.f("ck_meter_digits")),
        sa.CheckConstraint("length(serial) BETWEEN 1 AND 50", name=op.f("ck_meter_serial")),
        sa.CheckConstraint("ratio > 0", name=op.f("ck_meter_ratio")),
        sa.CheckConstraint("submit_frac BETWEEN 0 AND digits_frac", name=op.f("ck_meter_submit_frac")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_meter_account_id_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_meter_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["replaces_id"], ["meter.id"], name=op.f("fk_meter_replaces_id_meter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint(
            "organization_id", "resource", "serial", name=op.f("uq_meter_organization_id_resource_serial")
        ),
    )
    op.create_index(op.f("ix_meter_account_id"), "meter", ["account_id"], unique=False)


def _register() -> None:
    op.create_table(
        "register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.CheckConstraint("zone IN ('single', 'day', 'night', 'peak', 'halfpeak')", name=op.f("ck_register_zone")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_register_meter_id_meter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register")),
        sa.UniqueConstraint("meter_id", "zone", name=op.f("uq_register_meter_id_zone")),
    )


def _reading() -> None:
    op.create_table(
        "reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("value", columns.Quantity(), nullable=False),
        sa.Column("consumption", columns.Quantity(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decline_code", sa.String(), nullable=True),
        sa.Column("rolled_over", sa.Boolean(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("submitted_at", columns.UtcDateTime(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("asr_text", sa.String(), nullable=True),
        sa.Column("asr_confidence", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('current', 'control', 'verification', 'estimated', 'normative', 'initial', 'final')",
            name=op.f("ck_reading_kind"),
        ),
        sa.CheckConstraint(
            "source IN ('alice', 'salute', 'marusya', 'ivr_voice', 'ivr_dtmf', 'sms', 'voice_message', 'messenger', 'web_app', 'mobile_app', 'operator', 'call', 'visit', 'email', 'import', 'api', 'billing', 'remote_system', 'smart_meter', 'demo', 'other')",
            name=op.f("ck_reading_source"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'accepted', 'declined', 'superseded')", name=op.f("ck_reading_status")
        ),
        sa.CheckConstraint(
            "asr_confidence IS NULL OR asr_confidence BETWEEN 0 AND 1000", name=op.f("ck_reading_asr_confidence")
        ),
        sa.CheckConstraint("months >= 1", name=op.f("ck_reading_months")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_reading_value")),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_reading_meter_id_meter")),
        sa.ForeignKeyConstraint(["register_id"], ["register.id"], name=op.f("fk_reading_register_id_register")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("idempotency_key", "register_id", name=op.f("uq_reading_idempotency_key_register_id")),
    )
    op.create_index("ix_reading_meter_id_taken_on", "reading", ["meter_id", "taken_on"], unique=False)
    op.create_index("ix_reading_period_meter_id", "reading", ["period", "meter_id"], unique=False)
    op.create_index(
        "uq_reading_live",
        "reading",
        ["register_id", "period"],
        unique=True,
        sqlite_where=sa.text("kind = 'current' AND status IN ('submitted', 'accepted')"),
        postgresql_where=sa.text("kind = 'current' AND status IN ('submitted', 'accepted')"),
    )
