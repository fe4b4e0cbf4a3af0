"""Пени: how much, and on which debt, since when, at what rate (ЖК РФ ст. 155 ч. 14)."""

import re
from datetime import date, timedelta

from billing import law, penalties
from billing.penalties import Standing
from skill.dialogue.company import today
from skill.dialogue.gate import barred
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.money import late
from skill.dialogue.money.late import Owed
from skill.dialogue.naming import month_name
from skill.dialogue.scenes.pay import SCENE as PAY
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

RULE = re.compile(r"что такое|что значит|процент|ставк|как считают|как начисл|закон|прав\b|с какого дня|через сколько")
UNPAID = re.compile(
    r"не (буду )?(за|о)?пла[чт]|не буду|если .*(позже|опозда|не успе|просроч|задерж)|что .*будет"
    r"|грозит|пен\w* .*\bбуд[еу]т"
    r"|\bбуд[еу]т .*\bпен|\bпен.*(?:набеж|накап|насчитают|начислят)|(?:набеж|накап|насчитают|начислят).*\bпен"
    r"|если (?!.*\b(?:сегодня|сейчас|сразу|завтра)\b).*\b(?:за|о)пла[тч]"
    r"|\b(?:за|о)плачу (?:в|через|после|к|потом|позже|только)\b"
)
BEGINS = re.compile(
    r"(?:когда|с какого|с какой|начн\w+|через сколько|скоро)\b.*(?:\bпен|\bкапать|\bнакап)"
    r"|\bпен\w*.*(?:\bкогда\b|с какого|начн)"
)
"""From which day it is counted: of a debt that has none yet the day and the rate are told."""
THREAT = re.compile(r"отключ|отреж|обрежу|отрубя")
EVICTION = re.compile(r"высел|заберут|отберут|\bсуд\b")
WITHOUT = re.compile(r"без пен|(?:долг|задолж)\w*.*\bпен|\bпен\w*.*отдельно")
LONG = re.compile(r"полгода|\bгода?\b|годами|долго|месяцами|вообще|совсем|никогда|\b(?:два|три|четыре|пять|\d) месяц")
CUT_OFF = re.compile(r"(?:отключи|отреза|отруби|обреза|ограничи)л")
PAYS = re.compile(
    r"^(?:(?:а|и|ну|я|мне|мы|хочу|хотела?|бы|можно|надо|нужно|давай(?:те)?|пожалуйста|только|сейчас|тогда|отдельно) )*"
    r"(?:(?:о|за)плати(?:ть|те|м)?|погаси(?:ть|те)?|закр(?:ой|ыть)|внес(?:и|ти))\b"
)
FORGIVE = re.compile(r"спиши|списать|спишут|сними|снять|убери|убрать|отмени|прости")


class Penalty(Topic):
    """The scene of penalties; a yes to its offer pays."""

    name = "penalty"
    intents = frozenset({"limitation", "penalty"})
    next_scene = PAY

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The rule for anybody who asks how; the household's own penalty otherwise."""
        text = talk.turn.text.lower()
        if said.intent == "limitation":
            return talk.reply("penalty.limitation")
        if EVICTION.search(text):
            return talk.reply("penalty.eviction")
        if CUT_OFF.search(text):
            return talk.reply("penalty.cut_off")
        if THREAT.search(text):
            return talk.reply("penalty.limits")
        if UNPAID.search(text) and LONG.search(text):
            return talk.reply("penalty.long")
        begins = BEGINS.search(text) or points_at("in_roubles", text)
        if (RULE.search(text) and not (begins and talk.resident)) or (talk.resident is None and UNPAID.search(text)):
            return talk.reply("penalty.rule")
        if (bar := barred(talk, money=True)) is not None:
            return bar
        owed = late.owed(talk)
        charged, whole, debts = owed.balance.penalty, owed.penalty, owed.months
        if PAYS.search(text):
            return PAY.begin(talk, Understanding("pay", {}, said.confidence))
        if WITHOUT.search(text) and debts:
            facts = {"debt": wording.money(sum(owed.not_paid.values())), "whole": wording.money(whole)}
            return Reply(talk.say("penalty.without", **facts))
        if FORGIVE.search(text) and (whole or points_at("forgiven", text)):
            return talk.reply("penalty.forgive" if whole else "penalty.forgive_debt", sum=wording.money(whole))
        if (UNPAID.search(text) or begins) and not whole:
            return _to_come(talk, debts)
        if UNPAID.search(text) and (a_day := _a_day(debts, today(talk))):
            return self.offers(talk, talk.reply("penalty.goes_on", sum=wording.money(a_day)))
        if not debts:
            return talk.reply("penalty.past" if charged else "penalty.none", sum=wording.money(charged))
        return self._of_debts(talk, owed)

    def _of_debts(self, talk: Talk, owed: Owed) -> Reply:
        """On which month the penalty grows."""
        oldest, charged, whole = owed.months[0], owed.balance.penalty, owed.penalty
        facts = {
            "sum": wording.money(charged),
            "debt": wording.money(owed.late[oldest.debt.period]),
            "month": month_name(oldest.debt.period),
            "due": wording.day(oldest.debt.due),
            "whole": wording.money(whole),
        }
        key = "penalty.soon"
        if penalties.penalty(oldest, today(talk)):
            key = "penalty.grows_all" if whole > charged else "penalty.grows"
        return self.offers(talk, Reply(talk.say(key, **facts)))


def _to_come(talk: Talk, debts: list[Standing]) -> Reply:
    """From when a debt that is late will cost a penalty, and how much a day; the rule where nothing is late."""
    if not debts:
        return talk.reply("penalty.rule")
    first = debts[0].debt.due + timedelta(days=law.penalty_rule().free_days + 1)
    a_day = sum(penalties.penalty(one, first) for one in debts)
    return talk.reply("penalty.to_come", first=wording.day(first), sum=wording.money(a_day))


def _a_day(debts: list[Standing], on: date) -> int:
    """Kopecks by which the penalty grows in a day."""
    before = on - timedelta(days=1)
    return sum(penalties.penalty(one, on) - penalties.penalty(one, before) for one in debts)


SCENE = Penalty()
