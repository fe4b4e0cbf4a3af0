"""Rows of a file, one at a time: CSV in any usual encoding and with any usual separator, and XLSX."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import cast
from zipfile import BadZipFile

import yaml
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from billing.exchange.text import BrokenFile, encoding_of
from billing.resources import CHARGEABLE
from billing.tables.money import MOST_KOPECKS

SEPARATORS = ";\t,|"
DATE_FORMS = ("%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y")
PERIOD_FORMS = ("%Y-%m", "%m.%Y", "%m%Y", "%Y%m", "%m/%Y", "%m%y", "1||%d||%m||%Y")
"""The last is what old terminals write."""
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
"""As people write it: no exponents."""
LARGEST = 10**12
YES = ("да", "yes", "true", "1")


class BadCell(ValueError):
    """A row cannot be loaded; the message says why."""


@dataclass(frozen=True)
class Row:
    """line: in the file, from 1; cells: by our names of columns, stripped, empty ones left out."""

    line: int
    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        """A cell that must be there."""
        try:
            return self.cells[name]
        except KeyError:
            raise BadCell(f"{name} is empty") from None

    def number(self, name: str) -> Decimal | None:
        """A decimal with a point or a comma, spaces between thousands."""
        if name not in self.cells:
            return None
        written = re.sub(r"\s", "", self.cells[name]).replace(",", ".")
        if not NUMBER.fullmatch(written):
            raise BadCell(f"{name} is not a number: {self.cells[name]}")
        if abs(value := Decimal(written)) >= LARGEST:
            raise BadCell(f"{name} is too large: {self.cells[name]}")
        return value

    def kopecks(self, name: str, default: int | None = None) -> int:
        """Roubles with at most two decimals, as kopecks."""
        value = self.number(name)
        if value is None:
            if default is None:
                raise BadCell(f"{name} is empty")
            return default
        if abs(value) * 100 > MOST_KOPECKS:
            raise BadCell(f"{name} is too large: {self.cells[name]}")
        if value * 100 != int(value * 100):
            raise BadCell(f"{name} has parts of a kopeck: {self.cells[name]}")
        return int(value * 100)

    def whole(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.number(name)
        if value is None:
            return default
        if value != int(value):
            raise BadCell(f"{name} is not a whole number: {self.cells[name]}")
        return int(value)

    def day(self, name: str) -> date | None:
        """A date as Russians or computers write it; a time after it is left out."""
        return _date(self.cells[name], name, DATE_FORMS) if name in self.cells else None

    def month(self, name: str) -> date:
        """First day of a month, written as a month or as a day of it."""
        return _date(self.text(name), name, PERIOD_FORMS + DATE_FORMS).replace(day=1)

    def flag(self, name: str) -> bool:
        """да, yes, true, 1."""
        return self.cells.get(name, "").lower() in YES

    def resource(self, name: str = "resource") -> str:
        """Our code of a resource or service, from any of its names."""
        said = self.text(name)
        found = _resources().get(_plain(said)) or (said.upper() if said.upper() in CHARGEABLE else None)
        if found is None:
            raise BadCell(f"unknown resource: {said}")
        return found


def table(path: Path, kind: str) -> Iterator[Row]:
    """Rows of a CSV or XLSX file with a heading. Raises BrokenFile."""
    raw = _xlsx(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    heading = next(raw, None)
    if heading is None:
        raise BrokenFile("the file is empty")
    names = [_columns(kind).get(_plain(title)) for title in heading[1]]
    if not any(names):
        raise BrokenFile(f"no column of {kind} is in the heading: {', '.join(heading[1])[:200]}")
    for line, cells in raw:
        named = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
        if named:
            yield Row(line, named)


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding_of(path), newline="", errors="replace") as text:
        start = text.read(4096)
        text.seek(0)
        first = start.splitlines()[0] if start else ""
        separator = max(SEPARATORS, key=first.count)
        reader = csv.reader(text, delimiter=separator)
        try:
            for cells in reader:
                yield reader.line_num, [_defused(cell.strip()) for cell in cells]
        except csv.Error as broken:
            raise BrokenFile(f"line {reader.line_num}: {broken}") from broken


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as broken:
        raise BrokenFile(f"not a workbook: {broken}") from broken
    try:
        for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield line, [_cell(cell) for cell in cells]
    finally:
        book.close()


def _cell(value: object) -> str:
    """What a sheet shows: numbers without an exponent, dates as written by computers."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"  # a sheet holds floats: repr is what it shows
    return _defused(str(value).strip())


def _defused(cell: str) -> str:
    """Undo the apostrophe that export puts before a formula."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@" else cell


@lru_cache(maxsize=1024)
def _date(written: str, name: str, forms: tuple[str, ...]) -> date:
    text = written.split("T")[0].split(" ")[0]
    for form in forms:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day, no instant
        except ValueError:
            continue
    raise BadCell(f"{name} is not a date: {written}")


def _plain(title: str) -> str:
    return " ".join(title.lower().replace("ё", "е").replace("_", " ").split())


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    text = (files("billing") / "data" / "columns.yaml").read_text("utf-8")
    return cast(dict[str, dict[str, list[str]]], yaml.safe_load(text))


@cache
def _columns(kind: str) -> dict[str, str]:
    return {_plain(title): name for name, titles in _names()[kind].items() for title in [name, *titles]}


@cache
def _resources() -> dict[str, str]:
    return {_plain(title): code for code, titles in _names()["resources"].items() for title in titles}
