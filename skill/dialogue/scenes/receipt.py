"""Квитанция: a link to the bill's page, which can be read, printed and paid."""

import re

from billing import contacts, receipts
from billing.tables import Receipt
from skill import letters
from skill.dialogue.company import phone_told, today
from skill.dialogue.flat import account_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import MONTHS, months
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.money.bills import unknown_months
from skill.dialogue.naming import month_name
from skill.dialogue.phrases import phrase
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO, Topic
from skill.dialogue.turn import Reply
from skill.identity import pins
from skill.understanding import Understanding
from speech import wording

VOICE = pins.SHARED | {"telephone"}
"""Channels on which an address of electronic mail cannot be spelled out."""
LIKE_AN_ADDRESS = re.compile(r"@|\bсобак|[a-z]\.[a-z]", re.IGNORECASE)


_STOP = (
    r"не (?:хочу|надо|нужн\w+|(?:при)?сыла\w+|шлите|носит\w+|кла(?:дите|сть)|ложит\w+|принос\w+|кида\w+|броса\w+"
    r"|печата\w+)\b"
)
NO_PAPER = re.compile(
    rf"\b{_STOP}.*(?:бумаж|ящик)|отказ\w* от бумаж|вместо бумаж"
    rf"|бумажн\w+.*\b(?:{_STOP}|отказ|отключ|перестан)"
)


NOT_COME = re.compile(
    r"\bне (?:приш|прих|принес|прин[её]с|бросил|дошл|получ|кинул|было|положил)\w*|\bнет (?:бумажн\w+ )?квитанц"
)
PAPER = re.compile(r"бумажн")


