"""Сколько платить: the debt or the advance, by when, what of it is late."""

from billing import receipts
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.scenes.pay import SCENE as PAY
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording


class BalanceTopic(Topic):
    """The scene of the balance; a yes to its offer pays."""

    name = "balance"
    intents = frozenset({"balance"})
    next_scene = PAY

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What is owed today."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        found = receipts.balance(talk.db, home_of(talk).account_id, today(talk))
        if found.kopecks < 0:
            return talk.reply("balance.advance", sum=wording.money(-found.kopecks))
        if found.kopecks == 0:
            return talk.reply("balance.paid")
        key = "late" if found.overdue == found.kopecks else "partly_late" if found.overdue else "owed"
        day = wording.day(found.due_on) if found.due_on and found.due_on >= today(talk) else ""
        if key == "owed" and not day:
            key = "late"
        text = talk.say(f"balance.{key}", sum=wording.money(found.kopecks), late=wording.money(found.overdue), day=day)
        return self.offers(talk, Reply(text))


SCENE = BalanceTopic()
