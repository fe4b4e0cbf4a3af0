"""Оплатить: the sum, a yes, and a link to the bill's page with its QR code. No card number is ever taken."""

import re
from dataclasses import replace
from datetime import date

from billing import law, payments, receipts
from billing.payments import PaymentRefused
from billing.tables import Receipt
from skill import checkout, letters
from skill.dialogue.company import phone_told, today
from skill.dialogue.flat import account_of, home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning import addressing, further
from skill.dialogue.meaning.asked import NAMING, months, service_name, services
from skill.dialogue.meaning.plain import is_question, plain
from skill.dialogue.meaning.whose import is_of_others
from skill.dialogue.money import asking, late, monthly, standing, sums
from skill.dialogue.money.bills import usual_month
from skill.dialogue.money.sending import texted
from skill.dialogue.naming import listed, month_name
from skill.dialogue.phrases import phrase
from skill.dialogue.readings.past import span
from skill.dialogue.talk import Talk, after, still_open
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply, spoken
from skill.understanding import Understanding
from speech import wording

_SOMEBODY = "дочь|дочка|сын|муж|жена|внук|внучка|мама|папа|брат|сестра|дети|родители|соцработник|сам|сама|сами"
_ELSEWHERE = "на почте|в банке|в кассе|в сбере|через банк"
LATER = re.compile(
    r"не сейчас|\b(потом|позже|попозже)\b|передумал|\bне (буду|надо|хочу|стоит)\b|\bотмен"
    rf"|\b(?:{_SOMEBODY})\b.*\b(?:за|о)пла[тч]|\bзаплачу\b.*\b(?:{_ELSEWHERE})\b|\b(?:{_ELSEWHERE})\b.*\bзаплачу\b"
)
ANOTHER = re.compile(r"\b(?:по)?(?:меньше|больше)\b|друг(?:ую|ая) сумм|не стольк")
PENALTY = re.compile(r"\bпен(?:и|ю|ей|я|ями|ям)\b|\bштраф")
AND_PENALTY = re.compile(r"\bс пен|и пен|вместе|\bвс[её]\b(?!.*без пен)|пен\w* и \w+")
WITHOUT_PENALTY = re.compile(r"без (?:\w+ )?(?:пен|штраф)|кроме пен|не считая пен")
DEBT = re.compile(r"долг|задолж|накоп|за вс[её]\b|весь\b")
SURE = 0.5
LARGEST_KOPECKS = 1_000_000_00
"""No more passes at once through the fast payment system."""


