"""Outages, announcements and residents' requests."""

from billing import outages, tickets
from billing.tables import Account, News, Outage, Ticket
from billing.tickets import TooManyTickets
from skill.company.answers import as_json, own_houses, own_page
from skill.company.api import Call, Refused, endpoint
from skill.company.bodies import NewNews, NewOutage, NewTicket, Page, TicketChange, TicketsPage


@endpoint("GET", "/outages", "service:read", query=Page)
def list_outages(call: Call) -> tuple[int, object]:
    """Outages of the company"""
    return 200, own_page(call, Outage)


@endpoint("POST", "/outages", "service:write", body=NewOutage, statuses=(201,))
def publish_outage(call: Call) -> tuple[int, object]:
    """Announce an outage at houses, or at all of them"""
    own_houses(call, call.body.property_ids)
    try:
        outage = outages.publish(call.db, organization_id=call.key.organization_id, **call.body.model_dump())
    except ValueError as wrong:
        raise Refused(400, "bad_request", str(wrong)) from wrong
    return 201, as_json(outage)


@endpoint("DELETE", "/outages/{outage_id}", "service:write")
def cancel_outage(call: Call) -> tuple[int, object]:
    """Take an outage back"""
    outage = call.db.get(Outage, call.ids["outage_id"])
    if outage is None or outage.organization_id != call.key.organization_id:
        raise Refused(404, "outage_not_found", "no such outage")
    outages.cancel(call.db, outage.id)
    return 200, as_json(outage)


@endpoint("POST", "/news", "service:write", body=NewNews, statuses=(201,))
def publish_news(call: Call) -> tuple[int, object]:
    """Announce something at a house, or at all of them"""
    if call.body.kind == "EMERGENCY" and call.body.valid_before is None:
        raise Refused(400, "bad_request", "an emergency says until when it holds: valid_before")
    own_houses(call, [] if call.body.property_id is None else [call.body.property_id])
    news = News(organization_id=call.key.organization_id, published_at=call.now, **call.body.model_dump())
    call.db.add(news)
    call.db.flush()
    return 201, as_json(news)


@endpoint("GET", "/tickets", "service:read", query=TicketsPage)
def list_tickets(call: Call) -> tuple[int, object]:
    """Requests of residents"""
    return 200, own_page(call, Ticket, status=call.query.status)


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
    return 200, as_json(ticket)


@endpoint("GET", "/news", "service:read", query=Page)
def list_news(call: Call) -> tuple[int, object]:
    """Announcements of the company"""
    return 200, own_page(call, News)


@endpoint("POST", "/tickets", "service:write", body=NewTicket, statuses=(201,), needs_key=True)
def take_ticket(call: Call) -> tuple[int, object]:
    """A request that came another way; the same key again answers the same"""
    account = call.db.get(Account, call.body.account_id)
    if account is None or account.organization_id != call.key.organization_id:
        raise Refused(404, "account_not_found", "no such account")
    try:
        ticket = tickets.create(
            call.db,
            account=account,
            resident_id=None,
            category=call.body.category,
            details=call.body.details,
            now=call.now,
            channel="api",
            idempotency_key=f"api:{call.key.id}:{call.idempotency_key}",
            is_emergency=call.body.is_emergency,
            contact=call.body.contact,
        )
    except TooManyTickets as many:
        raise Refused(409, "too_many", "too many requests of one resident in a day") from many
    return 201, as_json(ticket)
