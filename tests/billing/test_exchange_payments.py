"""Payments from the registries of banks and terminals, and from 1C."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from billing import payments, receipts, store
from billing.exchange import registries
from billing.exchange.acquirer import AcquirerLoader
from billing.exchange.payments import PaymentsLoader
from billing.exchange.text import BrokenFile
from billing.providers.provider import Started
from billing.tables import Account, AuditEntry, Organization, Payment, Refund
from fixtures.demo_company import DemoSummary
from tests.billing.files import NOW, ON_SQLITE, load, written

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


@ON_SQLITE
@pytest.mark.parametrize("change", [{"total": "1,00"}, {"count": "2"}])
def test_a_registry_whose_sums_do_not_agree_is_not_loaded(
    demo_books: Engine, company: Organization, tmp_path: Path, change: dict[str, str]
) -> None:
    with pytest.raises(BrokenFile, match="the last line says"):
        load(demo_books, PaymentsLoader(company, NOW, "sberbank"), registry(tmp_path, **change))
    with store.reading(demo_books) as db:
        assert db.exec(select(Payment).where(Payment.external_id == "123456789012")).first() is None


@ON_SQLITE
def test_a_registry_that_was_cut_is_not_loaded(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    path = written(tmp_path, UNIVERSAL.format(sum="1", total="", count="").split("=")[0], "r.txt")
    with pytest.raises(BrokenFile, match="was cut"):
        load(demo_books, PaymentsLoader(company, NOW, "sberbank"), path)


def test_sberbanks_pairs_are_loaded(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    line = "7003;00012;;;5342.17;53.42;;05/11/2026;;CLIENTNO:100512;method_pay:SBOL;CounterVal_1:456\n"
    path = written(tmp_path, line, "p.txt", "cp1251")
    assert load(demo_books, PaymentsLoader(company, NOW, "sberbank-pairs"), path).added == 1


@ON_SQLITE
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


@ON_SQLITE
def test_what_is_no_clientbank_file_is_refused(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="1CClientBankExchange"):
        load(demo_books, PaymentsLoader(company, NOW, "clientbank"), written(tmp_path, "привет\n"))


TXN = "12345678901234567890123456"
FORMS = {
    "tagil": f"{TXN};05.11.2026;100512;5342.17;000451;06.11.2026\n",
    "lanbilling": "40702810900000000001\n100512;" + TXN + ";2026-11-05;5342.17;;7707083893;аванс;000451\n",
    "terminal": f"{TXN};05.11.2026;100512;Иванов И. И.;ул Лесная, 5-12;1||01||10||2026;5342.17;0;1||№1:123||№2:456\n",
}


@ON_SQLITE
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8"])
def test_registries_of_others_are_loaded_once(
    demo_books: Engine, company: Organization, tmp_path: Path, form: str, encoding: str
) -> None:
    loader = PaymentsLoader(company, NOW, form)
    path = written(tmp_path, FORMS[form], "r.txt", encoding)
    assert load(demo_books, loader, path).added == 1
    assert load(demo_books, loader, path, force=True).unchanged == 1
    with store.reading(demo_books) as db:
        payment = db.exec(select(Payment).where(Payment.external_id == TXN)).one()
    assert (payment.amount_kopecks, payment.paid_on) == (5342_17, date(2026, 11, 5))
    assert payment.period == (date(2026, 10, 1) if form == "terminal" else None)
    other = written(tmp_path, FORMS[form].replace("5342.17", "1.00"), "r2.txt")
    assert "another sum" in load(demo_books, loader, other).bad_rows[0][1]


@ON_SQLITE
def test_a_companys_own_bank_is_a_file_of_yaml(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    """The packs of a clearing house: a line of heading, bars between fields, a closing line."""
    yaml = "columns: [account, amount, '-', paid_on, operation_id]\nseparator: '|'\nheading: [pack]\nclosing: 'ИТОГО'\n"
    layout = registries.layout_in(written(tmp_path, yaml + "closing_columns: [count, amount]\n", "pack.yaml"))
    pack = "ПАЧКА 17\n100512|10,50|касса 1|05.11.2026|77\n100507|1 000,00|касса 1|05.11.2026|78\nИТОГО2|1010,50\n"
    path = written(tmp_path, pack, "pack.txt", "cp866")
    assert load(demo_books, PaymentsLoader(company, NOW, layout), path).added == 2
    with pytest.raises(BrokenFile, match="not a layout"):
        registries.layout_in(written(tmp_path, "columns: 5\nsurprise: 1\n", "bad.yaml"))


@ON_SQLITE
def test_a_zip_of_registries_is_one_load(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "r.zip", "w") as packed:
        for number in (1, 2):
            text = FORMS["tagil"].replace(TXN, f"{number:026d}")
            packed.writestr(f"../../{number}.txt", text.encode("cp1251"))
    assert load(demo_books, PaymentsLoader(company, NOW, "tagil"), tmp_path / "r.zip").added == 2
    with pytest.raises(BrokenFile, match="not a ZIP"):
        load(demo_books, PaymentsLoader(company, NOW, "tagil"), written(tmp_path, "PK", "x.zip"))


@ON_SQLITE
@pytest.mark.parametrize(
    ("purpose", "number"),
    [
        ("Оплата ЖКУ ЛС: 100512; ул. Лесная", "100512"),
        ("ЖКУ л/с №100512 за 10.2026", "100512"),
        ("За квартиру, л.с. 100512", "100512"),
        ("Лицевой счёт 100512, октябрь", "100512"),
        ("лицевой счет № 100512", "100512"),
        ("л/сч 100512", "100512"),
        ("ЕЛС 75да533315", "els"),
        ("Коммунальные услуги, слс 100512 нет", None),
        ("ЛС Иванова", None),
    ],
)
def test_the_account_is_found_in_the_purpose(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path, purpose: str, number: str | None
) -> None:
    with store.transaction(demo_books) as db:
        db.get_one(Account, demo.account.id).els = "75ДА533315"
    text = (
        f"1CClientBankExchange\nКодировка=Windows\nСекцияДокумент=Платежное поручение\nНомер=7\nСумма=100.50\n"
        f"ПолучательСчет={company.bank_account}\nДатаПоступило=05.11.2026\nНазначениеПлатежа={purpose}\n"
        "КонецДокумента\nКонецФайла\n"
    )
    report = load(demo_books, PaymentsLoader(company, NOW, "clientbank"), written(tmp_path, text, "k.txt", "cp1251"))
    assert (report.added, report.bad) == ((1, 0) if number else (0, 1))


@ON_SQLITE
def test_a_clientbank_file_that_was_cut_is_not_loaded(
    demo_books: Engine, company: Organization, tmp_path: Path
) -> None:
    text = "1CClientBankExchange\nСекцияДокумент=Платежное поручение\nНомер=1\n"
    with pytest.raises(BrokenFile, match="was cut"):
        load(demo_books, PaymentsLoader(company, NOW, "clientbank"), written(tmp_path, text))


@ON_SQLITE
@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ("document_id;account\n75да533315-01-6103;999999", True),
        ("gis_service_id;account\n75ДА533315-01;999999", True),
        ("els;account\n75DA533315;999999", False),  # D is no letter of a Cyrillic shape
        ("els;account\n75ка533315;999999", True),
        ("els;account\n75KA533315;999999", True),  # typed in Latin letters
        ("payer;account\nИванов Иван Иванович;999999", False),
    ],
)
def test_the_surest_identifier_decides(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path, cells: str, found: bool
) -> None:
    with store.transaction(demo_books) as db:
        account = db.get_one(Account, demo.account.id)
        account.els, account.gis_service_id, account.holder_name = "75КА533315", "75да533315-01", "Иванов Иван Иванович"
        receipts.latest(db, account.id).document_id = "75ДА533315-01-6103"
    heading, row = cells.split("\n")
    path = written(tmp_path, f"{heading};amount;paid_on;operation_id\n{row};10;05.11.2026;op\n")
    report = load(demo_books, PaymentsLoader(company, NOW), path)
    assert (report.added, report.bad) == ((1, 0) if found else (0, 1))
    if "payer" in cells:
        assert "the payer has the name of account 100512" in report.bad_rows[0][1]


TOCHKA = (
    "TRANS_DATE;TRANSACTION_ID;SUM;COMMISSION;PARENT_TRANSACTION_ID;TRANSACTION_TYPE;PAYMENT_METHOD_TYPE;ORDER_UID\n"
    "2026-11-20 12:00:00;tx-1;1000,00;10,00;;PAYMENT;SBP;order-1\n"
    "2026-11-21 08:00:00;rf-1;400,00;0,00;ext-1;REFUND;SBP;order-1\n"
    "2026-11-21 08:00:00;tx-2;1000,00;10,00;;PAYMENT;CARD;unknown\n"
)


def test_an_acquirers_registry_settles_our_own_payments(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    with store.transaction(demo_books) as db:
        payment = payments.create(
            db, account_id=demo.account.id, amount_kopecks=1000_00, method="CARD", provider="yookassa",
            idempotency_key="order-1", now=NOW, channel="web",
        )  # fmt: skip
        payments.started(db, payment.id, Started("ext-1", "https://pay.example"), now=NOW, channel="web")
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as packed:
        packed.writestr("registry.csv", TOCHKA)
    report = load(demo_books, AcquirerLoader(company, NOW), tmp_path / "t.zip")
    assert (report.changed, report.added, report.bad) == (1, 1, 1)
    assert "no payment of ours is unknown or tx-2" in report.bad_rows[0][1]
    again = load(demo_books, AcquirerLoader(company, NOW), tmp_path / "t.zip", force=True)
    assert (again.unchanged, again.bad) == (2, 1)
    with store.reading(demo_books) as db:
        assert db.get_one(Payment, payment.id).status == "DONE"
        assert [(row.amount_kopecks, row.status) for row in db.exec(select(Refund)).all()] == [(400_00, "DONE")]


def test_registered_payments_leave_a_trail(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    load(demo_books, PaymentsLoader(company, NOW, "tagil"), written(tmp_path, FORMS["tagil"], "r.txt"))
    with store.reading(demo_books) as db:
        payment = db.exec(select(Payment).where(Payment.external_id == TXN)).one()
        entry = db.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert (entry.subject, entry.subject_id, entry.channel, entry.actor) == ("payment", payment.id, "import", "system")
    assert entry.after == {"kopecks": 5342_17, "operation": TXN}


@ON_SQLITE
@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("1e5", "amount is not a number"),
        ("1_000", "amount is not a number"),
        ("Infinity", "amount is not a number"),
        ("1000000000.01", "amount is too large"),
        ("1 000 000 000 000 000,00", "amount is too large"),
    ],
)
def test_a_sum_that_no_resident_pays_is_refused(
    demo_books: Engine, company: Organization, tmp_path: Path, amount: str, reason: str
) -> None:
    path = written(tmp_path, f"account;amount;paid_on;operation_id\n100512;{amount};20.11.2026;b1\n")
    report = load(demo_books, PaymentsLoader(company, NOW), path)
    assert report.bad_rows == [(2, f"{reason}: {amount}")]
