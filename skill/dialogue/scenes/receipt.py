"""Квитанция: a link to the bill's page, which can be read, printed and paid."""

from billing import contacts, receipts
from billing.tables import Receipt
from skill import letters
from skill.dialogue.flat import account_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import month_name
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.identity import links
from skill.understanding import Understanding
from speech import wording


class ReceiptTopic(Topic):
    """The scene of the receipt."""

    name = "receipt"
    intents = frozenset({"send_receipt"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The newest receipt."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        account = account_of(talk)
        receipt = receipts.latest(talk.db, account.id)
        if receipt is None:
            return talk.reply("receipt.none")
        if said.slots.get("channel_to") in ("email", "sms"):
            return _sent(talk, account.id, receipt, str(said.slots["channel_to"]))
        elsewhere = said.slots.get("channel_to") not in (None, talk.turn.channel)
        key = "receipt.no_screen" if not talk.turn.screen else "receipt.here_only" if elsewhere else "receipt.link"
        text = talk.say(key, month=month_name(receipt.period), sum=wording.money(receipt.to_pay_kopecks))
        return Reply(text, link=links.to_bill(talk.settings, account.id))


def _sent(talk: Talk, account_id: int, receipt: Receipt, carrier: str) -> Reply:
    """The bill's link as an SMS or e-mail to the owner's own number or address; shown here where that cannot be."""
    link = links.to_bill(talk.settings, account_id)
    phone = letters.phone_of(talk.turn) if carrier == "sms" else ""
    to = phone or contacts.of_account(talk.db, account_id, "email" if carrier == "email" else "phone")
    month, total = month_name(receipt.period), wording.money(receipt.to_pay_kopecks)
    if not to or not link.startswith("http") or not letters.can(talk.settings, carrier):
        text = talk.say("receipt.here_only" if talk.turn.screen else "receipt.no_screen", month=month, sum=total)
        return Reply(text, link=link)
    due = wording.day(receipt.due_on)
    text = phrase("receipt.letter", 0, month=month, sum=total, due=due, link="{link}")
    subject = phrase("receipt.letter_subject", 0, month=month)
    letters.put(talk.db, carrier, to, text, name=f"{talk.key}:receipt", now=talk.now, subject=subject, link=link)
    if carrier == "sms":
        return talk.reply("receipt.by_sms", month=month, tail=f"{to[-4:-2]} {to[-2:]}")
    return talk.reply("receipt.by_email", month=month, address=contacts.masked(to))


SCENE = ReceiptTopic()
