"""Квитанция: a link to the bill's page, which can be read, printed and paid."""

from billing import receipts
from skill.dialogue.flat import account_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import month_name
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
        elsewhere = said.slots.get("channel_to") not in (None, talk.turn.channel)
        key = "receipt.no_screen" if not talk.turn.screen else "receipt.here_only" if elsewhere else "receipt.link"
        text = talk.say(key, month=month_name(receipt.period), sum=wording.money(receipt.to_pay_kopecks))
        return Reply(text, link=links.to_bill(talk.settings, account.id))


SCENE = ReceiptTopic()
