"""`/bill/<token>/pay`: from the bill to the provider's page; `/pay/sandbox/…`: a page that plays the bank."""

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
from skill import checkout, owing
from skill.app import Service
from skill.dialogue.turn import digest
from skill.identity import links
from skill.identity.links import BillLink
from skill.routes.bill import LARGEST_LIMIT, LIMIT_TIMES, TROUBLES, shown
from speech import wording

METHODS = {"card": "CARD", "sbp": "SBP_QR"}
CHANNEL, MOST_ATTEMPTS = "web", 20
DIGITS = len(str(LARGEST_LIMIT))
log = structlog.get_logger()


class BadLimit(ValueError):
    """The limit of a standing order is no whole number of roubles, or beyond what we take."""


def mount(app: Flask, service: Service) -> None:
    """Add the routes."""

    @app.post("/bill/<token>/pay")
    def pay(token: str) -> Answer:
        link = links.read(service.settings, token)
        if link is None or checkout.chosen(service.settings) == checkout.PAGE:
            abort(404)
        try:
            with store.transaction(service.engine) as db:
                payment = _payment(db, service, link, token)
            if payment is None:
                return redirect(f"/bill/{token}", 303)
            page = checkout.begin(service, payment.id, f"{service.settings.public_url}/bill/{token}", CHANNEL)
        except BadLimit:
            return shown(service, link, token, TROUBLES["limit"], status=400)
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
        back = request.args.get("back", "")
        if request.method == "GET" and payment.status not in payments.ENDS:
            html = files("skill").joinpath("page", "sandbox.html").read_text("utf-8")
            return Response(render_template_string(html, sum=wording.money(kopecks)), content_type="text/html")
        if request.method == "POST":
            _simulate(service, provider, external_id, kopecks, paid="pay" in request.form)
        return redirect(back if back.startswith(f"{service.settings.public_url}/bill/") else "/", 303)


def _payment(db: Database, service: Service, link: BillLink, token: str) -> Payment | None:
    """The payment of a pressed button: pressing twice makes one, pressing again after a failure another. None: there is
    nothing to pay any more."""
    settings, now = service.settings, service.clock()
    intended = db.get(Payment, link.payment) if link.payment else None
    provider, method = checkout.chosen(settings), METHODS.get(request.form.get("method", ""), "CARD")
    keeps = settings.autopay and "autopay" in request.form
    plain = not keeps and not request.form.get("email", "").strip()
    kopecks = owing.asked(db, link, token, now).kopecks
    if kopecks <= 0:
        return None
    same = intended and (intended.provider, intended.amount_kopecks) == (provider, kopecks)
    if intended and same and plain and intended.status in owing.OPEN:
        return intended
    account = db.get_one(Account, link.account)
    receipt = receipts.latest(db, account.id)
    email = contacts.tidy("email", said) if (said := request.form.get("email", "").strip()) else None
    payment = payments.create(
        db,
        account_id=account.id,
        amount_kopecks=kopecks,
        method=method,
        provider=provider,
        idempotency_key=_key(db, token, method, str(kopecks), str(keeps), email or "", str(receipt and receipt.id)),
        now=now,
        channel=CHANNEL,
        receipt_id=receipt.id if receipt else None,
        period=intended.period if intended else None,
        fee_kopecks=checkout.fee(settings, account, kopecks),
        contact=email or checkout.contact(db, settings, account.id),
        reuse=plain and intended is None,
    )
    if keeps and payment.status in owing.OPEN:
        _agree(db, service, payment, link.resident or None)
    return payment


def _agree(db: Database, service: Service, payment: Payment, resident_id: int | None) -> None:
    """The payer's consent to a standing order, with the limit that they set: the last one said counts."""
    limit = _limit(request.form.get("limit", ""), payment.amount_kopecks)
    going = autopay.going(db, payment.account_id)
    if going is not None and (going.payment_id, going.limit_kopecks) == (payment.id, limit):
        return
    autopay.agree(
        db, payment, resident_id=resident_id, limit_kopecks=limit, day=None, now=service.clock(), actor="resident",
        channel=CHANNEL,
    )  # fmt: skip


def _limit(said: str, kopecks: int) -> int:
    """Kopecks of the roubles said; several times the payment where nothing is said. Raises BadLimit."""
    roubles = "".join(said.split())
    if not roubles:
        return min(kopecks * LIMIT_TIMES, MOST_KOPECKS)
    if not roubles.isdecimal() or len(roubles) > DIGITS or not 0 < int(roubles) <= LARGEST_LIMIT:
        raise BadLimit(roubles[:DIGITS])
    return int(roubles) * 100


def _key(db: Database, token: str, *wanted: str) -> str:
    """The first name whose payment is not over: whoever pays after a failure, or owes again, makes another."""
    for attempt in range(MOST_ATTEMPTS):
        key = f"{owing.prefix(token)}{digest(*wanted)[:20]}:{attempt}"
        known = db.exec(select(Payment.status).where(Payment.idempotency_key == key)).first()
        if known is None or known in owing.OPEN:
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
