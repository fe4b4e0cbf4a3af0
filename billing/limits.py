"""Limits and levels of the reading checks: defaults from a data file, a company's own from check_rule."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import cast

import yaml
from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col

from billing.prepared import Prepared, Row
from billing.tables import CheckRule

_RULES = Prepared(
    select(col(CheckRule.code), col(CheckRule.resource), col(CheckRule.level), col(CheckRule.limit)).where(
        col(CheckRule.organization_id) == bindparam("organization_id"),
        or_(col(CheckRule.resource).is_(None), col(CheckRule.resource) == bindparam("resource")),
    )
)
Defaults = dict[str, dict[str, dict[str, int]]]


@cache
def defaults() -> Defaults:
    """Limits by code and resource, as written in data/limits.yaml."""
    return cast(Defaults, yaml.safe_load((files("billing") / "data" / "limits.yaml").read_text("utf-8")))


def rules_of(db: Session, organization_id: int, resource: str) -> Sequence[Row]:
    """A company's own rules for a resource (code, resource, level, limit), the general ones first."""
    rows = _RULES.run(db, {"organization_id": organization_id, "resource": resource})
    return sorted(rows, key=lambda row: row.resource is not None)


def limits_for(resource: str, people: int, rules: Sequence[Row] = (), group: str = "") -> dict[str, Decimal]:
    """Monthly limits by code for a flat with so many people, of a group of flats that may have its own."""
    limits = {}
    for code, by_resource in defaults().items():
        amount = by_resource.get(resource, by_resource["default"])
        own = amount.get(group or "flat", amount.get("flat"))
        limits[code] = Decimal(amount["per_person"] * max(1, people) if own is None else own)
    return limits | {rule.code: rule.limit for rule in rules if rule.limit is not None}


def levels_from(rules: Sequence[Row]) -> dict[str, str]:
    """Levels by code that a company set."""
    return {rule.code: rule.level for rule in rules if rule.level is not None}
