"""Requests of residents (заявки): OPEN → IN_PROGRESS → COMPLETED → CLOSED, or DEFERRED, or DECLINED."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from billing import audit, repairs
from billing.tables import Account, Organization, Premises, Property, Ticket
from billing.windows import day_in

LONGEST_DAYS = 45
DAILY_LIMIT = 10
LONGEST_DETAILS = 2000
NEXT = {
    "OPEN": {"IN_PROGRESS", "COMPLETED", "DEFERRED", "DECLINED"},
    "IN_PROGRESS": {"COMPLETED", "DEFERRED", "DECLINED"},
    "DEFERRED": {"IN_PROGRESS", "COMPLETED", "DECLINED"},
    "COMPLETED": {"CLOSED", "IN_PROGRESS"},
    "CLOSED": set(),
    "DECLINED": {"OPEN"},
}

UNDONE = ("OPEN", "IN_PROGRESS", "DEFERRED")
"""States in which a request may still be taken back."""


class TooManyTickets(Exception):
    """A resident has made as many requests in a day as are taken."""


def create(
    db: Session,
    *,
    account: Account,
    resident_id: int | None,
    category: str,
    details: str,
    now: datetime,
    channel: str,
    idempotency_key: str,
    is_emergency: bool = False,
    contact: str | None = None,
    transcript: str | None = None,
) -> Ticket:
    """Take a request, due as its words tell (`repairs`); the same key gives the same one.

    Raises TooManyTickets; an emergency, or what the law holds for one, is always taken.
    """
    number = _next_number(db, account.organization_id)  # holds the company: a repeated request finds the first one
    known = db.exec(select(Ticket).where(Ticket.idempotency_key == idempotency_key)).first()
    if known is not None:
        return known
    due = repairs.due(details, now, zone_of(db, account.id), is_emergency=is_emergency)
    is_emergency = is_emergency or due.rule.urgent
    if resident_id is not None and not is_emergency:
        recent = db.exec(
            select(func.count())
            .select_from(Ticket)
            .where(Ticket.resident_id == resident_id, Ticket.created_at > now - timedelta(days=1))
        ).one()
        if recent >= DAILY_LIMIT:
            raise TooManyTickets
    ticket = Ticket(
        organization_id=account.organization_id,
        number=number,
        account_id=account.id,
        resident_id=resident_id,
        category=category,
        details=details,
        is_emergency=is_emergency,
        deadline=due.on,
        due_at=due.at,
        contact=contact,
        channel=channel,
        transcript=transcript,
        created_at=now,
        idempotency_key=idempotency_key,
    )
    db.add(ticket)
    db.flush()
    audit.record_row(db, ticket, now, f"resident:{resident_id}", channel, "create", {"status": ticket.status})
    return ticket


def forget(db: Session, resident_id: int) -> None:
    """A resident is to be forgotten: requests stay, without the conversation and the number to call back."""
    own = update(Ticket).where(col(Ticket.resident_id) == resident_id)
    db.execute(own.values(transcript=None, contact=None, resident_id=None))


def move(
    db: Session,
    ticket_id: int,
    status: str,
    *,
    now: datetime,
    actor: str,
    channel: str,
    answer: str | None = None,
    deadline: date | None = None,
) -> Ticket:
    """Change the state. Raises LookupError, ValueError for a step that is not allowed or a deadline too far away."""
    ticket = db.exec(select(Ticket).where(Ticket.id == ticket_id).with_for_update()).first()
    if ticket is None:
        raise LookupError(f"no ticket {ticket_id}")
    if status != ticket.status and status not in NEXT[ticket.status]:
        raise ValueError(f"a ticket that is {ticket.status} does not become {status}")
    if deadline is not None and deadline > _taken_on(db, ticket) + timedelta(days=LONGEST_DAYS):
        raise ValueError(f"a ticket is done within {LONGEST_DAYS} days")
    before = {"status": ticket.status}
    ticket.status = status
    ticket.answer = answer if answer is not None else ticket.answer
    if deadline is not None:
        ticket.deadline, ticket.due_at = deadline, None
    ticket.closed_at = now if status in ("CLOSED", "DECLINED") else None
    db.flush()
    audit.record_row(db, ticket, now, actor, channel, "status", {"status": status}, before)
    return ticket


def withdraw(db: Session, ticket_id: int, *, reason: str, now: datetime, actor: str, channel: str) -> bool:
    """The resident takes a request back before it is done: closed with the reason for an answer; False when it is not
    open any more."""
    ticket = db.exec(select(Ticket).where(Ticket.id == ticket_id).with_for_update()).one()
    if ticket.status not in UNDONE:
        return False
    before = {"status": ticket.status}
    ticket.status, ticket.answer, ticket.closed_at = "CLOSED", reason, now
    db.flush()
    audit.record_row(db, ticket, now, actor, channel, "withdraw", {"status": ticket.status}, before)
    return True


def add(db: Session, ticket_id: int, details: str, *, now: datetime, actor: str, channel: str) -> Ticket | None:
    """One more trouble for a request; of both terms the earlier holds. None when it is done, or too long already."""
    ticket = db.exec(select(Ticket).where(Ticket.id == ticket_id).with_for_update()).one()
    if ticket.status not in UNDONE or len(ticket.details) + len(details) > LONGEST_DETAILS:
        return None
    before = {"details": ticket.details}
    ticket.details = f"{ticket.details}, {details}"
    if ticket.account_id is not None:
        due = repairs.due(details, now, zone_of(db, ticket.account_id))
        first = min(due, replace(due, on=ticket.deadline, at=ticket.due_at), key=repairs.end)
        ticket.deadline, ticket.due_at = first.on, first.at
        ticket.is_emergency = ticket.is_emergency or due.rule.urgent
    db.flush()
    audit.record_row(db, ticket, now, actor, channel, "add", {"details": ticket.details}, before)
    return ticket


def zone_of(db: Session, account_id: int) -> str:
    """The time zone of the house of an account (IANA name)."""
    query = (
        select(Property.timezone)
        .join(Premises, col(Premises.property_id) == col(Property.id))
        .join(Account, col(Account.premises_id) == col(Premises.id))
    )
    return db.exec(query.where(Account.id == account_id)).one()


def _taken_on(db: Session, ticket: Ticket) -> date:
    """The day it was taken, at the house; at the company where it is of no account."""
    if ticket.account_id is not None:
        return day_in(zone_of(db, ticket.account_id), ticket.created_at)
    return day_in(db.get_one(Organization, ticket.organization_id).timezone, ticket.created_at)


def of_account(db: Session, account_id: int, *, only_active: bool = False, limit: int = 20) -> list[Ticket]:
    """Requests of an account, newest first; `only_active`: those not yet closed or declined."""
    query = select(Ticket).where(Ticket.account_id == account_id)
    if only_active:
        query = query.where(col(Ticket.status).not_in(("CLOSED", "DECLINED")))
    return list(db.exec(query.order_by(col(Ticket.id).desc()).limit(limit)).all())


def _next_number(db: Session, organization_id: int) -> int:
    db.exec(select(Organization.id).where(Organization.id == organization_id).with_for_update()).one()
    last = db.exec(select(func.max(Ticket.number)).where(Ticket.organization_id == organization_id)).one()
    return (last or 0) + 1
