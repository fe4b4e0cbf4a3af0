"""Оплатить: the sum, a yes, and a link to the bill's page with its QR code. No card number is ever taken."""

import re
from dataclasses import replace

from billing import autopay, contacts, payments, receipts
from billing.payments import PaymentRefused
from billing.tables import Payment
from skill import checkout, letters
from skill.dialogue import late
from skill.dialogue.asked import NAMING, is_sum, kopecks, months, only_sum, service_name, services
from skill.dialogue.company import today
from skill.dialogue.flat import account_of, home_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import listed
from skill.dialogue.others import is_of_others
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import Reply
from skill.identity import links
from skill.understanding import Understanding
from speech import wording

HOW = ("карт", "как ", "где ", "сбп", "способ", "можно ли", "наличн")
FEE = "комисс"
PARTS = re.compile(r"част(ями|ично|ь)\b|по частям|не вс[её]\b|рассроч|сколько смогу|немного")
WHOLE = re.compile(r"(?<!не )\b(вс[её]|всю|весь|целиком|полностью)\b(?! (равно|же|ещ[её]|верно|правильно|так)\b)")
LATER = re.compile(r"не сейчас|\b(потом|позже|попозже)\b|передумал|\bне (буду|надо|хочу|стоит)\b|\bотмен")
UNDO = re.compile(r"\b(отмен|верни|вернуть|возврат)\w* .*(плат[её]ж|оплат|деньги)|\b(плат[её]ж|оплат\w+) отмен")
THOUSANDS = re.compile(r"полтор|с половиной")
ROUBLES = re.compile(r"рубл|копе")
AUTOPAY = ("автоплат", "автооплат", "автоматическ")
OFF = ("отключ", "выключ", "отмен", "убер", "не надо", "не нуж", "останов", "стоп")
CALL = "telephone"
THOUSAND = 1000_00
SHORT = 5
"""«Давай всё сразу» has so many words at most."""
SURE = 0.5
LARGEST_KOPECKS = 1_000_000_00
"""No more passes at once through the fast payment system."""
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
        if is_of_others(talk):
            return talk.reply("pay.others")
        named = _named(talk, said)
        if named is None and (told := _told(talk, text)) is not None:
            return told
        talk.session.suspended = [kept for kept in talk.session.suspended if kept["scene"] != self.name]
        talk.session.scene = self.name
        if named is None and PARTS.search(text):
            return self._ask(talk, "amount", "pay.instalments" if "рассроч" in text else "pay.part")
        if named is None and (codes := services(said, talk.turn.text)):
            return self._of_services(talk, codes)
        if named is None and (amount := _of_months(talk, said)):
            return self._confirm(talk, amount)
        owed = _owed(talk)
        if named is None and owed <= 0:
            return self._ask(talk, "amount", "pay.nothing")
        talk.session.draft = {"kopecks": owed}
        return self._confirm(talk, named if named is not None else _half(talk) or owed)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Yes, another sum, or no."""
        named, text = _another(talk, said), talk.turn.text.lower()
        if named is not None:
            same = named == talk.session.draft.get("kopecks") and said.intent == "yes"
            return self._order(talk) if same else self._confirm(talk, named)
        asked = talk.session.step
        refused = said.intent == "no" and (asked == "amount" or LATER.search(text) is not None)
        if refused or said.intent in {"back", "stop"} or (said.confidence < SURE and LATER.search(text)):
            talk.session.close()
            return talk.reply("pay.cancelled")
        agreed = said.intent == "yes" or (said.intent == "pay" and len(text.split()) == 1)
        if agreed and asked == "confirm":
            return self._order(talk)
        if PARTS.search(text):
            return self._ask(talk, "amount", "pay.part")
        if said.intent in {"no", "correct"}:
            return self._ask(talk, "amount", "pay.amount")
        if asked == "confirm" and "сколько" in text and said.confidence < SURE:
            return self._confirm(talk, int(talk.session.draft["kopecks"]))
        return self._ask(talk, "amount", "pay.amount") if said.intent in {"yes", "pay"} else None

    def propose(self, talk: Talk, amount: int) -> Reply:
        """A sum that was spoken of before, kopecks."""
        talk.session.scene = self.name
        return self._confirm(talk, amount)

    def help(self, talk: Talk) -> str | None:
        """How it is paid."""
        return talk.say("pay.help")

    def _of_services(self, talk: Talk, codes: list[str]) -> Reply:
        """Money comes to the whole account: the sum of what was named is proposed, of the last bill."""
        receipt = receipts.latest(talk.db, home_of(talk).account_id)
        lines = receipts.lines(talk.db, receipt.id) if receipt else []
        amount = sum(line.charged_kopecks for line in lines if line.code in codes)
        if amount < payments.MINIMUM_KOPECKS:
            return self._ask(talk, "amount", "pay.part")
        names = listed([service_name(code) for code in codes])
        asked = self._confirm(talk, amount)
        return replace(asked, text=talk.say("pay.service", services=names, sum=wording.money(amount)))

    def _confirm(self, talk: Talk, amount: int) -> Reply:
        if amount < payments.MINIMUM_KOPECKS:
            return self._ask(talk, "amount", "pay.too_small")
        if amount > LARGEST_KOPECKS:
            return self._ask(talk, "amount", "pay.too_large")
        by_sbp = any(word in talk.turn.text.lower() for word in BY_SBP)
        talk.session.step, talk.session.draft = "confirm", {"kopecks": amount, "sbp": by_sbp}
        facts = {"sum": wording.money(amount)}
        key = "pay.confirm"
        if fee := checkout.fee(talk.settings, account_of(talk), amount):
            key, facts["fee"] = "pay.confirm_fee", wording.money(fee)
        elif 0 < (owed := _owed(talk)) < amount:
            key, facts["over"] = "pay.confirm_more", wording.money(amount - owed)
        return Reply(talk.say(key, **facts), buttons=YES_NO, expecting="yes_no")

    def _ask(self, talk: Talk, step: str, key: str) -> Reply:
        talk.session.step, talk.session.draft = step, {}
        limits = {"minimum": wording.money(payments.MINIMUM_KOPECKS), "maximum": wording.money(LARGEST_KOPECKS)}
        return Reply(talk.say(key, **limits), expecting="number")

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


def _owed(talk: Talk) -> int:
    """Kopecks to pay today; an advance is below zero."""
    return receipts.balance(talk.db, home_of(talk).account_id, today(talk)).kopecks


def _of_months(talk: Talk, said: Understanding) -> int:
    """Kopecks not paid of the months named, 0 where none is."""
    named = months(said, today(talk), talk.turn.text)
    left = late.not_paid(talk) if named else {}
    return sum(left.get(month, 0) for month in named)


def _told(talk: Talk, text: str) -> Reply | None:
    """What is answered without a payment being begun: how it is paid, the commission, taking it back."""
    if UNDO.search(text):
        return talk.reply("pay.undo")
    if FEE in text:
        return talk.reply("pay.fee" if checkout.chosen(talk.settings) == checkout.PAGE else "pay.fee_before")
    if any(word in text for word in BY_SBP):
        return talk.reply("pay.how_sbp")
    if any(word in text for word in HOW) and not PARTS.search(text):
        return talk.reply("pay.how")
    return None


def _another(talk: Talk, said: Understanding) -> int | None:
    """The sum that answers the open question: in figures, the half of it, or all that is owed; None without one."""
    text = talk.turn.text.lower()
    if half := _half(talk):
        return half
    named = _named(talk, said)
    if named is not None and (said.intent in NAMING or is_sum(said, text)):
        return named
    whole = WHOLE.search(text) and said.intent not in {"yes", "stop"} and len(text.split()) <= SHORT
    return owed if whole and (owed := _owed(talk)) > 0 else None


def _named(talk: Talk, said: Understanding) -> int | None:
    """Kopecks of the sum said; «полторы» are thousands where nobody says roubles, and nothing is paid below zero."""
    text = talk.turn.text.lower()
    named = kopecks(said)
    if named is None:
        named = only_sum(text) if said.intent != "pay" or talk.session.scene == "pay" else None
    if named is None:
        return None
    if re.search(r"\bминус\b|-\d", text):
        return 0
    short = named < THOUSAND and THOUSANDS.search(text) and not ROUBLES.search(text)
    return named * 1000 if short else named


def _half(talk: Talk) -> int | None:
    """Half of the sum proposed, else of all that is owed, to the rouble, for «половину»."""
    if "половин" not in talk.turn.text.lower() or THOUSANDS.search(talk.turn.text.lower()):
        return None
    proposed = int(talk.session.draft.get("kopecks") or max(0, _owed(talk)))
    return round(proposed // 2, -2) or None


SCENE = Pay()
