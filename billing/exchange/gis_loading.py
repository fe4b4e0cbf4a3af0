"""What comes back from ГИС ЖКХ: its names of our devices, and which bill each payment was acknowledged for."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from sqlmodel import Session, col, select

from billing import audit
from billing.exchange.gis import RESOURCES
from billing.exchange.loading import Bad, Fate, Loader, change, each
from billing.exchange.registries import our_payment
from billing.exchange.rows import BadCell, Row
from billing.tables import Account, Meter, Payment, Receipt

GUID_LENGTH = 36


class DevicesLoader(Loader):
    """The portal's list of devices: device_guid, serial, resource. Meters are found by their serial numbers."""

    kind = "gis-devices"

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Note the device's id on the meter."""
        serials = {row.cells["serial"] for row in batch if "serial" in row.cells}
        meters: dict[str, list[Meter]] = {}
        query = select(Meter).where(Meter.organization_id == self.organization_id, col(Meter.serial).in_(serials))
        for meter in db.exec(query).all():
            meters.setdefault(meter.serial, []).append(meter)
        return each(batch, lambda row: self._take(db, row, meters))

    def _take(self, db: Session, row: Row, meters: dict[str, list[Meter]]) -> Fate:
        serial, guid = row.text("serial"), row.text("device_guid").lower()
        if len(guid) != GUID_LENGTH:
            raise BadCell(f"device_guid is not {GUID_LENGTH} signs long: {guid}")
        found = meters.get(serial, [])
        if "resource" in row.cells:
            codes = {str(code): name for name, code in RESOURCES.items()}
            code = codes.get(row.cells["resource"]) or row.resource()
            found = [meter for meter in found if meter.resource == code]
        if len(found) != 1:
            raise BadCell("INVALID_METER_NUMBER" if not found else "MULTIPLE_METERS_FOUND")
        return change(db, found[0], {"gis_guid": guid}, self._now)


class AcksLoader(Loader):
    """Квитирование: OrderID, PaymentDocumentID, Service, Amount in kopecks, or the Reason why there is none.

    The rows of one order stand together; they link its payment with the bill, once.
    """

    kind = "gis-acks"

    def rows(self, path: Path) -> Iterator[Row]:
        """An order a row, its kopecks summed up."""
        for _, rows in groupby(super().rows(path), lambda row: row.cells.get("order_id")):
            own = list(rows)
            cells = dict(own[0].cells)
            sums = [row.cells.get("kopecks", "0") for row in own]
            if all(one.isdecimal() for one in sums):
                cells["kopecks"] = str(sum(int(one) for one in sums))
            yield Row(own[0].line, cells)

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Link payments with the bills they were acknowledged for."""
        documents = {row.cells["document_id"] for row in batch if "document_id" in row.cells}
        own = Account.organization_id == self.organization_id
        receipts = {
            row.document_id: row
            for row in db.exec(select(Receipt).join(Account).where(own, col(Receipt.document_id).in_(documents))).all()
        }
        payments = self._payments(db, batch)
        return each(batch, lambda row: self._take(db, row, payments, receipts))

    def _take(self, db: Session, row: Row, payments: dict[str, Payment], receipts: dict[str | None, Receipt]) -> Fate:
        payment = payments.get(row.text("order_id"))
        if payment is None:
            raise BadCell(f"no payment {row.cells['order_id']}")
        if "document_id" not in row.cells:
            raise BadCell(f"not acknowledged: {row.cells.get('reason', 'no reason is given')}")
        receipt = receipts.get(row.cells["document_id"])
        if receipt is None or receipt.account_id != payment.account_id:
            raise BadCell(f"the account has no bill {row.cells['document_id']}")
        if not row.cells.get("kopecks", "").isdecimal() or int(row.cells["kopecks"]) > payment.amount_kopecks:
            raise BadCell(f"the sum is not within the payment's: {row.cells.get('kopecks')}")
        if payment.receipt_id is not None:
            if payment.receipt_id != receipt.id:
                raise BadCell("the payment is of another bill")
            return "unchanged"
        payment.receipt_id = receipt.id
        db.flush()
        after = {"document": receipt.document_id}
        audit.record_row(db, payment, self._now, "system", "import", "acknowledge", after, {"document": None})
        return "changed"

    def _payments(self, db: Session, batch: Sequence[Row]) -> dict[str, Payment]:
        """By our own name, or by that of who took the money."""
        orders = {row.cells["order_id"] for row in batch if "order_id" in row.cells}
        ids = {number: order for order in orders if (number := our_payment(self._company.inn, order)) is not None}
        query = (
            select(Payment)
            .join(Account)
            .where(
                Account.organization_id == self.organization_id,
                col(Payment.id).in_(ids) | col(Payment.external_id).in_(orders),
            )
        )
        return {ids.get(row.id) or row.external_id or "": row for row in db.exec(query).all()}
