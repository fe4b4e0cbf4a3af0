"""Выставление: rows of receipts and their lines, with openings and penalties shared out to the kopeck."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from billing import law, store
from billing.arrears import Ledger, new_penalty
from billing.charges import Line, allocate
from billing.tables import Account, Organization, Receipt, ReceiptLine

Rows = tuple[dict[str, Any], list[dict[str, Any]]]


def receipt(
    company: Organization,
    account: Account,
    charged: Sequence[Line],
    ledger: Ledger,
    period: date,
    issued_on: date,
    subsidy: int = 0,
) -> Rows:
    """A receipt's row and those of its lines. subsidy: kopecks that are paid apart."""
    openings = _openings(ledger, [line.code for line in charged])
    penalties = _penalties(new_penalty(ledger, issued_on), openings)
    codes = {line.code: line for line in charged}
    rows = []
    for code in [*codes, *(code for code in openings if code not in codes)]:
        line = codes.get(code)
        if line is None and not openings[code]:
            continue
        rows.append(_line(code, line, ledger, openings.get(code, 0), penalties.get(code, 0)))
    total = sum(line.charged for line in charged)
    recalculated = sum(line.recalculated for line in charged)
    privilege, penalty = sum(line.privilege for line in charged), sum(penalties.values())
    row = {
        "account_id": account.id,
        "period": period,
        "opening_kopecks": ledger.opening,
        "charged_kopecks": total,
        "recalculated_kopecks": recalculated,
        "privilege_kopecks": privilege,
        "penalty_kopecks": penalty,
        "paid_kopecks": ledger.paid,
        "to_pay_kopecks": ledger.opening + total + recalculated - privilege + penalty - ledger.paid,
        "compensation_kopecks": subsidy + sum(line.compensation for line in charged),
        "paid_through": issued_on,
        "issued_on": issued_on,
        "due_on": law.due_date(period, company.feb_2026_due),
    }
    return row, rows


def write(db: Session, made: Sequence[Rows], period: date) -> None:
    """Insert a month's receipts with their lines; they are synced to the disk."""
    if not made:
        return
    store.keep(db)
    db.execute(insert(Receipt), [row for row, _ in made])
    accounts = [row["account_id"] for row, _ in made]
    numbered = select(col(Receipt.account_id), col(Receipt.id)).where(
        col(Receipt.period) == period, col(Receipt.account_id).in_(accounts)
    )
    ids = {row.account_id: row.id for row in db.execute(numbered)}
    rows = [line | {"receipt_id": ids[row["account_id"]]} for row, lines in made for line in lines]
    if rows:
        db.execute(insert(ReceiptLine), rows)


def _line(code: str, line: Line | None, ledger: Ledger, opening: int, penalty: int) -> dict[str, Any]:
    """A line; one without a charge carries a debt of a service that is no longer charged."""
    if line is None:
        line = Line(code, ledger.titles[code], "O", Decimal(0), None, 0, {"basis": "debt"})
    return {
        "code": code,
        "title": line.title,
        "method": line.method,
        "volume_kind": line.volume_kind,
        "volume": line.volume,
        "price": line.price,
        "multiplier": line.multiplier,
        "opening_kopecks": opening,
        "charged_kopecks": line.charged,
        "excess_kopecks": line.excess,
        "recalculated_kopecks": line.recalculated,
        "privilege_kopecks": line.privilege,
        "penalty_kopecks": penalty,
        "to_pay_kopecks": opening + line.charged + line.recalculated - line.privilege + penalty,
        "explanation": line.explanation,
    }


def _openings(ledger: Ledger, codes: Sequence[str]) -> dict[str, int]:
    """The opening balance by service: the last receipt's lines, less what was paid on it, in proportion."""
    if ledger.last_lines:
        before = list(ledger.last_lines)
        weights = [max(0, ledger.last_lines[code]) for code in before]
        paid = allocate(ledger.last_paid, weights)
        return {code: ledger.last_lines[code] - part for code, part in zip(before, paid, strict=True)}
    return dict(zip(codes, allocate(ledger.opening, [1] * len(codes)), strict=True)) if codes else {}


def _penalties(penalty: int, openings: Mapping[str, int]) -> dict[str, int]:
    """Penalties by service, in proportion to its debt."""
    weights = [max(0, amount) for amount in openings.values()]
    return dict(zip(openings, allocate(penalty, weights), strict=True)) if openings else {}
