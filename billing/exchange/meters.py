"""Loading meters (приборы учёта) with their registers and initial values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from billing import audit
from billing.exchange.loading import Bad, Fate, Loader, change, each
from billing.exchange.rows import BadCell, Row
from billing.exchange.zones import zones_of
from billing.resources import Resource
from billing.tables import Account, Meter, Reading, Register
from billing.windows import month_start

DIALS = {"ELECTRICITY": (6, 1), "HEAT": (5, 3)}
USUAL_DIAL = (5, 3)
NUMBERS = ("digits_int", "digits_frac", "submit_frac")
DATES = {
    "next_verification": "next_verification_on", "verified_on": "verified_on", "installed_on": "installed_on",
    "commissioned_on": "commissioned_on", "sealed_on": "sealed_on", "archived_on": "archived_on",
}  # fmt: skip
TEXTS = ("place", "brand", "model", "gis_guid")


class MetersLoader(Loader):
    """Columns account, serial, resource, tariffs, place, digits_int …, t1…t3 as initial values."""

    kind = "meters"

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Make meters with their registers, or change what the file says otherwise."""
        numbers = {row.cells["account"] for row in batch if "account" in row.cells}
        serials = {row.cells["serial"] for row in batch if "serial" in row.cells}
        own = Account.organization_id == self.organization_id
        accounts = {row.number: row.id for row in db.exec(select(Account).where(own, col(Account.number).in_(numbers)))}
        same_company = Meter.organization_id == self.organization_id
        of_any = col(Meter.resource).in_(list(Resource))  # named, so that the index of serial numbers serves
        meters = {
            (row.serial, row.resource): row
            for row in db.exec(select(Meter).where(same_company, of_any, col(Meter.serial).in_(serials)))
        }
        fates = each(batch, lambda row: self._take(db, row, accounts, meters))
        db.flush()
        return fates

    def _take(self, db: Session, row: Row, accounts: dict[str, int], meters: dict[tuple[str, str], Meter]) -> Fate:
        account_id = accounts.get(row.text("account"))
        if account_id is None:
            raise BadCell(f"no account {row.text('account')}: INVALID_ACCOUNT_NUMBER")
        serial, resource = row.text("serial"), row.resource()
        if resource not in set(Resource) or len(serial) > 50:
            raise BadCell("INVALID_METER_NUMBER")
        meter = meters.get((serial, resource))
        said = _said(row)
        if meter is not None:
            if meter.account_id != account_id:
                raise BadCell("SAME_NUMBER_AND_RESOURCE_EXISTS_IN_ORGANIZATION")
            _check_dial({name: said.get(name, getattr(meter, name)) for name in NUMBERS})
            return change(db, meter, said, self._now)
        said = dict(zip(NUMBERS, (*DIALS.get(resource, USUAL_DIAL), 0), strict=True)) | said
        _check_dial(said)
        values = self._values(row, int(said["digits_int"]))
        meter = Meter(
            organization_id=self.organization_id, account_id=account_id, resource=resource, serial=serial, **said
        )
        db.add(meter)
        db.flush()
        meters[serial, resource] = meter
        self._add_registers(db, meter, values)
        initial = {zone: str(value) for zone, value in values.items() if value is not None}
        audit.record_row(db, meter, self._now, "system", "import", "add", {"serial": serial, **initial})
        return "added"

    def _values(self, row: Row, digits_int: int) -> dict[str, Decimal | None]:
        """Initial values by zone, None where the file has none."""
        tariffs = row.whole("tariffs", 1)
        if tariffs not in (1, 2, 3):
            raise BadCell("NUMBER_OF_TARIFFS_NOT_VALID")
        values: dict[str, Decimal | None] = {}
        for at, zone in enumerate(zones_of(self._company, tariffs), start=1):
            value = values[zone] = row.number(f"t{at}")
            if value is not None and not 0 <= value < Decimal(10) ** digits_int:
                raise BadCell(f"t{at} is not on the dial")
        return values

    def _add_registers(self, db: Session, meter: Meter, values: dict[str, Decimal | None]) -> None:
        taken = meter.installed_on or self._today
        for zone, value in values.items():
            register = Register(meter_id=meter.id, zone=zone)
            db.add(register)
            db.flush()
            if value is not None:
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


def _said(row: Row) -> dict[str, Any]:
    """What the file says of a meter; silence changes nothing."""
    said: dict[str, Any] = {name: row.whole(name, 0) for name in NUMBERS if name in row.cells}
    said |= {field: row.day(name) for name, field in DATES.items() if name in row.cells}
    said |= {name: row.cells[name] for name in TEXTS if name in row.cells}
    if "is_automatic" in row.cells:
        said["is_automatic"] = row.flag("is_automatic")
    return said


def _check_dial(dial: dict[str, Any]) -> None:
    if not (1 <= dial["digits_int"] <= 12 and 0 <= dial["digits_frac"] <= 3):
        raise BadCell("the dial has 1 to 12 digits and 0 to 3 decimals")
    if not 0 <= dial["submit_frac"] <= dial["digits_frac"]:
        raise BadCell("submit_frac is more than digits_frac")
