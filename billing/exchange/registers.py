"""Loading accounts and meters (справочники): the houses, flats and registers they need are made on the way."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from billing import audit
from billing.exchange.loading import Bad, Fate
from billing.exchange.rows import BadCell, Row, table
from billing.exchange.zones import zones_of
from billing.resources import Resource
from billing.tables import Account, Meter, Organization, Premises, Property, Reading, Register
from billing.windows import month_start

UNIT_TYPES = {
    "квартира": "flat", "комната": "room", "машиноместо": "parking", "кладовка": "warehouse",
    "апартаменты": "apartment", "нежилое": "commercial",
}  # fmt: skip
DIALS = {"ELECTRICITY": (6, 1), "HEAT": (5, 3)}
USUAL_DIAL = (5, 3)


class AccountsLoader:
    """Columns account, bill_code, city, street, house, flat …; an account is known by its number."""

    kind = "accounts"

    def __init__(self, company: Organization, now: datetime, today: date) -> None:
        self.organization_id = company.id
        self._now = now
        self._today = today

    def rows(self, path: Path) -> Iterator[Row]:
        """Rows of a CSV or XLSX file."""
        return table(path, self.kind)

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Make accounts with their flats, or change what the file says otherwise."""
        numbers = {row.cells["account"] for row in batch if "account" in row.cells}
        rows = db.exec(
            select(Account).where(Account.organization_id == self.organization_id, col(Account.number).in_(numbers))
        ).all()
        known = {account.number: account for account in rows}
        fates: list[Fate | Bad] = []
        for row in batch:
            try:
                fates.append(self._take(db, row, known))
            except BadCell as bad:
                fates.append(Bad(str(bad)))
        db.flush()
        return fates

    def _take(self, db: Session, row: Row, known: dict[str, Account]) -> Fate:
        number, code = row.text("account"), row.text("bill_code")
        if not any(sign.isalnum() for sign in number) or len(number) > 30:
            raise BadCell(f"not an account number: {number}")
        if len(code) != 6 or not code.isdigit():
            raise BadCell("bill_code is not six digits")
        premises = self._premises(db, row)
        wanted: dict[str, Any] = {
            "bill_code": code,
            "holder_name": row.cells.get("holder"),
            "registered": row.whole("registered", 1),
            "els": row.cells.get("els"),
            "gis_service_id": row.cells.get("gis_service_id"),
        }
        if wanted["els"] is not None and len(wanted["els"]) != 10:
            raise BadCell(f"els is not ten signs: {wanted['els']}")
        account = known.get(number)
        if account is None:
            opened = row.day("opened_on") or self._today
            account = Account(
                organization_id=self.organization_id, premises_id=premises.id, number=number, opened_on=opened,
                **wanted,
            )  # fmt: skip
            db.add(account)
            known[number] = account
            return "added"
        if account.premises_id != premises.id:
            raise BadCell("the account is of another flat: SAME_ACCOUNT_NUMBER_EXISTS_IN_OTHER_UNIT")
        return _change(db, account, wanted, "account", account.id, self._now)

    def _premises(self, db: Session, row: Row) -> Premises:
        city, street, house = row.text("city"), row.text("street"), row.text("house")
        found = db.exec(
            select(Property).where(
                Property.organization_id == self.organization_id,
                Property.city == city,
                Property.street == street,
                Property.house == house,
            )
        ).first()
        if found is None:
            found = Property(organization_id=self.organization_id, city=city, street=street, house=house)
            db.add(found)
            db.flush()
        kind = UNIT_TYPES.get(row.cells.get("unit_type", "квартира").lower())
        if kind is None:
            raise BadCell(f"unknown unit_type: {row.cells['unit_type']}")
        unit = row.text("flat")
        premises = db.exec(
            select(Premises).where(Premises.property_id == found.id, Premises.unit_type == kind, Premises.unit == unit)
        ).first()
        if premises is None:
            premises = Premises(property_id=found.id, unit_type=kind, unit=unit, area=row.number("area"))
            db.add(premises)
            db.flush()
        return premises


