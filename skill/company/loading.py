"""Accounts, meters and charges as rows: what files hold, sent as JSON. Every bad row is answered with its reason."""

from billing.exchange.charges import bills
from billing.exchange.kinds import loader
from billing.exchange.loading import Bad, Fate
from billing.exchange.rows import Row
from billing.tables import Organization
from skill.company.api import Call, endpoint
from skill.company.bodies import Rows


def _load(call: Call, kind: str) -> tuple[int, object]:
    company = call.db.get_one(Organization, call.key.organization_id)
    told = ({name: cell for name, cell in row.items() if cell} for row in call.body.rows)
    rows: list[Row] = [Row(number, cells) for number, cells in enumerate(told, start=1)]
    if kind == "charges":
        rows = list(bills(rows))
    fates = loader(kind, company, call.now).load(call.db, rows)
    return 200, {"items": [_answer(row, fate) for row, fate in zip(rows, fates, strict=True)]}


def _answer(row: Row, fate: Fate | Bad) -> dict[str, object]:
    """row: its number in the request, from 1; of a bill, its first."""
    if isinstance(fate, Bad):
        return {"row": row.line, "result": "bad", "reason": fate.reason}
    return {"row": row.line, "result": fate}


@endpoint("POST", "/accounts", "accounts:write", body=Rows)
def load_accounts(call: Call) -> tuple[int, object]:
    """Make or change accounts, with the columns of `zhku import accounts`"""
    return _load(call, "accounts")


@endpoint("POST", "/meters", "accounts:write", body=Rows)
def load_meters(call: Call) -> tuple[int, object]:
    """Make or change meters, with the columns of `zhku import meters`"""
    return _load(call, "meters")


@endpoint("POST", "/charges", "charges:write", body=Rows)
def load_charges(call: Call) -> tuple[int, object]:
    """Charges of another billing, a row a service, with the columns of `zhku import charges`"""
    return _load(call, "charges")
