"""Writing files, row by row: CSV that no spreadsheet takes for formulas, and XLSX."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
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
    count = 0
    with _whole(path) as part, part.open("w", encoding=encoding, errors="replace", newline="") as file:
        file.writelines(f"{line}\r\n" for line in before)
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        if heading:
            writer.writerow(heading)
        for row in rows:
            writer.writerow([defused(cell) for cell in row])
            count += 1
    return count


def write_lines(path: Path, lines: Iterable[str], encoding: str) -> None:
    """Lines as they are; signs that the encoding lacks become question marks. The file appears whole or not at all."""
    with _whole(path) as part, part.open("w", encoding=encoding, errors="replace", newline="") as file:
        file.writelines(f"{line}\r\n" for line in lines)


def write_xlsx(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """One sheet; text stays text. Returns the rows written."""
    book = Workbook(write_only=True)
    count = 0
    with _whole(path) as part, part.open("wb") as file:
        sheet = book.create_sheet()
        sheet.append(list(heading))
        for row in rows:
            sheet.append([defused(cell) if isinstance(cell, str) else cell for cell in row])
            count += 1
        book.save(file)
    return count


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """The file to write, which takes its name once it is whole; of one that failed nothing stays."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
