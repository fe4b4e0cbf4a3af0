"""Paying through a provider: which one, its page for a payment, bills that pay themselves, webhooks that never came.

A provider is spoken to outside of any transaction: what is agreed in one is asked of it after, and noted in the next.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import structlog
from sqlmodel import Session as Database
from sqlmodel import col, select

from billing import autopay_due, contacts, notices, orders, payments, refunds, store
from billing.autopay_due import Charge, Telling
from billing.payments import AmountMismatch, FeeRule, PaymentRefused
from billing.providers.provider import Provider, ProviderFailed
from billing.providers.sandbox import Sandbox
from billing.providers.smartpay import SmartPay
from billing.tables import Account, AccountLink, ChannelIdentity, Notice, Payment
from skill.dialogue.turn import Reply, Turn
from skill.identity import links
from skill.settings import Settings

if TYPE_CHECKING:
    from skill.app import Service  # it answers turns, and so needs us

PAGE = "page"
"""The provider's name of payments for which there is none: the resident's own bank pays by the QR code."""
RETURN_URL = "https://yookassa.ru"
WAITED, GIVEN_UP = timedelta(minutes=5), timedelta(days=3)
LAPSED = timedelta(hours=3)
"""After so long a bill that nobody has begun to pay is over: its time to pay was far shorter."""
log = structlog.get_logger()


def providers(settings: Settings) -> dict[str, Provider]:
    """The providers that are set up, by name."""
    inside = smartpay(settings)
    return pages(settings) | ({inside.name: inside} if inside else {})


def pages(settings: Settings) -> dict[str, Provider]:
    """Those with a page to pay on; the one to pay through comes first."""
    return _pages(
        settings.yookassa_shop_id,
        settings.yookassa_secret_key,
        settings.yookassa_api,
        settings.yookassa_check_address,
        settings.fiscal_vat_code,
        settings.fiscal_tax_system,
        settings.payment_sandbox_secret,
        settings.public_url,
    )


def smartpay(settings: Settings) -> SmartPay | None:
    """Sber's window, which Salute opens; None where it is not set up."""
    if not settings.smartpay_token or not settings.smartpay_service_id:
        return None
    return SmartPay(
        settings.smartpay_token,
        settings.smartpay_service_id,
        tax_system=settings.smartpay_tax_system,
        tax_type=settings.smartpay_tax_type,
        api_url=settings.smartpay_api,
        ca_file=settings.smartpay_ca_file,
    )


@cache
def _pages(
    shop: str, key: str, api: str, check_address: bool, vat_code: int, tax_system: int | None, sandbox: str, public: str
) -> dict[str, Provider]:
    found: dict[str, Provider] = {}
    if shop and key:
        from billing.providers.yookassa import YooKassa  # an extra: only where it is set up

        own = YooKassa(shop, key, vat_code=vat_code, tax_system=tax_system, check_address=check_address, api_url=api)
        found[own.name] = own
    if sandbox:
        found[Sandbox.name] = Sandbox(sandbox, f"{public}/pay/sandbox")
    return found


def chosen(settings: Settings) -> str:
    """The name of the provider to pay through."""
    return next(iter(pages(settings)), PAGE)


def fee(settings: Settings, account: Account, kopecks: int) -> int:
    """The commission of a payment, on top of it; none where there is no provider to take one."""
    if chosen(settings) == PAGE:
        return 0
    rule = FeeRule(settings.payment_fee_percent, settings.payment_fee_at_least, settings.payment_fee_at_most)
    return payments.fee(account, kopecks, rule)


def contact(db: Database, settings: Settings, account_id: int, phone: str = "") -> str | None:
    """Where the fiscal receipt goes: the owner's e-mail address, their telephone, or the company's own mailbox."""
    if not settings.fiscal_receipts:
        return None
    known = (contacts.of_account(db, account_id, kind) for kind in ("email", "phone"))
    return next(filter(None, known), "") or phone or settings.fiscal_contact or None


def opened(service: "Service", turn: Turn, reply: Reply) -> Reply:
    """The reply with the provider's page in place of the bill's, if a payment was agreed in it.

    When the provider does not answer, the bill's page stays: it asks again when it is opened. Inside Telegram a bill is
    paid by an invoice made of that link.
    """
    in_telegram = turn.channel == "telegram" and service.settings.telegram_provider_token
    link = links.read(service.settings, reply.link.rpartition("/")[2]) if reply.link and not in_telegram else None
    if link is None or not link.payment:
        return reply
    try:
        return replace(reply, link=begin(service, link.payment, reply.link, turn.channel) or reply.link)
    except ProviderFailed as failed:
        log.warning("payment not begun", payment=link.payment, reason=str(failed))
        return reply


def begin(service: "Service", payment_id: int, return_url: str, channel: str) -> str | None:
    """Where a payment is made; None when it is over, or not made on a provider's page. Raises ProviderFailed."""
    with store.reading(service.engine) as db:
        payment = db.get(Payment, payment_id)
        provider = pages(service.settings).get(payment.provider) if payment else None
        if payment is None or provider is None or payment.status not in ("CREATED", "PROCESSING"):
            return None
        if payment.pay_url:
            return payment.pay_url
        back = return_url if return_url.startswith("http") else service.settings.public_url or RETURN_URL
        order = orders.order_of(db, payment, back)
    begun = provider.start(order)
    with store.transaction(service.engine) as db:
        payments.started(db, payment_id, begun, now=service.clock(), channel=channel)
    return begun.pay_url


