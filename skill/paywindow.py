"""Paying in an assistant's own window: a yes opens it, and when it closes, the provider is asked of the bill.

What the device says of a payment is never believed, and money counts once however often it is told.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlmodel import Session as Database
from sqlmodel import select

from billing import accounts, orders, payments, store
from billing.providers.provider import ProviderFailed
from billing.providers.smartpay import SmartPay
from billing.tables import Payment
from skill import checkout
from skill.dialogue.familiar import familiar
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply, Turn
from skill.identity import links
from speech import wording

if TYPE_CHECKING:
    from skill.app import Service  # it answers turns, and so needs us

METHOD = "CARD"
JUST_AGREED = timedelta(minutes=5)
"""Who is told later of a payment not made, gets its link and no window unasked."""
UNPAID = {
    "paid": "channels.window.waiting",
    "closed": "channels.window.closed",
    "expired": "channels.window.expired",
    "refused": "channels.window.refused",
}
log = structlog.get_logger()


def opened(service: "Service", turn: Turn, reply: Reply) -> Reply | None:
    """The reply that opens the window if a payment was agreed in it; None where there is no window to open.

    When SmartPay does not make a bill of it, the link stays, with a word about the window.
    """
    till = checkout.smartpay(service.settings)
    if till is None or not turn.can_pay or turn.window is not None or not reply.link:
        return None
    link = links.read(service.settings, reply.link.rpartition("/")[2])
    if link is None or not link.payment:
        return None
    try:
        payment = _begun(service, till, link.payment, turn.channel)
    except ProviderFailed as failed:
        log.warning("payment window not opened", payment=link.payment, reason=str(failed))
        said = f"{phrase('channels.window.down', 0)} {reply.text}"
        return replace(checkout.opened(service, turn, reply), text=said)
    if payment is None or payment.provider != till.name or _is_old(service, payment):
        return None
    if payment.status == "DONE":
        return _paid(turn, payment)
    return replace(reply, invoice=payment.external_id or "") if payment.status == "PROCESSING" else None


def closed(service: "Service", turn: Turn) -> Reply | None:
    """What to say when the window is gone; None for any other turn, and where no window is set up.

    A bill of somebody else's is answered like one that does not exist, and SmartPay is not asked of it.
    """
    if turn.window is None or checkout.smartpay(service.settings) is None:
        return None
    with store.reading(service.engine) as db:
        payment = _own(db, turn, turn.window.invoice)
    if payment is None:
        return _said(turn, "channels.window.unknown")
    status = checkout.refresh(service, payment.id)
    if status == "DONE":
        return _paid(turn, payment)
    if turn.window.outcome == "unavailable":
        link = links.to_bill(service.settings, payment.account_id, payment.amount_kopecks, payment.id)
        return replace(_said(turn, "channels.window.elsewhere"), link=link)
    return _said(turn, "channels.window.refused" if status == "ERROR" else UNPAID[turn.window.outcome])


def _begun(service: "Service", till: SmartPay, payment_id: int, channel: str) -> Payment | None:
    """The payment as it stands, one that nothing was done about yet as a bill of SmartPay's. Raises ProviderFailed.

    Nothing is held while SmartPay is asked: two deliveries may both ask, and what was noted first is what counts.
    """
    with store.reading(service.engine) as db:
        payment = db.get(Payment, payment_id)
        if payment is None or payment.status != "CREATED" or _is_old(service, payment):
            return payment
        order = orders.order_of(db, payment)
    begun = till.start(order)
    with store.transaction(service.engine) as db:
        payment = payments.locked(db, payment_id)
        if payment.status == "CREATED":
            payment.provider, payment.method = till.name, METHOD
            payments.started(db, payment_id, begun, now=service.clock(), channel=channel)
    return payment


def _is_old(service: "Service", payment: Payment) -> bool:
    return service.clock() - payment.created_at > JUST_AGREED


def _own(db: Database, turn: Turn, invoice: str) -> Payment | None:
    """The payment behind a bill, if the speaker speaks for its account."""
    resident = accounts.resident_of(db, turn.channel, turn.user_key) if turn.user_key else None
    own = [account.id for account in accounts.accounts_of(db, resident.id)] if resident else []
    named = Payment.provider == SmartPay.name, Payment.external_id == invoice
    payment = db.exec(select(Payment).where(*named)).first()
    return payment if payment is not None and payment.account_id in own else None


def _paid(turn: Turn, payment: Payment) -> Reply:
    return _said(turn, "channels.paid", sum=wording.money(payment.amount_kopecks + payment.fee_kopecks))


def _said(turn: Turn, key: str, **facts: str) -> Reply:
    text = phrase(key, 0, **facts)
    return Reply(familiar(text) if turn.familiar else text)
