"""Writing files, row by row: CSV that no spreadsheet takes for formulas, and XLSX."""

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

Cell = str | int | Decimal | None
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: Cell) -> str:
    """A cell's text; an apostrophe keeps a spreadsheet from taking it for a formula. Plain numbers stay."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    if not cell.startswith(DANGEROUS):
        return cell
    with suppress(ArithmeticError):
        Decimal(cell)
        return cell
    return "'" + cell


def write_csv(
    path: Path,
    heading: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    encoding: str = "utf-8",
    before: Iterable[str] = (),
) -> int:
    """Semicolons between cells; lines `before` it as they are. The file appears whole or not at all.

    Returns the rows written.
    """
    part = path.with_name(path.name + ".part")
    count = 0
    with part.open("w", encoding=encoding, errors="replace", newline="") as file:
        file.writelines(f"{line}\r\n" for line in before)
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        if heading:
            writer.writerow(heading)
        for row in rows:
            writer.writerow([defused(cell) for cell in row])
            count += 1
    part.replace(path)
    return count


def write_lines(path: Path, lines: Iterable[str], encoding: str) -> None:
    """Lines as they are; signs that the encoding lacks become question marks. The file appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding=encoding, errors="replace", newline="") as file:
        file.writelines(f"{line}\r\n" for line in lines)
    part.replace(path)


def write_xlsx(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """One sheet; text stays text. Returns the rows written."""
    part = path.with_name(path.name + ".part")
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(heading))
    count = 0
    for row in rows:
        sheet.append([defused(cell) if isinstance(cell, str) else cell for cell in row])
        count += 1
    book.save(part)
    part.replace(path)
    return count
