"""What of a flat's bills is not paid, as the books set payments off against them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from billing import arrears, penalties, receipts
from billing.penalties import Debt, Standing
from billing.receipts import Balance
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.talk import Talk


@dataclass(frozen=True)
class Owed:
    """What a flat owes, asked of the books once. months: debts that are late, oldest first."""

    balance: Balance
    months: list[Standing]

    @property
    def late(self) -> dict[date, int]:
        """Kopecks left of each late month, whatever they are for, oldest first."""
        sums: dict[date, int] = defaultdict(int)
        for one in self.months:
            sums[one.debt.period] += one.left
        return dict(sorted(sums.items()))

    @property
    def not_paid(self) -> dict[date, int]:
        """Kopecks left of each month, late or not: what is not late is of the newest bill."""
        sums, found = self.late, self.balance
        due = found.kopecks - found.overdue
        if found.receipt is not None and due > 0:
            sums[found.receipt.period] = sums.get(found.receipt.period, 0) + due
        return sums

    @property
    def penalty(self) -> int:
        """Kopecks of penalty in all that is owed: what is left of it beside the months."""
        return max(0, self.balance.kopecks - sum(self.not_paid.values()))


def owed(talk: Talk) -> Owed:
    """What the flat spoken of owes. Where the books know only that something is late, it stands under the newest
    bill.
    """
    account_id, on = home_of(talk).account_id, today(talk)
    ledger = arrears.ledgers(talk.db, [account_id], on)[account_id]
    standings, _ = penalties.set_off(ledger.debts, ledger.payments)
    late = [one for one in standings if one.left > 0 and one.debt.due < on]
    found = receipts.balance(talk.db, account_id, on)
    if not late and found.overdue and found.receipt is not None:
        late = [Standing(Debt(found.receipt.period, found.overdue, found.receipt.due_on))]
    return Owed(found, late)
