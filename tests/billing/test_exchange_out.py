"""Files for others: what they hold, and that what is written can be loaded again."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from billing import receipts, store
from billing.exchange.export import export, usual_name
from billing.exchange.readings import ReadingsLoader
from billing.tables import Meter, Organization
from fixtures.demo_company import DemoSummary
from tests.billing.files import NOW, TODAY, load


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
    with store.reading(demo_books) as db:
        export(db, "sberbank-debts", company, date(2026, 10, 1), path, TODAY)
        owed = receipts.balance(db, demo.rich.id, TODAY).kopecks
    line = next(line for line in path.read_text("cp1251").splitlines() if ";100507;" in line)
    assert line.endswith(f";100507;{owed // 100},{owed % 100:02d}")
    assert "Примерск, улица Лесная, д 5, кв 7" in line
