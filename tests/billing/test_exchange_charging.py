"""Files of tariffs, norms, services, house meters, benefits and acts, and what a month of the flat costs by them."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import billrun, receipts, store
from billing.exchange.kinds import loader
from billing.exchange.loading import Report, load_file
from billing.tables import Account, Act, Benefit, HouseVolume, Norm, Organization, Service, Tariff
from fixtures.demo_company import DemoSummary
from tests.conftest import NOW


def load(books: Engine, folder: Path, kind: str, text: str) -> Report:
    path = folder / f"{kind}.csv"
    path.write_text(text, "utf-8")
    with store.reading(books) as db:
        company = db.exec(select(Organization).where(Organization.id == 1)).one()
    return load_file(books, loader(kind, company, NOW), path, now=NOW, force=True)


@pytest.mark.parametrize(
    ("kind", "text", "table"),
    [
        ("tariffs", "услуга;тариф;действует с\nХВС;54,10;01.01.2027\n", Tariff),
        ("norms", "услуга;единица;норматив;действует с\nотопление;m3;0,0645;01.01.2026\n", Norm),
        ("services", "код услуги;наименование;способ;месяцы\nполив;Полив;fixed;5,6,7,8,9\n", Service),
        ("house-volumes", "улица;дом;услуга;период;объем\nулица Лесная;5;ХВС;10.2026;512,5\n", HouseVolume),
        ("benefits", "лс;категория;действует с\n100512;DISABLED;01.01.2026\n", Benefit),
        ("acts", "лс;услуга;вид;дата акта\n100512;ХВС;NO_ACCESS;10.10.2026\n", Act),
    ],
)
def test_a_row_is_added_once(demo_books: Engine, tmp_path: Path, kind: str, text: str, table: type) -> None:
    with store.reading(demo_books) as db:
        before = len(db.exec(select(table)).all())
    assert load(demo_books, tmp_path, kind, text).added == 1
    assert load(demo_books, tmp_path, kind, text).unchanged == 1
    with store.reading(demo_books) as db:
        assert len(db.exec(select(table)).all()) == before + 1


def test_what_a_file_says_otherwise_is_changed(demo_books: Engine, tmp_path: Path) -> None:
    load(demo_books, tmp_path, "acts", "лс;услуга;вид;дата акта\n100512;ХВС;INTERFERENCE;10.10.2026\n")
    text = "лс;услуга;вид;дата акта;устранено\n100512;ХВС;INTERFERENCE;10.10.2026;20.10.2026\n"
    assert load(demo_books, tmp_path, "acts", text).changed == 1
    with store.reading(demo_books) as db:
        assert db.exec(select(Act.settled_on)).one() == date(2026, 10, 20)


def test_a_category_fills_in_what_a_row_leaves_out(demo_books: Engine, tmp_path: Path) -> None:
    load(demo_books, tmp_path, "benefits", "лс;категория;действует с\n100512;LARGE_FAMILY;01.01.2026\n")
    load(
        demo_books,
        tmp_path,
        "benefits",
        "лс;вид;категория;сумма;действует с\n100512;subsidy;SUBSIDY;1250,50;01.06.2026\n",
    )
    with store.reading(demo_books) as db:
        family, subsidy = db.exec(select(Benefit).order_by(Benefit.id)).all()
        account = db.exec(select(Account).where(Account.number == "100512")).one()
    assert (family.percent, family.within_norm, "COLD_WATER" in family.codes) == (30, True, True)
    assert (subsidy.monthly_kopecks, subsidy.percent) == (1250_50, None)
    assert account.without_commission


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("tariffs", "услуга;тариф;действует с\nХВС;;01.01.2027\n", "price is empty"),
        ("tariffs", "услуга;тариф;действует с;зона\nХВС;5;01.01.2027;вечер\n", "the books refuse it"),
        ("tariffs", "услуга;тариф;действует с\nХВС;5,1234567;01.01.2027\n", "the books refuse it"),
        ("house-volumes", "улица;дом;услуга;период;объем\nулица Лесная;555;ХВС;10.2026;1\n", "PROPERTY_NOT_FOUND"),
        ("house-volumes", "улица;дом;услуга;период;объем\nулица Лесная;5;ХВС;10.2026;-1\n", "the books refuse it"),
        ("benefits", "лс;категория;действует с\n1;DISABLED;01.01.2026\n", "INVALID_ACCOUNT_NUMBER"),
        ("benefits", "лс;категория;действует с\n100512;DISABLED;\n", "valid_from is empty"),
        ("services", "код услуги;наименование;способ;месяцы\nполив;Полив;fixed;13\n", "not a month of the year"),
        ("acts", "лс;услуга;вид;дата акта\n100512;ХВС;RUMOUR;10.10.2026\n", "the books refuse it"),
    ],
)
def test_a_bad_row_is_told_and_leaves_the_others_alone(
    demo_books: Engine, tmp_path: Path, kind: str, text: str, reason: str
) -> None:
    report = load(demo_books, tmp_path, kind, text)
    assert (report.bad, report.added) == (1, 0)
    assert reason in report.bad_rows[0][1]


def test_a_month_by_what_the_files_said(demo_books: Engine, demo: DemoSummary, tmp_path: Path) -> None:
    load(demo_books, tmp_path, "benefits", "лс;категория;действует с\n100512;DISABLED;01.01.2026\n")
    load(
        demo_books,
        tmp_path,
        "services",
        "улица;дом;код услуги;наименование;способ\nулица Лесная;5;отопление;Отопление;heating\n",
    )
    load(demo_books, tmp_path, "house-volumes", "улица;дом;услуга;период;объем\nулица Лесная;5;отопление;11.2026;30\n")
    with store.transaction(demo_books) as db:
        assert billrun.issue_for(db, [demo.account.id], date(2026, 11, 1), date(2026, 12, 1)).problems == []
        receipt = receipts.latest(db, demo.account.id)
        assert receipt is not None
        lines = {line.code: line for line in receipts.lines(db, receipt.id)}
    assert receipts.violations(receipt, list(lines.values())) == []
    assert lines["HEAT"].explanation["basis"] == "heating_meter"
    assert lines["HEAT"].privilege_kopecks > 0
    assert receipt.privilege_kopecks == sum(line.privilege_kopecks for line in lines.values())
