"""Files as they come: encodings, separators, workbooks, and what is none."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from billing.exchange.rows import table
from billing.exchange.text import BrokenFile
from billing.exchange.writing import defused, write_xlsx
from tests.billing.files import written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_any_usual_encoding_and_separator_is_read(tmp_path: Path, encoding: str, separator: str) -> None:
    text = "Период;Номер счетчика;Тип счетчика;Показание\n2026-11;1;горячая вода;5\n".replace(";", separator)
    (row,) = table(written(tmp_path, text, encoding=encoding), "readings")
    assert row.resource() == "HOT_WATER"
    assert row.number("t1") == 5


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b"a;b\n1;2\n", "no column"), (b"\0\1\2", "not a text")]
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(BrokenFile, match=reason):
        list(table(path, "readings"))


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="not a workbook"):
        list(table(written(tmp_path, "PK but not", "x.xlsx"), "readings"))


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+7 900", "'+7 900"), ("-5.2", "-5.2"), ("кухня", "кухня")],
)
def test_no_cell_becomes_a_formula(cell: str, safe: str) -> None:
    assert defused(cell) == safe


def test_a_formula_stays_text_in_a_workbook(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "x.xlsx", ["a"], [["=HYPERLINK(1)"]])
    assert load_workbook(tmp_path / "x.xlsx").active["A2"].value == "'=HYPERLINK(1)"
