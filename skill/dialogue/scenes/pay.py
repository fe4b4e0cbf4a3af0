"""Оплатить: the sum, a yes, and a link to the bill's page with its QR code. No card number is ever taken."""

from billing import autopay, contacts, payments, receipts
from billing.payments import PaymentRefused
from billing.tables import Payment
from skill import checkout, letters
from skill.dialogue.asked import NAMING, is_sum, kopecks, only_sum
from skill.dialogue.company import today
from skill.dialogue.flat import account_of, home_of
from skill.dialogue.gate import barred
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.identity import links
from skill.understanding import Understanding
from speech import wording

HOW = ("карт", "как ", "где ", "сбп", "способ", "можно ли", "наличн", "комисс")
AUTOPAY = ("автоплат", "автооплат", "автоматическ")
OFF = ("отключ", "выключ", "отмен", "убер", "не надо", "не нуж", "останов", "стоп")
CALL = "telephone"
BY_SBP = ("сбп", "qr", "куар", "кьюар", "систем")


class Pay:
    """The scene of paying. Steps: confirm (yes books the intention and gives the link), amount."""

    name = "pay"
    intents = frozenset({"pay"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Propose the sum that was named, else all that is owed."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        text = talk.turn.text.lower()
        if any(word in text for word in AUTOPAY):
            return _autopay(talk, text)
        owed = receipts.balance(talk.db, home_of(talk).account_id, today(talk)).kopecks
        named = kopecks(said)
        if named is None and any(word in text for word in HOW):
            return talk.reply("pay.how")
        if named is None and owed <= 0:
            talk.session.scene = self.name
            return self._ask(talk, "amount", "pay.nothing")
        talk.session.scene, talk.session.draft = self.name, {"kopecks": owed}
        return self._confirm(talk, named or _half(talk) or owed)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes, another sum, or no."""
        half = _half(talk)
        named = kopecks(said) or only_sum(talk.turn.text) or half
        if named is not None and (half or said.intent in NAMING or is_sum(said, talk.turn.text)):
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
        by_sbp = any(word in talk.turn.text.lower() for word in BY_SBP)
        talk.session.step, talk.session.draft = "confirm", {"kopecks": amount, "sbp": by_sbp}
        if fee := checkout.fee(talk.settings, account_of(talk), amount):
            facts = {"sum": wording.money(amount), "fee": wording.money(fee)}
            return talk.reply("pay.confirm_fee", **facts, buttons=YES_NO, expecting="yes_no")
        return talk.reply("pay.confirm", sum=wording.money(amount), buttons=YES_NO, expecting="yes_no")

    def _ask(self, talk: Talk, step: str, key: str) -> Reply:
        talk.session.step, talk.session.draft = step, {}
        return talk.reply(key, minimum=wording.money(payments.MINIMUM_KOPECKS), expecting="number")

    def _order(self, talk: Talk) -> Reply:
        """Note the payment that is coming, and show where to make it."""
        account, amount = account_of(talk), int(talk.session.draft["kopecks"])
        provider, by_sbp = checkout.chosen(talk.settings), bool(talk.session.draft.get("sbp"))
        receipt = receipts.latest(talk.db, account.id)
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
                fee_kopecks=checkout.fee(talk.settings, account, amount),
                contact=checkout.contact(talk.db, talk.settings, account.id, letters.phone_of(talk.turn)),
            )
        except PaymentRefused:
            return talk.reply("pay.refused")
        link = links.to_bill(talk.settings, account.id, amount, payment.id)
        if not talk.turn.screen and (tail := _texted(talk, account.id, payment, link)):
            return talk.reply("pay.by_sms", sum=wording.money(amount), tail=tail)
        key = "pay.link" if talk.turn.screen else "pay.on_call" if talk.turn.channel == CALL else "pay.no_screen"
        return Reply(talk.say(key, sum=wording.money(amount)), link=link)


def _texted(talk: Talk, account_id: int, payment: Payment, link: str) -> str:
    """Send the link as an SMS to the caller, else to the owner's number; the number's last digits, empty if it cannot
    be sent."""
    phone = letters.phone_of(talk.turn) or contacts.of_account(talk.db, account_id, "phone")
    reachable = payment.provider != checkout.PAGE or link.startswith("http")
    if not phone or not reachable or not letters.can(talk.settings, "sms"):
        return ""
    whole = wording.money(payment.amount_kopecks + payment.fee_kopecks)
    text = phrase("pay.sms", 0, sum=whole, link="{link}")
    name = f"pay:{payment.id}"
    letters.put(talk.db, "sms", phone, text, name=name, now=talk.now, payment_id=payment.id, link=link)
    return f"{phone[-4:-2]} {phone[-2:]}"


def _autopay(talk: Talk, text: str) -> Reply:
    """Switched off at once; switched on only where the card is given, on the provider's page."""
    account_id = home_of(talk).account_id
    going = autopay.going(talk.db, account_id)
    if any(word in text for word in OFF):
        who = f"resident:{talk.resident.id}" if talk.resident else "resident"
        off = autopay.end(talk.db, account_id, now=talk.now, actor=who, channel=talk.turn.channel)
        return talk.reply("pay.autopay.off" if off else "pay.autopay.none")
    if going is not None and going.token:
        return talk.reply("pay.autopay.on", limit=wording.money(going.limit_kopecks))
    offered = talk.settings.autopay and checkout.chosen(talk.settings) != checkout.PAGE
    return talk.reply("pay.autopay.how" if offered else "pay.autopay.not_here")


def _half(talk: Talk) -> int | None:
    """Half of the sum proposed, to the rouble, for «половину»."""
    proposed = talk.session.draft.get("kopecks")
    return round(proposed // 2, -2) if proposed and "половин" in talk.turn.text.lower() else None


SCENE = Pay()
