"""Registries of payments (реестры платежей) as banks and terminals make them: read and written by a layout, which is
data. A company's own bank may have one more: it is a YAML file of the same shape as `data/registries.yaml`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from billing.exchange.rows import Row
from billing.exchange.text import BrokenFile, lines
from billing.exchange.writing import defused, write_lines

PAIRS_DATE = re.compile(r";\s*(\d{2}/\d{2}/\d{4})\s*;")
PAIRS_SUM, PAIRS_FEE = 4, 5


@dataclass(frozen=True)
class Paid:
    """A payment as files tell of it. operation_id: who took it knows it by that; document_id, els, gis_service_id:
    the payment document, the unified account and the service in ГИС ЖКХ, empty when there are none."""

    operation_id: str
    paid_on: date
    account: str
    kopecks: int
    fee_kopecks: int = 0
    period: date | None = None
    payer: str = ""
    address: str = ""
    document_id: str = ""
    els: str = ""
    gis_service_id: str = ""


class Layout(BaseModel):
    """What stands where in a registry; the fields are told in `data/registries.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    columns: Annotated[list[str], Field(min_length=2)]
    separator: Annotated[str, Field(min_length=1, max_length=2)] = ";"
    comment: str = ""
    heading: list[str] = []
    closing: str = ""
    closing_columns: list[str] = []
    amounts: str = "."
    dates: str = "%d.%m.%Y"
    periods: str = "%m%Y"
    encoding: str = "utf-8"


def operation_id(inn: str, payment_id: int) -> str:
    """How registries of ours name a payment: 26 digits, the company's INN and the payment's number."""
    return f"{inn[-10:]}{payment_id:016d}"


def our_payment(inn: str, operation: str) -> int | None:
    """The number of a payment that `operation_id` named; None for the operations of others."""
    ours = len(operation) == 26 and operation.isdecimal() and operation.startswith(inn[-10:])
    return int(operation[10:]) if ours else None


@cache
def layouts() -> Mapping[str, Layout]:
    """The layouts that come with us, by name."""
    text = (files("billing") / "data" / "registries.yaml").read_text("utf-8")
    return {name: Layout.model_validate(layout) for name, layout in yaml.safe_load(text).items()}


def layout_in(path: Path) -> Layout:
    """A company's own layout. Raises BrokenFile."""
    try:
        return Layout.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as wrong:
        raise BrokenFile(f"{path.name} is not a layout: {wrong}") from wrong


def read(path: Path, layout: Layout) -> Iterator[Row]:
    """A registry's payments. Raises BrokenFile: then nothing of it is loaded."""
    count, amount, closed = 0, Decimal(0), not layout.closing
    for number, line in lines(path):
        if number <= len(layout.heading) or not line.strip() or (layout.comment and line.startswith(layout.comment)):
            continue
        if layout.closing and line.startswith(layout.closing):
            _check_closing(line, layout, count, amount)
            closed = True
            continue
        cells = [cell.strip() for cell in line.split(layout.separator)]
        if len(cells) != len(layout.columns):
            raise BrokenFile(f"line {number} has {len(cells)} fields instead of {len(layout.columns)}")
        named = {name: cell for name, cell in zip(layout.columns, cells, strict=True) if cell and name != "-"}
        if layout.closing:
            count, amount = count + 1, amount + _decimal(named.get("amount", ""), number)
        yield Row(number, named)
    if not closed:
        raise BrokenFile("the last line with the sums is missing: the file was cut")


def write(path: Path, layout: Layout, payments: Iterable[Paid], our_account: str = "") -> int:
    """Write payments by a layout: what it has no place for is left out. Returns the rows written."""
    count, amount, fee = 0, 0, 0

    def written() -> Iterator[str]:
        nonlocal count, amount, fee
        yield from (our_account for name in layout.heading if name == "our_account")
        for paid in payments:
            count, amount, fee = count + 1, amount + paid.kopecks, fee + paid.fee_kopecks
            cells = _cells(paid, layout)
            yield layout.separator.join(cells.get(name, "").replace(layout.separator, " ") for name in layout.columns)
        if layout.closing:
            sums = {"amount": amount, "transferred": amount - fee, "fee": fee}
            closing = {name: _roubles(kopecks, layout) for name, kopecks in sums.items()} | {"count": str(count)}
            yield layout.closing + layout.separator.join(closing.get(name, "") for name in layout.closing_columns)

    write_lines(path, written(), layout.encoding)
    return count


def read_pairs(path: Path) -> Iterator[Row]:
    """Sberbank's registry of keys and values: sum and fee by place, the account after CLIENTNO.

    It has no operation ids: a payment is known by its day, payer and sum, and by which one of the same it is.
    """
    seen: dict[str, int] = {}
    for number, line in lines(path):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split(";")]
        named = dict(field.split(":", 1) for field in fields if ":" in field)
        day = PAIRS_DATE.search(line)
        if day is None or len(fields) <= PAIRS_FEE:
            raise BrokenFile(f"line {number} is not a registry's")
        account, document = named.get("CLIENTNO", "").strip(), named.get("CLIENTDOCNO", "").strip()
        same = f"{day.group(1)}:{account}:{document}:{fields[PAIRS_SUM]}"
        seen[same] = seen.get(same, 0) + 1
        cells = {
            "account": account,
            "document_id": document,
            "amount": fields[PAIRS_SUM],
            "fee": fields[PAIRS_FEE],
            "paid_on": day.group(1),
            "operation_id": named.get("OPERATION", "").strip() or f"{same}:{seen[same]}",
        }
        yield Row(number, {name: cell for name, cell in cells.items() if cell})


def write_pairs(path: Path, payments: Iterable[Paid]) -> int:
    """The same registry, with the operation's id as one more pair."""
    count = 0

    def written() -> Iterator[str]:
        nonlocal count
        for paid in payments:
            count += 1
            placed = ["", "", "", "", roubles(paid.kopecks), roubles(paid.fee_kopecks), "", f"{paid.paid_on:%d/%m/%Y}"]
            told = {"CLIENTNO": paid.account, "CLIENTDOCNO": paid.document_id, "OPERATION": paid.operation_id}
            yield ";".join([*placed, "", *(f"{key}:{value}" for key, value in told.items() if value)])

    write_lines(path, written(), "cp1251")
    return count


def roubles(kopecks: int) -> str:
    """A sum with a point and two decimals."""
    return f"{Decimal(kopecks).scaleb(-2):.2f}"


def _check_closing(line: str, layout: Layout, count: int, amount: Decimal) -> None:
    said = dict(zip(layout.closing_columns, line.removeprefix(layout.closing).split(layout.separator), strict=False))
    told = said.get("count", "").strip(), said.get("amount", "").strip()
    if not told[0].isdecimal() or (int(told[0]), _decimal(told[1], 0)) != (count, amount):
        raise BrokenFile(f"the last line says {told[0]} rows and {told[1]}, the file has {count} and {amount}")


def _cells(paid: Paid, layout: Layout) -> dict[str, str]:
    return {
        "operation_id": paid.operation_id,
        "account": paid.account,
        "paid_on": f"{paid.paid_on:{layout.dates}}",
        "period": f"{paid.period:{layout.periods}}" if paid.period else "",
        "amount": _roubles(paid.kopecks, layout),
        "transferred": _roubles(paid.kopecks - paid.fee_kopecks, layout),
        "fee": _roubles(paid.fee_kopecks, layout),
        "payer": defused(paid.payer),
        "address": defused(paid.address),
        "document_id": paid.document_id,
        "els": paid.els,
    }


def _roubles(kopecks: int, layout: Layout) -> str:
    return roubles(kopecks).replace(".", layout.amounts)


def _decimal(cell: str, line: int) -> Decimal:
    try:
        return Decimal(re.sub(r"[\s\u00a0]", "", cell).replace(",", "."))
    except InvalidOperation:
        raise BrokenFile(f"line {line}: {cell!r} is not a sum") from None
