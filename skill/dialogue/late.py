"""The months of a flat that are late and not paid, as the books set payments off against them."""

from collections import defaultdict
from datetime import date

from billing import arrears, penalties, receipts
from billing.penalties import Debt, Standing
from billing.receipts import Balance
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.talk import Talk


def by_month(talk: Talk) -> dict[date, int]:
    """Kopecks left of each month, whatever they are for, oldest first."""
    sums: dict[date, int] = defaultdict(int)
    for one in months(talk):
        sums[one.debt.period] += one.left
    return dict(sorted(sums.items()))


def not_paid(talk: Talk) -> dict[date, int]:
    """Kopecks left of each month, late or not: what is not late is of the newest bill."""
    return _with_newest(by_month(talk), _balance(talk))


def gathered(talk: Talk) -> int:
    """Kopecks of penalty in all that is owed: what is left of it beside the months."""
    found = _balance(talk)
    return max(0, found.kopecks - sum(_with_newest(by_month(talk), found).values()))


def _balance(talk: Talk) -> Balance:
    return receipts.balance(talk.db, home_of(talk).account_id, today(talk))


def _with_newest(sums: dict[date, int], found: Balance) -> dict[date, int]:
    due = found.kopecks - found.overdue
    if found.receipt is not None and due > 0:
        sums[found.receipt.period] = sums.get(found.receipt.period, 0) + due
    return sums


def months(talk: Talk) -> list[Standing]:
    """Debts, oldest first. Where the books know only that something is late, it stands under the newest bill."""
    account_id, on = home_of(talk).account_id, today(talk)
    ledger = arrears.ledgers(talk.db, [account_id], on)[account_id]
    standings, _ = penalties.set_off(ledger.debts, ledger.payments)
    late = [one for one in standings if one.left > 0 and one.debt.due < on]
    found = _balance(talk)
    if not late and found.overdue and found.receipt is not None:
        return [Standing(Debt(found.receipt.period, found.overdue, found.receipt.due_on))]
    return late
