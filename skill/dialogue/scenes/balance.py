"""Сколько платить: the debt or the advance, by when, what of it is late."""

import re
from datetime import date

from billing import accounts, receipts
from billing.receipts import Balance
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning import addressing
from skill.dialogue.meaning.asked import months, service_name, services
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.meaning.whose import is_of_others
from skill.dialogue.money import late
from skill.dialogue.money.bills import unknown_months
from skill.dialogue.naming import capital, listed, month_name
from skill.dialogue.readings.past import span
from skill.dialogue.scenes.pay import SCENE as PAY
from skill.dialogue.scenes.pay import all_is_owed
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech import wording

WRONG = re.compile(r"\b(?:неправильно|неверно|ошибочно) (?:по|на|рас)?(?:считали|числили)")
ADVANCE = re.compile(r"переплат|\bаванс")
PROVE = re.compile(r"провер|убедиться|сверить|докаж|откуда мне знать|почему я должна? .*верить")


class BalanceTopic(Topic):
    """The scene of the balance; a yes to its offer pays."""

    name = "balance"
    intents = frozenset({"balance"})
    next_scene = PAY

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What is owed today."""
        if is_of_others(talk):
            return talk.reply("balance.others")
        if (bar := barred(talk, money=True)) is not None:
            return bar
        text = talk.turn.text
        if len(talk.flats) > 1 and (addressing.ALL.search(text.lower()) or points_at("altogether", text)):
            return _of_flats(talk)
        if PROVE.search(text.lower()):
            return talk.reply("balance.how_checked")
        if points_at("doubted", text) or WRONG.search(text.lower()):
            return checked(talk)
        found = receipts.balance(talk.db, home_of(talk).account_id, today(talk))
        asked = Understanding("balance", extract("charges", text) | said.slots, 1.0)
        now = asked.slots.get("period") == "this_month" and found.receipt is not None  # what there is to pay now
        if not now and (wanted := months(asked, today(talk), text)):
            return self._of_months(talk, wanted)
        if ADVANCE.search(text.lower()) and found.kopecks >= 0:
            return talk.reply("balance.no_advance", sum=wording.money(found.kopecks))
        if (codes := services(said, text)) and found.receipt is not None and found.kopecks > 0:
            return _of_services(talk, found, codes)
        if found.kopecks < 0:
            return talk.reply("balance.advance", sum=wording.money(-found.kopecks))
        if found.kopecks == 0:
            return talk.reply("balance.paid")
        key = "late" if found.overdue == found.kopecks else "partly_late" if found.overdue else "owed"
        day = wording.day(found.due_on) if found.due_on and found.due_on >= today(talk) else ""
        if key == "owed" and not day:
            key = "late"
        told = talk.say(f"balance.{key}", sum=wording.money(found.kopecks), late=wording.money(found.overdue), day=day)
        return self.offers(talk, Reply(told))

    def _of_months(self, talk: Talk, wanted: list[date]) -> Reply:
        """What was charged for the months named and what of it is not paid."""
        rows = receipts.history(talk.db, home_of(talk).account_id)
        chosen = [row for row in rows if row.period in wanted]
        if not chosen:
            return unknown_months(talk, rows, wanted)
        left = late.owed(talk).not_paid
        charged = sum(row.charged_kopecks for row in chosen)
        owed = sum(left.get(row.period, 0) for row in chosen)
        facts = {"month": span([row.period for row in reversed(chosen)], today(talk)), "sum": wording.money(charged)}
        if not owed:
            return Reply(talk.say("balance.month_paid", **facts))
        key = "balance.month_unpaid" if owed == charged else "balance.month_owed"
        reply = self.offers(talk, Reply(talk.say(key, **facts, owed=wording.money(owed))))
        talk.session.draft = {"kopecks": owed, "months": [row.period.isoformat() for row in reversed(chosen)]}
        return reply

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes pays what was told, the months named or all."""
        told = int(talk.session.draft.get("kopecks", 0))
        if said.intent != "yes" or not told:
            return super().answer(talk, said)
        named = [date.fromisoformat(month) for month in talk.session.draft.get("months", ())]
        talk.session.close()
        return PAY.propose(talk, told, named)


def _of_flats(talk: Talk) -> Reply:
    """What each of the speaker's flats owes, and all of them together."""
    assert talk.resident is not None  # noqa: S101 - strangers are asked to link first
    linked = accounts.accounts_of(talk.db, talk.resident.id)
    owed = {row.id: receipts.balance(talk.db, row.id, today(talk)).kopecks for row in linked}
    lines = [f"{addressing.name(talk, row)}: {wording.money(max(0, owed[row.id]))}" for row in linked]
    whole = sum(max(0, kopecks) for kopecks in owed.values())
    return talk.reply("balance.of_flats", lines=capital("; ".join(lines)), sum=wording.money(whole))


def _of_services(talk: Talk, found: Balance, codes: list[str]) -> Reply:
    """What is owed for some services, where the books can tell it; else what the newest bill charged for them."""
    bill = receipts.latest(talk.db, home_of(talk).account_id)
    assert bill is not None  # noqa: S101 - a balance with a receipt was found
    own = [line for line in receipts.lines(talk.db, bill.id) if line.code in codes]
    names, whole = listed([service_name(code) for code in codes]), wording.money(found.kopecks)
    if bill.opening_kopecks - bill.paid_kopecks > 0 and all_is_owed(talk, bill):
        owed = sum(line.to_pay_kopecks for line in own)
        return talk.reply("balance.service_debt", services=names, sum=wording.money(owed), whole=whole)
    charged = sum(line.charged_kopecks + line.recalculated_kopecks - line.privilege_kopecks for line in own)
    if not charged:
        return talk.reply("charges.nothing_for", month=month_name(bill.period), services=names)
    month, total = month_name(bill.period), wording.money(charged)
    return talk.reply("balance.service", services=names, month=month, sum=total, whole=whole)


def checked(talk: Talk) -> Reply:
    """On what the sum rests, for those who doubt it: the newest bill, and what came after it."""
    found = receipts.balance(talk.db, home_of(talk).account_id, today(talk))
    if found.receipt is None:
        return talk.reply("balance.paid")
    month, total = month_name(found.receipt.period), wording.money(found.receipt.to_pay_kopecks)
    key = "balance.checked_paid" if found.paid_since > 0 else "balance.checked"
    return talk.reply(key, month=month, sum=total, came=wording.money(max(0, found.paid_since)))


SCENE = BalanceTopic()
