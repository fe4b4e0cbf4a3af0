"""`/bill/<token>/pay`: from the bill to the provider's page; `/pay/sandbox/…`: a page that plays the bank."""

from decimal import Decimal
from importlib.resources import files

import structlog
from flask import Flask, Response, abort, redirect, render_template_string, request
from sqlmodel import Session as Database
from sqlmodel import select
from werkzeug.wrappers import Response as Answer

from billing import autopay, contacts, payments, receipts, store
from billing.contacts import BadContact
from billing.payments import PaymentRefused
from billing.providers.provider import Event, ProviderFailed
from billing.providers.sandbox import Sandbox
from billing.tables import Account, Payment
from billing.tables.money import MOST_KOPECKS
from skill import checkout
from skill.app import Service
from skill.dialogue.turn import digest
from skill.identity import links
from skill.identity.links import BillLink
from skill.routes.bill import LIMIT_TIMES
from speech import wording

METHODS = {"card": "CARD", "sbp": "SBP_QR"}
CHANNEL, MOST_ATTEMPTS = "web", 20
log = structlog.get_logger()


def mount(app: Flask, service: Service) -> None:
    """Add the routes."""

    @app.post("/bill/<token>/pay")
    def pay(token: str) -> Answer:
        link = links.read(service.settings, token)
        if link is None or checkout.chosen(service.settings) == checkout.PAGE:
            abort(404)
        try:
            with store.transaction(service.engine) as db:
                payment_id = _payment(db, service, link, token).id
            page = checkout.begin(service, payment_id, f"{service.settings.public_url}/bill/{token}", CHANNEL)
        except (PaymentRefused, BadContact) as refused:
            log.info("payment refused", reason=type(refused).__name__)
            return redirect(f"/bill/{token}?trouble=refused", 303)
        except ProviderFailed as failed:
            log.warning("payment not begun", reason=str(failed))
            return redirect(f"/bill/{token}?trouble=later", 303)
        return redirect(page or f"/bill/{token}", 303)

    @app.route("/pay/sandbox/<external_id>", methods=["GET", "POST"])
    def sandbox(external_id: str) -> Answer:
        """What a bank's page would be: pay, or give up. Only where the sandbox is the provider."""
        provider = checkout.providers(service.settings).get(Sandbox.name)
        with store.reading(service.engine) as db:
            own = Payment.provider == Sandbox.name, Payment.external_id == external_id
            payment = db.exec(select(Payment).where(*own)).first()
        if not isinstance(provider, Sandbox) or payment is None:
            abort(404)
        kopecks = payment.amount_kopecks + payment.fee_kopecks
        if request.method == "GET":
            html = files("skill").joinpath("page", "sandbox.html").read_text("utf-8")
            return Response(render_template_string(html, sum=wording.money(kopecks)), content_type="text/html")
        _simulate(service, provider, external_id, kopecks, paid="pay" in request.form)
        back = request.args.get("back", "")
        return redirect(back if back.startswith(f"{service.settings.public_url}/bill/") else "/", 303)


def _payment(db: Database, service: Service, link: BillLink, token: str) -> Payment:
    """The payment of a pressed button: pressing twice makes one, pressing again after a failure another."""
    settings, now = service.settings, service.clock()
    intended = db.get(Payment, link.payment) if link.payment else None
    provider, method = checkout.chosen(settings), METHODS.get(request.form.get("method", ""), "CARD")
    keeps = settings.autopay and "autopay" in request.form
    plain = not keeps and not request.form.get("email", "").strip()
    if plain and intended and intended.status in ("CREATED", "PROCESSING") and intended.provider == provider:
        return intended
    account = db.get_one(Account, link.account)
    today = payments.local_day(db, account.id, now)
    kopecks = link.kopecks or max(receipts.balance(db, account.id, today).kopecks, 0)
    receipt = receipts.latest(db, account.id)
    email = contacts.tidy("email", said) if (said := request.form.get("email", "").strip()) else None
    payment = payments.create(
        db,
        account_id=account.id,
        amount_kopecks=kopecks,
        method=method,
        provider=provider,
        idempotency_key=_key(db, digest(token, method, str(kopecks), str(keeps), email or "")),
        now=now,
        channel=CHANNEL,
        receipt_id=receipt.id if receipt else None,
        period=intended.period if intended else None,
        fee_kopecks=checkout.fee(settings, account, kopecks),
        contact=email or checkout.contact(db, settings, account.id),
    )
    if keeps and payment.status == "CREATED":
        _agree(db, service, payment, link.resident or None)
    return payment


def _agree(db: Database, service: Service, payment: Payment, resident_id: int | None) -> None:
    """The payer's consent to a standing order, with the limit that they set."""
    limit = _limit(request.form.get("limit", "").strip(), payment.amount_kopecks)
    autopay.agree(
        db, payment, resident_id=resident_id, limit_kopecks=limit, day=None, now=service.clock(), actor="resident",
        channel=CHANNEL,
    )  # fmt: skip


def _limit(said: str, kopecks: int) -> int:
    """Kopecks of the roubles said, or several times the payment; no more than the books hold, however much is said."""
    roubles = Decimal(said) if said.isdecimal() else Decimal(0)
    return min(int(min(roubles, Decimal(MOST_KOPECKS))) * 100 or kopecks * LIMIT_TIMES, MOST_KOPECKS)


def _key(db: Database, name: str) -> str:
    """The first name whose payment has not failed."""
    for attempt in range(MOST_ATTEMPTS):
        key = f"bill:{name[:32]}:{attempt}"
        known = db.exec(select(Payment.status).where(Payment.idempotency_key == key)).first()
        if known != "ERROR":
            return key
    raise PaymentRefused("TOO_MUCH")


def _simulate(service: Service, provider: Sandbox, external_id: str, kopecks: int, *, paid: bool) -> None:
    """Report as a provider does: by a signed webhook."""
    now = service.clock()
    told = Event(external_id, "DONE", kopecks, token=f"kept-{external_id}", title="Карта песочницы")
    if not paid:
        told = Event(external_id, "ERROR", kopecks, "canceled_by_payer")
    headers, body = provider.signed(told, now.timestamp())
    event = provider.webhook(headers, body, now.timestamp(), "")
    if event is not None:
        with store.transaction(service.engine) as db:
            payments.report(db, provider.name, event, now=now)
