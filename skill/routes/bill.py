"""`/bill/<token>`: the bill behind a signed link, with its QR code (ГОСТ Р 56042) for the bank's application."""

import base64
from importlib.resources import files

from flask import Flask, Response, abort, render_template_string, request

from billing import accounts, payments, qr, receipts, store
from billing.qr import MissingRequisites
from billing.tables import Account, Organization, Receipt
from skill import checkout, owing
from skill.app import Service
from skill.dialogue.naming import month_name
from skill.identity import links
from skill.identity.links import BillLink
from speech import wording

LIMIT_TIMES = 3
"""A bill more than three times the one at hand is not paid by itself, unless the payer sets another limit."""
LARGEST_LIMIT = 1_000_000
"""Roubles; no standing order pays more at once."""
ASKED_AFTER = 3
"""So many open payments of a link are asked after when its page is opened."""
TROUBLES = {
    "refused": "Оплатить такую сумму не получилось. Проверьте сумму и адрес почты.",
    "later": "Платёжный сервис не ответил. Попробуйте ещё раз через минуту или оплатите по QR-коду.",
    "limit": "Сумма для автоплатежа — целое число рублей от 1 до 1 000 000. Оплата не начата.",
}
POLICY = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"


def mount(app: Flask, service: Service) -> None:
    """Add the page."""

    @app.get("/bill/<token>")
    def bill(token: str) -> Response:
        link = links.read(service.settings, token)
        if link is None:
            abort(404)
        return shown(service, link, token, TROUBLES.get(request.args.get("trouble", ""), ""))


def shown(service: Service, link: BillLink, token: str, trouble: str = "", status: int = 200) -> Response:
    """The bill as it stands now, after the provider was asked of what was begun here."""
    _refresh(service, link, token)
    with store.reading(service.engine) as db:
        account = db.get(Account, link.account)
        receipt = receipts.latest(db, link.account)
        if account is None or receipt is None:
            abort(404)
        company = db.get(Organization, account.organization_id)
        asked = owing.asked(db, link, token, service.clock())
        amount, today = asked.kopecks, payments.local_day(db, account.id, service.clock())
        html = render_template_string(
            files("skill").joinpath("page", "bill.html").read_text("utf-8"),
            company=company,
            address=accounts.address_of(db, account).text,
            number=f"…{account.number[-4:]}",
            month=f"{month_name(receipt.period)} {receipt.period.year}",
            due=wording.day(receipt.due_on),
            late=receipt.due_on < today,
            lines=[(line.title, _money(line.charged_kopecks)) for line in receipts.lines(db, receipt.id)],
            charged=_money(receipt.charged_kopecks),
            total=_money(amount) if amount > 0 else "",
            left=_money(asked.owed) if asked.paid and asked.owed > 0 else "",
            advance=_money(-asked.owed) if asked.owed < 0 else "",
            code=_code(company, account, receipt, amount),
            paid=asked.paid,
            trouble=trouble,
            pay=f"/bill/{token}/pay" if amount > 0 and checkout.chosen(service.settings) != checkout.PAGE else "",
            fee=_money(fee) if amount > 0 and (fee := checkout.fee(service.settings, account, amount)) else "",
            asks_email=service.settings.fiscal_receipts,
            offers_autopay=service.settings.autopay,
            limit=min(amount // 100 * LIMIT_TIMES, LARGEST_LIMIT),
            largest_limit=LARGEST_LIMIT,
        )
    answer = Response(html, status, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _refresh(service: Service, link: BillLink, token: str) -> None:
    with store.reading(service.engine) as db:
        begun = [payment.id for payment in owing.made_by(db, link, token) if payment.status not in payments.ENDS]
    for payment_id in begun[:ASKED_AFTER]:
        checkout.refresh(service, payment_id)


def _code(company: Organization | None, account: Account, receipt: Receipt, kopecks: int) -> str:
    """The QR code as a data URL; empty when there is nothing to pay or the company's requisites are not known."""
    if company is None or kopecks <= 0:
        return ""
    try:
        picture = qr.png(qr.for_receipt(company, account, receipt.period, kopecks))
    except MissingRequisites:
        return ""
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


def _money(kopecks: int) -> str:
    """A sum that no line's end breaks."""
    return wording.money(kopecks).replace(" ", "\u00a0")
