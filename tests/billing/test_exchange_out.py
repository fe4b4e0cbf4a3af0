"""Files for others: what they hold, and that what is written can be loaded again."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, func, select

from billing import receipts, store
from billing.exchange.export import TABLES, export, usual_name
from billing.exchange.kinds import loader
from billing.exchange.payments import FORMATS
from billing.exchange.readings import ReadingsLoader
from billing.exchange.writing import Cell, write_csv, write_xlsx
from billing.tables import Account, Meter, Organization, Payment
from fixtures.demo_company import DemoSummary
from tests.billing.files import NOVEMBER, NOW, OCTOBER, ON_SQLITE, TODAY, load


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_is_exported_can_be_loaded(demo_books: Engine, company: Organization, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with store.reading(demo_books) as db:
        rows = export(db, "readings", company, date(2026, 10, 1), path, TODAY)
        meters = db.exec(select(func.count()).select_from(Meter).where(Meter.organization_id == 1)).one()
    assert rows == meters
    report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert (report.unchanged, report.bad) == (meters, 0)


def test_sberbank_gets_the_debts(demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path) -> None:
    path = tmp_path / usual_name("sberbank-debts", company, date(2026, 10, 1))
    assert path.name == "0012345675_40702810900000000001_001_1026.txt"
    assert usual_name("sberbank-debts-old", company, date(2026, 10, 1)) != path.name
    with store.reading(demo_books) as db:
        export(db, "sberbank-debts", company, date(2026, 10, 1), path, TODAY)
        owed = receipts.balance(db, demo.rich.id, TODAY).kopecks
    line = next(line for line in path.read_text("cp1251").splitlines() if ";100507;" in line)
    assert line.endswith(f";100507;{owed // 100},{owed % 100:02d}")
    assert "Примерск, улица Лесная, д 5, кв 7" in line


PAYMENT_FORMS = [*(form for form in FORMATS if form != "table"), "payments"]


@pytest.mark.parametrize("kind", PAYMENT_FORMS)
def test_payments_come_back_from_every_registry(
    demo_books: Engine, company: Organization, tmp_path: Path, kind: str
) -> None:
    """Loaded where they came from, they change nothing; loaded into books without them, they are all there, once."""
    path = tmp_path / usual_name(kind, company, OCTOBER)
    with store.reading(demo_books) as db:
        count = export(db, kind, company, OCTOBER, path, TODAY)
        before = paid_by_account(db)
    assert count == 53
    report = load(demo_books, loader(kind, company, NOW), path, dry_run=True)
    assert (report.unchanged, report.bad) == (53, 0)
    with store.transaction(demo_books) as db:
        db.execute(delete(Payment))
    report = load(demo_books, loader(kind, company, NOW), path)
    assert (report.added, report.bad) == (53, 0)
    again = load(demo_books, loader(kind, company, NOW), path, force=True)
    assert (again.added, again.unchanged) == (0, 53)
    with store.reading(demo_books) as db:
        assert paid_by_account(db) == before


def paid_by_account(db: Session) -> dict[int, list[tuple[int, date]]]:
    """October's payments: kopecks and day, by account."""
    found: dict[int, list[tuple[int, date]]] = {}
    october = Payment.paid_on >= OCTOBER, Payment.paid_on < NOVEMBER, col(Account.organization_id) == 1
    for row in db.exec(select(Payment).join(Account).where(*october).order_by(col(Payment.paid_on))).all():
        found.setdefault(row.account_id, []).append((row.amount_kopecks, row.paid_on))
    return found


@pytest.mark.parametrize("kind", ["accounts", "meters", "readings", "charges", "sberbank-readings"])
def test_what_is_written_says_what_the_books_say(
    demo_books: Engine, company: Organization, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / usual_name(kind, company, OCTOBER)
    with store.reading(demo_books) as db:
        rows = export(db, kind, company, OCTOBER, path, TODAY)
    report = load(demo_books, loader(kind, company, NOW), path)
    assert rows
    assert (report.added, report.changed, report.bad) == (0, 0, 0)
    assert report.unchanged == report.rows >= 60


def test_gorod_gets_the_debts_after_their_sum(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    path = tmp_path / "gorod.txt"
    with store.reading(demo_books) as db:
        count = export(db, "gorod-debts", company, OCTOBER, path, TODAY, "5258")
    lines = path.read_text("cp1251").splitlines()
    debts = [line.split(";") for line in lines[3:]]
    assert len(debts) == count
    assert lines[0] == f"#FILESUM {sum(Decimal(debt[3]) for debt in debts)}"
    assert lines[1:3] == ["#TYPE 7", "#SERVICE 5258"]
    assert debts[0][1] == "Примерск,Лесная,5,1"


@ON_SQLITE
def test_the_old_registry_of_debts_has_four_fields(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    with store.reading(demo_books) as db:
        export(db, "sberbank-debts-old", company, OCTOBER, path, TODAY)
    assert path.read_text("cp1251").splitlines()[0] == (
        "Васильков Игорь Ильич;Примерск, улица Лесная, д 5, кв 1;100501;7237.96"
    )


@ON_SQLITE
@pytest.mark.parametrize("kind", sorted(set(TABLES)))
def test_no_cell_of_a_table_is_a_formula(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path, kind: str
) -> None:
    with store.transaction(demo_books) as db:
        db.get_one(Account, demo.account.id).holder_name = "=cmd|'/C calc'!A0"
        for meter in db.exec(select(Meter)).all():
            meter.place = "+кухня"
    path = tmp_path / "out.csv"
    with store.reading(demo_books) as db:
        export(db, kind, company, OCTOBER, path, TODAY)
    assert not re.search(r"(^|;)\"?[=+@]", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_of_a_file_that_failed_nothing_stays(tmp_path: Path, write: Callable[..., int]) -> None:
    def rows() -> Iterator[list[Cell]]:
        yield ["Анна Петрова"]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_csv(tmp_path / "a.csv", ["holder"], rows())
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write(tmp_path / "taken", ["holder"], [["Анна Петрова"]])
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]
