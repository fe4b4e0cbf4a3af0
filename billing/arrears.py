"""Where accounts stand with their money when a receipt is made: balances, debts and penalties."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, func, union_all
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from billing import law, penalties
from billing.penalties import Debt
from billing.tables import Account, Payment, Premises, Property, Receipt, ReceiptLine, Refund
from billing.windows import month_start

PAID = ("WITHDRAWN", "DONE")
_OURS = col(Payment.account_id).in_(bindparam("accounts", expanding=True)), col(Payment.status).in_(PAID)
_PAID_SUMS = union_all(
    columns(col(Payment.account_id), func.sum(Payment.amount_kopecks))
    .where(*_OURS, col(Payment.paid_on) <= bindparam("through"))
    .group_by(col(Payment.account_id)),
    columns(col(Payment.account_id), -func.sum(Refund.amount_kopecks))
    .join(Refund, col(Refund.payment_id) == col(Payment.id))
    .where(*_OURS, col(Refund.status) == "DONE", col(Refund.done_on) <= bindparam("through"))
    .group_by(col(Payment.account_id)),
)
"""What came to accounts, and, below zero, what was given back."""


@dataclass
class Ledger:
    """opening: the last receipt's to_pay; paid: came and not yet shown on a receipt; last_*: of the last receipt.

    debts and payments are loaded only where a debt is old enough for a penalty. What a month gave back is a payment.
    """

    opening: int = 0
    paid: int = 0
    last_lines: dict[str, int] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    last_paid: int = 0
    penalties_before: int = 0
    debts: list[Debt] = field(default_factory=list)
    payments: list[penalties.Payment] = field(default_factory=list)


def new_penalty(ledger: Ledger, until: date) -> int:
    """Kopecks of penalty that grew since the last receipt: all there is through a day, less what was charged."""
    standings, _ = penalties.set_off(ledger.debts, ledger.payments)
    return max(0, sum(penalties.penalty(one, until) for one in standings) - ledger.penalties_before)


def ledgers(db: Session, account_ids: Sequence[int], through: date) -> dict[int, Ledger]:
    """Ledgers of accounts with payments through a day."""
    found = {account_id: Ledger() for account_id in account_ids}
    last = last_receipts(db, account_ids)
    for account_id, amount in paid_sums(db, account_ids, through).items():
        found[account_id].paid = amount
    shown = (
        select(Receipt.account_id, func.sum(Receipt.paid_kopecks), func.sum(Receipt.penalty_kopecks))
        .where(col(Receipt.account_id).in_(account_ids))
        .group_by(col(Receipt.account_id))
    )
    for account_id, paid, penalty in db.exec(shown).all():
        found[account_id].paid -= int(paid)
        found[account_id].penalties_before = int(penalty)
    _add_last_lines(db, found, last)
    late = [receipt.account_id for receipt in last if receipt.opening_kopecks - receipt.paid_kopecks > 0]
    _add_debts(db, found, late, through)
    return found


def last_receipts(db: Session, account_ids: Sequence[int]) -> Sequence[Receipt]:
    """The newest receipt of every account that has one."""
    by_account = (
        select(Receipt.account_id, func.max(Receipt.period).label("period"))
        .where(col(Receipt.account_id).in_(account_ids))
        .group_by(col(Receipt.account_id))
        .subquery()
    )
    return db.exec(
        select(Receipt).join(
            by_account,
            (col(Receipt.account_id) == by_account.c.account_id) & (col(Receipt.period) == by_account.c.period),
        )
    ).all()


def paid_sums(db: Session, account_ids: Sequence[int], through: date) -> dict[int, int]:
    """Kopecks that came through a day and were not given back, by account."""
    sums: dict[int, int] = {}
    for account_id, kopecks in db.execute(_PAID_SUMS, {"accounts": list(account_ids), "through": through}):
        sums[account_id] = sums.get(account_id, 0) + int(kopecks)
    return sums


def _add_last_lines(db: Session, found: dict[int, Ledger], last: Sequence[Receipt]) -> None:
    account_of = {receipt.id: receipt.account_id for receipt in last}
    for receipt in last:
        found[receipt.account_id].opening = receipt.to_pay_kopecks
        found[receipt.account_id].last_paid = receipt.paid_kopecks
    query = select(ReceiptLine.receipt_id, ReceiptLine.code, ReceiptLine.title, ReceiptLine.to_pay_kopecks).where(
        col(ReceiptLine.receipt_id).in_(account_of.keys())
    )
    for receipt_id, code, title, to_pay in db.exec(query).all():
        ledger = found[account_of[receipt_id]]
        ledger.last_lines[code] = to_pay
        ledger.titles[code] = title


def _add_debts(db: Session, found: dict[int, Ledger], account_ids: Sequence[int], through: date) -> None:
    """Every month's debt and every payment of accounts that have been late."""
    if not account_ids:
        return
    repair: dict[int, int] = defaultdict(int)
    regions = _regions(db, account_ids)
    receipts = db.exec(
        select(Receipt).where(col(Receipt.account_id).in_(account_ids)).order_by(col(Receipt.period))
    ).all()
    lines = select(ReceiptLine.receipt_id, ReceiptLine.charged_kopecks, ReceiptLine.recalculated_kopecks).where(
        col(ReceiptLine.receipt_id).in_([row.id for row in receipts]), ReceiptLine.code == "CAPITAL_REPAIR"
    )
    for receipt_id, charged, recalculated in db.exec(lines).all():
        repair[receipt_id] = charged + recalculated
    opened: set[int] = set()
    for row in receipts:
        ledger, region = found[row.account_id], regions[row.account_id]
        if row.account_id not in opened and row.opening_kopecks:
            before = month_start(row.period, -1)
            opening = Debt(before, row.opening_kopecks, law.due_date(before), region=region)
            _enter(ledger, opening, row.period)
        opened.add(row.account_id)
        own = row.charged_kopecks + row.recalculated_kopecks - row.privilege_kopecks
        _enter(ledger, Debt(row.period, own - repair[row.id], row.due_on, region=region), row.issued_on)
        _enter(ledger, Debt(row.period, repair[row.id], row.due_on, True, region), row.issued_on)
    _add_payments(db, found, account_ids, through)


