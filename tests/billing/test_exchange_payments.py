"""Payments from the registries of banks and terminals, and from 1C."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import store
from billing.exchange.payments import PaymentsLoader
from billing.exchange.text import BrokenFile
from billing.tables import Organization, Payment
from tests.billing.files import NOW, load, written

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