class ReceiptTopic(Topic):
    """The scene of the receipt. Steps: email (where to send it), keep (whether the address is right)."""

    name = "receipt"
    intents = frozenset({"send_receipt"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The newest receipt."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        if NO_PAPER.search(talk.turn.text.lower()):
            return talk.reply("receipt.no_paper")
        account = account_of(talk)
        receipt = receipts.latest(talk.db, account.id)
        if receipt is None:
            return talk.reply("receipt.none")
        if (earlier := self._earlier(talk, said, receipt)) is not None:
            return earlier
        if contacts.EMAIL.search(talk.turn.text):
            return self._of_address(talk, said, receipt)
        if said.slots.get("channel_to") in ("email", "sms"):
            carrier = str(said.slots["channel_to"])
            return self._asked(talk, account.id, carrier) or _sent(talk, account.id, receipt, carrier)
        elsewhere = said.slots.get("channel_to") not in (None, talk.turn.channel) or points_at("shared", talk.turn.text)
        key = _unseen(talk) if not talk.turn.screen else "receipt.here_only" if elsewhere else _wish(talk)
        text = talk.say(key, month=month_name(receipt.period), sum=wording.money(receipt.to_pay_kopecks))
        return Reply(text, link=talk.bill(account.id))

    def _of_address(self, talk: Talk, said: Understanding, receipt: Receipt) -> Reply:
        """An address given unasked: it is checked and kept where mail can be sent."""
        if not letters.can(talk.settings, "email"):
            return _sent(talk, receipt.account_id, receipt, "email")
        talk.session.scene = self.name
        return self.answer(talk, said) or self._ask(talk, "receipt.bad_email")

    def _earlier(self, talk: Talk, said: Understanding, newest: Receipt) -> Reply | None:
        """Of a month before, the sum, for only the newest bill can be opened; of a month to come, when it is made. None
        for the newest."""
        named = months(said, today(talk), talk.turn.text)
        if said.slots.get("period") in MONTHS and named and named[-1] > newest.period:
            facts = {"month": month_name(named[-1]), "last": month_name(newest.period)}
            return Reply(talk.say("receipt.to_come", **facts), link=talk.bill(newest.account_id))
        wanted = [month for month in named if month < newest.period]
        if not wanted:
            return None
        rows = receipts.history(talk.db, newest.account_id)
        row = next((row for row in rows if row.period == wanted[-1]), None)
        if row is None:
            return unknown_months(talk, rows, wanted)
        facts = {"month": month_name(row.period), "sum": wording.money(row.charged_kopecks)}
        text = talk.say("receipt.earlier", last=month_name(newest.period), **facts)
        return Reply(text, link=talk.bill(newest.account_id))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """An address, checked and kept after a yes."""
        found = contacts.EMAIL.search(talk.turn.text)
        if found is not None:
            talk.session.step, talk.session.draft = "keep", {"email": found[0].rstrip(".").lower()}
            address = str(talk.session.draft["email"])
            return talk.reply("receipt.keep_email", address=address, buttons=YES_NO, expecting="yes_no")
        if talk.session.step == "keep" and said.intent == "yes":
            return self._keep(talk)
        if talk.session.step == "keep" and said.intent in {"no", "correct"}:
            return self._ask(talk, "receipt.ask_email")
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("receipt.no_email")
        if LIKE_AN_ADDRESS.search(talk.turn.text) or said.intent in {"yes", "send_receipt"}:
            return self._ask(talk, "receipt.bad_email")
        return None

    def help(self, talk: Talk) -> str | None:
        """How an address looks."""
        return talk.say("receipt.help_email") if talk.session.step in {"email", "keep"} else None

    def _asked(self, talk: Talk, account_id: int, carrier: str) -> Reply | None:
        """The question for an address where none is known; by voice, how to give it; None where it can be sent."""
        if carrier != "email" or contacts.of_account(talk.db, account_id, "email"):
            return None
        link = talk.bill(account_id)
        if not letters.can(talk.settings, "email") or not link.startswith("http"):
            return None
        if talk.turn.channel not in VOICE:
            return self._ask(talk, "receipt.ask_email")
        return Reply(talk.say("receipt.tell_email", phone=phone_told(talk)), link=link)

    def _ask(self, talk: Talk, key: str) -> Reply:
        talk.session.scene, talk.session.step, talk.session.draft = self.name, "email", {}
        return talk.reply(key, expecting="text")

    def _keep(self, talk: Talk) -> Reply:
        assert talk.resident is not None  # noqa: S101 - only a resident is asked
        account, address = account_of(talk), str(talk.session.draft["email"])
        talk.session.close()
        contacts.keep(
            talk.db,
            account.id,
            "email",
            address,
            now=talk.now,
            actor=f"resident:{talk.resident.id}",
            channel=talk.turn.channel,
        )
        receipt = receipts.latest(talk.db, account.id)
        return _sent(talk, account.id, receipt, "email") if receipt else talk.reply("receipt.none")


def _unseen(talk: Talk) -> str:
    """What is said where no link can be shown."""
    return "receipt.no_screen_on_call" if talk.turn.channel == "telephone" else "receipt.no_screen"


def _wish(talk: Talk) -> str:
    """What is said with the link: more where the paper has not come, or is wanted."""
    text = talk.turn.text.lower()
    return "receipt.paper" if PAPER.search(text) else "receipt.not_come" if NOT_COME.search(text) else "receipt.link"


def _sent(talk: Talk, account_id: int, receipt: Receipt, carrier: str) -> Reply:
    """The bill's link as an SMS or e-mail to the owner's own number or address; shown here where that cannot be."""
    link = talk.bill(account_id)
    phone = letters.phone_of(talk.turn) if carrier == "sms" else ""
    to = phone or contacts.of_account(talk.db, account_id, "email" if carrier == "email" else "phone")
    month, total = month_name(receipt.period), wording.money(receipt.to_pay_kopecks)
    if not to or not link.startswith("http") or not letters.can(talk.settings, carrier):
        here = "receipt.no_mail" if carrier == "email" else "receipt.here_only"
        text = talk.say(here if talk.turn.screen else _unseen(talk), month=month, sum=total)
        return Reply(text, link=link)
    due = wording.day(receipt.due_on)
    text = phrase("receipt.letter", 0, month=month, sum=total, due=due, link="{link}")
    subject = phrase("receipt.letter_subject", 0, month=month)
    letters.put(talk.db, carrier, to, text, name=f"{talk.key}:receipt", now=talk.now, subject=subject, link=link)
    if carrier == "sms":
        return talk.reply("receipt.by_sms", month=month, tail=f"{to[-4:-2]} {to[-2:]}")
    return talk.reply("receipt.by_email", month=month, address=contacts.masked(to))


SCENE = ReceiptTopic()
