"""Оплатить: the sum, a yes, and a link to the bill's page with its QR code. No card number is ever taken."""

from decimal import Decimal, InvalidOperation

from billing import payments, receipts
from billing.payments import PaymentRefused
from skill.dialogue.asked import kopecks
from skill.dialogue.company import today
from skill.dialogue.flat import account_of, home_of
from skill.dialogue.gate import barred
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.identity import links
from skill.understanding import Understanding
from speech import wording
from speech.numerals import numbers

HOW = ("карт", "как ", "где ", "сбп", "способ", "можно ли", "наличн", "комисс")
METHOD, PROVIDER = "SBP_QR", "page"


class Pay:
    """The scene of paying. Steps: confirm (yes books the intention and gives the link), amount."""

    name = "pay"
    intents = frozenset({"pay"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Propose the sum that was named, else all that is owed."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        owed = receipts.balance(talk.db, home_of(talk).account_id, today(talk)).kopecks
        named = kopecks(said)
        if named is None and any(word in talk.turn.text.lower() for word in HOW):
            return talk.reply("pay.how")
        if named is None and owed <= 0:
            talk.session.scene = self.name
            return self._ask(talk, "amount", "pay.nothing")
        talk.session.scene = self.name
        return self._confirm(talk, named or owed)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes, another sum, or no."""
        named = kopecks(said) or _sum(talk.turn.text)
        if named is not None and said.intent in {"submit_reading", "correct", "no", "yes", "pay", "balance"}:
            if named == talk.session.draft.get("kopecks") and said.intent == "yes":
                return self._order(talk)
            return self._confirm(talk, named)
        if said.intent == "yes" and talk.session.step == "confirm":
            return self._order(talk)
        if said.intent in {"no", "correct"} and talk.session.step == "confirm":
            return self._ask(talk, "amount", "pay.amount")
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("pay.cancelled")
        return self._ask(talk, "amount", "pay.amount") if said.intent in {"yes", "pay"} else None

    def help(self, talk: Talk) -> str | None:
        """How it is paid."""
        return talk.say("pay.help")

    def _confirm(self, talk: Talk, amount: int) -> Reply:
        if amount < payments.MINIMUM_KOPECKS:
            return self._ask(talk, "amount", "pay.too_small")
        talk.session.step, talk.session.draft = "confirm", {"kopecks": amount}
        return talk.reply("pay.confirm", sum=wording.money(amount), buttons=YES_NO, expecting="yes_no")

    def _ask(self, talk: Talk, step: str, key: str) -> Reply:
        talk.session.step, talk.session.draft = step, {}
        return talk.reply(key, minimum=wording.money(payments.MINIMUM_KOPECKS), expecting="number")

    def _order(self, talk: Talk) -> Reply:
        """Note the payment that is coming, and show where to make it."""
        account, amount = account_of(talk), int(talk.session.draft["kopecks"])
        receipt = receipts.latest(talk.db, account.id)
        talk.session.close()
        try:
            payment = payments.create(
                talk.db,
                account_id=account.id,
                amount_kopecks=amount,
                method=METHOD,
                provider=PROVIDER,
                idempotency_key=f"{talk.key}:pay",
                now=talk.now,
                channel=talk.turn.channel,
                receipt_id=receipt.id if receipt else None,
            )
        except PaymentRefused:
            return talk.reply("pay.refused")
        key = "pay.link" if talk.turn.screen else "pay.no_screen"
        text = talk.say(key, sum=wording.money(amount))
        return Reply(text, link=links.to_bill(talk.settings, account.id, amount, payment.id))


def _sum(text: str) -> int | None:
    """Kopecks of the only number in an answer to «сколько»."""
    said = numbers(text)
    try:
        return int(Decimal(said[0]) * 100) if len(said) == 1 else None
    except InvalidOperation:
        return None


SCENE = Pay()
