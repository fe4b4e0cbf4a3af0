"""Меры поддержки: льготы that lower a bill, compensations and субсидии that are paid apart from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from sqlmodel import Session, col, select

from billing import audit
from billing.charges import Line
from billing.tables import Account, Benefit
from billing.tariffs import kopecks
from billing.windows import clipped, month_start

SUBSIDY = "SUBSIDY"


class UnknownCategory(LookupError):
    """No such category in data/benefits.yaml."""


@dataclass(frozen=True)
class Category:
    """A row of data/benefits.yaml. months: how long a subsidy is granted for."""

    title: str
    act: str
    without_commission: bool
    percent: Decimal | None = None
    codes: tuple[str, ...] = ()
    within_norm: bool = False
    months: int | None = None


@cache
def categories() -> dict[str, Category]:
    """Known categories by code."""
    data: dict[str, Any] = yaml.safe_load((files("billing") / "data" / "benefits.yaml").read_text("utf-8"))
    return {code: _category(row, data["utilities"]) for code, row in data["categories"].items()}


def _category(row: dict[str, Any], utilities: list[str]) -> Category:
    codes = row.get("codes", ())
    percent = Decimal(row["percent"]) if "percent" in row else None
    listed = tuple(utilities if codes == "utilities" else codes)
    return Category(**{**row, "percent": percent, "codes": listed})


def category(code: str) -> Category:
    """Raises UnknownCategory."""
    if code not in categories():
        raise UnknownCategory(code)
    return categories()[code]


def grant(
    db: Session,
    *,
    account_id: int,
    code: str,
    valid_from: date,
    now: datetime,
    actor: str,
    kind: str = "privilege",
    valid_to: date | None = None,
    percent: Decimal | None = None,
    codes: Sequence[str] | None = None,
    people: int | None = None,
    document: str | None = None,
) -> Benefit:
    """Enter a privilege or a compensation; what is not named is the category's. Raises UnknownCategory.

    people: how many of the household it is for, all of them when left out.
    """
    known = category(code)
    benefit = Benefit(
        account_id=account_id,
        kind=kind,
        category=code,
        percent=known.percent if percent is None else percent,
        codes=list(known.codes if codes is None else codes),
        within_norm=known.within_norm,
        people=people,
        valid_from=valid_from,
        valid_to=valid_to,
        document=document,
    )
    return _enter(db, benefit, now, actor)


def grant_subsidy(
    db: Session, *, account_id: int, monthly_kopecks: int, valid_from: date, now: datetime, actor: str
) -> Benefit:
    """Enter a decided subsidy, for six months from a day (ПП 761)."""
    known = category(SUBSIDY)
    months = known.months or 0
    benefit = Benefit(
        account_id=account_id,
        kind="subsidy",
        category=SUBSIDY,
        monthly_kopecks=monthly_kopecks,
        valid_from=valid_from,
        valid_to=clipped(month_start(valid_from, months), valid_from.day) - timedelta(days=1),
    )
    return _enter(db, benefit, now, actor)


def _enter(db: Session, benefit: Benefit, now: datetime, actor: str) -> Benefit:
    db.add(benefit)
    free_of_commission(db, benefit)
    db.flush()
    after = {"kind": benefit.kind, "category": benefit.category, "from": benefit.valid_from.isoformat()}
    audit.record_row(db, benefit, now, actor, "operator", "grant", after)
    return benefit


def free_of_commission(db: Session, benefit: Benefit) -> None:
    """Payments of the account are without commission where the category has that right."""
    known = categories().get(benefit.category)
    account = db.get(Account, benefit.account_id)
    if known is not None and known.without_commission and account is not None:
        account.without_commission = True


def of_accounts(db: Session, account_ids: Iterable[int], period: date) -> dict[int, list[Benefit]]:
    """What holds on the first day of a month, by account."""
    rows = db.exec(
        select(Benefit)
        .where(
            col(Benefit.account_id).in_(list(account_ids)),
            Benefit.valid_from <= period,
            col(Benefit.valid_to).is_(None) | (col(Benefit.valid_to) >= period),
        )
        .order_by(col(Benefit.id))
    ).all()
    found: dict[int, list[Benefit]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append(row)
    return found


def applied(line: Line, benefits: Sequence[Benefit], people: int, norm_volume: Decimal | None) -> Line:
    """The line with the best privilege and the best compensation for it: of several on one service one is given.

    people: registered in the flat; norm_volume: what the norm allows them, None where the service has no norm. The
    multiplier's excess and recalculations of past months are not lowered.
    """
    for kind in ("privilege", "compensation"):
        offers = [(_kopecks(line, one, people, norm_volume), one) for one in benefits if one.kind == kind]
        amount, best = max(offers, key=lambda offer: offer[0], default=(0, None))
        if best is None or amount <= 0:
            continue
        facts = {
            "category": best.category,
            "title": categories()[best.category].title if best.category in categories() else best.category,
            "percent": f"{(best.percent or Decimal(0)).normalize():f}",
            "within_norm": best.within_norm,
            "people": best.people,
            "kopecks": amount,
        }
        explanation = line.explanation | {kind: facts}
        line = (
            replace(line, privilege=amount, explanation=explanation)
            if kind == "privilege"
            else replace(line, compensation=amount, explanation=explanation)
        )
    return line


def _kopecks(line: Line, benefit: Benefit, people: int, norm_volume: Decimal | None) -> int:
    if line.code not in benefit.codes or benefit.percent is None:
        return 0
    roubles = Decimal(line.charged - line.excess) / 100 * min(benefit.percent, Decimal(100)) / 100
    if benefit.within_norm and norm_volume is not None and line.volume > norm_volume:
        roubles = roubles * norm_volume / line.volume
    if benefit.people is not None and benefit.people < people:
        roubles = roubles * benefit.people / people
    return kopecks(roubles)


def monthly_subsidy(benefits: Sequence[Benefit]) -> int:
    """Kopecks of the subsidies that hold."""
    return sum(one.monthly_kopecks or 0 for one in benefits if one.kind == "subsidy")


def subsidy(
    standard_kopecks: int,
    people: int,
    income_kopecks: int,
    share_percent: Decimal,
    minimum_kopecks: int,
    charged_kopecks: int,
) -> int:
    """What a family may ask for, kopecks a month (ПП 761): S = standard × n − D × share, no more than it is charged.

    standard: стандарт стоимости ЖКУ for one person; income: of the whole family; share: the largest part of it that
    may go to the bill, 22 per cent by federal law; minimum: прожиточный минимум of a person. Where the average income
    is below it, the share is multiplied by average / minimum.
    """
    share = share_percent / 100
    average = Decimal(income_kopecks) / people
    if average < minimum_kopecks:
        share = share * average / minimum_kopecks
    wanted = (standard_kopecks * people - income_kopecks * share) / 100
    return min(max(0, kopecks(wanted)), charged_kopecks)
