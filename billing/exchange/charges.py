"""Loading charges (начисления) that another billing made: rows of services become receipts that add up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path

from sqlmodel import Session, col, delete, select

from billing import audit, law
from billing.arrears import Ledger, ledgers
from billing.charges import allocate
from billing.exchange.loading import Bad, Fate, Loader, each
from billing.exchange.rows import BadCell, Row
from billing.resources import CHARGEABLE
from billing.tables import Account, Receipt, ReceiptLine
from billing.tables.money import METHODS, MOST_KOPECKS

VOLUME = Decimal("0.0000001")
UNWRITTEN = 0
"""receipt_id of a line before its receipt is known."""
PRICE = Decimal("0.000001")
SUMS = ("charged_kopecks", "recalculated_kopecks", "privilege_kopecks", "penalty_kopecks")
COMPARED = (*SUMS, "volume", "price")


@dataclass(frozen=True)
class Bill(Row):
    """The rows of one account and month, which stand together in the file."""

    services: tuple[Row, ...] = ()


class ChargesLoader(Loader):
    """Columns account, period, service, charged, and volume, price, method, recalculated, privilege, penalty, opening.

    A bad row leaves its whole receipt out. The newest month may be loaded again with other sums, all services charged
    named; older ones are closed.
    opening counts only for an account's first receipt: later ones open with what was left.
    """

    kind = "charges"

    def rows(self, path: Path) -> Iterator[Row]:
        """Bills of a CSV or XLSX file."""
        return bills(super().rows(path))

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Make receipts, or change the newest ones."""
        numbers = {row.cells["account"] for row in batch if "account" in row.cells}
        own = Account.organization_id == self.organization_id
        accounts = {row.number: row for row in db.exec(select(Account).where(own, col(Account.number).in_(numbers)))}
        return each(batch, lambda row: self._take(db, row, accounts))

    def _take(self, db: Session, bill: Row, accounts: dict[str, Account]) -> Fate:
        number, period = bill.text("account"), bill.month("period")
        if number not in accounts:
            raise BadCell(f"no account {number}: INVALID_ACCOUNT_NUMBER")
        lines = [_line(row) for row in (bill.services if isinstance(bill, Bill) else (bill,))]
        if len({line.code for line in lines}) < len(lines):
            raise BadCell("a service is twice in the bill")
        if sum(line.charged_kopecks for line in lines) > MOST_KOPECKS:
            raise BadCell("the bill is too large")
        account_id = accounts[number].id
        query = select(Receipt).where(Receipt.account_id == account_id).order_by(col(Receipt.period).desc())
        newest = db.exec(query.limit(1)).first()
        if newest is not None and newest.period > period:
            raise BadCell("a later month is in the books")
        if newest is None or newest.period < period:
            due = bill.day("due_on") or law.due_date(period)
            if due <= period:
                raise BadCell("due_on is before the month")
            ledger = ledgers(db, [account_id], self._today)[account_id]
            receipt = Receipt(
                account_id=account_id, period=period, paid_kopecks=ledger.paid, to_pay_kopecks=-ledger.paid,
                paid_through=self._today, issued_on=self._today, due_on=due,
            )  # fmt: skip
            db.add(receipt)
            db.flush()
            self._write(db, receipt, _opened(lines, ledger, newest is None))
            return "added"
        before = db.exec(select(ReceiptLine).where(ReceiptLine.receipt_id == newest.id)).all()
        if _same(before, lines):
            return "unchanged"
        if left_out := _left_out(before, lines):
            raise BadCell(f"the bill has services that the file leaves out (0 takes one off): {', '.join(left_out)}")
        openings = {line.code: (line.title, line.opening_kopecks) for line in before}
        self._write(db, newest, _with_openings(lines, openings))
        return "changed"

    def _write(self, db: Session, receipt: Receipt, lines: Sequence[ReceiptLine]) -> None:
        """Lines in place of those there were, and sums that add up."""
        db.exec(delete(ReceiptLine).where(col(ReceiptLine.receipt_id) == receipt.id))
        before = {"to_pay": receipt.to_pay_kopecks}
        for name in ("opening", "charged", "recalculated", "privilege", "penalty"):
            setattr(receipt, f"{name}_kopecks", sum(getattr(line, f"{name}_kopecks") for line in lines))
        receipt.to_pay_kopecks = sum(line.to_pay_kopecks for line in lines) - receipt.paid_kopecks
        for line in lines:
            line.receipt_id = receipt.id
            db.add(line)
        db.add(receipt)
        db.flush()
        after = {"to_pay": receipt.to_pay_kopecks}
        audit.record_row(db, receipt, self._now, "system", "import", "charge", after, before)


