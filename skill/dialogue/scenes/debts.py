"""Откуда долг: the months that are not paid, one by one on request."""

from datetime import date

from billing.receipts import Balance
from skill.dialogue.company import today
from skill.dialogue.gate import barred
from skill.dialogue.money import late
from skill.dialogue.naming import capital, listed, month_name
from skill.dialogue.scenes.pay import SCENE as PAY
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

AT_ONCE = 2
"""So many months are named without being asked for."""
ALOUD = 4
"""So many months are named at a time where nothing can be shown."""


class Debts(Topic):
    """The scene of debts by months; a yes to its offer names them, or pays where all are named."""

    name = "debts"
    intents = frozenset({"explain_debt"})
    next_scene = PAY

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Which months are late; how many they are, since when and of what sum where they are more than a few."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        owed = late.owed(talk)
        months = list(owed.late.items())
        if not months:
            return _not_late(talk, owed.balance)
        if len(months) <= AT_ONCE:
            return self.offers(talk, Reply(talk.say("debts.months", months=listed(_lines(talk, months)))))
        count = f"{len(months)} {wording.plural(len(months), 'месяц', 'месяца', 'месяцев')}"
        whole = wording.money(sum(left for _, left in months))
        facts = {"count": count, "first": _month(talk, months[0][0]), "sum": whole}
        text = talk.say("debts.many_and_penalty" if owed.balance.penalty else "debts.many", **facts)
        reply = self.offers(talk, Reply(text))
        talk.session.draft = {"at": 0}
        return reply

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes: the next months."""
        if "at" not in talk.session.draft or not self.goes_on(talk, said):
            return super().answer(talk, said)
        at = int(talk.session.draft["at"])
        left = list(late.owed(talk).late.items())[at:]
        some = left if talk.turn.screen or len(left) <= ALOUD + 1 else left[:ALOUD]
        talk.session.close()
        lines = ", ".join(_lines(talk, some))
        if len(some) == len(left):
            return self.offers(talk, Reply(talk.say("debts.last", Lines=capital(lines))))
        reply = self.offers(talk, Reply(talk.say("debts.some", Lines=capital(lines))))
        talk.session.draft = {"at": at + len(some)}
        return reply


def _not_late(talk: Talk, found: Balance) -> Reply:
    """Nothing is late: what there is to pay is the newest bill."""
    if found.kopecks <= 0 or found.receipt is None or found.due_on is None:
        return talk.reply("balance.paid")
    month, day = month_name(found.receipt.period), wording.day(found.due_on)
    return talk.reply("debts.not_late", sum=wording.money(found.kopecks), month=month, day=day)


def _lines(talk: Talk, months: list[tuple[date, int]]) -> list[str]:
    """«сентябрь 4 000 ₽»."""
    return [f"{_month(talk, month)} {wording.money(left)}" for month, left in months]


def _month(talk: Talk, month: date) -> str:
    """«сентябрь», with its year when that is not this one."""
    year = "" if month.year == today(talk).year else f" {month.year} года"
    return month_name(month) + year


SCENE = Debts()
