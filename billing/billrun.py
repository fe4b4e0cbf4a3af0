"""The monthly run: a receipt for every account of a company (начисление). Rules are in `billing.charges`.

Accounts go in chunks, each one transaction, so that residents are served meanwhile and a run that was cut short is
simply run again: accounts that have the month's receipt are left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from billing import charges, law
from billing.arrears import Ledger, ledgers, new_penalty
from billing.chargebook import ChargeBook, NoNorm, open_book
from billing.charges import Correction, Line, MeterVolume, NoTariff, allocate
from billing.store import transaction
from billing.tables import Account, Premises, Property, Receipt, ReceiptLine, Service
from billing.usage import MeterMonth, meter_months, past_lines
from billing.windows import month_start

CHUNK = 500
WATER = ("COLD_WATER", "HOT_WATER")


@dataclass
class RunReport:
    """issued: receipts made; skipped: accounts that had one; problems: account number and why it has none."""

    issued: int = 0
    skipped: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Flat:
    """An account of the run with its flat."""

    account: Account
    premises: Premises
    house: Property


def run(
    engine: Engine,
    organization_id: int,
    period: date,
    issued_on: date,
    progress: Callable[[int], object] | None = None,
) -> RunReport:
    """Issue the receipts of a month (its first day) for a whole company. `progress` hears of accounts done."""
    report = RunReport()
    last = 0
    while True:
        with transaction(engine) as db:
            flats = _accounts_after(db, organization_id, period, last)
            if not flats:
                return report
            issue(db, flats, period, issued_on, report)
        last = flats[-1].account.id
        if progress is not None:
            progress(len(flats))


def issue_for(db: Session, account_ids: Sequence[int], period: date, issued_on: date) -> RunReport:
    """Issue the receipts of a month for some accounts in the caller's transaction."""
    report = RunReport()
    query = _flats().where(col(Account.id).in_(account_ids)).order_by(col(Account.id))
    flats = [_Flat(*row) for row in db.exec(query).all()]
    by_company: dict[int, list[_Flat]] = defaultdict(list)
    for flat in flats:
        by_company[flat.account.organization_id].append(flat)
    for same in by_company.values():
        issue(db, same, period, issued_on, report)
    return report


def issue(db: Session, flats: Sequence[_Flat], period: date, issued_on: date, report: RunReport) -> None:
    """Receipts of one company's accounts, with their lines."""
    book = open_book(db, flats[0].account.organization_id)
    ids = [flat.account.id for flat in flats]
    done = set(
        db.exec(select(Receipt.account_id).where(Receipt.period == period, col(Receipt.account_id).in_(ids))).all()
    )
    usage = meter_months(db, ids, period)
    past = past_lines(db, [one.account_id for one in usage if not one.is_plain], period)
    by_account: dict[int, list[MeterMonth]] = defaultdict(list)
    for one in usage:
        by_account[one.account_id].append(one)
    money = ledgers(db, ids, issued_on)
    receipts: list[dict[str, Any]] = []
    lines: list[list[dict[str, Any]]] = []
    for flat in flats:
        if flat.account.id in done:
            report.skipped += 1
            continue
        try:
            charged = _lines(book, flat, by_account[flat.account.id], past.get(flat.account.id, {}), period)
        except (NoTariff, NoNorm) as missing:
            report.problems.append((flat.account.number, str(missing)))
            continue
        receipt, rows = _receipt(flat.account, charged, money[flat.account.id], period, issued_on)
        receipts.append(receipt)
        lines.append(rows)
    _write(db, receipts, lines)
    report.issued += len(receipts)


def _write(db: Session, receipts: list[dict[str, Any]], lines: list[list[dict[str, Any]]]) -> None:
    if not receipts:
        return
    ids = db.scalars(insert(Receipt).returning(col(Receipt.id), sort_by_parameter_order=True), receipts).all()
    rows = [row | {"receipt_id": receipt_id} for receipt_id, rows in zip(ids, lines, strict=True) for row in rows]
    if rows:
        db.execute(insert(ReceiptLine), rows)


