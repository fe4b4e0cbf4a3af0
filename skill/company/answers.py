"""What endpoints share: the account of a path, its local day, rows as JSON."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from sqlmodel import SQLModel, col, select

from billing import payments
from billing.tables import Account, Meter, News, Outage, Property, Ticket
from skill.company.api import Call, Refused
from skill.company.bodies import instant

Row = TypeVar("Row", bound=SQLModel)
Owned = TypeVar("Owned", Account, Meter, News, Outage, Ticket)
HIDDEN = {"bill_code", "idempotency_key", "organization_id", "pay_url", "contact"}


def account_of(call: Call) -> Account:
    """The account in the path. Raises Refused when it is not the company's."""
    account = call.db.get(Account, call.ids["account_id"])
    if account is None or account.organization_id != call.key.organization_id:
        raise Refused(404, "account_not_found", "no such account")
    return account


def today(call: Call, account: Account) -> date:
    """The day at the account's house."""
    return payments.local_day(call.db, account.id, call.now)


def own_houses(call: Call, property_ids: Sequence[int]) -> None:
    """Raises Refused when a house is not the company's."""
    own = call.db.exec(
        select(Property.id).where(
            Property.organization_id == call.key.organization_id, col(Property.id).in_(property_ids)
        )
    ).all()
    if set(property_ids) - set(own):
        raise Refused(404, "property_not_found", "no such house")


def own_page(call: Call, table: type[Owned], **said: str | None) -> dict[str, object]:
    """The company's rows by id, after the one that the query names; said: what a column is to hold, None for any."""
    query = select(table).where(table.organization_id == call.key.organization_id, table.id > call.query.after)
    wanted = {name: value for name, value in said.items() if value is not None}
    return page(call.db.exec(query.filter_by(**wanted).order_by(col(table.id)).limit(call.query.limit)).all())


def page(rows: Sequence[Row]) -> dict[str, object]:
    """Rows of a list."""
    return {"items": [as_json(row) for row in rows]}


def as_json(row: SQLModel) -> dict[str, object]:
    """A row as JSON, without what is nobody's but ours."""
    return {name: plain(value) for name, value in row.model_dump().items() if name not in HIDDEN}


def plain(value: object) -> object:
    """Decimals as text: JSON's numbers are floats to most readers."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
