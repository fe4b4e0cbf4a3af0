"""What a whole house used in a month, by its own meters (ОДПУ), and what of it was the flats' and what common."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from billing.chargebook import ChargeBook
from billing.charges import MeterVolume
from billing.heating import HouseHeat
from billing.tables import Account, HouseVolume, Meter, Premises, Property, Receipt, ReceiptLine
from billing.usage import meter_months, past_lines

HEAT = "HEAT"
COMMON = {
    "COMMON_COLD_WATER": ("COLD_WATER",),
    "COMMON_HOT_WATER": ("HOT_WATER",),
    "COMMON_ELECTRICITY": ("ELECTRICITY",),
    "COMMON_SEWAGE": ("COLD_WATER", "HOT_WATER"),
}
"""Common needs, and the resources whose house meters show them."""
ADJUSTED_IN = range(1, 4)
"""Months in which the year before is reckoned anew: the first quarter (ПП 354 п. 42(1), ЖК ст. 156 ч. 9.2)."""


@dataclass
class House:
    """area: of all flats, m²; volumes: by the house's meter, used: charged to the flats when the months were billed;
    both by code and month; heat: months of heating that bills need."""

    area: Decimal
    volumes: Mapping[tuple[str, date], Decimal]
    used: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)
    heat: dict[date, HouseHeat] = field(default_factory=dict)

    def common_needs(self, code: str, month: date) -> Decimal | None:
        """What the company found them to be, else the house's meters less the flats; None when it is not known."""
        found = self.volumes.get((code, month))
        resources = COMMON.get(code, ())
        if found is not None or not resources or any((one, month) not in self.volumes for one in resources):
            return found
        whole = sum((self.volumes[one, month] for one in resources), Decimal(0))
        return max(Decimal(0), whole - sum((self.used.get((one, month), Decimal(0)) for one in resources), Decimal(0)))

    def heat_of_year(self, months: Iterable[date], season: Collection[int]) -> Decimal | None:
        """Гкал of a year's months; None while one of the heating period is missing."""
        found = [self.volumes.get((HEAT, month), None if month.month in season else Decimal(0)) for month in months]
        known = [volume for volume in found if volume is not None]
        return sum(known, Decimal(0)) if len(known) == len(found) else None


def year_before(period: date) -> list[date]:
    """The twelve months of the year before a month's own."""
    return [date(period.year - 1, month, 1) for month in range(1, 13)]


def houses_of(db: Session, book: ChargeBook, property_ids: Collection[int], period: date) -> dict[int, House]:
    """Houses that have volumes of their own, with what the bills of a month need of them."""
    rows = db.exec(
        select(HouseVolume).where(
            col(HouseVolume.property_id).in_(property_ids),
            HouseVolume.period >= date(period.year - 1, 1, 1),
            HouseVolume.period <= period,
        )
    ).all()
    volumes: dict[int, dict[tuple[str, date], Decimal]] = {}
    for row in rows:
        volumes.setdefault(row.property_id, {})[row.code, row.period] = row.volume
    if not volumes:
        return {}
    areas = _areas(db, volumes)
    houses = {at: House(areas[at], volumes[at]) for at in volumes if areas[at]}
    if period.month in ADJUSTED_IN:
        _add_used(db, book, houses, period)
    _add_heat(db, book, houses, period)
    return houses


def _areas(db: Session, property_ids: Iterable[int]) -> dict[int, Decimal]:
    """The house's own figure, or its flats together."""
    own = {row.id: row.area for row in db.exec(select(Property).where(col(Property.id).in_(list(property_ids)))).all()}
    flats = db.exec(
        select(Premises.property_id, func.sum(Premises.area))
        .where(col(Premises.property_id).in_(own.keys()))
        .group_by(col(Premises.property_id))
    ).all()
    summed = dict(flats)
    return {at: area or summed.get(at) or Decimal(0) for at, area in own.items()}


def _add_used(db: Session, book: ChargeBook, houses: Mapping[int, House], period: date) -> None:
    """What the flats were charged for in the months of last year."""
    months = year_before(period)
    counted = (col(Premises.property_id), col(ReceiptLine.code), col(Receipt.period))
    rows = db.execute(
        sqlalchemy.select(*counted, func.sum(ReceiptLine.volume))
        .join(Account, col(Account.premises_id) == col(Premises.id))
        .join(Receipt, col(Receipt.account_id) == col(Account.id))
        .join(ReceiptLine, col(ReceiptLine.receipt_id) == col(Receipt.id))
        .where(
            col(Account.organization_id) == book.company.id,
            col(Premises.property_id).in_(houses.keys()),
            col(Receipt.period).between(months[0], months[-1]),
            col(ReceiptLine.code).in_({code for codes in COMMON.values() for code in codes}),
        )
        .group_by(*counted)
    ).all()
    used: dict[int, dict[tuple[str, date], Decimal]] = {}
    for at, code, month, volume in rows:
        used.setdefault(at, {})[code, month] = Decimal(volume)
    for at, house in houses.items():
        house.used = used.get(at, {})


def _add_heat(db: Session, book: ChargeBook, houses: Mapping[int, House], period: date) -> None:
    """The month's heat of houses that pay in the heating period; last year's of those that pay all the year."""
    wanted: dict[date, list[int]] = {}
    for at, house in houses.items():
        heating = next((one for one in book.services_at(at) if one.basis == "heating"), None)
        if heating is None:
            continue
        months = [period]
        if heating.all_year:
            months = year_before(period) if period.month in ADJUSTED_IN else []
        for month in months:
            if (HEAT, month) in house.volumes:
                wanted.setdefault(month, []).append(at)
    for month, ids in wanted.items():
        for at, heat in _heat(db, book, {at: houses[at] for at in ids}, month).items():
            houses[at].heat[month] = heat


def _heat(db: Session, book: ChargeBook, houses: Mapping[int, House], month: date) -> dict[int, HouseHeat]:
    """Houses' heat of a month, with the flats that have meters of their own."""
    flats = db.exec(
        select(Account.id, Premises)
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .where(
            Account.organization_id == book.company.id,
            col(Premises.property_id).in_(houses.keys()),
            col(Account.id).in_(select(Meter.account_id).where(Meter.resource == HEAT)),
        )
    ).all()
    meters = _flats_heat(db, book, [account_id for account_id, _ in flats], month)
    found = {}
    for at, house in houses.items():
        metered = {
            account_id: premises.area or Decimal(0)
            for account_id, premises in flats
            if premises.property_id == at and account_id in meters
        }
        found[at] = HouseHeat(
            volume=house.volumes[HEAT, month],
            area=house.area,
            own={account_id: sum((one.volume for one in meters[account_id]), Decimal(0)) for account_id in metered},
            metered_area=sum(metered.values(), Decimal(0)),
            meters={account_id: meters[account_id] for account_id in metered},
        )
    return found


def _flats_heat(db: Session, book: ChargeBook, account_ids: Sequence[int], month: date) -> dict[int, list[MeterVolume]]:
    """By account, what the heat meters gave to the month; without flats that are charged by the norm."""
    all_meters = meter_months(db, account_ids, month, book.heating_season())
    usage = [one for one in all_meters if one.resource == HEAT and one.stands]
    past = past_lines(db, [one.account_id for one in usage if not one.is_plain], month)
    found: dict[int, list[MeterVolume]] = {}
    for one in usage:
        found.setdefault(one.account_id, []).extend(one.volumes(past.get(one.account_id, {}).get(HEAT, {})))
    return {at: parts for at, parts in found.items() if all(part.how != "norm" for part in parts)}
