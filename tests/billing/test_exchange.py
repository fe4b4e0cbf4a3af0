"""Files in and out: what is loaded, what is refused and why, and that loading twice changes nothing."""

import csv
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from billing import receipts, store
from billing.exchange.charges import ChargesLoader
from billing.exchange.export import export, sberbank_name
from billing.exchange.loading import AlreadyLoaded, HasBadRows, Loader, Report, load_file
from billing.exchange.payments import PaymentsLoader
from billing.exchange.readings import ReadingsLoader
from billing.exchange.registers import AccountsLoader, MetersLoader
from billing.exchange.rows import BrokenFile, table
from billing.exchange.writing import defused, write_xlsx
from billing.tables import Account, Meter, Organization, Payment, Reading
from fixtures.demo_company import DemoSummary

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def company(demo_books: Engine) -> Organization:
    with store.reading(demo_books) as db:
        found = db.get(Organization, 1)
        assert found is not None
        return found


def written(folder: Path, text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def load(engine: Engine, loader: Loader, path: Path, **how: bool) -> Report:
    return load_file(engine, loader, path, now=NOW, **how)


def november(db: Session, meter_id: int) -> list[Decimal]:
    live = Reading.meter_id == meter_id, Reading.period == NOVEMBER, Reading.status == "submitted"
    return list(db.exec(select(Reading.value).where(*live).order_by(col(Reading.register_id))).all())


def test_readings_are_loaded(demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path) -> None:
    cold, light = demo.account.meters[0], demo.rich.meters[-1]
    path = written(
        tmp_path,
        "period;account;serial;resource;t1;t2;taken_at\n"
        f"2026-11;100512;{cold.serial};ХВС;125,5;;20.11.2026\n"
        f"2026-11;100507;{light.serial};ЭЛ;6229;1838;2026-11-20\n",
    )
    report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert (report.rows, report.added, report.bad) == (2, 2, 0)
    with store.reading(demo_books) as db:
        assert november(db, cold.id) == [Decimal("125.5")]
        row = db.exec(select(Reading).where(Reading.meter_id == cold.id, Reading.period == NOVEMBER)).one()
        assert (row.consumption, row.source, row.taken_on) == (Decimal("10.5"), "import", date(2026, 11, 20))
        assert november(db, light.id) == [Decimal(6229), Decimal(1838)]


def test_the_same_file_twice_changes_nothing(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{demo.account.meters[0].serial};ХВС;125\n")
    load(demo_books, ReadingsLoader(company, NOW), path)
    with pytest.raises(AlreadyLoaded):
        load(demo_books, ReadingsLoader(company, NOW), path)
    report = load(demo_books, ReadingsLoader(company, NOW), path, force=True)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)


def test_another_value_replaces_a_submitted_one(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold = demo.account.meters[0]
    for value in ("125", "126"):
        path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{cold.serial};ХВС;{value}\n")
        report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert report.changed == 1
    with store.reading(demo_books) as db:
        assert november(db, cold.id) == [Decimal(126)]
        row = db.exec(select(Reading).where(Reading.meter_id == cold.id, Reading.value == Decimal(126))).one()
        assert row.consumption == 11


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("2026-11;{serial};ХВС;99", "LESS_THAN_PREVIOUS"),
        ("2026-11;{serial};ХВС;1000000", "TOO_MANY_DIGITS"),
        ("2026-11;{serial};ХВС;-5", "NEGATIVE"),
        ("2026-11;{serial};ХВС;много", "t1 is not a number"),
        ("2026-11;{serial};ХВС;", "FEW_VALUES"),
        ("2026-10;{serial};ХВС;120", "billed already"),
        ("2026-09;{serial};ХВС;1", "billed already"),
        ("2026-13;{serial};ХВС;125", "period is not a date"),
        ("2026-11;00000;ХВС;125", "no meter 00000"),
        ("2026-11;{serial};пар;125", "unknown resource: пар"),
        ("2026-11;;ХВС;125", "serial is empty"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_loaded(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path, cells: str, reason: str
) -> None:
    cold, hot = demo.account.meters[0], demo.account.meters[1]
    text = f"period;serial;resource;t1\n{cells.format(serial=cold.serial)}\n2026-11;{hot.serial};ГВС;148\n"
    rejected = tmp_path / "bad.csv"
    report = load_file(demo_books, ReadingsLoader(company, NOW), written(tmp_path, text), now=NOW, bad_rows=rejected)
    assert (report.added, report.bad) == (1, 1)
    assert report.bad_rows[0][0] == 2
    assert reason in report.bad_rows[0][1]
    with rejected.open(encoding="utf-8-sig", newline="") as file:
        assert reason in list(csv.reader(file, delimiter=";"))[1][1]


def test_a_dry_run_tells_and_leaves_nothing(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{demo.account.meters[0].serial};ХВС;125\n")
    assert load(demo_books, ReadingsLoader(company, NOW), path, dry_run=True).added == 1
    with store.reading(demo_books) as db:
        assert november(db, demo.account.meters[0].id) == []
    assert load(demo_books, ReadingsLoader(company, NOW), path).added == 1


def test_a_strict_load_is_all_or_nothing(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold = demo.account.meters[0]
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{cold.serial};ХВС;125\n2026-11;0;ХВС;1\n")
    with pytest.raises(HasBadRows):
        load(demo_books, ReadingsLoader(company, NOW), path, strict=True)
    with store.reading(demo_books) as db:
        assert november(db, cold.id) == []


def test_a_month_twice_in_a_file_with_two_values_is_bad(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold = demo.account.meters[0]
    path = written(
        tmp_path, f"period;serial;resource;t1\n2026-11;{cold.serial};ХВС;125\n2026-11;{cold.serial};ХВС;126\n"
    )
    report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert (report.added, report.bad) == (1, 1)


def test_the_condo_table_of_a_workbook_is_understood(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    book = Workbook()
    book.active.append(
        [
            "Адрес",
            "Помещение",
            "Лицевой счет",
            "Тип счетчика",
            "Номер счетчика",
            "Показание 1",
            "Дата передачи показаний",
        ]
    )
    book.active.append(["г Примерск", "12", "100512", "ХВС", demo.account.meters[0].serial, 125.3, date(2026, 11, 20)])
    book.save(tmp_path / "readings.xlsx")
    assert load(demo_books, ReadingsLoader(company, NOW), tmp_path / "readings.xlsx").added == 1
    with store.reading(demo_books) as db:
        assert november(db, demo.account.meters[0].id) == [Decimal("125.3")]


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


ACCOUNTS = "account;bill_code;city;street;house;flat;holder;registered;area\n"


def test_accounts_and_meters_are_loaded_with_their_houses(books: Engine, tmp_path: Path) -> None:
    with store.transaction(books) as db:
        own = Organization(name="ТСЖ", spoken_name="ТСЖ", inn="0012345675", kind="TSJ")
        db.add(own)
    path = written(tmp_path, ACCOUNTS + "0012345;123456;Примерск;улица Лесная;1;12;Иванов И. И.;2;54,3\n")
    assert load(books, AccountsLoader(own, NOW, TODAY), path).added == 1
    assert load(books, AccountsLoader(own, NOW, TODAY), path, force=True).unchanged == 1
    path = written(tmp_path, ACCOUNTS + "0012345;123456;Примерск;улица Лесная;1;12;Иванов И. И.;3;54,3\n")
    assert load(books, AccountsLoader(own, NOW, TODAY), path).changed == 1
    heading = "account;serial;resource;tariffs;place;next_verification;t1;t2\n"
    path = written(
        tmp_path, heading + "0012345;00123;ХВС;1;кухня;01.05.2030;12,5;\n0012345;777;ЭЛ;2;;;100;50\n", "m.csv"
    )
    assert load(books, MetersLoader(own, NOW, TODAY), path).added == 2
    assert load(books, MetersLoader(own, NOW, TODAY), path, force=True).unchanged == 2
    with store.reading(books) as db:
        account = db.exec(select(Account)).one()
        assert (account.number, account.registered, account.holder_name) == ("0012345", 3, "Иванов И. И.")
        meter = db.exec(select(Meter).where(Meter.resource == "COLD_WATER")).one()
        assert (meter.place, meter.next_verification_on) == ("кухня", date(2030, 5, 1))
        assert [row.value for row in db.exec(select(Reading).order_by(col(Reading.id)))] == [Decimal("12.5"), 100, 50]


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
    report = load(demo_books, AccountsLoader(company, NOW, TODAY), written(tmp_path, ACCOUNTS + row + "\n"))
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
    assert load(demo_books, ChargesLoader(company, NOW, TODAY), path).added == 1
    assert load(demo_books, ChargesLoader(company, NOW, TODAY), path, force=True).unchanged == 1
    with store.reading(demo_books) as db:
        receipt = receipts.latest(db, demo.account.id)
        assert receipt is not None
        before = receipts.history(db, demo.account.id)[1]
        assert (receipt.period, receipt.charged_kopecks, receipt.penalty_kopecks) == (NOVEMBER, 2561_80, 12_05)
        assert receipt.opening_kopecks == before.to_pay_kopecks
        assert receipts.violations(receipt, receipts.lines(db, receipt.id)) == []
    path = written(tmp_path, CHARGES + rows.replace("523,40", "500"))
    assert load(demo_books, ChargesLoader(company, NOW, TODAY), path).changed == 1
    with store.reading(demo_books) as db:
        receipt = receipts.latest(db, demo.account.id)
        assert receipt is not None
        assert receipt.charged_kopecks == 2538_40
        assert receipts.violations(receipt, receipts.lines(db, receipt.id)) == []


def test_one_bad_service_leaves_the_whole_bill_out(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    rows = "100512;2026-11;ХВС;;10;52,34;523,405;\n100512;2026-11;MAINTENANCE;;64;31,85;2038,40;\n"
    report = load(demo_books, ChargesLoader(company, NOW, TODAY), written(tmp_path, CHARGES + rows))
    assert (report.added, report.bad) == (0, 1)
    assert "parts of a kopeck" in report.bad_rows[0][1]


UNIVERSAL = (
    "05-11-2026;12-31-08;7003/00012;0000M;123456789012;100512;Иванов Иван Иванович;ул Лесная, 5-12;1026;"
    "{sum};5288,75;53,42\n"
    "={count};{total};5288,75;53,42;000451;06-11-2026\n"
)


def registry(folder: Path, total: str = "5342,17", count: str = "1", amount: str = "5342,17") -> Path:
    return written(folder, UNIVERSAL.format(sum=amount, total=total, count=count), "r.txt", "cp1251")


def test_sberbanks_registry_is_loaded_once(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    loader = PaymentsLoader(company, NOW, "sberbank")
    assert load(demo_books, loader, registry(tmp_path)).added == 1
    assert load(demo_books, loader, registry(tmp_path), force=True).unchanged == 1
    with store.reading(demo_books) as db:
        payment = db.exec(select(Payment).where(Payment.external_id == "123456789012")).one()
    assert (payment.amount_kopecks, payment.fee_kopecks, payment.paid_on) == (5342_17, 53_42, date(2026, 11, 5))
    assert (payment.period, payment.status) == (date(2026, 10, 1), "DONE")
    other = registry(tmp_path, amount="5000,00", total="5000,00")
    assert "another sum" in load(demo_books, loader, other).bad_rows[0][1]


@pytest.mark.parametrize("change", [{"total": "1,00"}, {"count": "2"}])
def test_a_registry_whose_sums_do_not_agree_is_not_loaded(
    demo_books: Engine, company: Organization, tmp_path: Path, change: dict[str, str]
) -> None:
    with pytest.raises(BrokenFile, match="the last line says"):
        load(demo_books, PaymentsLoader(company, NOW, "sberbank"), registry(tmp_path, **change))
    with store.reading(demo_books) as db:
        assert db.exec(select(Payment).where(Payment.external_id == "123456789012")).first() is None


def test_a_registry_that_was_cut_is_not_loaded(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    path = written(tmp_path, UNIVERSAL.format(sum="1", total="", count="").split("=")[0], "r.txt")
    with pytest.raises(BrokenFile, match="was cut"):
        load(demo_books, PaymentsLoader(company, NOW, "sberbank"), path)


def test_sberbanks_pairs_are_loaded(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    line = "7003;00012;;;5342.17;53.42;;05/11/2026;;CLIENTNO:100512;method_pay:SBOL;CounterVal_1:456\n"
    path = written(tmp_path, line, "p.txt", "cp1251")
    assert load(demo_books, PaymentsLoader(company, NOW, "sberbank-pairs"), path).added == 1


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8"])
def test_a_clientbank_file_is_loaded(demo_books: Engine, company: Organization, tmp_path: Path, encoding: str) -> None:
    document = (
        "СекцияДокумент=Платежное поручение\nНомер={number}\nДата=05.11.2026\nСумма=100.50\nПлательщикСчет=408\n"
        "ПолучательСчет={account}\nДатаПоступило=05.11.2026\nНазначениеПлатежа=Оплата ЖКУ {said}\nКонецДокумента\n"
    )
    ours = company.bank_account
    text = (
        f"1CClientBankExchange\nВерсияФормата=1.03\nРасчСчет={ours}\n"
        + document.format(number=1, account=ours, said="ЛС: 100512")
        + document.format(number=2, account=ours, said="за свет")
        + document.format(number=3, account="40702", said="ЛС 100512")
        + "КонецФайла\n"
    )
    path = written(tmp_path, text, "kl_to_1c.txt", encoding)
    report = load(demo_books, PaymentsLoader(company, NOW, "clientbank"), path)
    assert (report.added, report.bad) == (1, 1)
    assert "INVALID_ACCOUNT_NUMBER" in report.bad_rows[0][1]


def test_what_is_no_clientbank_file_is_refused(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="1CClientBankExchange"):
        load(demo_books, PaymentsLoader(company, NOW, "clientbank"), written(tmp_path, "привет\n"))


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_is_exported_can_be_loaded(demo_books: Engine, company: Organization, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with store.reading(demo_books) as db:
        rows = export(db, "readings", company, date(2026, 10, 1), path, TODAY)
        meters = db.exec(select(func.count()).select_from(Meter).where(Meter.organization_id == 1)).one()
    assert rows == meters
    report = load(demo_books, ReadingsLoader(company, NOW), path)
    assert (report.unchanged, report.bad) == (meters, 0)


def test_gis_gets_only_devices_it_knows(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    with store.transaction(demo_books) as db:
        meter = db.get(Meter, demo.account.meters[0].id)
        assert meter is not None
        meter.gis_guid = "2c1d0b0e-1111-4222-8333-444455556666"
    with store.reading(demo_books) as db:
        assert export(db, "gis-readings", company, date(2026, 10, 1), tmp_path / "gis.csv", TODAY) == 1
    assert (tmp_path / "gis.csv").read_text("utf-8").splitlines() == [
        "device_guid;serial;resource;t1;t2;t3;date;period_year;period_month",
        f"2c1d0b0e-1111-4222-8333-444455556666;{demo.account.meters[0].serial};1;115;;;2026-10-24;2026;10",
    ]


def test_sberbank_gets_the_debts(demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path) -> None:
    path = tmp_path / sberbank_name(company, date(2026, 10, 1))
    assert path.name == "0012345675_40702810900000000001_001_1026.txt"
    with store.reading(demo_books) as db:
        export(db, "sberbank-debts", company, date(2026, 10, 1), path, TODAY)
        owed = receipts.balance(db, demo.rich.id, TODAY).kopecks
    line = next(line for line in path.read_text("cp1251").splitlines() if ";100507;" in line)
    assert line.endswith(f";100507;{owed // 100},{owed % 100:02d}")
    assert "Примерск, улица Лесная, д 5, кв 7" in line


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+7 900", "'+7 900"), ("-5.2", "-5.2"), ("кухня", "кухня")],
)
def test_no_cell_becomes_a_formula(cell: str, safe: str) -> None:
    assert defused(cell) == safe


def test_a_formula_stays_text_in_a_workbook(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "x.xlsx", ["a"], [["=HYPERLINK(1)"]])
    assert load_workbook(tmp_path / "x.xlsx").active["A2"].value == "'=HYPERLINK(1)"


LOADER = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from billing import store
from billing.exchange.loading import load_file
from billing.exchange.readings import ReadingsLoader
from billing.tables import Organization
engine = store.connect(sys.argv[1])
with store.reading(engine) as db:
    company = db.get(Organization, 1)
def stop(done):
    print("batch", flush=True)
    sys.stdin.readline()
now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
load_file(engine, ReadingsLoader(company, now), Path(sys.argv[2]), now=now, progress=stop)
"""


def test_a_load_that_is_killed_leaves_nothing_half_done(demo_url: str, demo: DemoSummary, tmp_path: Path) -> None:
    path = written(tmp_path, f"period;serial;resource;t1\n2026-11;{demo.account.meters[0].serial};ХВС;125\n")
    process = subprocess.Popen(
        [sys.executable, "-c", LOADER, demo_url, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"batch\n"  # its rows are written, its transaction is open
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    engine = store.connect(demo_url)
    assert _loadable(engine, path)
    with store.reading(engine) as db:
        assert len(november(db, demo.account.meters[0].id)) == 1
    engine.dispose()


def _loadable(engine: Engine, path: Path) -> bool:
    with store.reading(engine) as db:
        company = db.get(Organization, 1)
    assert company is not None
    return load_file(engine, ReadingsLoader(company, NOW), path, now=NOW).added == 1
