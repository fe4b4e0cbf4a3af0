"""Accounts, their meters, balances, bills and changes."""

from dataclasses import asdict

from billing import accounts, audit, forecast, meters, receipts, windows
from billing.tables import Account, Meter
from skill.company.answers import account_of, as_json, own_page, page, plain, today
from skill.company.api import Call, endpoint
from skill.company.bodies import AccountsPage, MetersPage


@endpoint("GET", "/accounts", "accounts:read", query=AccountsPage)
def list_accounts(call: Call) -> tuple[int, object]:
    """Accounts of the company, or those with a number"""
    return 200, own_page(call, Account, number=call.query.number)


@endpoint("GET", "/accounts/{account_id}", "accounts:read")
def get_account(call: Call) -> tuple[int, object]:
    """An account with its address and meters"""
    account = account_of(call)
    return 200, as_json(account) | {
        "address": accounts.address_of(call.db, account).text,
        "meters": [plain(asdict(view)) for view in meters.meters_of(call.db, account.id, today(call, account))],
    }


@endpoint("GET", "/accounts/{account_id}/balance", "money:read")
def get_balance(call: Call) -> tuple[int, object]:
    """What an account owes, its newest receipt, and the forecast of the month"""
    account = account_of(call)
    day = today(call, account)
    found, newest = receipts.balance(call.db, account.id, day), receipts.latest(call.db, account.id)
    ahead = forecast.forecast(call.db, account.id, windows.month_start(day))
    return 200, {
        "kopecks": found.kopecks,
        "overdue_kopecks": found.overdue,
        "due_on": plain(found.due_on),
        "receipt": None if newest is None else as_json(newest),
        "forecast": None if ahead is None else plain(asdict(ahead)),
    }


@endpoint("GET", "/accounts/{account_id}/receipts", "money:read")
def list_receipts(call: Call) -> tuple[int, object]:
    """Receipts of an account, newest first, with their lines"""
    found = receipts.history(call.db, account_of(call).id, limit=36)
    lines = [[as_json(line) for line in receipts.lines(call.db, receipt.id)] for receipt in found]
    return 200, {"items": [as_json(receipt) | {"lines": own} for receipt, own in zip(found, lines, strict=True)]}


@endpoint("GET", "/accounts/{account_id}/payments", "money:read")
def list_payments(call: Call) -> tuple[int, object]:
    """Payments of an account, newest first"""
    return 200, page(receipts.payments(call.db, account_of(call).id, limit=100))


@endpoint("GET", "/accounts/{account_id}/audit", "audit:read")
def list_changes(call: Call) -> tuple[int, object]:
    """Who changed what on an account, newest first"""
    return 200, page(audit.trail(call.db, account_id=account_of(call).id))


@endpoint("GET", "/meters", "accounts:read", query=MetersPage)
def list_meters(call: Call) -> tuple[int, object]:
    """Meters of the company, or those with a serial number"""
    return 200, own_page(call, Meter, serial=call.query.serial)