def refresh(service: "Service", payment_id: int) -> str:
    """Ask the provider how a payment stands, and note it; its status, "" when there is none. Nothing is raised."""
    with store.reading(service.engine) as db:
        payment = db.get(Payment, payment_id)
    if payment is None:
        return ""
    provider = providers(service.settings).get(payment.provider)
    if provider is None or payment.external_id is None or payment.status not in ("PROCESSING", "WITHDRAWN"):
        return payment.status
    try:
        event = provider.ask(payment.external_id)
        if event.untouched and payment.created_at < service.clock() - LAPSED:
            event = replace(event, status="ERROR", reason="expired")
        with store.transaction(service.engine) as db:
            return payments.report(db, payment.provider, event, now=service.clock(), channel="poll").status
    except (ProviderFailed, AmountMismatch, LookupError) as failed:
        log.warning("payment not asked after", payment=payment_id, reason=str(failed))
        return payment.status


def catch_up(service: "Service") -> int:
    """Ask after payments whose webhook never came; how many there were."""
    now = service.clock()
    with store.reading(service.engine) as db:
        query = select(Payment.id).where(
            Payment.status == "PROCESSING",
            col(Payment.provider).in_(providers(service.settings)),
            Payment.created_at < now - WAITED,
            Payment.created_at > now - GIVEN_UP,
        )
        waiting = db.exec(query.order_by(col(Payment.id)).limit(200)).all()
    for payment_id in waiting:
        refresh(service, payment_id)
    return len(waiting)


def give_back(service: "Service") -> int:
    """Hand the refunds that were ordered to their providers; how many were taken."""
    known, taken = providers(service.settings), 0
    with store.reading(service.engine) as db:
        rows = refunds.waiting(db, known)
        waiting = [(row.id, payment.provider, refunds.order_of(payment, row)) for row, payment in rows]
    for refund_id, name, order in waiting:
        try:
            answer = known[name].refund(order)
        except ProviderFailed as failed:
            log.warning("refund not taken", refund=refund_id, reason=str(failed))
            continue
        with store.transaction(service.engine) as db:
            refunds.refunded(db, refund_id, answer, now=service.clock(), channel="provider")
        taken += 1
    return taken


def pay_by_themselves(service: "Service") -> int:
    """Standing orders: tell of what will be paid, pay what was told of; how many bills were paid."""
    with store.reading(service.engine) as db:
        ready = autopay_due.ready(db)
    return sum(_pay_by_itself(service, autopay_id) for autopay_id in ready)


def _pay_by_itself(service: "Service", autopay_id: int) -> bool:
    """One order, on its own: what is wrong with it keeps no other from being paid."""
    now = service.clock()
    try:
        with store.transaction(service.engine) as db:
            found = autopay_due.due(db, autopay_id, now)
            if isinstance(found, Telling):
                _tell(db, found, now)
            if not isinstance(found, Charge):
                return False
            payment_id = _charged(db, service.settings, found, now).id
        return _charge(service, found, payment_id)
    except (PaymentRefused, AmountMismatch, LookupError) as refused:
        log.error("autopay not made", autopay=autopay_id, reason=str(refused))
        return False


def _charged(db: Database, settings: Settings, charge: Charge, now: datetime) -> Payment:
    account = db.get_one(Account, charge.autopay.account_id)
    return payments.create(
        db,
        account_id=account.id,
        amount_kopecks=charge.kopecks,
        method="AUTOPAY",
        provider=charge.autopay.provider,
        idempotency_key=autopay_due.key(charge.autopay, charge.receipt),
        now=now,
        channel="autopay",
        actor=f"autopay:{charge.autopay.id}",
        receipt_id=charge.receipt.id,
        fee_kopecks=fee(settings, account, charge.kopecks),
        contact=contact(db, settings, account.id) or db.get_one(Payment, charge.autopay.payment_id).contact,
    )


def _charge(service: "Service", charge: Charge, payment_id: int) -> bool:
    """Take the money; a provider that does not answer is asked again with the same key."""
    provider = providers(service.settings).get(charge.autopay.provider)
    if provider is None:
        return False
    with store.reading(service.engine) as db:
        order = orders.order_of(db, db.get_one(Payment, payment_id))
    try:
        event = provider.charge(order, charge.autopay.token)
    except ProviderFailed as failed:
        log.warning("autopay not charged", payment=payment_id, reason=str(failed))
        return False
    with store.transaction(service.engine) as db:
        payments.charged(db, payment_id, event, now=service.clock())
    return event.status == "DONE"


def _tell(db: Database, telling: Telling, now: datetime) -> None:
    """Everybody who speaks for the account, wherever they do; with nobody there it stays untold."""
    row = telling.autopay
    facts = {"autopay": True, "kopecks": telling.kopecks, "on": telling.on.isoformat() if telling.on else None}
    query = (
        select(ChannelIdentity)
        .join(AccountLink, col(AccountLink.resident_id) == col(ChannelIdentity.resident_id))
        .where(AccountLink.account_id == row.account_id)
    )
    month = autopay_due.key(row, telling.receipt)
    rows = [
        Notice(
            resident_id=one.resident_id, account_id=row.account_id, kind="pay", channel=one.channel,
            unique_key=f"{month}:{one.resident_id}:{one.channel}", facts=facts, created_at=now,
        )
        for one in db.exec(query).all()
    ]  # fmt: skip
    if notices.keep(db, rows):
        autopay_due.told(db, telling)
