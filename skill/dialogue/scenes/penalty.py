"""Пени: how much, and on which debt, since when, at what rate (ЖК РФ ст. 155 ч. 14)."""

import re

from billing import arrears, penalties, receipts
from billing.penalties import Debt, Standing
from skill.dialogue.company import today
from skill.dialogue.flat import account_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import month_name
from skill.dialogue.scenes.pay import SCENE as PAY
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

RULE = re.compile(
    r"процент|ставк|как считают|как начисл|закон|прав|с какого дня|через сколько|не (за)?плач|не плат|не буду"
)


class Penalty(Topic):
    """The scene of penalties; a yes to its offer pays."""

    name = "penalty"
    intents = frozenset({"penalty"})
    next_scene = PAY

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The rule for anybody who asks how; the household's own penalty otherwise."""
        if RULE.search(talk.turn.text.lower()):
            return talk.reply("penalty.rule")
        if (bar := barred(talk, money=True)) is not None:
            return bar
        account, on = account_of(talk), today(talk)
        found = receipts.balance(talk.db, account.id, on)
        charged, oldest = found.penalty, _oldest_debt(talk, account.id)
        if oldest is None and found.overdue and found.receipt is not None:
            oldest = Standing(Debt(found.receipt.period, found.overdue, found.receipt.due_on))
        if oldest is None:
            key = "penalty.past" if charged else "penalty.none"
            return talk.reply(key, sum=wording.money(charged))
        facts = {
            "sum": wording.money(charged),
            "debt": wording.money(oldest.left),
            "month": month_name(oldest.debt.period),
            "due": wording.day(oldest.debt.due),
        }
        key = "penalty.grows" if penalties.penalty(oldest, on) else "penalty.soon"
        return self.offers(talk, Reply(talk.say(key, **facts)))


def _oldest_debt(talk: Talk, account_id: int) -> Standing | None:
    """The oldest month that is late and not paid."""
    on = today(talk)
    ledger = arrears.ledgers(talk.db, [account_id], on)[account_id]
    standings, _ = penalties.set_off(ledger.debts, ledger.payments)
    return next((one for one in standings if one.left > 0 and one.debt.due < on), None)


SCENE = Penalty()
