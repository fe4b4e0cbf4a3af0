"""Loading accounts (лицевые счета): the houses and flats they need are made on the way."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from billing import audit, contacts
from billing.contacts import BadContact
from billing.exchange.loading import Bad, Fate, Loader, change, each, put
from billing.exchange.rows import BadCell, Row
from billing.tables import Account, Organization, Premises, Property
from billing.tables.paying import CONTACT_KINDS

UNIT_TYPES = {
    "квартира": "flat", "комната": "room", "машиноместо": "parking", "кладовка": "warehouse",
    "апартаменты": "apartment", "нежилое": "commercial",
}  # fmt: skip
AREA, LARGEST_AREA = Decimal("0.00001"), 1_000_000
LENGTHS = {"els": 10, "gis_service_id": 13}


class Home(NamedTuple):
    """Where an account's flat is: house by city, street and number; the flat by kind and what is on its door."""

    city: str
    street: str
    house: str
    unit_type: str
    unit: str


class AccountsLoader(Loader):
    """Columns account, bill_code, city, street, house, flat …, email, phone; an account is known by its number."""

    kind = "accounts"

    def __init__(self, company: Organization, now: datetime) -> None:
        super().__init__(company, now)
        self._houses: dict[tuple[str, str, str], int] = {}
        self._areas: dict[int, Decimal] = {}  # by flat, as this file says

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Make accounts with their flats, or change what the file says otherwise."""
        numbers = {row.cells["account"] for row in batch if "account" in row.cells}
        rows = db.exec(
            select(Account).where(Account.organization_id == self.organization_id, col(Account.number).in_(numbers))
        ).all()
        known = {account.number: account for account in rows}
        fates = each(batch, lambda row: self._take(db, row, known))
        db.flush()
        return fates

    def _take(self, db: Session, row: Row, known: dict[str, Account]) -> Fate:
        number, home, said, reached = _number(row), _home(row), _said(row), _contacts(row)
        area, opened = _area(row), row.day("opened_on")
        flat, account = self._flat(db, home), known.get(number)
        if account is not None and (flat is None or account.premises_id != flat.id):
            raise BadCell("the account is of another flat: SAME_ACCOUNT_NUMBER_EXISTS_IN_OTHER_UNIT")
        if flat is not None and area is not None and self._areas.get(flat.id, area) != area:
            raise BadCell("the flat has another area in this file")
        if account is not None and flat is not None:
            if opened is not None and account.closed_on is not None and account.closed_on < opened:
                raise BadCell("opened_on is after the account was closed")
            said |= {"opened_on": opened} if opened is not None else {}
            fates = change(db, account, said, self._now), self._measure(db, account, flat, area)
            return "changed" if self._reach(db, account, reached) or "changed" in fates else "unchanged"
        flat = flat or self._add_flat(db, home)
        account = Account(
            organization_id=self.organization_id, premises_id=flat.id, number=number,
            opened_on=opened or self._today, **said,
        )  # fmt: skip
        db.add(account)
        db.flush()
        known[number] = account
        self._measure(db, account, flat, area)
        self._reach(db, account, reached)
        return "added"

    def _measure(self, db: Session, account: Account, flat: Premises, area: Decimal | None) -> Fate:
        """Note the area that the file says, and a change of it in the account's trail."""
        if area is None:
            return "unchanged"
        self._areas[flat.id] = area
        before = put(flat, {"area": area})
        if not before:
            return "unchanged"
        audit.record_row(db, account, self._now, "system", "import", "change", {"area": f"{area:f}"}, before)
        return "changed"

    def _reach(self, db: Session, account: Account, reached: dict[str, str]) -> bool:
        """Note how the owner is reached; whether that is new."""
        how: dict[str, Any] = {"now": self._now, "actor": "system", "channel": "import"}
        kept = [contacts.keep(db, account.id, kind, value, **how) for kind, value in reached.items()]
        return any(kept)

    def _flat(self, db: Session, home: Home) -> Premises | None:
        house = (
            self._houses.get(home[:3])
            or db.exec(
                select(Property.id).where(
                    Property.organization_id == self.organization_id,
                    Property.city == home.city,
                    Property.street == home.street,
                    Property.house == home.house,
                )
            ).first()
        )
        if house is None:
            return None
        self._houses[home[:3]] = house
        own = Premises.property_id == house, Premises.unit_type == home.unit_type, Premises.unit == home.unit
        return db.exec(select(Premises).where(*own)).first()

    def _add_flat(self, db: Session, home: Home) -> Premises:
        if home[:3] not in self._houses:
            house = Property(organization_id=self.organization_id, city=home.city, street=home.street, house=home.house)
            db.add(house)
            db.flush()
            self._houses[home[:3]] = house.id
        flat = Premises(property_id=self._houses[home[:3]], unit_type=home.unit_type, unit=home.unit)
        db.add(flat)
        db.flush()
        return flat


def _area(row: Row) -> Decimal | None:
    """Square metres, as the books keep them."""
    area = row.number("area")
    if area is None:
        return None
    if not 0 <= area < LARGEST_AREA:
        raise BadCell(f"not an area: {row.cells['area']}")
    return area.quantize(AREA, ROUND_HALF_UP)


def _number(row: Row) -> str:
    number = row.text("account")
    if not any(sign.isalnum() for sign in number) or len(number) > 30:
        raise BadCell(f"not an account number: {number}")
    return number


def _home(row: Row) -> Home:
    kind = UNIT_TYPES.get(row.cells.get("unit_type", "квартира").lower())
    if kind is None:
        raise BadCell(f"unknown unit_type: {row.cells['unit_type']}")
    return Home(row.text("city"), row.text("street"), row.text("house"), kind, row.text("flat"))


def _contacts(row: Row) -> dict[str, str]:
    try:
        return {kind: contacts.tidy(kind, row.cells[kind]) for kind in CONTACT_KINDS if kind in row.cells}
    except BadContact as bad:
        raise BadCell(str(bad)) from bad


def _said(row: Row) -> dict[str, Any]:
    """What the file says of an account; silence changes nothing."""
    code = row.text("bill_code")
    if len(code) != 6 or not code.isdecimal():
        raise BadCell("bill_code is not six digits")
    for name, length in LENGTHS.items():
        if name in row.cells and len(row.cells[name]) != length:
            raise BadCell(f"{name} is not {length} signs long: {row.cells[name]}")
    said: dict[str, Any] = {"bill_code": code}
    if "registered" in row.cells:
        said["registered"] = row.whole("registered", 1)
        if not 0 <= said["registered"] <= 9999:
            raise BadCell(f"registered is not 0 to 9999: {said['registered']}")
    texts = {"holder_name": "holder", "els": "els", "gis_service_id": "gis_service_id"}
    return said | {field: row.cells[name] for field, name in texts.items() if name in row.cells}
