"""ГИС ЖКХ: devices, readings, order notices, acknowledgements."""

import csv
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from billing import payments, receipts, received, store
from billing.exchange.export import export
from billing.exchange.gis_loading import AcksLoader, DevicesLoader
from billing.exchange.readings import ReadingsLoader
from billing.exchange.registries import operation_id
from billing.providers.provider import Event
from billing.received import Operation
from billing.tables import Account, Meter, Organization, Payment, Receipt
from fixtures.demo_company import DemoSummary
from tests.billing.files import NOVEMBER, NOW, OCTOBER, ON_SQLITE, TODAY, load, written


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


GUID = "2c1d0b0e-1111-4222-8333-444455556666"


def test_the_portals_list_names_our_devices(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    cold, hot = demo.account.meters[0].serial, demo.account.meters[1].serial
    rows = f"{GUID.upper()};{cold};1\nнет;{hot};2\n{GUID[:-1]}7;00000;1\n"
    path = written(tmp_path, "Идентификатор ПУ;Заводской номер;Коммунальный ресурс\n" + rows)
    report = load(demo_books, DevicesLoader(company, NOW), path)
    assert (report.changed, report.bad) == (1, 2)
    assert load(demo_books, DevicesLoader(company, NOW), path, force=True).unchanged == 1
    with store.reading(demo_books) as db:
        assert db.get_one(Meter, demo.account.meters[0].id).gis_guid == GUID


@ON_SQLITE
def test_readings_left_in_gis_are_loaded(
    demo_books: Engine, company: Organization, demo: DemoSummary, tmp_path: Path
) -> None:
    """Its «3» is electricity, which is a day zone at Sberbank."""
    light = demo.account.meters[2].serial
    heading = "device_guid;serial;resource;t1;t2;t3;date;period_year;period_month\n"
    path = written(tmp_path, f"{heading}{GUID};{light};3;6375;;;2026-11-20;2026;11\n")
    report = load(demo_books, ReadingsLoader(company, NOW, "gis-readings"), path)
    assert (report.added, report.bad_rows) == (1, [])


@pytest.fixture
def paid(demo_books: Engine, demo: DemoSummary) -> int:
    """A payment of October's bill, which ГИС ЖКХ knows; its id."""
    with store.transaction(demo_books) as db:
        account = db.get_one(Account, demo.account.id)
        account.els, account.gis_service_id = "75да533315", "75да533315-01"
        receipt = receipts.latest(db, account.id)
        receipt.document_id = "75да533315-01-6103"
        operation = Operation(account.id, receipt.to_pay_kopecks, "op", date(2026, 11, 5), OCTOBER)
        (one,) = received.register(db, [operation], provider="registry:1", now=NOW, actor="system", channel="import")
        return one.payment.id


def exported(engine: Engine, kind: str, company: Organization, path: Path) -> list[dict[str, str]]:
    with store.reading(engine) as db:
        export(db, kind, company, NOVEMBER, path, TODAY)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_a_notice_names_the_bill_in_every_way(
    demo_books: Engine, company: Organization, paid: int, tmp_path: Path
) -> None:
    row = exported(demo_books, "gis-orders", company, tmp_path / "o.csv")[-1]
    assert row["OrderID"] == operation_id(company.inn, paid)
    assert len(row["OrderID"]) <= 32
    assert (row["PaymentDocumentID"], row["UnifiedAccountNumber"], row["ServiceID"]) == (
        "75да533315-01-6103",
        "75да533315",
        "75да533315-01",
    )
    assert (row["Year"], row["Month"], row["RecipientINN"]) == ("2026", "10", "0012345675")
    assert row["Amount"].isdecimal()


def test_a_payment_is_acknowledged_to_the_kopeck(
    demo_books: Engine, company: Organization, paid: int, demo: DemoSummary, tmp_path: Path
) -> None:
    """Квитирование goes out with every service, and comes back linking the payment with its bill."""
    path = tmp_path / "acks.csv"
    own = operation_id(company.inn, paid)
    rows = [row for row in exported(demo_books, "gis-acks", company, path) if row["OrderID"] == own]
    with store.reading(demo_books) as db:
        payment = db.get_one(Payment, paid)
        assert sum(int(row["Amount"]) for row in rows) == payment.amount_kopecks
        assert payment.receipt_id is None
        assert len(rows) == len(receipts.lines(db, receipts.latest(db, demo.account.id).id))
    report = load(demo_books, AcksLoader(company, NOW), path)
    assert report.changed == 1
    assert all("not acknowledged: Платёжный документ" in reason for _, reason in report.bad_rows)
    with store.reading(demo_books) as db:
        assert db.get_one(Payment, paid).receipt_id == receipts.latest(db, demo.account.id).id
    assert load(demo_books, AcksLoader(company, NOW), path, force=True).unchanged == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{order};75да533315-01-9999;Вода;100;", "has no bill"),
        ("{order};75да533315-01-6103;Вода;999999999;", "not within"),
        ("{order};75да533315-01-6103;Вода;много;", "not within"),
        ("nobody;75да533315-01-6103;Вода;100;", "no payment nobody"),
        ("{order};;;;Не наш потребитель", "not acknowledged: Не наш потребитель"),
    ],
)
def test_an_acknowledgement_that_does_not_fit_is_reported(
    demo_books: Engine, company: Organization, paid: int, tmp_path: Path, row: str, reason: str
) -> None:
    text = "OrderID;PaymentDocumentID;Service;Amount;Reason\n" + row.format(order=operation_id(company.inn, paid))
    report = load(demo_books, AcksLoader(company, NOW), written(tmp_path, text + "\n"))
    assert reason in report.bad_rows[0][1]


def test_what_the_bank_took_back_is_cancelled(
    demo_books: Engine, company: Organization, paid: int, tmp_path: Path
) -> None:
    with store.transaction(demo_books) as db:
        payments.report(db, "registry:1", Event("op", "ERROR", reason="Ошибка банка", taken_back=True), now=NOW)
    (row,) = exported(demo_books, "gis-cancellations", company, tmp_path / "c.csv")
    assert row == {
        "OrderID": operation_id(company.inn, paid),
        "CancellationDate": "2026-11-21",
        "Comment": "Ошибка банка",
    }


def test_a_bill_goes_out_with_its_services(demo_books: Engine, company: Organization, tmp_path: Path) -> None:
    with store.reading(demo_books) as db:
        export(db, "gis-bills", company, OCTOBER, tmp_path / "b.csv", TODAY)
        bills = db.exec(
            select(Receipt).join(Account).where(Receipt.period == OCTOBER, Account.organization_id == 1)
        ).all()
        charged = sum(bill.charged_kopecks for bill in bills)
    with (tmp_path / "b.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert sum(int(row["AccountingPeriodTotal"].replace(".", "")) for row in rows) == charged
    assert len([row for row in rows if row["DebtPreviousPeriods"]]) == len(bills)
    assert {row["DeterminingMethod"] for row in rows} <= {"N", "M", "O"}