def _enter(ledger: Ledger, debt: Debt, on: date) -> None:
    """A month's debt; what a month gives back (a recalculation) pays debts as money that came that day."""
    if debt.kopecks > 0:
        ledger.debts.append(debt)
    elif debt.kopecks < 0:
        ledger.payments.append(penalties.Payment(on, -debt.kopecks))


def _add_payments(db: Session, found: dict[int, Ledger], account_ids: Sequence[int], through: date) -> None:
    """Payments less what was given back of them."""
    paid = select(Payment).where(
        col(Payment.account_id).in_(account_ids), col(Payment.status).in_(PAID), col(Payment.paid_on) <= through
    )
    rows = db.exec(paid).all()
    back = (
        select(Refund.payment_id, func.sum(Refund.amount_kopecks))
        .where(
            col(Refund.payment_id).in_([row.id for row in rows]),
            Refund.status == "DONE",
            col(Refund.done_on) <= through,
        )
        .group_by(col(Refund.payment_id))
    )
    returned = {payment_id: int(amount) for payment_id, amount in db.exec(back).all()}
    for row in rows:
        kept = row.amount_kopecks - returned.get(row.id, 0)
        if row.paid_on is not None and kept > 0:
            found[row.account_id].payments.append(penalties.Payment(row.paid_on, kept, row.period))


def _regions(db: Session, account_ids: Sequence[int]) -> dict[int, str]:
    """First digits of the houses' ОКТМО by account; empty where it is not known."""
    rows = db.exec(
        select(Account.id, Property.oktmo)
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .where(col(Account.id).in_(account_ids))
    ).all()
    return {account_id: (oktmo or "")[:2] for account_id, oktmo in rows}
