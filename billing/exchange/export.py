"""Readings and debts for others: our flat table, ГИС ЖКХ, Sberbank. Rows are streamed, however many."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from billing.arrears import last_receipts, paid_sums
from billing.exchange.writing import Cell, write_csv, write_xlsx
from billing.exchange.zones import zones_of
from billing.tables import Account, Meter, Organization, Premises, Property, Reading, Receipt, Register

Kind = Literal["readings", "gis-readings", "sberbank-debts"]
READINGS = (
    "period", "account", "serial", "resource", "tariffs", "t1", "t2", "t3", "taken_at", "submitted_at", "channel",
    "status", "decline_code",
)  # fmt: skip
GIS = ("device_guid", "serial", "resource", "t1", "t2", "t3", "date", "period_year", "period_month")
GIS_RESOURCES = {"COLD_WATER": 1, "HOT_WATER": 2, "ELECTRICITY": 3, "GAS": 4, "HEAT": 5}
STREAM = 2000


@dataclass(frozen=True)
class MeterReading:
    """A month's reading of a meter, its zones together: values by T-index."""

    first: Reading
    meter: Meter
    account: str
    values: tuple[Decimal | None, ...]
    tariffs: int


def export(db: Session, kind: Kind, company: Organization, period: date, path: Path, today: date) -> int:
    """Write a month (its first day) to a .csv, .txt or .xlsx file. Returns the rows written."""
    writers: dict[Kind, Callable[[], int]] = {
        "readings": lambda: _write(path, READINGS, _reading_rows(db, company, period)),
        "gis-readings": lambda: _write(path, GIS, _gis_rows(db, company, period)),
        "sberbank-debts": lambda: write_csv(path, (), _debt_rows(db, company, today), "cp1251"),
    }
    return writers[kind]()


def sberbank_name(company: Organization, period: date, number: int = 1) -> str:
    """The name Sberbank wants of a registry: ИНН_РС_НОМЕР_ММГГ.txt."""
    return f"{company.inn}_{company.bank_account}_{number:03d}_{period:%m%y}.txt"


def meter_readings(db: Session, company: Organization, period: date) -> Iterator[MeterReading]:
    """Live readings of a company's month, a meter at a time."""
    query = (
        select(Reading, Meter, Account.number, Register.zone)
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .join(Account, col(Account.id) == col(Meter.account_id))
        .join(Register, col(Register.id) == col(Reading.register_id))
        .where(
            Reading.period == period,
            Account.organization_id == company.id,
            col(Reading.status).in_(("submitted", "accepted")),
            Reading.kind == "current",
        )
        .order_by(col(Reading.meter_id), col(Reading.id))
        .execution_options(yield_per=STREAM)
    )
    rows: Iterator[Any] = iter(db.exec(query))
    for _, group in groupby(rows, key=lambda row: row[0].meter_id):
        together = list(group)
        first, meter, account, _ = together[0]
        by_zone = {zone: reading.value for reading, _, _, zone in together}
        order = zones_of(company, len(by_zone))
        values = tuple(by_zone.get(zone) for zone in order) + (None,) * (3 - len(order))
        yield MeterReading(first, meter, account, values, len(order))
        for reading, *_ in together:
            db.expunge(reading)  # a session remembers what it read: a large export must not


def _reading_rows(db: Session, company: Organization, period: date) -> Iterator[list[Cell]]:
    for one in meter_readings(db, company, period):
        row = one.first
        yield [
            f"{period:%Y-%m}",
            one.account,
            one.meter.serial,
            one.meter.resource,
            one.tariffs,
            *one.values,
            row.taken_on.isoformat(),
            f"{row.submitted_at:%Y-%m-%dT%H:%M:%SZ}",
            row.channel,
            row.status,
            row.decline_code,
        ]


def _gis_rows(db: Session, company: Organization, period: date) -> Iterator[list[Cell]]:
    """Only devices that ГИС ЖКХ knows can be reported to it."""
    for one in meter_readings(db, company, period):
        if one.meter.gis_guid and one.meter.resource in GIS_RESOURCES:
            yield [
                one.meter.gis_guid,
                one.meter.serial,
                GIS_RESOURCES[one.meter.resource],
                *(None if value is None else value.normalize() + 0 for value in one.values),
                one.first.taken_on.isoformat(),
                period.year,
                period.month,
            ]


def _debt_rows(db: Session, company: Organization, today: date) -> Iterator[list[Cell]]:
    """ФИО;ЕЛС;ФИАС,помещение;адрес;ЛС;сумма of every account that owes, as of today."""
    last = 0
    while True:
        query = (
            select(Account, Premises, Property)
            .join(Premises, col(Premises.id) == col(Account.premises_id))
            .join(Property, col(Property.id) == col(Premises.property_id))
            .where(Account.organization_id == company.id, col(Account.id) > last, col(Account.closed_on).is_(None))
            .order_by(col(Account.id))
            .limit(STREAM)
        )
        flats = db.exec(query).all()
        if not flats:
            return
        ids = [account.id for account, _, _ in flats]
        owed = _owed(db, ids, today)
        for account, premises, house in flats:
            if owed.get(account.id, 0) > 0:
                yield [
                    account.holder_name,
                    account.els,
                    f"{house.fias_guid or ''},{premises.unit}",
                    f"{house.city}, {house.street}, д {house.house}, кв {premises.unit}",
                    account.number,
                    f"{owed[account.id] // 100},{owed[account.id] % 100:02d}",
                ]
        last = ids[-1]
        db.expunge_all()


def _owed(db: Session, account_ids: list[int], today: date) -> dict[int, int]:
    """Kopecks each account owes today: the last receipt, less what came since."""
    owed = {receipt.account_id: receipt.to_pay_kopecks for receipt in last_receipts(db, account_ids)}
    shown = select(Receipt.account_id, func.sum(Receipt.paid_kopecks)).where(col(Receipt.account_id).in_(account_ids))
    for account_id, paid in db.exec(shown.group_by(col(Receipt.account_id))).all():
        owed[account_id] += int(paid)
    for account_id, paid in paid_sums(db, account_ids, today).items():
        owed[account_id] = owed.get(account_id, 0) - paid
    return owed


def _write(path: Path, heading: tuple[str, ...], rows: Iterator[list[Cell]]) -> int:
    if path.suffix.lower() == ".xlsx":
        return write_xlsx(path, heading, rows)
    return write_csv(path, heading, rows)
