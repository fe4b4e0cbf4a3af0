"""Loading payments (реестры платежей): our columns, Sberbank's registries, 1C's ClientBank. Known by operation id."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from sqlmodel import Session, col, select

from billing import payments
from billing.exchange.loading import Bad, Fate
from billing.exchange.rows import BadCell, BrokenFile, Row, lines, table
from billing.tables import Account, Organization, Payment, Receipt

Format = Literal["table", "sberbank", "sberbank-pairs", "clientbank"]
UNIVERSAL = (
    "paid_on", "time", "branch", "teller", "operation_id", "account", "payer", "address", "period", "amount",
    "transferred", "fee",
)  # fmt: skip
"""Columns of Sberbank's universal registry, which has no heading."""
IN_PURPOSE = re.compile(r"(?i)л/?с\.?\s*[:№#]?\s*(\d{4,20})")
PAIRS_DATE = re.compile(r";\s*(\d{2}/\d{2}/\d{4})\s*;")
PAIRS_SUM, PAIRS_FEE = 4, 5


class PaymentsLoader:
    """One payment a row: account, amount, paid_on, operation_id; fee and period where there are."""

    kind = "payments"

    def __init__(self, company: Organization, now: datetime, form: Format = "table") -> None:
        self.organization_id = company.id
        self._company = company
        self._now = now
        self._form = form

    def rows(self, path: Path) -> Iterator[Row]:
        """Rows of the file in its format."""
        readers: Mapping[Format, Callable[[], Iterator[Row]]] = {
            "table": lambda: table(path, self.kind),
            "sberbank": lambda: universal(path),
            "sberbank-pairs": lambda: pairs(path),
            "clientbank": lambda: clientbank(path, self._company.bank_account or ""),
        }
        return readers[self._form]()

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Add payments that are not there; the same operation with another sum is an error."""
        accounts = self._accounts(db, batch)
        keys = {self._key(row) for row in batch if "operation_id" in row.cells}
        known = {
            row.external_id: row
            for row in db.exec(
                select(Payment).where(Payment.provider == self._provider, col(Payment.external_id).in_(keys))
            )
        }
        fates: list[Fate | Bad] = []
        for row in batch:
            try:
                fates.append(self._take(db, row, accounts, known))
            except BadCell as bad:
                fates.append(Bad(str(bad)))
        db.flush()
        return fates

    @property
    def _provider(self) -> str:
        return f"registry:{self.organization_id}"

    def _key(self, row: Row) -> str:
        return row.text("operation_id")[:64]

    def _take(self, db: Session, row: Row, accounts: Mapping[str, Account], known: dict[str | None, Payment]) -> Fate:
        key, amount = self._key(row), row.kopecks("amount")
        found = (row.cells.get(name) for name in ("document_id", "els", "account"))
        account = next((accounts[name] for name in found if name and name in accounts), None)
        if account is None:
            raise BadCell(f"no account {row.cells.get('account', '')}: INVALID_ACCOUNT_NUMBER")
        if amount <= 0:
            raise BadCell(f"amount is not above zero: {row.cells['amount']}")
        if key in known:
            if (known[key].amount_kopecks, known[key].account_id) != (amount, account.id):
                raise BadCell(f"operation {key} is in the books with another sum or account")
            return "unchanged"
        paid_on = row.day("paid_on")
        if paid_on is None or paid_on > self._now.date():
            raise BadCell("paid_on is missing or in the future")
        known[key] = payments.register(
            db,
            account_id=account.id,
            amount_kopecks=amount,
            fee_kopecks=row.kopecks("fee", 0),
            provider=self._provider,
            operation_id=key,
            paid_on=paid_on,
            period=row.month("period") if "period" in row.cells else None,
            now=self._now,
            actor="system",
            channel="import",
        )
        return "added"

    def _accounts(self, db: Session, batch: Sequence[Row]) -> dict[str, Account]:
        """Accounts by number, ЕЛС and payment document: a document names its payer best."""
        own = Account.organization_id == self.organization_id
        numbers = {row.cells[name] for row in batch for name in ("account", "els") if name in row.cells}
        documents = {row.cells["document_id"] for row in batch if "document_id" in row.cells}
        found: dict[str, Account] = {}
        for account in db.exec(select(Account).where(own, col(Account.els).in_(numbers))):
            found[account.els or ""] = account
        for account in db.exec(select(Account).where(own, col(Account.number).in_(numbers))):
            found[account.number] = account
        if documents:
            by_document = (
                select(Receipt, Account)
                .join(Account, col(Account.id) == col(Receipt.account_id))
                .where(own, col(Receipt.document_id).in_(documents))
            )
            for receipt, account in db.exec(by_document):
                found[receipt.document_id or ""] = account
        return found


def universal(path: Path) -> Iterator[Row]:
    """Sberbank's universal registry: twelve fields a line; the last line, after "=", counts and sums them.

    Raises BrokenFile when the sums do not agree: then nothing of the file is loaded.
    """
    count, amount = 0, Decimal(0)
    closed = False
    for number, line in lines(path):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.lstrip("=").split(";")]
        if line.startswith("="):
            if (int(cells[0]), _decimal(cells[1], number)) != (count, amount):
                raise BrokenFile(
                    f"the last line says {cells[0]} rows and {cells[1]}, the file has {count} and {amount}"
                )
            closed = True
            continue
        if len(cells) != len(UNIVERSAL):
            raise BrokenFile(f"line {number} has {len(cells)} fields instead of {len(UNIVERSAL)}")
        row = Row(number, {name: cell for name, cell in zip(UNIVERSAL, cells, strict=True) if cell})
        count += 1
        amount += _decimal(row.cells.get("amount", ""), number)
        yield row
    if not closed:
        raise BrokenFile("the last line with the sums is missing: the file was cut")


def pairs(path: Path) -> Iterator[Row]:
    """Sberbank's registry of keys and values: sum and fee by place, the account after CLIENTNO."""
    for number, line in lines(path):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split(";")]
        named = dict(field.split(":", 1) for field in fields if ":" in field)
        day = PAIRS_DATE.search(line)
        if day is None or len(fields) <= PAIRS_FEE:
            raise BrokenFile(f"line {number} is not a registry's")
        account, document = named.get("CLIENTNO", "").strip(), named.get("CLIENTDOCNO", "").strip()
        cells = {
            "account": account,
            "document_id": document,
            "amount": fields[PAIRS_SUM],
            "fee": fields[PAIRS_FEE],
            "paid_on": day.group(1),
            "operation_id": f"{day.group(1)}:{account}:{document}:{fields[PAIRS_SUM]}:{number}",
        }
        yield Row(number, {name: cell for name, cell in cells.items() if cell})


