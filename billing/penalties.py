"""Penalties (пени) by ЖК РФ ст. 155 ч. 14, and how payments are set off against debts. Pure functions.

With D0 the due day: days 1…30 cost nothing, 31…90 cost 1/300 of the rate a day, from 91 on 1/130, of what is unpaid,
up to and including the day of payment. A partial payment lowers the debt from the next day. No penalty on a penalty.
The rate is frozen for some years (data/law.yaml), else it is the key rate of the day on which a part was paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from billing import law


@dataclass(frozen=True)
class Debt:
    """What a month's bill left to pay. kopecks above zero, without penalty; due: the last day to pay it without
    consequences.

    region: first digits of the house's ОКТМО, for the rate.
    """

    period: date
    kopecks: int
    due: date
    capital_repair: bool = False
    region: str = ""


@dataclass(frozen=True)
class Payment:
    """Money that came on a day; `period` when the payer named the month it is for."""

    on: date
    kopecks: int
    period: date | None = None


@dataclass(frozen=True)
class Step:
    """Days from first to last (both counted) with one unpaid sum, divisor and rate; roubles not rounded."""

    first: date
    last: date
    kopecks: int
    divisor: int
    rate: Decimal
    roubles: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass
class Standing:
    """A debt with what was set off against it: (day, kopecks)."""

    debt: Debt
    payments: list[tuple[date, int]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.debt.kopecks - sum(kopecks for _, kopecks in self.payments)

    def parts(self, until: date) -> list[tuple[int, date]]:
        """Kopecks with the day they were paid on, or `until` for what was not paid by then."""
        paid = [(kopecks, on) for on, kopecks in self.payments if on < until]
        return [*paid, (self.debt.kopecks - sum(kopecks for kopecks, _ in paid), until)]


def set_off(debts: Sequence[Debt], payments: Sequence[Payment]) -> tuple[list[Standing], int]:
    """Which debt each payment pays: the month it names first, then the oldest (ГК РФ ст. 319.1), and those beyond the
    limitation last.

    Returns the debts in order of month, and kopecks paid in advance.
    """
    standings = [Standing(debt) for debt in sorted(debts, key=lambda debt: debt.period)]
    advance = 0
    for payment in sorted(payments, key=lambda payment: payment.on):
        named = [one for one in standings if one.debt.period == payment.period]
        others = [one for one in standings if one not in named]
        others.sort(key=lambda one: law.limitation_ends(one.debt.due) < payment.on)
        left = payment.kopecks
        for one in named + others:
            part = min(left, one.left)
            if part > 0:
                one.payments.append((payment.on, part))
                left -= part
        advance += left
    return standings, advance


def steps(standing: Standing, until: date) -> list[Step]:
    """How the penalty of a debt grew through the day `until`, in stretches with nothing changing."""
    rule = law.penalty_rule()
    first_day = standing.debt.due + timedelta(days=rule.free_days + 1)
    later_day = standing.debt.due + timedelta(days=rule.first_through_day + 1)
    end = until + timedelta(days=1)
    if first_day >= end:
        return []
    cuts = {first_day, end}
    cuts |= {cut for cut in law.rate_changes() if first_day < cut < end}
    cuts |= {on + timedelta(days=1) for on, _ in standing.payments if first_day < on + timedelta(days=1) < end}
    if first_day < later_day < end:
        cuts.add(later_day)
    found = []
    for first, following in pairwise(sorted(cuts)):
        divisor = rule.first_divisor if first < later_day else rule.later_divisor
        divisor = rule.capital_repair_divisor if standing.debt.capital_repair else divisor
        days = (following - first).days
        for rate, unpaid in _by_rate(standing, first, until).items():
            roubles = Decimal(unpaid) / 100 * rate / divisor * days
            found.append(Step(first, following - timedelta(days=1), unpaid, divisor, rate, roubles))
    return found


def _by_rate(standing: Standing, day: date, until: date) -> dict[Decimal, int]:
    """Kopecks owed during a day (a payment counts from the next), by the rate that holds for them."""
    owed: dict[Decimal, int] = {}
    for kopecks, paid_on in standing.parts(until):
        if paid_on >= day and kopecks > 0:
            rate = law.penalty_rate(day, paid_on, standing.debt.region)
            owed[rate] = owed.get(rate, 0) + kopecks
    return owed


def penalty(standing: Standing, until: date) -> int:
    """Kopecks of penalty a debt has gathered through a day, rounded once."""
    total = sum((step.roubles for step in steps(standing, until)), Decimal(0))
    return int((total * 100).quantize(Decimal(1), ROUND_HALF_UP))