def _flats() -> Select[Account, Premises, Property]:
    return (
        select(Account, Premises, Property)
        .join(Premises, col(Premises.id) == col(Account.premises_id))
        .join(Property, col(Property.id) == col(Premises.property_id))
    )


def _accounts_after(db: Session, organization_id: int, period: date, last: int) -> list[_Flat]:
    query = (
        _flats()
        .where(
            Account.organization_id == organization_id,
            col(Account.id) > last,
            col(Account.opened_on) < month_start(period, 1),
            col(Account.closed_on).is_(None) | (col(Account.closed_on) >= period),
        )
        .order_by(col(Account.id))
        .limit(CHUNK)
    )
    return [_Flat(*row) for row in db.exec(query).all()]


def _lines(
    book: ChargeBook,
    flat: _Flat,
    usage: Sequence[MeterMonth],
    past: Mapping[str, Mapping[date, charges.Past]],
    period: date,
) -> list[Line]:
    """Every service of a flat; sewage after the water it rests on."""
    lines: dict[str, Line] = {}
    water_changes: dict[date, Decimal] = defaultdict(Decimal)
    services = book.services_at(flat.house.id)
    for service in sorted(services, key=lambda service: service.basis == "sewage"):
        if service.basis in ("metered", "hot_two_component"):
            own = [one for one in usage if one.resource == service.code]
            line, corrections = _metered(book, flat, service, own, past.get(service.code, {}), period)
            for one in corrections if service.code in WATER else ():
                water_changes[one.period] += one.volume - one.volume_was
        elif service.basis == "sewage":
            water = [lines[code] for code in WATER if code in lines]
            line = _sewage(book, service, water, water_changes, past.get(service.code, {}), period)
        else:
            line = _flat_rate(book, flat, service, period)
        lines[service.code] = line
    return list(lines.values())


def _metered(
    book: ChargeBook,
    flat: _Flat,
    service: Service,
    usage: Sequence[MeterMonth],
    past: Mapping[date, charges.Past],
    period: date,
) -> tuple[Line, list[Correction]]:
    if not usage:
        multiplier = law.multiplier(service.code, period) if service.meter_possible else Decimal(1)
        return _norm(book, flat, service, period, multiplier), []
    corrections = _corrections(book, service, usage, past)
    volumes = [volume for one in usage for volume in one.volumes(past)]
    if any(volume.how == "norm" for volume in volumes):
        failed = any(one.failed for one in usage)
        multiplier = law.multiplier(service.code, period) if failed else Decimal(1)
        return _norm(book, flat, service, period, multiplier, volumes), corrections
    line = book.metered(service, volumes, period)
    return charges.with_corrections(line, corrections), corrections


def _corrections(
    book: ChargeBook, service: Service, usage: Sequence[MeterMonth], past: Mapping[date, charges.Past]
) -> list[Correction]:
    """Months charged by estimate for which real readings have come now."""
    real: dict[date, dict[tuple[int, str], Decimal]] = defaultdict(dict)
    for one in usage:
        for month, volumes in one.real_volumes_of(past).items():
            real[month] |= volumes
    return [
        charges.correct(past[month], volumes, lambda by_zone, month=month: book.cost(service, by_zone, month))  # type: ignore[misc]  # a default binds the loop's month
        for month, volumes in sorted(real.items())
    ]


def _norm(
    book: ChargeBook,
    flat: _Flat,
    service: Service,
    period: date,
    multiplier: Decimal,
    meters: Sequence[MeterVolume] = (),
) -> Line:
    norm = book.norm(service.code, period)
    count = Decimal(flat.account.registered) if norm.unit == "person" else (flat.premises.area or Decimal(0))
    prices = book.prices(service.code, period)
    return charges.by_norm(service.code, service.title, count, norm.unit, norm.value, prices, multiplier, meters)


