"""Льготы и субсидии: what the last bill was lowered by, and where to apply."""

from billing import receipts
from skill.dialogue.company import phone_of
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import month_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

OWN = ("мне", "моя", "мою", "моей", "меня", "у нас", "в квитанции", "почему", "сняли", "начисл", "пришл")


class Benefits(Topic):
    """The scene of benefits. How to get one is public; what a bill was lowered by is not."""

    name = "benefits"
    intents = frozenset({"benefits"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The household's own benefit if it was asked about, else the rule."""
        text = talk.turn.text.lower()
        if talk.resident is None and not any(word in text for word in OWN):
            return talk.reply("benefits.subsidy" if "субсид" in text else "benefits.rule", phone=_phone(talk))
        if (bar := barred(talk, money=True)) is not None:
            return bar
        receipt = receipts.latest(talk.db, home_of(talk).account_id)
        if "субсид" in text:
            return talk.reply("benefits.subsidy", phone=_phone(talk))
        if receipt is not None and receipt.privilege_kopecks:
            return talk.reply(
                "benefits.applied",
                month=month_name(receipt.period),
                sum=wording.money(receipt.privilege_kopecks),
            )
        return talk.reply("benefits.none", phone=_phone(talk))


def _phone(talk: Talk) -> str:
    number = phone_of(talk)
    return talk.say("general.phone", phone=number) if number else ""


SCENE = Benefits()
