"""Accounts, meters and readings on their way out, streamed: what is loaded can be written, and the other way round."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func, select

from billing.exchange.accounts import UNIT_TYPES
from billing.exchange.writing import Cell
from billing.exchange.zones import zones_of
from billing.tables import Account, Meter, Organization, Premises, Property, Reading, Register

STREAM = 2000
ACCOUNTS = (
    "account", "bill_code", "city", "street", "house", "flat", "unit_type", "holder", "registered", "area", "els",
    "gis_service_id", "opened_on",
)  # fmt: skip
METERS = (
    "account", "serial", "resource", "tariffs", "place", "brand", "model", "digits_int", "digits_frac", "submit_frac",
    "next_verification", "verified_on", "installed_on", "commissioned_on", "sealed_on", "archived_on", "is_automatic",
    "gis_guid",
)  # fmt: skip
READINGS = (
    "period", "account", "serial", "resource", "tariffs", "t1", "t2", "t3", "taken_at", "submitted_at", "channel",
    "status", "decline_code",
)  # fmt: skip


@dataclass(frozen=True)
class MeterReading:
    """A month's reading of a meter, its zones together. values: by T-index; by_zone: by meaning."""

    first: Reading
    meter: Meter
    account: Account
    premises: Premises
    house: Property
    values: tuple[Decimal | None, ...]
    by_zone: dict[str, Decimal]


def account_rows(db: Session, company: Organization) -> Iterator[list[Cell]]:
    """Accounts as they are loaded."""
    kinds = {code: name for name, code in UNIT_TYPES.items()}
    query = (
        select(Account, Premises, Property)
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .where(Account.organization_id == company.id)
        .order_by(col(Account.id))
        .execution_options(yield_per=STREAM)
    )
    for account, premises, house in db.exec(query):
        yield [
            account.number,
            account.bill_code,
            house.city,
            house.street,
            house.house,
            premises.unit,
            kinds[premises.unit_type],
            account.holder_name,
            account.registered,
            premises.area,
            account.els,
            account.gis_service_id,
            account.opened_on.isoformat(),
        ]
        db.expunge(account)


def meter_rows(db: Session, company: Organization) -> Iterator[list[Cell]]:
    """Meters as they are loaded."""
    tariffs = (
        select(func.count()).select_from(Register).where(Register.meter_id == Meter.id).correlate(Meter)
    ).scalar_subquery()
    query = (
        select(Meter, Account.number, tariffs)
        .join(Account, col(Account.id) == col(Meter.account_id))
        .where(Meter.organization_id == company.id)
        .order_by(col(Meter.id))
        .execution_options(yield_per=STREAM)
    )
    for meter, number, count in db.exec(query):
        dates = (
            meter.next_verification_on, meter.verified_on, meter.installed_on, meter.commissioned_on, meter.sealed_on,
            meter.archived_on,
        )  # fmt: skip
        yield [
            number,
            meter.serial,
            meter.resource,
            count,
            meter.place,
            meter.brand,
            meter.model,
            meter.digits_int,
            meter.digits_frac,
            meter.submit_frac,
            *(day.isoformat() if day else None for day in dates),
            "да" if meter.is_automatic else "нет",
            meter.gis_guid,
        ]
        db.expunge(meter)


def meter_readings(db: Session, company: Organization, period: date) -> Iterator[MeterReading]:
    """Live readings of a company's month, a meter at a time."""
    query = (
        sqlalchemy.select(Reading, Meter, Account, Premises, Property, col(Register.zone))
        .join(Meter, col(Meter.id) == col(Reading.meter_id))
        .join(Account, col(Account.id) == col(Meter.account_id))
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
        .join(Register, col(Register.id) == col(Reading.register_id))
        .where(
            col(Reading.period) == period,
            col(Account.organization_id) == company.id,
            col(Reading.status).in_(("submitted", "accepted")),
            col(Reading.kind) == "current",
        )
        .order_by(col(Reading.meter_id), col(Reading.id))
        .execution_options(yield_per=STREAM)
    )
    rows: Iterator[Any] = iter(db.execute(query))
    for _, group in groupby(rows, key=lambda row: row[0].meter_id):
        together = list(group)
        first, meter, account, premises, house, _ = together[0]
        by_zone = {row[-1]: row[0].value for row in together}
        order = zones_of(company, len(by_zone))
        values = tuple(by_zone.get(zone) for zone in order) + (None,) * (3 - len(order))
        yield MeterReading(first, meter, account, premises, house, values, by_zone)
        for reading, *_ in together:
            db.expunge(reading)  # a session remembers what it read: a large export must not


def reading_rows(db: Session, company: Organization, period: date) -> Iterator[list[Cell]]:
    """Readings as they are loaded."""
    for one in meter_readings(db, company, period):
        row = one.first
        yield [
            f"{period:%Y-%m}",
            one.account.number,
            one.meter.serial,
            one.meter.resource,
            len(one.by_zone),
            *one.values,
            row.taken_on.isoformat(),
            f"{row.submitted_at:%Y-%m-%dT%H:%M:%SZ}",
            row.channel,
            row.status,
            row.decline_code,
        ]
