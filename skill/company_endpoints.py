"""What the company's own systems may ask and do. Every endpoint sees only its key's company."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from sqlmodel import SQLModel, col, select

from billing import accounts, audit, forecast, meters, outages, readings, receipts, received, tickets, windows
from billing.readings import KeyReused, NotAccepted
from billing.received import Operation
from billing.tables import (
    Account,
    Meter,
    News,
    Outage,
    Premises,
    Property,
    Reading,
    Register,
    Ticket,
)
from skill.company_api import Call, Refused, endpoint
from skill.company_bodies import (
    AccountsPage,
    NewNews,
    NewOutage,
    NewPayment,
    NewReading,
    Page,
    Readings,
    ReadingsPage,
    TicketChange,
    TicketsPage,
    instant,
)

Row = TypeVar("Row", bound=SQLModel)
HIDDEN = {"bill_code", "idempotency_key", "organization_id", "pay_url"}


@endpoint("GET", "/accounts", "accounts:read", query=AccountsPage)
def list_accounts(call: Call) -> tuple[int, object]:
    """Accounts of the company, or those with a number"""
    query = select(Account).where(Account.organization_id == call.key.organization_id, Account.id > call.query.after)
    if call.query.number is not None:
        query = query.where(Account.number == call.query.number)
    rows = call.db.exec(query.order_by(col(Account.id)).limit(call.query.limit)).all()
    return 200, _page(rows)


@endpoint("GET", "/accounts/{account_id}", "accounts:read")
def get_account(call: Call) -> tuple[int, object]:
    """An account with its address and meters"""
    account = _account(call)
    return 200, _json(account) | {
        "address": accounts.address_of(call.db, account).text,
        "meters": [_plain(asdict(view)) for view in meters.meters_of(call.db, account.id, _today(call, account))],
    }


@endpoint("GET", "/accounts/{account_id}/balance", "money:read")
def get_balance(call: Call) -> tuple[int, object]:
    """What an account owes, its newest receipt, and the forecast of the month"""
    account = _account(call)
    today = _today(call, account)
    found = receipts.balance(call.db, account.id, today)
    ahead = forecast.forecast(call.db, account.id, windows.month_start(today))
    return 200, {
        "kopecks": found.kopecks,
        "overdue_kopecks": found.overdue,
        "due_on": _plain(found.due_on),
        "receipt": None if found.receipt is None else _json(found.receipt),
        "forecast": None if ahead is None else _plain(asdict(ahead)),
    }


@endpoint("GET", "/accounts/{account_id}/receipts", "money:read")
def list_receipts(call: Call) -> tuple[int, object]:
    """Receipts of an account, newest first, with their lines"""
    found = receipts.history(call.db, _account(call).id, limit=36)
    lines = [[_json(line) for line in receipts.lines(call.db, receipt.id)] for receipt in found]
    return 200, {"items": [_json(receipt) | {"lines": own} for receipt, own in zip(found, lines, strict=True)]}


@endpoint("GET", "/accounts/{account_id}/payments", "money:read")
def list_payments(call: Call) -> tuple[int, object]:
    """Payments of an account, newest first"""
    return 200, _page(receipts.payments(call.db, _account(call).id, limit=100))


@endpoint("GET", "/accounts/{account_id}/audit", "audit:read")
def list_changes(call: Call) -> tuple[int, object]:
    """Who changed what on an account, newest first"""
    return 200, _page(audit.trail(call.db, account_id=_account(call).id))


@endpoint("GET", "/readings", "readings:read", query=ReadingsPage)
def list_readings(call: Call) -> tuple[int, object]:
    """Live readings of a month"""
    period = date.fromisoformat(call.query.period + "-01")
    rows = call.db.exec(
        select(Reading, Register.zone, Meter.serial)
        .join(Register, col(Register.id) == col(Reading.register_id))
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .where(
            Meter.organization_id == call.key.organization_id,
            Reading.period == period,
            Reading.id > call.query.after,
            col(Reading.status).in_(("submitted", "accepted")),
        )
        .order_by(col(Reading.id))
        .limit(call.query.limit)
    ).all()
    return 200, {"items": [_json(reading) | {"zone": zone, "serial": serial} for reading, zone, serial in rows]}


@endpoint("POST", "/readings", "readings:write", body=NewReading, statuses=(200, 201), needs_key=True)
def submit_reading(call: Call) -> tuple[int, object]:
    """Book a reading; the same key again answers the same"""
    meter = call.db.get(Meter, call.body.meter_id)
    if meter is None or meter.organization_id != call.key.organization_id:
        raise Refused(404, "METER_NOT_FOUND", "no such meter")
    account = call.db.get(Account, meter.account_id)
    assert account is not None  # noqa: S101 - a foreign key
    try:
        booking = readings.submit(
            call.db,
            meter_id=meter.id,
            values=call.body.values,
            taken_at=call.body.taken_at or _today(call, account),
            now=call.now,
            channel="api",
            source="api",
            idempotency_key=f"api:{call.key.id}:{call.idempotency_key}",
            confirmed=frozenset(call.body.confirmed),
            actor=f"key:{call.key.id}",
        )
    except NotAccepted as refused:
        facts = [_plain(asdict(finding)) for finding in refused.findings]
        raise Refused(409, "not_accepted", str(refused), facts) from refused
    except KeyReused as reused:
        raise Refused(409, "key_reused", "the key came with another reading before") from reused
    return 200 if booking.duplicate else 201, _plain(asdict(booking))


@endpoint("POST", "/readings/accept", "readings:write", body=Readings)
def accept_readings(call: Call) -> tuple[int, object]:
    """The billing has taken these readings: residents can no longer replace them"""
    own = call.db.exec(
        select(Reading.id)
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .where(Meter.organization_id == call.key.organization_id, col(Reading.id).in_(call.body.reading_ids))
    ).all()
    count = readings.accept(call.db, reading_ids=own, now=call.now, actor=f"key:{call.key.id}", channel="api")
    return 200, {"accepted": count}


@endpoint("POST", "/payments", "payments:write", body=NewPayment, statuses=(200, 201))
def register_payment(call: Call) -> tuple[int, object]:
    """A payment that another system took; an operation is known by its id"""
    account = call.db.get(Account, call.body.account_id)
    if account is None or account.organization_id != call.key.organization_id:
        raise Refused(404, "account_not_found", "no such account")
    if call.body.paid_on > _today(call, account):
        raise Refused(409, "future", "the payment is from the future")
    period = None if call.body.period is None else date.fromisoformat(call.body.period + "-01")
    operation = Operation(account.id, call.body.amount_kopecks, call.body.operation_id, call.body.paid_on, period)
    (one,) = received.register(
        call.db,
        [operation],
        provider=f"api:{call.key.organization_id}",
        now=call.now,
        actor=f"key:{call.key.id}",
        channel="api",
    )
    if one.fate == "KEY_REUSED":
        raise Refused(409, one.fate, "the operation is in the books with another sum or account")
    return 201 if one.fate == "added" else 200, _json(one.payment)


@endpoint("GET", "/outages", "service:read", query=Page)
def list_outages(call: Call) -> tuple[int, object]:
    """Outages of the company"""
    own = select(Outage).where(Outage.organization_id == call.key.organization_id, Outage.id > call.query.after)
    return 200, _page(call.db.exec(own.order_by(col(Outage.id)).limit(call.query.limit)).all())


@endpoint("POST", "/outages", "service:write", body=NewOutage, statuses=(201,))
def publish_outage(call: Call) -> tuple[int, object]:
    """Announce an outage at houses, or at all of them"""
    _own_houses(call, call.body.property_ids)
    try:
        outage = outages.publish(call.db, organization_id=call.key.organization_id, **call.body.model_dump())
    except ValueError as wrong:
        raise Refused(400, "bad_request", str(wrong)) from wrong
    return 201, _json(outage)


@endpoint("DELETE", "/outages/{outage_id}", "service:write")
def cancel_outage(call: Call) -> tuple[int, object]:
    """Take an outage back"""
    outage = call.db.get(Outage, call.ids["outage_id"])
    if outage is None or outage.organization_id != call.key.organization_id:
        raise Refused(404, "outage_not_found", "no such outage")
    outages.cancel(call.db, outage.id)
    return 200, _json(outage)


@endpoint("POST", "/news", "service:write", body=NewNews, statuses=(201,))
def publish_news(call: Call) -> tuple[int, object]:
    """Announce something at a house, or at all of them"""
    if call.body.kind == "EMERGENCY" and call.body.valid_before is None:
        raise Refused(400, "bad_request", "an emergency says until when it holds: valid_before")
    _own_houses(call, [] if call.body.property_id is None else [call.body.property_id])
    news = News(organization_id=call.key.organization_id, published_at=call.now, **call.body.model_dump())
    call.db.add(news)
    call.db.flush()
    return 201, _json(news)


@endpoint("GET", "/tickets", "service:read", query=TicketsPage)
def list_tickets(call: Call) -> tuple[int, object]:
    """Requests of residents"""
    query = select(Ticket).where(Ticket.organization_id == call.key.organization_id, Ticket.id > call.query.after)
    if call.query.status is not None:
        query = query.where(Ticket.status == call.query.status)
    return 200, _page(call.db.exec(query.order_by(col(Ticket.id)).limit(call.query.limit)).all())


@endpoint("PATCH", "/tickets/{ticket_id}", "service:write", body=TicketChange)
def change_ticket(call: Call) -> tuple[int, object]:
    """A step of a request, with the answer to the resident"""
    ticket = call.db.get(Ticket, call.ids["ticket_id"])
    if ticket is None or ticket.organization_id != call.key.organization_id:
        raise Refused(404, "ticket_not_found", "no such request")
    try:
        tickets.move(
            call.db,
            ticket.id,
            call.body.status,
            now=call.now,
            actor=f"key:{call.key.id}",
            channel="api",
            answer=call.body.answer,
            deadline=call.body.deadline,
        )
    except ValueError as wrong:
        raise Refused(409, "not_allowed", str(wrong)) from wrong
    return 200, _json(ticket)


def _account(call: Call) -> Account:
    account = call.db.get(Account, call.ids["account_id"])
    if account is None or account.organization_id != call.key.organization_id:
        raise Refused(404, "account_not_found", "no such account")
    return account


def _today(call: Call, account: Account) -> date:
    house = call.db.exec(
        select(Property)
        .join(Premises, col(Premises.property_id) == col(Property.id))
        .where(Premises.id == account.premises_id)
    ).one()
    return windows.local_date(call.now, house)


def _own_houses(call: Call, property_ids: Sequence[int]) -> None:
    own = call.db.exec(
        select(Property.id).where(
            Property.organization_id == call.key.organization_id, col(Property.id).in_(property_ids)
        )
    ).all()
    if set(property_ids) - set(own):
        raise Refused(404, "property_not_found", "no such house")


def _page(rows: Sequence[Row]) -> dict[str, object]:
    return {"items": [_json(row) for row in rows]}


def _json(row: SQLModel) -> dict[str, object]:
    """A row as JSON, without what is nobody's but ours."""
    return {name: _plain(value) for name, value in row.model_dump().items() if name not in HIDDEN}


def _plain(value: object) -> object:
    """Decimals as text: JSON's numbers are floats to most readers."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