def bills(rows: Iterable[Row]) -> Iterator[Bill]:
    """Rows of services that stand together as bills."""
    for _, own in groupby(rows, lambda row: (row.cells.get("account"), row.cells.get("period"))):
        services = tuple(own)
        yield Bill(services[0].line, services[0].cells, services)


def _line(row: Row) -> ReceiptLine:
    code = row.resource("service")
    if code not in CHARGEABLE:
        raise BadCell(f"unknown service: {code}")
    method = row.cells.get("method", "O").upper()
    if method not in METHODS:
        raise BadCell(f"unknown method: {method}")
    charged, penalty, privilege = row.kopecks("charged"), row.kopecks("penalty", 0), row.kopecks("privilege", 0)
    if min(charged, penalty, privilege) < 0:
        raise BadCell("charged, penalty and privilege are not below zero")
    price, volume = row.number("price"), row.number("volume") or Decimal(0)
    line = ReceiptLine(
        receipt_id=UNWRITTEN,
        code=code,
        title=row.cells.get("title", code),
        method=method,
        volume=volume.quantize(VOLUME, ROUND_HALF_UP),
        price=None if price is None else price.quantize(PRICE, ROUND_HALF_UP),
        opening_kopecks=row.kopecks("opening", 0),
        charged_kopecks=charged,
        recalculated_kopecks=row.kopecks("recalculated", 0),
        privilege_kopecks=privilege,
        penalty_kopecks=penalty,
        explanation={"basis": "imported"},
    )
    return _summed(line)


def _opened(lines: list[ReceiptLine], ledger: Ledger, is_first: bool) -> list[ReceiptLine]:
    """Lines with what each service's debt was, less what was paid on it."""
    if is_first:
        return lines
    before = list(ledger.last_lines)
    paid = allocate(ledger.last_paid, [max(0, ledger.last_lines[code]) for code in before])
    left = {
        code: (ledger.titles[code], ledger.last_lines[code] - part) for code, part in zip(before, paid, strict=True)
    }
    return _with_openings(lines, left)


def _with_openings(lines: list[ReceiptLine], openings: dict[str, tuple[str, int]]) -> list[ReceiptLine]:
    """Lines that open with what was left; a service that is no longer charged keeps its debt."""
    charged = {line.code for line in lines}
    for line in lines:
        line.opening_kopecks = openings.get(line.code, ("", 0))[1]
    for code, (title, left) in openings.items():
        if code not in charged and left:
            carried = ReceiptLine(receipt_id=UNWRITTEN, code=code, title=title, method="O", volume=Decimal(0))
            carried.opening_kopecks = left
            carried.explanation = {"basis": "debt"}
            lines.append(carried)
    return [_summed(line) for line in lines]


def _summed(line: ReceiptLine) -> ReceiptLine:
    own = line.charged_kopecks + line.recalculated_kopecks - line.privilege_kopecks + line.penalty_kopecks
    line.to_pay_kopecks = line.opening_kopecks + own
    return line


def _left_out(before: Sequence[ReceiptLine], now: Sequence[ReceiptLine]) -> list[str]:
    """Services charged in the books of which a bill says nothing: a file that corrects one must not wipe out the
    others."""
    said = {line.code for line in now}
    charged = (line for line in before if any(getattr(line, name) for name in SUMS))
    return [line.title for line in charged if line.code not in said]


def _same(before: Sequence[ReceiptLine], now: Sequence[ReceiptLine]) -> bool:
    """Whether a bill says what the books have; lines that only carry a debt do not count."""
    charged = {line.code: line for line in before if line.explanation.get("basis") != "debt"}
    said = {line.code: line for line in now}
    return charged.keys() == said.keys() and all(
        getattr(charged[code], name) == getattr(said[code], name) for code in said for name in COMPARED
    )
