"""What goes out to others: our own tables, which can be loaded again, ГИС ЖКХ, banks, 1C. Rows are streamed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session

from billing.exchange import clientbank, gis, money, registries, sberbank_readings, standing
from billing.exchange.money import debts, payments_of
from billing.exchange.writing import Cell, write_csv, write_xlsx
from billing.tables import Organization
from billing.windows import month_start

TABLE_ENDINGS = (".csv", ".txt", ".xlsx")
NO_TEXT = (".xlsx", ".xls", ".ods", ".pdf", ".doc", ".docx", ".zip")
"""What a registry or 1C's file, which are text, cannot be."""
FOR_EXCEL = "utf-8-sig"
"""Without its mark Excel takes UTF-8 for a code page."""
FOR_GIS = "utf-8"
"""Read by a program, which may take the mark for a part of the first heading."""


@dataclass(frozen=True)
class Outgoing:
    """What is written: a company's month (its first day), seen on a day; service: its code at «Система Город»."""

    db: Session
    company: Organization
    period: date
    today: date
    path: Path
    service: str = ""

    def payments(self) -> Iterator[registries.Paid]:
        """The month's payments as registries tell them."""
        return (one.paid for one in payments_of(self.db, self.company, self.period))


def export(
    db: Session, kind: str, company: Organization, period: date, path: Path, today: date, service: str = ""
) -> int:
    """Write one of KINDS to a .csv, .txt or .xlsx file. Returns the rows written."""
    return KINDS[kind](Outgoing(db, company, period, today, path, service))


def fits(kind: str, path: Path) -> bool:
    """Whether a file's ending is that of what will be in it."""
    ending = path.suffix.lower()
    return ending in TABLE_ENDINGS if kind in TABLES else ending not in NO_TEXT


def usual_name(kind: str, company: Organization, period: date) -> str:
    """What the file is called: Sberbank wants ИНН_РС_НОМЕР_ММГГ.txt of debts, 1C its own name."""
    if kind.startswith("sberbank-debts"):
        number = "002" if kind.endswith("-old") else "001"  # both may be made of one month
        return f"{company.inn}_{company.bank_account}_{number}_{period:%m%y}.txt"
    ending = "csv" if kind in TABLES else "txt"
    return f"{kind}-{period:%Y-%m}.{ending}"


def _table(
    heading: Sequence[str], rows: Callable[[Outgoing], Iterable[Sequence[Cell]]], encoding: str = FOR_EXCEL
) -> Callable[[Outgoing], int]:
    def write(out: Outgoing) -> int:
        if out.path.suffix.lower() == ".xlsx":
            return write_xlsx(out.path, heading, rows(out))
        return write_csv(out.path, heading, rows(out), encoding)

    return write


def _registry(name: str) -> Callable[[Outgoing], int]:
    def write(out: Outgoing) -> int:
        layout = registries.layouts()[name]
        return registries.write(out.path, layout, out.payments(), out.company.bank_account or "")

    return write


def _debts(row: Callable[[money.Home, int], list[Cell]]) -> Callable[[Outgoing], int]:
    def write(out: Outgoing) -> int:
        rows = (row(home, kopecks) for home, kopecks in debts(out.db, out.company, out.today))
        return write_csv(out.path, (), rows, "cp1251")

    return write


def _gorod(out: Outgoing) -> int:
    """«Система Город» wants the sum first, so what is owed is read twice."""
    whole = sum(kopecks for _, kopecks in debts(out.db, out.company, out.today))
    rows = (money.gorod_debts(home, kopecks) for home, kopecks in debts(out.db, out.company, out.today))
    first = (f"#FILESUM {registries.roubles(whole)}", "#TYPE 7", f"#SERVICE {out.service}")
    return write_csv(out.path, (), rows, "cp1251", before=first)


def _clientbank(out: Outgoing) -> int:
    last = month_start(out.period, 1) - timedelta(days=1)
    return clientbank.write(out.path, out.payments(), out.company, out.period, last, out.today)


TABLES: Mapping[str, Callable[[Outgoing], int]] = {
    "accounts": _table(standing.ACCOUNTS, lambda out: standing.account_rows(out.db, out.company)),
    "meters": _table(standing.METERS, lambda out: standing.meter_rows(out.db, out.company)),
    "readings": _table(standing.READINGS, lambda out: standing.reading_rows(out.db, out.company, out.period)),
    "charges": _table(money.CHARGES, lambda out: money.charge_rows(out.db, out.company, out.period)),
    "payments": _table(money.PAYMENTS, lambda out: money.paid_rows(payments_of(out.db, out.company, out.period))),
    "gis-readings": _table(
        gis.READINGS,
        lambda out: gis.reading_rows(standing.meter_readings(out.db, out.company, out.period), out.period),
        FOR_GIS,
    ),
    "gis-orders": _table(
        gis.ORDERS, lambda out: gis.order_rows(out.company, payments_of(out.db, out.company, out.period)), FOR_GIS
    ),
    "gis-acks": _table(
        gis.ACKS, lambda out: gis.ack_rows(out.db, payments_of(out.db, out.company, out.period)), FOR_GIS
    ),
    "gis-cancellations": _table(
        gis.CANCELLATIONS, lambda out: gis.cancellation_rows(out.db, out.company, out.period), FOR_GIS
    ),
    "gis-bills": _table(gis.BILLS, lambda out: gis.bill_rows(out.db, out.company, out.period), FOR_GIS),
}
KINDS: Mapping[str, Callable[[Outgoing], int]] = {
    **TABLES,
    **{name: _registry(name) for name in registries.layouts()},
    "sberbank-pairs": lambda out: registries.write_pairs(out.path, out.payments()),
    "clientbank": _clientbank,
    "sberbank-readings": lambda out: sberbank_readings.write(
        out.path, standing.meter_readings(out.db, out.company, out.period)
    ),
    "sberbank-debts": _debts(money.sberbank_debts),
    "sberbank-debts-old": _debts(money.sberbank_debts_old),
    "gorod-debts": _gorod,
}
