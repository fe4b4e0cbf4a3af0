"""What a payment provider is told of a payment: its purpose, where the money goes, the fiscal receipt (чек, 54-ФЗ)."""

import hashlib

from sqlmodel import Session

from billing import autopay
from billing.providers.provider import Check, Item, Order, Recipient
from billing.tables import Account, Organization, Payment, Receipt

LONGEST_KEY = 64
FEE_TITLE = "Комиссия за приём платежа"


def order_of(db: Session, payment: Payment, return_url: str = "") -> Order:
    """What a provider needs to take the money; the fee is on top. A check is asked for where its contact is known."""
    account = db.get_one(Account, payment.account_id)
    receipt = db.get(Receipt, payment.receipt_id) if payment.receipt_id is not None else None
    month = f" за {payment.period:%m.%Y}" if payment.period else ""
    purpose = f"ЖКУ{month}, лицевой счёт {account.number}"
    company = db.get_one(Organization, account.organization_id)
    return Order(
        key=key_of(payment.idempotency_key),
        kopecks=payment.amount_kopecks + payment.fee_kopecks,
        method=payment.method,
        purpose=purpose,
        return_url=return_url,
        period=payment.period,
        account_number=account.number,
        els=account.els,
        service_id=account.gis_service_id,
        document_id=receipt.document_id if receipt else None,
        recipient=_recipient(company),
        check=check_of(payment, purpose, payment.amount_kopecks, payment.fee_kopecks),
        save=autopay.is_wanted(db, payment.id),
        payee=company.name,
        items=lines_of(payment, purpose, payment.amount_kopecks, payment.fee_kopecks),
        ordered_at=payment.created_at,
    )


def key_of(name: str) -> str:
    """A name as an idempotency key that providers take: at most 64 signs."""
    return name if len(name) <= LONGEST_KEY else hashlib.sha256(name.encode()).hexdigest()


def _recipient(company: Organization) -> Recipient | None:
    """The company's requisites; None when some are not known."""
    bank = (company.bank_name, company.bank_bic, company.bank_account, company.bank_correspondent_account)
    if company.kpp is None or not all(bank):
        return None
    name, bic, account, correspondent = (str(part) for part in bank)
    return Recipient(company.name, company.inn, company.kpp, name, bic, account, correspondent)


def check_of(payment: Payment, title: str, kopecks: int, fee_kopecks: int = 0) -> Check | None:
    """The fiscal receipt of a payment or of a part given back; None where nobody said where to send it."""
    return Check(payment.contact, lines_of(payment, title, kopecks, fee_kopecks)) if payment.contact else None


def lines_of(payment: Payment, title: str, kopecks: int, fee_kopecks: int = 0) -> tuple[Item, ...]:
    """What a fiscal receipt lists. A month's bill is for what was supplied; money without a month is an advance."""
    bill = Item(title, kopecks, settled=payment.period is not None)
    return (bill, Item(FEE_TITLE, fee_kopecks)) if fee_kopecks else (bill,)
