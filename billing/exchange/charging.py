"""Loading what charges rest on: tariffs, norms, services, the houses' own meters, support of households, acts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, col, select

from billing import audit, benefits
from billing.exchange.loading import Bad, Fate, Loader, each, put
from billing.exchange.rows import BadCell, Row
from billing.tables import Account, Act, Benefit, HouseVolume, Norm, Organization, Property, Service, Tariff

Fields = dict[str, Any]
LIST_SEPARATOR = ","


@dataclass(frozen=True)
class Known:
    """What cells of a batch refer to: accounts by number, houses by street and number."""

    company_id: int
    accounts: Mapping[str, int]
    houses: Mapping[tuple[str, str], int]

    def account(self, row: Row) -> int:
        """Raises BadCell."""
        number = row.text("account")
        if number not in self.accounts:
            raise BadCell(f"no account {number}: INVALID_ACCOUNT_NUMBER")
        return self.accounts[number]

    def house(self, row: Row) -> int:
        """Raises BadCell."""
        at = (row.text("street").casefold(), row.text("house").casefold())
        if at not in self.houses:
            raise BadCell(f"no house {row.text('street')}, {row.text('house')}: PROPERTY_NOT_FOUND")
        return self.houses[at]


Read = Callable[[Row, Known], tuple[Fields, Fields]]
"""From a row: what says which row of the table it is, and what it holds besides."""


class ChargingLoader(Loader):
    """One table, filled or changed row by row; what the database forbids is a bad row."""

    def __init__(self, kind: str, company: Organization, now: datetime) -> None:
        super().__init__(company, now)
        self.kind = kind
        self._model, self._read = SHEETS[kind]

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Add rows, or change what the file says otherwise."""
        known = self._known(db, batch)
        return each(batch, lambda row: self._take(db, row, known))

    def _known(self, db: Session, batch: Sequence[Row]) -> Known:
        numbers = {row.cells["account"] for row in batch if "account" in row.cells}
        accounts = select(Account.number, Account.id).where(
            Account.organization_id == self.organization_id, col(Account.number).in_(numbers)
        )
        houses = db.exec(select(Property).where(Property.organization_id == self.organization_id)).all()
        return Known(
            self.organization_id,
            dict(db.exec(accounts).all()),
            {(one.street.casefold(), one.house.casefold()): one.id for one in houses},
        )

    def _take(self, db: Session, row: Row, known: Known) -> Fate:
        key, values = self._read(row, known)
        try:
            with db.begin_nested():
                return self._put(db, key, values)
        except (IntegrityError, StatementError) as refused:
            raise BadCell(f"the books refuse it: {str(refused.orig).splitlines()[0]}") from None

    def _put(self, db: Session, key: Fields, values: Fields) -> Fate:
        there = db.exec(select(self._model).filter_by(**key)).first()
        before = None if there is None else put(there, values)
        if before == {}:
            return "unchanged"
        if there is None:
            there = self._model(**key, **values)
            db.add(there)
        db.flush()
        if isinstance(there, Benefit):
            benefits.free_of_commission(db, there)
        self._trace(db, there.id, before, key | values)
        return "added" if before is None else "changed"

    def _trace(self, db: Session, row_id: int, before: Fields | None, after: Fields) -> None:
        audit.record(
            db,
            now=self._now,
            actor="system",
            channel="import",
            action="add" if before is None else "change",
            subject=self._model.__tablename__,
            subject_id=row_id,
            account_id=after.get("account_id"),
            before=before,
            after={name: str(value) for name, value in after.items()},
        )


def _tariff(row: Row, known: Known) -> tuple[Fields, Fields]:
    key = {
        "organization_id": known.company_id,
        "resource": row.resource("service"),
        "zone": row.cells.get("zone", "single").lower(),
        "group": row.cells.get("group", ""),
        "range_from": row.number("range_from") or 0,
        "valid_from": _needed(row, "valid_from"),
    }
    price = row.number("price")
    if price is None:
        raise BadCell("price is empty")
    return key, {"price": price, "valid_to": row.day("valid_to"), "act": row.cells.get("act")}


def _norm(row: Row, known: Known) -> tuple[Fields, Fields]:
    key = {
        "organization_id": known.company_id,
        "resource": row.resource("service"),
        "unit": row.cells.get("unit", "person").lower(),
        "valid_from": _needed(row, "valid_from"),
    }
    value = row.number("value")
    if value is None:
        raise BadCell("value is empty")
    return key, {"value": value, "act": row.cells.get("act")}


def _service(row: Row, known: Known) -> tuple[Fields, Fields]:
    """Without a street it is charged at all the company's houses."""
    key = {
        "organization_id": known.company_id,
        "property_id": known.house(row) if "street" in row.cells else None,
        "code": row.resource("service"),
    }
    months = row.cells.get("months")
    values = {
        "title": row.text("title"),
        "basis": row.text("basis").lower(),
        "meter_possible": row.flag("meter_possible") if "meter_possible" in row.cells else True,
        "months": [_month(part) for part in months.split(LIST_SEPARATOR)] if months else None,
        "all_year": row.flag("all_year"),
    }
    return key, values


def _house_volume(row: Row, known: Known) -> tuple[Fields, Fields]:
    volume = row.number("volume")
    if volume is None:
        raise BadCell("volume is empty")
    key = {"property_id": known.house(row), "code": row.resource("service"), "period": row.month("period")}
    return key, {"volume": volume}


def _benefit(row: Row, known: Known) -> tuple[Fields, Fields]:
    """A per cent and services that the file leaves out are the category's."""
    kind = row.cells.get("kind", "privilege").lower()
    category = row.text("category").upper()
    usual = benefits.categories().get(category)
    codes = row.cells.get("codes")
    subsidy = kind == "subsidy"
    percent = row.number("percent")
    key = {
        "account_id": known.account(row),
        "kind": kind,
        "category": category,
        "valid_from": _needed(row, "valid_from"),
    }
    values = {
        "percent": None if subsidy else (percent if percent is not None or usual is None else usual.percent),
        "monthly_kopecks": row.kopecks("monthly") if subsidy else None,
        "codes": [part.strip().upper() for part in codes.split(LIST_SEPARATOR)]
        if codes
        else list(usual.codes if usual else ()),
        "within_norm": row.flag("within_norm") if "within_norm" in row.cells else bool(usual and usual.within_norm),
        "people": row.whole("people", 0) or None,
        "valid_to": row.day("valid_to"),
        "document": row.cells.get("document"),
    }
    return key, values


def _act(row: Row, known: Known) -> tuple[Fields, Fields]:
    key = {
        "account_id": known.account(row),
        "code": row.resource("service"),
        "kind": row.text("kind").upper(),
        "drawn_on": _needed(row, "drawn_on"),
    }
    return key, {
        "since": row.day("since"),
        "settled_on": row.day("settled_on"),
        "number": row.cells.get("number"),
    }


def _needed(row: Row, name: str) -> date:
    day = row.day(name)
    if day is None:
        raise BadCell(f"{name} is empty")
    return day


def _month(text: str) -> int:
    if not text.strip().isdecimal() or not 1 <= int(text) <= 12:
        raise BadCell(f"not a month of the year: {text}")
    return int(text)


SHEETS: Mapping[str, tuple[type[Any], Read]] = {
    "tariffs": (Tariff, _tariff),
    "norms": (Norm, _norm),
    "services": (Service, _service),
    "house-volumes": (HouseVolume, _house_volume),
    "benefits": (Benefit, _benefit),
    "acts": (Act, _act),
}
