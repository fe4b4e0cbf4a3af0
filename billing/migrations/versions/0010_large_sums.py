"""Kopecks in 64 bits: a sum of more than 21 million roubles had no place on PostgreSQL. SQLite's INTEGER has them."""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LINE = ("opening", "charged", "recalculated", "privilege", "penalty", "to_pay")
COLUMNS = {
    "receipt": (*LINE, "paid", "compensation"),
    "receipt_line": (*LINE, "excess"),
    "payment": ("amount", "fee"),
    "refund": ("amount",),
    "benefit": ("monthly",),
    "autopay": ("limit",),
}


def upgrade() -> None:
    _make("BIGINT")


def downgrade() -> None:
    _make("INTEGER")


def _make(kind: str) -> None:
    """One statement a table: each rewrites it once."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, names in COLUMNS.items():
        changes = ", ".join(f"ALTER COLUMN {name}_kopecks TYPE {kind}" for name in names)
        op.execute(f"ALTER TABLE {table} {changes}")
