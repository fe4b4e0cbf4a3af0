"""Charges, payments and debts on their way out, streamed: rows for tables and for the registries of others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy
from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from billing.arrears import last_receipts, paid_sums
from billing.exchange.registries import Paid, operation_id, roubles
from billing.exchange.writing import Cell
from billing.tables import Account, Organization, Payment, Premises, Property, Receipt, ReceiptLine
from billing.windows import month_start

STREAM = 2000
CHARGES = (
    "account", "period", "service", "title", "method", "volume", "price", "charged", "recalculated", "privilege",
    "penalty", "opening", "due_on",
)  # fmt: skip
PAYMENTS = ("account", "amount", "fee", "paid_on", "operation_id", "period", "document_id", "els")


@dataclass(frozen=True)
class Home:
    """An account with where it is."""

    account: Account
    premises: Premises
    house: Property

    @property
    def address(self) -> str:
        """As registries write it."""
        return f"{self.house.city}, {self.house.street}, д {self.house.house}, кв {self.premises.unit}"


@dataclass(frozen=True)
class PaidAt:
    """A payment with its home and the receipt that it pays, if it is known."""

    payment: Payment
    home: Home
    receipt: Receipt | None
    paid: Paid


def charge_rows(db: Session, company: Organization, period: date) -> Iterator[list[Cell]]:
    """The month's lines as they are loaded."""
    query = (
        select(ReceiptLine, Receipt, Account.number)
        .join(Receipt, col(Receipt.id) == col(ReceiptLine.receipt_id))
        .join(Account, col(Account.id) == col(Receipt.account_id))
        .where(Account.organization_id == company.id, Receipt.period == period)
        .order_by(col(Receipt.account_id), col(ReceiptLine.id))
        .execution_options(yield_per=STREAM)
    )
    for line, receipt, number in db.exec(query):
        yield [
            number,
            f"{period:%Y-%m}",
            line.code,
            line.title,
            line.method,
            line.volume,
            line.price,
            *(
                roubles(getattr(line, f"{name}_kopecks"))
                for name in ("charged", "recalculated", "privilege", "penalty", "opening")
            ),
            receipt.due_on.isoformat(),
        ]
        db.expunge(line)


def payments_of(db: Session, company: Organization, period: date) -> Iterator[PaidAt]:
    """Payments that came in a month, in the order of their ids."""
    receipt_of = and_(
        col(Receipt.account_id) == col(Payment.account_id),
        or_(
            col(Receipt.id) == col(Payment.receipt_id),
            and_(col(Payment.receipt_id).is_(None), col(Receipt.period) == col(Payment.period)),
        ),
    )
    query = (
        sqlalchemy.select(Payment, Account, Premises, Property, Receipt)
        .join(Account, col(Account.id) == col(Payment.account_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .join(Receipt, receipt_of, isouter=True)
        .where(
            col(Account.organization_id) == company.id,
            col(Payment.paid_on) >= period,
            col(Payment.paid_on) < month_start(period, 1),
            col(Payment.status).in_(("WITHDRAWN", "DONE")),
        )
        .order_by(col(Payment.id))
        .execution_options(yield_per=STREAM)
    )
    rows: Iterator[Any] = iter(db.execute(query))
    for payment, account, premises, house, receipt in rows:
        home = Home(account, premises, house)
        yield PaidAt(payment, home, receipt, _paid(company, payment, home, receipt))
        db.expunge(payment)


def paid_rows(payments: Iterator[PaidAt]) -> Iterator[list[Cell]]:
    """Payments as they are loaded."""
    for one in payments:
        paid = one.paid
        yield [
            paid.account,
            roubles(paid.kopecks),
            roubles(paid.fee_kopecks),
            paid.paid_on.isoformat(),
            paid.operation_id,
            f"{paid.period:%Y-%m}" if paid.period else None,
            paid.document_id,
            paid.els,
        ]


def debts(db: Session, company: Organization, today: date) -> Iterator[tuple[Home, int]]:
    """Every account that owes, as of today, with the kopecks."""
    last = 0
    while True:
        query = (
            select(Account, Premises, Property)
            .join(Premises, col(Premises.id) == col(Account.premises_id))
            .join(Property, col(Property.id) == col(Premises.property_id))
            .where(Account.organization_id == company.id, col(Account.id) > last, col(Account.closed_on).is_(None))
            .order_by(col(Account.id))
            .limit(STREAM)
        )
        flats = db.exec(query).all()
        if not flats:
            return
        owed = _owed(db, [account.id for account, _, _ in flats], today)
        yield from ((Home(*flat), owed[flat[0].id]) for flat in flats if owed.get(flat[0].id, 0) > 0)
        last = flats[-1][0].id
        db.expunge_all()


def sberbank_debts(home: Home, kopecks: int) -> list[Cell]:
    """Sberbank, since 2021: ФИО;ЕЛС;ФИАС,помещение;адрес;ЛС;сумма."""
    return [
        home.account.holder_name,
        home.account.els,
        f"{home.house.fias_guid or ''},{home.premises.unit}",
        home.address,
        home.account.number,
        roubles(kopecks).replace(".", ","),
    ]


def sberbank_debts_old(home: Home, kopecks: int) -> list[Cell]:
    """Sberbank, before: ФИО;адрес;ЛС;сумма."""
    return [home.account.holder_name, home.address, home.account.number, roubles(kopecks)]


def gorod_debts(home: Home, kopecks: int) -> list[Cell]:
    """«Система Город»: ФИО;населённый пункт,улица,дом,квартира;ЛС;баланс;услуга."""
    street = home.house.street.removeprefix("улица ")
    address = ",".join((home.house.city, street, home.house.house, home.premises.unit))
    return [home.account.holder_name, address, home.account.number, roubles(kopecks), "ЖКУ"]


def lines_of(db: Session, receipt_ids: Sequence[int]) -> dict[int, list[ReceiptLine]]:
    """Services of receipts, by receipt."""
    query = select(ReceiptLine).where(col(ReceiptLine.receipt_id).in_(receipt_ids))
    rows = db.exec(query.order_by(col(ReceiptLine.receipt_id), col(ReceiptLine.id))).all()
    return {number: list(lines) for number, lines in groupby(rows, key=lambda line: line.receipt_id)}


def _paid(company: Organization, payment: Payment, home: Home, receipt: Receipt | None) -> Paid:
    account = home.account
    assert payment.paid_on is not None  # noqa: S101 - asked for by its day
    return Paid(
        operation_id=operation_id(company.inn, payment.id),
        paid_on=payment.paid_on,
        account=account.number,
        kopecks=payment.amount_kopecks,
        fee_kopecks=payment.fee_kopecks,
        period=payment.period,
        payer=account.holder_name or "",
        address=home.address,
        document_id=(receipt.document_id if receipt else None) or "",
        els=account.els or "",
        gis_service_id=account.gis_service_id or "",
    )


def _owed(db: Session, account_ids: list[int], today: date) -> dict[int, int]:
    """Kopecks each account owes today: the last receipt, less what came since."""
    owed = {receipt.account_id: receipt.to_pay_kopecks for receipt in last_receipts(db, account_ids)}
    shown = select(Receipt.account_id, func.sum(Receipt.paid_kopecks)).where(col(Receipt.account_id).in_(account_ids))
    for account_id, paid in db.exec(shown.group_by(col(Receipt.account_id))).all():
        owed[account_id] += int(paid)
    for account_id, paid in paid_sums(db, account_ids, today).items():
        owed[account_id] = owed.get(account_id, 0) - paid
    return owed