class Pay:
    """The scene of paying. Steps: confirm (yes books the intention and gives the link), amount."""

    name = "pay"
    intents = frozenset({"pay"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Propose the sum that was named, else all that is owed."""
        if is_of_others(talk):
            return talk.reply("pay.others")
        if (bar := barred(talk, money=True)) is not None:
            return bar
        text = talk.turn.text.lower()
        if standing.AUTOPAY.search(text):
            return standing.told(talk, text)
        if len(talk.flats) > 1 and addressing.ALL.search(text):
            return self._one_by_one(talk, said)
        of_months = monthly.meant(talk, text)
        named = sums.named(talk, said) if of_months is None else None
        past = asking.OF_THE_PAST.search(text) is not None
        if (named is None or past) and (told := asking.told(talk, text)) is not None:
            return told
        talk.session.suspended = [kept for kept in talk.session.suspended if kept["scene"] != self.name]
        talk.session.scene = self.name
        if named is None and asking.AHEAD.search(text) and (month := usual_month(talk)):
            return self._ask(talk, "amount", "pay.ahead", mean=wording.money(month))
        if named is None and asking.PARTS.search(text):
            return self._ask(talk, "amount", "pay.instalments" if asking.LATER_ON.search(text) else "pay.part")
        if named is None and (codes := services(said, talk.turn.text)):
            return self._of_services(talk, codes, months(said, today(talk), talk.turn.text))
        if of_months is not None:
            return self._of_months(talk, of_months)
        if named is None and (wanted := months(said, today(talk), talk.turn.text)):
            return self._of_months(talk, wanted)
        if named is None and PENALTY.search(text) and not AND_PENALTY.search(text):
            return self._of_penalty(talk, without=WITHOUT_PENALTY.search(text) is not None)
        owed = _owed(talk)
        if named is None and owed <= 0:
            return self._ask(talk, "amount", "pay.nothing")
        talk.session.draft = {"kopecks": owed}
        return self._confirm(talk, named if named is not None else sums.half(talk, owed) or owed)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes, another sum, or no."""
        text, month = talk.turn.text.lower(), talk.session.draft.get("month")
        asks = is_question(text) or (said.confidence >= SURE and said.intent not in NAMING)
        with_penalty = not asks and PENALTY.search(text) and AND_PENALTY.search(text)
        if with_penalty and month and (asked := self._and_penalty(talk, month)):
            return asked
        of_months = None if asks else monthly.meant(talk, text, amid=True)
        if of_months is not None and [day.isoformat() for day in of_months] != [month]:
            return self._of_months(talk, of_months)
        named = sums.another(talk, said, _owed) if of_months is None else None
        if named is not None:
            same = named == talk.session.draft.get("kopecks") and said.intent == "yes"
            return self._order(talk) if same else self._confirm(talk, named)
        if asking.BY_ANOTHER.search(text):
            talk.beside = "help"
            return still_open(talk, talk.reply("rules.known.payer", number=account_of(talk).number))
        step = talk.session.step
        offered = step == "amount" or talk.session.draft.get("offered") is not None
        refused = said.intent == "no" and (offered or LATER.search(text) is not None)
        if refused or said.intent in {"back", "stop"} or (said.confidence < SURE and LATER.search(text)):
            talk.session.close()
            return talk.reply("pay.cancelled")
        agreed = said.intent == "yes" or (said.intent == "pay" and len(text.split()) == 1)
        if agreed and step == "confirm":
            return self._order(talk)
        if step == "amount" and (more := further.answered(talk, plain(text))) is not None:  # «на сколько месяцев»
            talk.beside = "help"
            return still_open(talk, talk.reply(str(more.slots["sentence"]), phone=phone_told(talk)))
        if asking.PARTS.search(text) or asking.TERM.search(text):
            return self._ask(talk, "amount", "pay.instalments" if asking.TERM.search(text) else "pay.part")
        if (told := asking.told(talk, text)) is not None:
            talk.beside = "help"
            return still_open(talk, told)
        if said.intent in {"no", "correct"} or (said.confidence < SURE and ANOTHER.search(text)):
            return self._ask(talk, "amount", "pay.amount")
        if step == "confirm" and "сколько" in text and said.confidence < SURE:
            return self._confirm(talk, int(talk.session.draft["kopecks"]))
        return self._ask(talk, "amount", "pay.amount") if said.intent in {"yes", "pay"} else None

    def propose(self, talk: Talk, amount: int, wanted: list[date] | None = None) -> Reply:
        """A sum that was spoken of before, kopecks. wanted: the months it is for."""
        talk.session.scene = self.name
        return self._confirm(talk, amount, wanted[:1] if wanted else [])

    def help(self, talk: Talk) -> str | None:
        """How it is paid."""
        return talk.say("pay.help")

    def _of_services(self, talk: Talk, codes: list[str], wanted: list[date]) -> Reply:
        """Money comes to the whole account: the sum of what was named is proposed, of the last bill or of the month
        wanted."""
        rows = receipts.history(talk.db, home_of(talk).account_id)
        receipt = next((row for row in rows if row.period in wanted), rows[0] if rows else None)
        own = [line for line in receipts.lines(talk.db, receipt.id) if line.code in codes] if receipt else []
        amount, key = sum(line.charged_kopecks for line in own), "pay.service"
        if receipt is not None and not wanted and DEBT.search(talk.turn.text.lower()) and all_is_owed(talk, receipt):
            amount, key = sum(line.to_pay_kopecks for line in own), "pay.service_debt"
        if receipt is None or amount < payments.MINIMUM_KOPECKS:
            return self._ask(talk, "amount", "pay.part")
        if receipt.period in wanted:
            key = "pay.service_of_month"
        asked = self._confirm(talk, amount, [receipt.period] if receipt.period in wanted else [])
        facts = {"services": listed([service_name(code) for code in codes]), "month": month_name(receipt.period)}
        return replace(asked, text=talk.say(key, sum=wording.money(amount), **facts))

    def _of_months(self, talk: Talk, wanted: list[date]) -> Reply:
        """What is not paid of the months named; where that is nothing, all that is owed is offered."""
        owed = late.owed(talk)
        if not wanted:
            return self._which_month(talk, owed)
        left = {month: sum_ for month in wanted if (sum_ := owed.not_paid.get(month, 0))}
        whole, bill = owed.balance.kopecks, owed.balance.receipt
        if left:
            asked = self._confirm(talk, sum(left.values()), list(left)[:1])
            facts = {"month": span(list(left), today(talk)), "sum": wording.money(sum(left.values()))}
            return replace(asked, text=talk.say("pay.month", **facts)) if asked.expecting == "yes_no" else asked
        if bill is None or whole < payments.MINIMUM_KOPECKS:
            return self._ask(talk, "amount", "pay.nothing")
        facts = {"month": span(wanted, today(talk)), "sum": wording.money(whole), "last": month_name(bill.period)}
        return self._instead(talk, whole, "pay.month_to_come" if wanted[0] > bill.period else "pay.month_paid", **facts)

    def _which_month(self, talk: Talk, owed: late.Owed) -> Reply:
        """«Заплачу за один месяц»: the oldest and the newest are offered."""
        (first, old), *_, (last, new) = owed.not_paid.items()
        facts = {"first": month_name(first), "old": wording.money(old)}
        return self._ask(talk, "amount", "pay.which_month", **facts, last=month_name(last), new=wording.money(new))

    def _and_penalty(self, talk: Talk, month: str) -> Reply | None:
        """«А с пенями?» after one month was proposed; None where there is no penalty."""
        day, owed = date.fromisoformat(month), late.owed(talk)
        if not owed.penalty or day not in owed.not_paid:
            return None
        whole = owed.not_paid[day] + owed.penalty
        asked, facts = self._confirm(talk, whole), {"penalty": wording.money(owed.penalty), "sum": wording.money(whole)}
        return replace(asked, text=talk.say("pay.month_and_penalty", **facts))

    def _one_by_one(self, talk: Talk, said: Understanding) -> Reply:
        """Each flat's bill is a payment of its own: this flat's now, the others' when it is done."""
        here = account_of(talk)
        others = addressing.ordinals(talk, here)
        talk.session.then = [phrase("flats.pay_another", 0, which=ordinal) for ordinal in others]
        talk.turn = replace(talk.turn, hypotheses=spoken(phrase("pay.command", 0)))
        lead = talk.say("pay.one_by_one", address=addressing.name(talk, here))
        return after(lead, self.begin(talk, Understanding("pay", {}, said.confidence)))

    def _instead(self, talk: Talk, amount: int, key: str, **facts: str) -> Reply:
        """Another sum than was asked for is offered: a no leaves."""
        asked = self._confirm(talk, amount, [])
        talk.session.draft["offered"] = True
        return replace(asked, text=talk.say(key, **facts)) if asked.expecting == "yes_no" else asked

    def _of_penalty(self, talk: Talk, *, without: bool) -> Reply:
        """Only the penalty, or all but it: money goes to the debt first (ГК РФ ст. 319.1), which is said."""
        owed = late.owed(talk)
        debt, penalty = sum(owed.not_paid.values()), owed.penalty
        amount = debt if without or not penalty else penalty
        if amount <= 0:
            return self._ask(talk, "amount", "pay.nothing")
        if not penalty:
            return self._instead(talk, amount, "pay.no_penalty", sum=wording.money(amount))
        asked = self._confirm(talk, amount)
        key = "pay.without_penalty" if without else "pay.penalty" if debt else ""
        if not key or asked.expecting != "yes_no":
            return asked
        return replace(asked, text=talk.say(key, sum=wording.money(amount), penalty=wording.money(penalty)))

    def _confirm(self, talk: Talk, amount: int, wanted: list[date] | None = None) -> Reply:
        """Ask whether to pay a sum. wanted: the month it is for; None: as before."""
        if amount < payments.MINIMUM_KOPECKS:
            return self._ask(talk, "amount", "pay.too_small")
        if amount > LARGEST_KOPECKS:
            return self._ask(talk, "amount", "pay.too_large")
        by_sbp = any(word in talk.turn.text.lower() for word in asking.BY_SBP)
        month = talk.session.draft.get("month") if wanted is None else next((day.isoformat() for day in wanted), None)
        talk.session.step, talk.session.draft = "confirm", {"kopecks": amount, "sbp": by_sbp, "month": month}
        facts = {"sum": wording.money(amount)}
        key = "pay.confirm"
        if fee := checkout.fee(talk.settings, account_of(talk), amount):
            key, facts["fee"] = "pay.confirm_fee", wording.money(fee)
        elif 0 < (owed := _owed(talk)) < amount:
            key, facts["over"] = "pay.confirm_more", wording.money(amount - owed)
        return Reply(talk.say(key, **facts), buttons=YES_NO, expecting="yes_no")

    def _ask(self, talk: Talk, step: str, key: str, **facts: str) -> Reply:
        month = talk.session.draft.get("month")
        talk.session.step, talk.session.draft = step, {"month": month} if month else {}
        limits = {"minimum": wording.money(payments.MINIMUM_KOPECKS), "maximum": wording.money(LARGEST_KOPECKS)}
        return Reply(talk.say(key, **limits, **facts), expecting="number")

    def _order(self, talk: Talk) -> Reply:
        """Note the payment that is coming, and show where to make it."""
        account, amount = account_of(talk), int(talk.session.draft["kopecks"])
        provider, by_sbp = checkout.chosen(talk.settings), bool(talk.session.draft.get("sbp"))
        receipt = receipts.latest(talk.db, account.id)
        month = talk.session.draft.get("month")
        talk.session.close()
        try:
            payment = payments.create(
                talk.db,
                account_id=account.id,
                amount_kopecks=amount,
                method="SBP_QR" if by_sbp or provider == checkout.PAGE else "CARD",
                provider=provider,
                idempotency_key=f"{talk.key}:pay",
                now=talk.now,
                channel=talk.turn.channel,
                receipt_id=receipt.id if receipt else None,
                period=date.fromisoformat(month) if month else _oldest(talk),
                fee_kopecks=checkout.fee(talk.settings, account, amount),
                contact=checkout.contact(talk.db, talk.settings, account.id, letters.phone_of(talk.turn)),
                reuse=not talk.turn.can_pay,
            )
        except PaymentRefused:
            return talk.reply("pay.refused")
        link = talk.bill(account.id, amount, payment.id, ahead=amount > _owed(talk))
        if not talk.turn.screen and (tail := texted(talk, account.id, payment, link)):
            return talk.reply("pay.by_sms", sum=wording.money(amount), tail=tail)
        key = "pay.link" if talk.turn.screen else "pay.on_call" if talk.turn.channel == asking.CALL else "pay.no_screen"
        told = talk.say(key, sum=wording.money(amount))
        if key == "pay.link" and payments.is_too_much_with_another(talk.db, payment, _owed(talk)):
            told += f" {talk.say('pay.earlier_link')}"
        return Reply(told, link=link)


def _owed(talk: Talk) -> int:
    """Kopecks to pay today; an advance is below zero."""
    return receipts.balance(talk.db, home_of(talk).account_id, today(talk)).kopecks


def _oldest(talk: Talk) -> date | None:
    """The month that money comes to when the payer names none: the oldest that is late (ГК РФ ст. 319.1 п. 3); those
    beyond the limitation come last."""
    on = today(talk)
    return next((one.debt.period for one in late.owed(talk).months if law.limitation_ends(one.debt.due) >= on), None)


def all_is_owed(talk: Talk, receipt: Receipt) -> bool:
    """Whether nothing came that the lines of the newest bill do not show: they tell each service's debt."""
    return not receipt.paid_kopecks and _owed(talk) == receipt.to_pay_kopecks


SCENE = Pay()