def _sewage(
    book: ChargeBook,
    service: Service,
    water: Sequence[Line],
    changes: Mapping[date, Decimal],
    past: Mapping[date, charges.Past],
    period: date,
) -> Line:
    line = charges.sewage(service.code, service.title, water, book.prices(service.code, period))
    corrections = []
    for month, change in sorted(changes.items()):
        if change and month in past:
            before = past[month]
            now = book.cost(service, {"single": before.volume + change}, month)
            corrections.append(Correction(month, before.charged, now, before.volume, before.volume + change))
    return charges.with_corrections(line, corrections)


def _flat_rate(book: ChargeBook, flat: _Flat, service: Service, period: date) -> Line:
    prices = book.prices(service.code, period)
    area = flat.premises.area or Decimal(0)
    if service.basis == "common":
        return charges.common(service.code, service.title, area, book.norm(service.code, period).value, prices)
    amount = {"area": area, "person": Decimal(flat.account.registered), "fixed": Decimal(1)}[service.basis]
    return charges.flat_rate(service.code, service.title, service.basis, amount, prices)


def _receipt(
    account: Account, charged: Sequence[Line], ledger: Ledger, period: date, issued_on: date
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Rows of a receipt and of its lines: openings and penalties are shared out to the kopeck."""
    opening, paid = ledger.opening, ledger.paid
    penalty = new_penalty(ledger, issued_on)
    openings = _openings(ledger, [line.code for line in charged])
    penalties = _penalties(penalty, openings)
    codes = {line.code: line for line in charged}
    rows = []
    for code in [*codes, *(code for code in openings if code not in codes)]:
        line = codes.get(code)
        if line is None and not openings[code]:
            continue
        rows.append(_line_row(code, line, ledger, openings.get(code, 0), penalties.get(code, 0)))
    total = sum(line.charged for line in charged)
    recalculated = sum(line.recalculated for line in charged)
    receipt = {
        "account_id": account.id,
        "period": period,
        "opening_kopecks": opening,
        "charged_kopecks": total,
        "recalculated_kopecks": recalculated,
        "privilege_kopecks": 0,
        "penalty_kopecks": sum(penalties.values()),
        "paid_kopecks": paid,
        "to_pay_kopecks": opening + total + recalculated + sum(penalties.values()) - paid,
        "paid_through": issued_on,
        "issued_on": issued_on,
        "due_on": law.due_date(period),
    }
    return receipt, rows


def _line_row(code: str, line: Line | None, ledger: Ledger, opening: int, penalty: int) -> dict[str, Any]:
    """A line; one without a charge carries a debt of a service that is no longer charged."""
    charged, recalculated = (line.charged, line.recalculated) if line else (0, 0)
    return {
        "code": code,
        "title": line.title if line else ledger.titles[code],
        "method": line.method if line else "O",
        "volume_kind": line.volume_kind if line else "I",
        "volume": line.volume if line else Decimal(0),
        "price": line.price if line else None,
        "multiplier": line.multiplier if line else Decimal(1),
        "opening_kopecks": opening,
        "charged_kopecks": charged,
        "excess_kopecks": line.excess if line else 0,
        "recalculated_kopecks": recalculated,
        "privilege_kopecks": 0,
        "penalty_kopecks": penalty,
        "to_pay_kopecks": opening + charged + recalculated + penalty,
        "explanation": line.explanation if line else {"basis": "debt"},
    }


def _openings(ledger: Ledger, codes: Sequence[str]) -> dict[str, int]:
    """The opening balance by service: the last receipt's lines, less what was paid on it, in proportion."""
    if ledger.last_lines:
        before = list(ledger.last_lines)
        weights = [max(0, ledger.last_lines[code]) for code in before]
        paid = allocate(ledger.last_paid, weights)
        return {code: ledger.last_lines[code] - part for code, part in zip(before, paid, strict=True)}
    return dict(zip(codes, allocate(ledger.opening, [1] * len(codes)), strict=True)) if codes else {}


def _penalties(penalty: int, openings: Mapping[str, int]) -> dict[str, int]:
    """Penalties by service, in proportion to its debt."""
    weights = [max(0, amount) for amount in openings.values()]
    return dict(zip(openings, allocate(penalty, weights), strict=True)) if openings else {}
