"""Accounts, meters and charges from files."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import audit, contacts, receipts, store
from billing.exchange.accounts import AccountsLoader
from billing.exchange.charges import ChargesLoader
from billing.exchange.meters import MetersLoader
from billing.tables import Account, Meter, Organization, Premises, Reading
from fixtures.demo_company import DemoSummary
from tests.billing.files import NOVEMBER, NOW, ON_SQLITE, load, written

ACCOUNTS = "account;bill_code;city;street;house;flat;holder;registered;area\n"


def test_accounts_and_meters_are_loaded_with_their_houses(books: Engine, tmp_path: Path) -> None:
    with store.transaction(books) as db:
        own = Organization(name="ТСЖ", spoken_name="ТСЖ", inn="0012345675", kind="TSJ")
        db.add(own)
    path = written(tmp_path, ACCOUNTS + "0012345;123456;Примерск;улица Лесная;1;12;Иванов И. И.;2;54,3\n")
    assert load(books, AccountsLoader(own, NOW), path).added == 1
    assert load(books, AccountsLoader(own, NOW), path, force=True).unchanged == 1
    path = written(tmp_path, ACCOUNTS + "0012345;123456;Примерск;улица Лесная;1;12;Иванов И. И.;3;54,3\n")
    assert load(books, AccountsLoader(own, NOW), path).changed == 1
    heading = "account;serial;resource;tariffs;place;next_verification;t1;t2\n"
    path = written(
        tmp_path, heading + "0012345;00123;ХВС;1;кухня;01.05.2030;12,5;\n0012345;777;ЭЛ;2;;;100;50\n", "m.csv"
    )
    assert load(books, MetersLoader(own, NOW), path).added == 2
    assert load(books, MetersLoader(own, NOW), path, force=True).unchanged == 2
    with store.reading(books) as db:
        account = db.exec(select(Account)).one()
        assert (account.number, account.registered, account.holder_name) == ("0012345", 3, "Иванов И. И.")
        meter = db.exec(select(Meter).where(Meter.resource == "COLD_WATER")).one()
        assert (meter.place, meter.next_verification_on) == ("кухня", date(2030, 5, 1))
        assert [row.value for row in db.exec(select(Reading).order_by(col(Reading.id)))] == [Decimal("12.5"), 100, 50]
        trail = [(one.subject, one.action, one.after) for one in audit.trail(db, account_id=account.id)]
    assert trail[:2] == [
        ("meter", "add", {"serial": "777", "day": "100", "night": "50"}),
        ("meter", "add", {"serial": "00123", "single": "12.5"}),
    ]


def test_owners_are_reached_as_the_file_says(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    heading = "account;bill_code;city;street;house;flat;Электронная почта;телефон\n"
    home = "100512;482913;Примерск;улица Лесная;5;12"
    path = written(tmp_path, f"{heading}{home};Ivan@Example.org;8 (912) 345-67-89\n")
    assert load(demo_books, AccountsLoader(company, NOW), path).changed == 1
    assert load(demo_books, AccountsLoader(company, NOW), path, force=True).unchanged == 1
    with store.reading(demo_books) as db:
        assert contacts.of_account(db, demo.account.id, "email") == "ivan@example.org"
        assert contacts.of_account(db, demo.account.id, "phone") == "+79123456789"
    path = written(tmp_path, f"{heading}{home};ivan;112\n")
    assert load(demo_books, AccountsLoader(company, NOW), path).bad_rows[0][1] == "not an e-mail address: ivan"


def test_a_corrected_area_and_first_day_are_taken(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    heading = "account;bill_code;city;street;house;flat;area;opened_on\n"
    home = "100512;482913;Примерск;улица Лесная;5;12"
    for area, opened in (("64,3", "01.02.2020"), ("54,3", "01.02.2020"), ("54,3", "01.03.2020")):
        path = written(tmp_path, f"{heading}{home};{area};{opened}\n")
        assert load(demo_books, AccountsLoader(company, NOW), path).changed == 1
        assert load(demo_books, AccountsLoader(company, NOW), path, force=True).unchanged == 1
    path = written(tmp_path, f"{heading}{home};;\n")
    assert load(demo_books, AccountsLoader(company, NOW), path).unchanged == 1
    with store.reading(demo_books) as db:
        account = db.get_one(Account, demo.account.id)
        assert account.opened_on == date(2020, 3, 1)
        assert db.get_one(Premises, account.premises_id).area == Decimal("54.3")
        trail = [one.after for one in audit.trail(db, account_id=account.id)][:3]
    assert trail == [{"opened_on": "2020-03-01"}, {"area": "54.30000"}, {"area": "64.30000"}]


@pytest.mark.parametrize(
    ("area", "reason"),
    [("-5", "not an area"), ("1000000000", "not an area"), ("70", "the flat has another area in this file")],
)
def test_an_area_that_cannot_be_is_bad(
    demo_books: Engine, company: Organization, tmp_path: Path, area: str, reason: str
) -> None:
    heading = "account;bill_code;city;street;house;flat;area\n"
    rows = f"100512;482913;Примерск;улица Лесная;5;12;64,3\n700001;111111;Примерск;улица Лесная;5;12;{area}\n"
    report = load(demo_books, AccountsLoader(company, NOW), written(tmp_path, heading + rows))
    assert (report.added, report.bad) == (0, 1)
    assert report.bad_rows[0][1].startswith(reason)


def test_a_closed_account_opens_no_later_than_it_closed(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    with store.transaction(demo_books) as db:
        db.get_one(Account, demo.account.id).closed_on = NOVEMBER
    heading = "account;bill_code;city;street;house;flat;opened_on\n"
    path = written(tmp_path, f"{heading}100512;482913;Примерск;улица Лесная;5;12;02.11.2026\n")
    report = load(demo_books, AccountsLoader(company, NOW), path)
    assert report.bad_rows[0][1] == "opened_on is after the account was closed"


def test_what_a_file_does_not_say_stays(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold = demo.account.meters[0]
    path = written(tmp_path, f"account;serial;resource;place\n100512;{cold.serial};ХВС;кухня\n")
    with store.reading(demo_books) as db:
        before = db.get_one(Meter, cold.id)
    assert load(demo_books, MetersLoader(company, NOW), path).changed == 1
    with store.reading(demo_books) as db:
        after = db.get_one(Meter, cold.id)
    assert after.place == "кухня"
    assert (after.digits_int, after.submit_frac, after.next_verification_on) == (
        before.digits_int,
        before.submit_frac,
        before.next_verification_on,
    )


def test_a_bad_meter_leaves_nothing_behind(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    """Its row is bad because of its initial value: then there is no meter either."""
    path = written(tmp_path, "account;serial;resource;t1\n100512;N1;ХВС;1000000\n")
    assert load(demo_books, MetersLoader(company, NOW), path).bad_rows == [(2, "t1 is not on the dial")]
    with store.reading(demo_books) as db:
        assert db.exec(select(Meter).where(Meter.serial == "N1")).all() == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1;12345;Примерск;улица Лесная;5;1;;;", "bill_code is not six digits"),
        ("---;123456;Примерск;улица Лесная;5;1;;;", "not an account number"),
        ("100512;482913;Примерск;улица Лесная;5;13;;;", "SAME_ACCOUNT_NUMBER_EXISTS_IN_OTHER_UNIT"),
        ("2;123456;;улица Лесная;5;1;;;", "city is empty"),
        ("2;123456;Примерск;улица Лесная;5;1;;полтора;", "registered is not a number"),
    ],
)
def test_a_bad_account_is_reported(
    demo_books: Engine, company: Organization, tmp_path: Path, row: str, reason: str
) -> None:
    report = load(demo_books, AccountsLoader(company, NOW), written(tmp_path, ACCOUNTS + row + "\n"))
    assert report.bad_rows == [(2, report.bad_rows[0][1])]
    assert reason in report.bad_rows[0][1]


CHARGES = "account;period;service;title;volume;price;charged;penalty\n"


def test_charges_become_a_receipt_that_adds_up(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    rows = (
        "100512;2026-11;ХВС;Холодная вода;10;52,34;523,40;\n"
        "100512;2026-11;MAINTENANCE;Содержание;64;31,85;2038,40;12,05\n"
    )
    path = written(tmp_path, CHARGES + rows)
    assert load(demo_books, ChargesLoader(company, NOW), path).added == 1
    assert load(demo_books, ChargesLoader(company, NOW), path, force=True).unchanged == 1
    with store.reading(demo_books) as db:
        receipt = receipts.latest(db, demo.account.id)
        assert receipt is not None
        before = receipts.history(db, demo.account.id)[1]
        assert (receipt.period, receipt.charged_kopecks, receipt.penalty_kopecks) == (NOVEMBER, 2561_80, 12_05)
        assert receipt.opening_kopecks == before.to_pay_kopecks
        assert receipts.violations(receipt, receipts.lines(db, receipt.id)) == []
    path = written(tmp_path, CHARGES + rows.replace("523,40", "500"))
    assert load(demo_books, ChargesLoader(company, NOW), path).changed == 1
    with store.reading(demo_books) as db:
        receipt = receipts.latest(db, demo.account.id)
        assert receipt is not None
        assert receipt.charged_kopecks == 2538_40
        assert receipts.violations(receipt, receipts.lines(db, receipt.id)) == []


@pytest.mark.parametrize(
    ("water", "upkeep", "reason"),
    [("1000000000", "1", "charged is too large"), ("999999999,99", "0,01", "the bill is too large")],
)
def test_a_sum_that_the_books_do_not_hold_is_bad(
    demo_books: Engine, company: Organization, tmp_path: Path, water: str, upkeep: str, reason: str
) -> None:
    rows = f"100512;2026-11;ХВС;;;;{water};\n100512;2026-11;MAINTENANCE;;;;{upkeep};\n"
    rows += "100507;2026-11;MAINTENANCE;;64;31,85;2038,40;\n"
    report = load(demo_books, ChargesLoader(company, NOW), written(tmp_path, CHARGES + rows))
    assert (report.added, report.bad) == (1, 1)
    assert report.bad_rows[0][1].startswith(reason)


def test_a_correction_of_one_service_does_not_wipe_out_the_others(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold, house = "100512;2026-11;ХВС;Холодная вода;;;{};\n", "100512;2026-11;MAINTENANCE;Содержание;;;2038,40;\n"
    load(demo_books, ChargesLoader(company, NOW), written(tmp_path, CHARGES + cold.format("523,40") + house))
    report = load(demo_books, ChargesLoader(company, NOW), written(tmp_path, CHARGES + cold.format("500")))
    assert (report.changed, report.bad) == (0, 1)
    assert "leaves out (0 takes one off): Содержание" in report.bad_rows[0][1]
    rows = cold.format("500") + house.replace("2038,40", "0")
    assert load(demo_books, ChargesLoader(company, NOW), written(tmp_path, CHARGES + rows)).changed == 1
    with store.reading(demo_books) as db:
        receipt = receipts.latest(db, demo.account.id)
        assert receipt is not None
        assert receipt.charged_kopecks == 500_00


def test_one_bad_service_leaves_the_whole_bill_out(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    rows = "100512;2026-11;ХВС;;10;52,34;523,405;\n100512;2026-11;MAINTENANCE;;64;31,85;2038,40;\n"
    report = load(demo_books, ChargesLoader(company, NOW), written(tmp_path, CHARGES + rows))
    assert (report.added, report.bad) == (0, 1)
    assert "parts of a kopeck" in report.bad_rows[0][1]
