"""Paying a bill inside Telegram: an invoice beside the link, the question before the money, the money booked once.

The invoice carries the link's signed token, so what comes back names account, sum and intention, and cannot be forged.
"""

import json
from datetime import datetime

import structlog
from sqlmodel import Session as Database

from billing import accounts, orders, payments
from billing.providers.provider import Event, Started
from billing.tables import Payment
from skill import owing
from skill.channels.body import Body, find, name, number, part, text
from skill.channels.channel import Arrival, Till, link_of
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply, Turn
from skill.identity import links
from skill.settings import Settings
from speech import wording

PROVIDER, METHOD = "telegram", "CARD"
LONGEST_LINE = 128
OPEN = ("CREATED", "PROCESSING")
log = structlog.get_logger()


def invoice(db: Database, settings: Settings, reply: Reply, arrival: Arrival) -> list[Body]:
    """sendInvoice for a reply whose link is a bill to be paid; nothing while no provider is connected to the bot."""
    token = link_of(reply).rpartition("/")[2]
    bill = links.read(settings, token) if token and settings.telegram_provider_token else None
    payment = db.get(Payment, bill.payment) if bill else None
    if payment is None:
        return []
    kopecks = payment.amount_kopecks + payment.fee_kopecks
    title = phrase("channels.invoice", 0)
    message = {
        "method": "sendInvoice",
        **arrival.to,
        "title": title,
        "description": phrase("channels.invoice_of", 0, sum=wording.money(kopecks)),
        "payload": token,
        "currency": "RUB",
        "prices": [{"label": title, "amount": kopecks}],
        "start_parameter": "pay",
    }
    return [message | _fiscal(db, settings, payment)]


def concerns(body: Body) -> bool:
    """Whether Telegram asks before it takes money, or has taken it."""
    return bool(part(body, "pre_checkout_query") or part(body, "message", "successful_payment"))


def asked(db: Database, settings: Settings, body: Body, now: datetime) -> Body:
    """answerPreCheckoutQuery, due within ten seconds: yes if the sum, the payer and the open intention are ours, and no
    more is asked than is still to be paid: an invoice stays in the chat, whatever was paid since."""
    query = part(body, "pre_checkout_query")
    if not name(query, "id"):
        return {}
    answer: Body = {"method": "answerPreCheckoutQuery", "pre_checkout_query_id": name(query, "id")}
    payment = _intended(db, settings, query)
    resident = accounts.resident_of(db, "telegram", name(query, "from", "id")) if payment else None
    own = [account.id for account in accounts.accounts_of(db, resident.id)] if resident else []
    if payment is None or payment.status not in OPEN or payment.account_id not in own:
        return {**answer, "ok": False, "error_message": phrase("channels.no_bill", 0)}
    token = text(query, "invoice_payload")
    bill = links.read(settings, token)
    if bill is None or owing.asked(db, bill, token, now).kopecks < payment.amount_kopecks:
        return {**answer, "ok": False, "error_message": phrase("channels.old_bill", 0)}
    return {**answer, "ok": True}


def paid(db: Database, settings: Settings, body: Body, now: datetime) -> tuple[Reply, Arrival] | None:
    """Book the money of a `successful_payment`, once whatever is delivered twice; None if the body holds none.

    Money for an intention that was paid already, or is being paid on a provider's page, is booked as a payment of its
    own: it was taken, so it is the resident's.
    """
    message = part(body, "message")
    done, user, chat = part(message, "successful_payment"), name(message, "from", "id"), find(message, "chat", "id")
    charge, kopecks = name(done, "telegram_payment_charge_id"), number(done, "total_amount")
    if not charge or not isinstance(kopecks, int) or not isinstance(chat, int):
        return None
    turn = Turn("telegram", user, str(chat), kind="event", turn_key=f"paid:{charge}")
    arrival, bill = Arrival(turn, {"chat_id": chat}), links.read(settings, text(done, "invoice_payload"))
    payment = db.get(Payment, bill.payment) if bill else None
    if bill is None or payment is None or text(done, "currency") != "RUB" or kopecks <= 0:
        log.error("money came for no bill of ours", channel="telegram", charge=charge, kopecks=kopecks)
        return Reply(phrase("channels.paid_for_what", 0)), arrival
    _book(db, payment, charge, kopecks, now)
    return Reply(phrase("channels.paid", 0, sum=wording.money(kopecks))), arrival


def _fiscal(db: Database, settings: Settings, payment: Payment) -> Body:
    """What the provider makes the fiscal receipt (чек, 54-ФЗ) of; where it goes, Telegram asks the payer.

    The form is ЮKassa's (its guide to payments in Telegram): `provider_data` is JSON written into a string.
    """
    if not settings.fiscal_receipts:
        return {}
    purpose = orders.order_of(db, payment).purpose
    lines = [
        {
            "description": item.title[:LONGEST_LINE],
            "quantity": 1,
            "amount": {"value": f"{item.kopecks // 100}.{item.kopecks % 100:02}", "currency": "RUB"},
            "vat_code": settings.fiscal_vat_code,
            "payment_mode": "full_payment" if item.settled else "advance",
            "payment_subject": "service",
        }
        for item in orders.lines_of(payment, purpose, payment.amount_kopecks, payment.fee_kopecks)
    ]
    receipt: Body = {"items": lines}
    if settings.fiscal_tax_system is not None:
        receipt["tax_system_code"] = settings.fiscal_tax_system
    data = json.dumps({"receipt": receipt}, ensure_ascii=False)
    return {"need_email": True, "send_email_to_provider": True, "provider_data": data}


def _book(db: Database, payment: Payment, charge: str, kopecks: int, now: datetime) -> None:
    if payment.external_id == charge:
        return
    if payment.status != "CREATED" or payment.amount_kopecks + payment.fee_kopecks != kopecks:
        payment = payments.create(
            db,
            account_id=payment.account_id,
            amount_kopecks=kopecks,
            method=METHOD,
            provider=PROVIDER,
            idempotency_key=f"{PROVIDER}:{charge}",
            now=now,
            channel=PROVIDER,
            receipt_id=payment.receipt_id,
        )
    payment.provider, payment.method = PROVIDER, METHOD
    db.add(payment)
    payments.started(db, payment.id, Started(charge, ""), now=now, channel=PROVIDER)
    payments.report(db, PROVIDER, Event(charge, "DONE", kopecks), now=now)


def _intended(db: Database, settings: Settings, query: Body) -> Payment | None:
    """The payment that the invoice was made for, if the sum is still the one shown."""
    bill = links.read(settings, text(query, "invoice_payload"))
    payment = db.get(Payment, bill.payment) if bill else None
    if payment is None or text(query, "currency") != "RUB":
        return None
    due = payment.amount_kopecks + payment.fee_kopecks
    return payment if number(query, "total_amount") == due else None


TILL = Till(invoice, concerns, asked, paid)