class MetersLoader:
    """Columns account, serial, resource, tariffs, place, digits_int …, t1…t3 as initial values."""

    kind = "meters"

    def __init__(self, company: Organization, now: datetime, today: date) -> None:
        self.organization_id = company.id
        self._company = company
        self._now = now
        self._today = today

    def rows(self, path: Path) -> Iterator[Row]:
        """Rows of a CSV or XLSX file."""
        return table(path, self.kind)

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Make meters with their registers, or change what the file says otherwise."""
        numbers = {row.cells["account"] for row in batch if "account" in row.cells}
        serials = {row.cells["serial"] for row in batch if "serial" in row.cells}
        own = Account.organization_id == self.organization_id
        accounts = {row.number: row for row in db.exec(select(Account).where(own, col(Account.number).in_(numbers)))}
        same_company = Meter.organization_id == self.organization_id
        of_any = col(Meter.resource).in_(list(Resource))  # named, so that the index of serial numbers serves
        meters = {
            (row.serial, row.resource): row
            for row in db.exec(select(Meter).where(same_company, of_any, col(Meter.serial).in_(serials)))
        }
        fates: list[Fate | Bad] = []
        for row in batch:
            try:
                fates.append(self._take(db, row, accounts, meters))
            except BadCell as bad:
                fates.append(Bad(str(bad)))
        db.flush()
        return fates

    def _take(self, db: Session, row: Row, accounts: dict[str, Account], meters: dict[tuple[str, str], Meter]) -> Fate:
        account = accounts.get(row.text("account"))
        if account is None:
            raise BadCell(f"no account {row.text('account')}: INVALID_ACCOUNT_NUMBER")
        serial, resource = row.text("serial"), row.resource()
        if resource not in set(Resource) or len(serial) > 50:
            raise BadCell("INVALID_METER_NUMBER")
        tariffs = row.whole("tariffs", 1)
        if tariffs not in (1, 2, 3):
            raise BadCell("NUMBER_OF_TARIFFS_NOT_VALID")
        wanted = self._wanted(row, resource)
        meter = meters.get((serial, resource))
        if meter is not None:
            if meter.account_id != account.id:
                raise BadCell("SAME_NUMBER_AND_RESOURCE_EXISTS_IN_ORGANIZATION")
            return _change(db, meter, wanted, "meter", account.id, self._now)
        meter = Meter(
            organization_id=self.organization_id, account_id=account.id, resource=resource, serial=serial, **wanted
        )
        db.add(meter)
        db.flush()
        meters[serial, resource] = meter
        self._add_registers(db, row, meter, tariffs)
        return "added"

    def _wanted(self, row: Row, resource: str) -> dict[str, Any]:
        digits_int, digits_frac = DIALS.get(resource, USUAL_DIAL)
        wanted: dict[str, Any] = {
            "place": row.cells.get("place"),
            "digits_int": row.whole("digits_int", digits_int),
            "digits_frac": row.whole("digits_frac", digits_frac),
            "submit_frac": row.whole("submit_frac", 0),
            "is_automatic": row.flag("is_automatic"),
            "gis_guid": row.cells.get("gis_guid"),
            "next_verification_on": row.day("next_verification"),
            "verified_on": row.day("verified_on"),
            "installed_on": row.day("installed_on"),
            "commissioned_on": row.day("commissioned_on"),
            "sealed_on": row.day("sealed_on"),
            "archived_on": row.day("archived_on"),
        }
        if not (1 <= wanted["digits_int"] <= 12 and 0 <= wanted["digits_frac"] <= 3):
            raise BadCell("the dial has 1 to 12 digits and 0 to 3 decimals")
        if wanted["submit_frac"] > wanted["digits_frac"]:
            raise BadCell("submit_frac is more than digits_frac")
        return wanted

    def _add_registers(self, db: Session, row: Row, meter: Meter, tariffs: int) -> None:
        """Registers, and initial readings where the file has them."""
        for at, zone in enumerate(zones_of(self._company, tariffs), start=1):
            register = Register(meter_id=meter.id, zone=zone)
            db.add(register)
            db.flush()
            value = row.number(f"t{at}")
            if value is None:
                continue
            if value < 0 or value >= Decimal(10) ** meter.digits_int:
                raise BadCell(f"t{at} is not on the dial")
            taken = meter.installed_on or self._today
            initial = Reading(
                meter_id=meter.id,
                register_id=register.id,
                period=month_start(taken),
                taken_on=taken,
                value=value.quantize(Decimal("0.001")),
                kind="initial",
                status="accepted",
                channel="import",
                source="import",
                submitted_at=self._now,
            )
            db.add(initial)


def _change(
    db: Session, row: Account | Meter, wanted: dict[str, Any], subject: str, account_id: int, now: datetime
) -> Fate:
    """Set what differs and is said; silence changes nothing. The change is kept in the trail."""
    differs = {name: value for name, value in wanted.items() if value not in (None, "") and getattr(row, name) != value}
    if not differs:
        return "unchanged"
    before = {name: str(getattr(row, name)) for name in differs}
    for name, value in differs.items():
        setattr(row, name, value)
    db.add(row)
    audit.record(
        db,
        now=now,
        actor="system",
        channel="import",
        action="change",
        subject=subject,
        subject_id=row.id,
        account_id=account_id,
        before=before,
        after={name: str(value) for name, value in differs.items()},
    )
    return "changed"
