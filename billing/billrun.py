"""The monthly run: a receipt for every account of a company. What a flat is charged is in `billing.accrual`.

Accounts go in chunks, each one transaction, so that residents are served meanwhile and a run that was cut short is
simply run again: accounts that have the month's receipt are left alone. Readings that a bill rests on are accepted
with it, and can no longer be replaced. A bill opens with what the one before left to pay, so months are billed in
their order.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Engine, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import Select

from billing import accrual, benefits, issuing, law
from billing.accrual import FlatMonth
from billing.arrears import ledgers
from billing.chargebook import ChargeBook, NoNorm, open_book
from billing.charges import NoTariff
from billing.house import ADJUSTED_IN, House, houses_of
from billing.meter_month import MeterMonth
from billing.recalculation import Past
from billing.store import transaction
from billing.tables import Account, Act, Meter, Organization, Premises, Property, Reading, Receipt
from billing.usage import LOOK_BACK, SUBMITTED, meter_months, past_lines
from billing.windows import day_in, month_start

CHUNK = 500
YEAR_AND_QUARTER = 15
log = logging.getLogger(__name__)


class WrongMonth(ValueError):
    """The month is not to be billed; the message says why."""


@dataclass
class RunReport:
    """issued: receipts made; skipped: accounts that had one; problems: account number and why it has none.

    old_key_rate: the day of the newest key rate known, when penalties use one and it is too old (data/law.yaml).
    """

    issued: int = 0
    skipped: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    old_key_rate: date | None = None


@dataclass(frozen=True)
class _Flat:
    """An account of the run with its flat."""

    account: Account
    premises: Premises
    house: Property


def check_month(db: Session, company: Organization, period: date, now: datetime) -> None:
    """Raises WrongMonth for a month that is not over where the company is, and one older than a month it has billed."""
    if day_in(company.timezone, now) < month_start(period, 1):
        raise WrongMonth(f"{period:%Y-%m} is not over")
    newest = db.exec(
        select(func.max(Receipt.period))
        .join(Account, col(Account.id) == col(Receipt.account_id))
        .where(Account.organization_id == company.id, Receipt.period > period)
    ).one()
    if newest is not None:
        raise WrongMonth(f"{newest:%Y-%m} is billed already: months are billed in their order")


def run(
    engine: Engine,
    organization_id: int,
    period: date,
    issued_on: date,
    progress: Callable[[int], object] | None = None,
) -> RunReport:
    """Issue the receipts of a month (its first day) for a whole company. `progress` hears of accounts done."""
    report = _report(issued_on)
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
    report = _report(issued_on)
    query = _flats().where(col(Account.id).in_(account_ids)).order_by(col(Account.id))
    flats = [_Flat(*row) for row in db.exec(query).all()]
    by_company: dict[int, list[_Flat]] = defaultdict(list)
    for flat in flats:
        by_company[flat.account.organization_id].append(flat)
    for same in by_company.values():
        issue(db, same, period, issued_on, report)
    return report


def _report(issued_on: date) -> RunReport:
    old = law.stale_key_rate(issued_on)
    if old is not None:
        log.warning("penalties use the key rate of %s: add newer rows in a file of law of your own", old)
    return RunReport(old_key_rate=old)


def issue(db: Session, flats: Sequence[_Flat], period: date, issued_on: date, report: RunReport) -> None:
    """Receipts of one company's accounts, with their lines. Runs of one company wait for each other.

    An account with a later receipt gets none, and is reported.
    """
    company_id = flats[0].account.organization_id
    db.exec(select(Organization.id).where(Organization.id == company_id).with_for_update()).one()
    book = open_book(db, company_id)
    ids = [flat.account.id for flat in flats]
    billed = _newest_billed(db, ids, period)
    numbers = {flat.account.id: flat.account.number for flat in flats}
    later = {account_id: newest for account_id, newest in billed.items() if newest > period}
    report.problems += [(numbers[at], f"{newest:%Y-%m} is billed already") for at, newest in later.items()]
    report.skipped += len(billed) - len(later)
    money = ledgers(db, ids, issued_on)
    made = []
    for flat in _months(db, book, [flat for flat in flats if flat.account.id not in billed], period):
        try:
            charged = accrual.lines(book, flat)
        except (NoTariff, NoNorm) as missing:
            report.problems.append((flat.account.number, str(missing)))
            continue
        subsidy = benefits.monthly_subsidy(flat.benefits)
        ledger = money[flat.account.id]
        made.append(issuing.receipt(book.company, flat.account, charged, ledger, period, issued_on, subsidy))
    issuing.write(db, made, period)
    _accept(db, [row["account_id"] for row, _ in made], period)
    report.issued += len(made)


def _newest_billed(db: Session, account_ids: Sequence[int], period: date) -> dict[int, date]:
    """The newest receipt's month, of accounts that have one of this month or of a later one."""
    rows = db.exec(
        select(Receipt.account_id, func.max(Receipt.period))
        .where(Receipt.period >= period, col(Receipt.account_id).in_(account_ids))
        .group_by(col(Receipt.account_id))
    )
    return dict(rows.all())


def _months(db: Session, book: ChargeBook, flats: Sequence[_Flat], period: date) -> Iterable[FlatMonth]:
    """The flats with all that their bills rest on."""
    ids = [flat.account.id for flat in flats]
    usage: dict[int, list[MeterMonth]] = defaultdict(list)
    for one in meter_months(db, ids, period, book.heating_season()):
        usage[one.account_id].append(one)
    acts: dict[int, list[Act]] = defaultdict(list)
    for act in db.exec(select(Act).where(col(Act.account_id).in_(ids)).order_by(col(Act.id))).all():
        acts[act.account_id].append(act)
    support = benefits.of_accounts(db, ids, period)
    houses = houses_of(db, book, {flat.premises.property_id for flat in flats}, period)
    past = _past(db, flats, usage, acts, houses, period)
    for flat in flats:
        at = flat.account.id
        yield FlatMonth(
            account=flat.account,
            premises=flat.premises,
            period=period,
            usage=usage[at],
            past=past.get(at),
            acts=acts[at],
            benefits=support.get(at, ()),
            house=houses.get(flat.premises.property_id),
        )


def _past(
    db: Session,
    flats: Sequence[_Flat],
    usage: Mapping[int, Sequence[MeterMonth]],
    acts: Collection[int],
    houses: Mapping[int, House],
    period: date,
) -> dict[int, dict[str, dict[date, Past]]]:
    """Past months of accounts that need them: not read plainly, with an act, or in a house whose year is adjusted."""
    adjusted = houses if period.month in ADJUSTED_IN else {}
    wanted = [
        flat.account.id
        for flat in flats
        if flat.account.id in acts
        or flat.premises.property_id in adjusted
        or not all(one.is_plain for one in usage[flat.account.id])
    ]
    return past_lines(db, wanted, period, YEAR_AND_QUARTER if adjusted else LOOK_BACK)


def _accept(db: Session, account_ids: Sequence[int], period: date) -> None:
    """The readings are taken to account: the receipt is their trace."""
    own = select(Meter.id).where(col(Meter.account_id).in_(account_ids))
    db.execute(
        update(Reading)
        .where(SUBMITTED, col(Reading.meter_id).in_(own), col(Reading.period) <= period)
        .values(status="accepted")
        .execution_options(synchronize_session=False)
    )


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
