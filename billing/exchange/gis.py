"""ГИС ЖКХ (форматы 14.4): readings, order notices and their acknowledgement (квитирование), bills. Flat tables with the
names and limits of the XSD's fields, one row an element; sums of orders are kopecks there.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from billing.charges import allocate
from billing.exchange.money import PaidAt, lines_of
from billing.exchange.registries import operation_id, roubles
from billing.exchange.rows import Row, table
from billing.exchange.standing import MeterReading
from billing.exchange.writing import Cell
from billing.tables import Account, AuditEntry, Organization, Payment, Receipt, ReceiptLine, Refund
from billing.windows import month_start

RESOURCES = {"COLD_WATER": 1, "HOT_WATER": 2, "ELECTRICITY": 3, "GAS": 4, "HEAT": 5}
"""НСИ 2, коммунальный ресурс."""
READINGS = ("device_guid", "serial", "resource", "t1", "t2", "t3", "date", "period_year", "period_month")
ORDERS = (
    "SupplierID", "SupplierName", "RecipientINN", "RecipientKPP", "RecipientName", "BankName", "BankBIK",
    "OperatingAccount", "CorrespondentAccount", "OrderID", "OrderDate", "Amount", "PaymentPurpose", "OnlinePayment",
    "PaymentDocumentID", "Year", "Month", "UnifiedAccountNumber", "FIASHouseGuid", "Apartment", "ServiceID",
    "AccountNumber",
)  # fmt: skip
ACKS = ("OrderID", "PaymentDocumentID", "Service", "Amount", "Reason")
CANCELLATIONS = ("OrderID", "CancellationDate", "Comment")
BILLS = (
    "AccountNumber", "UnifiedAccountNumber", "ServiceID", "PaymentDocumentID", "Year", "Month", "ServiceType", "Rate",
    "Volume", "VolumeType", "DeterminingMethod", "AccountingPeriodTotal", "Ratio", "AmountOfExcessFees",
    "MoneyRecalculation", "MoneyDiscount", "Penalties", "TotalPayable", "DebtPreviousPeriods", "AdvanceBllingPeriod",
    "PaidCash", "CalcExplanation",
)  # fmt: skip
PURPOSE, COMMENT, REASON = 1000, 210, 210
NO_DOCUMENT = "Платёжный документ в извещении не указан, остаток на лицевом счёте"
AT_ONCE = 500


def read_orders(path: Path) -> Iterator[Row]:
    """Order notices (извещения о принятии к исполнению распоряжения) as payments: kopecks become roubles."""
    for row in table(path, "gis-orders"):
        cells = dict(row.cells)
        kopecks = cells.pop("kopecks", "")
        cells["amount"] = roubles(int(kopecks)) if kopecks.isdecimal() else kopecks
        year, month = cells.pop("year", ""), cells.pop("month", "")
        if year and month:
            cells["period"] = f"{month:0>2}.{year}"
        yield Row(row.line, {name: cell for name, cell in cells.items() if cell})


def read_readings(path: Path) -> Iterator[Row]:
    """Readings that residents left in ГИС ЖКХ, as readings of ours: its codes of resources are not a bank's."""
    codes = {str(code): name for name, code in RESOURCES.items()}
    for row in table(path, "gis-readings"):
        cells = dict(row.cells)
        cells["resource"] = codes.get(cells.get("resource", ""), cells.get("resource", ""))
        year, month = cells.pop("period_year", ""), cells.pop("period_month", "")
        if year and month:
            cells["period"] = f"{month:0>2}.{year}"
        yield Row(row.line, {name: cell for name, cell in cells.items() if cell})


def reading_rows(readings: Iterator[MeterReading], period: date) -> Iterator[list[Cell]]:
    """Only devices that ГИС ЖКХ knows can be reported to it."""
    for one in readings:
        if one.meter.gis_guid and one.meter.resource in RESOURCES:
            yield [
                one.meter.gis_guid,
                one.meter.serial,
                RESOURCES[one.meter.resource],
                *(None if value is None else value.normalize() + 0 for value in one.values),
                one.first.taken_on.isoformat(),
                period.year,
                period.month,
            ]


def order_rows(company: Organization, payments: Iterator[PaidAt]) -> Iterator[list[Cell]]:
    """NotificationOfOrderExecution: who paid what to whom, with every identifier that we know."""
    for one in payments:
        paid = one.paid
        month = f" за {paid.period:%m.%Y}" if paid.period else ""
        yield [
            company.inn,
            company.name[:160],
            company.inn,
            company.kpp,
            company.name[:160],
            company.bank_name,
            company.bank_bic,
            company.bank_account,
            company.bank_correspondent_account,
            paid.operation_id,
            paid.paid_on.isoformat(),
            paid.kopecks,
            f"ЖКУ{month}, лицевой счёт {paid.account}"[:PURPOSE],
            "true" if one.payment.method in ("SBP_QR", "CARD", "SBER_PAY", "AUTOPAY") else "false",
            paid.document_id,
            paid.period.year if paid.period else None,
            paid.period.month if paid.period else None,
            paid.els,
            one.home.house.fias_guid,
            one.home.premises.unit,
            paid.gis_service_id,
            paid.account,
        ]