def clientbank(path: Path, our_account: str) -> Iterator[Row]:
    """1CClientBankExchange: documents that came to our account; the personal account is in the purpose."""
    document: dict[str, str] | None = None
    start = 0
    for number, line in lines(path):
        if number == 1 and line.strip() != "1CClientBankExchange":
            raise BrokenFile("the file is not a 1CClientBankExchange")
        key, _, value = line.strip().partition("=")
        if key == "СекцияДокумент":
            document, start = {}, number
        elif key == "КонецДокумента" and document is not None:
            if _incoming(document, our_account):
                yield _from_document(document, start)
            document = None
        elif document is not None:
            document[key] = value.strip()


def _incoming(document: Mapping[str, str], our_account: str) -> bool:
    if our_account:
        return document.get("ПолучательСчет") == our_account
    return bool(document.get("ДатаПоступило"))


def _from_document(document: Mapping[str, str], line: int) -> Row:
    said = IN_PURPOSE.search(document.get("НазначениеПлатежа", ""))
    day = document.get("ДатаПоступило") or document.get("Дата", "")
    cells = {
        "account": said.group(1) if said else "",
        "amount": document.get("Сумма", ""),
        "paid_on": day,
        "operation_id": ":".join((day, document.get("Номер", ""), document.get("ПлательщикСчет", ""))),
    }
    return Row(line, {name: cell for name, cell in cells.items() if cell})


def _decimal(cell: str, line: int) -> Decimal:
    try:
        return Decimal(cell.replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise BrokenFile(f"line {line}: {cell!r} is not a sum") from None
