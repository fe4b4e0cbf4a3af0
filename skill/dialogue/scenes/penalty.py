"""Пени: how much, and on which debt, since when, at what rate (ЖК РФ ст. 155 ч. 14)."""

import re

from billing import penalties, receipts
from skill.dialogue import late
from skill.dialogue.company import today
from skill.dialogue.flat import account_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import month_name
from skill.dialogue.scenes.pay import SCENE as PAY
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

RULE = re.compile(
    r"процент|ставк|как считают|как начисл|закон|прав|с какого дня|через сколько|не (за)?плач|не плат|не буду"
)


class Penalty(Topic):
    """The scene of penalties; a yes to its offer pays."""

    name = "penalty"
    intents = frozenset({"penalty"})
    next_scene = PAY

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The rule for anybody who asks how; the household's own penalty otherwise."""
        if RULE.search(talk.turn.text.lower()):
            return talk.reply("penalty.rule")
        if (bar := barred(talk, money=True)) is not None:
            return bar
        account, on = account_of(talk), today(talk)
        charged = receipts.balance(talk.db, account.id, on).penalty
        oldest = next(iter(late.months(talk)), None)
        if oldest is None:
            key = "penalty.past" if charged else "penalty.none"
            return talk.reply(key, sum=wording.money(charged))
        facts = {
            "sum": wording.money(charged),
            "debt": wording.money(oldest.left),
            "month": month_name(oldest.debt.period),
            "due": wording.day(oldest.debt.due),
        }
        key = "penalty.grows" if penalties.penalty(oldest, on) else "penalty.soon"
        return self.offers(talk, Reply(talk.say(key, **facts)))


SCENE = Penalty()