def ack_rows(db: Session, payments: Iterator[PaidAt]) -> Iterator[list[Cell]]:
    """Квитирование: each payment shared among its bill's services, or why it cannot be."""
    while batch := list(islice(payments, AT_ONCE)):
        lines = lines_of(db, [one.receipt.id for one in batch if one.receipt])
        for one in batch:
            if one.receipt is None or not one.receipt.document_id:
                yield [one.paid.operation_id, None, None, None, NO_DOCUMENT[:REASON]]
                continue
            own = lines.get(one.receipt.id, [])
            shares = allocate(one.paid.kopecks, [max(0, line.to_pay_kopecks) for line in own])
            for line, kopecks in zip(own, shares, strict=True):
                if kopecks:
                    yield [one.paid.operation_id, one.receipt.document_id, line.title, kopecks, None]


def cancellation_rows(db: Session, company: Organization, period: date) -> Iterator[list[Cell]]:
    """Payments taken back in a month: by the bank, or given back wholly."""
    zone = ZoneInfo(company.timezone)
    first = datetime.combine(period, datetime.min.time(), zone)
    after = datetime.combine(month_start(period, 1), datetime.min.time(), zone)
    reversed_ = (
        select(Payment, AuditEntry)
        .join(AuditEntry, (col(AuditEntry.subject_id) == col(Payment.id)) & (col(AuditEntry.subject) == "payment"))
        .join(Account, col(Account.id) == col(Payment.account_id))
        .where(
            Account.organization_id == company.id,
            Payment.status == "ERROR",
            col(Payment.paid_on).is_not(None),
            AuditEntry.action == "status",
            AuditEntry.at >= first,
            AuditEntry.at < after,
        )
        .order_by(col(Payment.id))
    )
    for payment, entry in db.exec(reversed_).all():
        if (entry.after or {}).get("status") == "ERROR":
            reason = (payment.error or "Отменено банком")[:COMMENT]
            yield [operation_id(company.inn, payment.id), entry.at.astimezone(zone).date().isoformat(), reason]
    given_back = (
        select(Payment, Refund)
        .join(Refund, col(Refund.payment_id) == col(Payment.id))
        .join(Account, col(Account.id) == col(Payment.account_id))
        .where(
            Account.organization_id == company.id,
            Refund.status == "DONE",
            Refund.amount_kopecks == Payment.amount_kopecks,
            col(Refund.done_on) >= period,
            col(Refund.done_on) < month_start(period, 1),
        )
        .order_by(col(Payment.id))
    )
    for payment, refund in db.exec(given_back).all():
        yield [operation_id(company.inn, payment.id), str(refund.done_on), "Возврат плательщику"]


def bill_rows(db: Session, company: Organization, period: date) -> Iterator[list[Cell]]:
    """Платёжные документы, приказ Минстроя № 43/пр: a row a service; sums of the whole bill stand in its first row."""
    query = (
        select(ReceiptLine, Receipt, Account)
        .join(Receipt, col(Receipt.id) == col(ReceiptLine.receipt_id))
        .join(Account, col(Account.id) == col(Receipt.account_id))
        .where(Account.organization_id == company.id, Receipt.period == period)
        .order_by(col(Receipt.account_id), col(ReceiptLine.id))
        .execution_options(yield_per=AT_ONCE)
    )
    before = None
    for line, receipt, account in db.exec(query):
        yield [
            account.number,
            account.els,
            account.gis_service_id,
            receipt.document_id,
            period.year,
            period.month,
            line.title,
            line.price,
            line.volume,
            line.volume_kind,
            {"A": "O"}.get(line.method, line.method),
            roubles(line.charged_kopecks),
            line.multiplier if line.multiplier != 1 else None,
            roubles(line.excess_kopecks) if line.excess_kopecks else None,
            roubles(line.recalculated_kopecks),
            roubles(line.privilege_kopecks),
            roubles(line.penalty_kopecks),
            roubles(line.to_pay_kopecks - line.opening_kopecks),
            *(_of_the_bill(receipt) if receipt.id != before else [None] * 3),
            {"A": "по среднему", "N": "по нормативу", "M": "по прибору учёта"}.get(line.method),
        ]
        before = receipt.id
        db.expunge(line)


def _of_the_bill(receipt: Receipt) -> list[Cell]:
    """Debt, advance and what was paid."""
    opening = receipt.opening_kopecks
    return [roubles(max(0, opening)), roubles(max(0, -opening)), roubles(receipt.paid_kopecks)]
