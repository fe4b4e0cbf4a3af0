"""Почему столько: why the bill is more or less than the one before, in the order of what matters most."""

from billing import explain, news, receipts
from billing.explain import Difference, ServiceChange
from billing.resources import FACTS, Resource
from skill.dialogue.asked import service_name, services
from skill.dialogue.company import company_of
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.grounds import corrections, ground
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

MEANING = ("что такое", "что за", "за какие", "что значит", "расшифруй", "что это")
GROUNDED = frozenset({"volume", "other", "multiplier"})
CAUSES = ("volume", "tariff", "multiplier", "recalculation", "privilege", "penalty")
AT_LEAST = 1_00
REASONS = 2


class DifferenceTopic(Topic):
    """The scene of explanations."""

    name = "difference"
    intents = frozenset({"explain_bill"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What a word on the bill means, or what made it change."""
        text, codes = talk.turn.text, services(said, talk.turn.text)
        if any(word in text.lower() for word in MEANING) and (meaning := _meaning(talk)) is not None:
            return meaning
        if (bar := barred(talk, money=True)) is not None:
            return bar
        found = explain.explain_latest(talk.db, home_of(talk).account_id)
        if found is None:
            return _meaning(talk) or talk.reply("difference.nothing")
        if codes:
            return _of_service(talk, found, max(codes, key=lambda code: _change(found, code)))
        return _of_bill(talk, found)


def _of_bill(talk: Talk, found: Difference) -> Reply:
    way = [change for change in found.services if not found.total or (change.total > 0) == (found.total > 0)]
    most = REASONS if talk.turn.screen else 1
    reasons = [_reason(talk, change) for change in way if abs(change.total) >= AT_LEAST][:most]
    if abs(found.debt) >= AT_LEAST and abs(found.debt) > max((abs(c.total) for c in found.services), default=0):
        key = "difference.debt_more" if found.debt > 0 else "difference.debt_less"
        reasons = [talk.say(key, sum=_roughly(found.debt)), *reasons[: most - 1]]
    if not reasons:
        return talk.reply("difference.same")
    key = "difference.more" if found.total > 0 else "difference.less" if found.total < 0 else "difference.equal"
    return talk.reply(key, sum=wording.money(abs(found.total)), reasons="; ".join(reasons))


def _change(found: Difference, code: str) -> int:
    """By how much a service changed, kopecks."""
    return sum(abs(change.total) for change in found.services if change.code == code)


def _of_service(talk: Talk, found: Difference, code: str) -> Reply:
    change = next((change for change in found.services if change.code == code), None)
    if change is None and not _is_charged(talk, code):
        return talk.reply("difference.no_line", service=service_name(code))
    if change is None or abs(change.total) < AT_LEAST:
        return talk.reply("difference.service_same", service=service_name(code))
    return talk.reply("difference.service", reason=_reason(talk, change))


def _reason(talk: Talk, change: ServiceChange) -> str:
    """«отопление больше на 300 ₽, расход вырос с 1,2 Гкал до 1,8 Гкал»."""
    cause = max(CAUSES, key=lambda name: abs(getattr(change, name)))
    unit = FACTS[Resource(change.code)].unit if change.code in Resource.__members__ else ""
    volumes = change.volume_before is not None and change.volume_now is not None and unit
    if cause == "volume" and not volumes:
        cause = "other"
    grew = "more" if getattr(change, cause, change.total) > 0 else "less"
    why = ground(talk, change.explanation) if cause in GROUNDED and grew == "more" else ""
    why = why or (corrections(talk, change.explanation) if cause == "recalculation" else "")
    why = why or talk.say(
        f"difference.why.{cause}.{grew}",
        before=wording.quantity(round(change.volume_before, 1), unit) if volumes and change.volume_before else "0",
        now=wording.quantity(round(change.volume_now, 1), unit) if volumes and change.volume_now else "0",
    )
    return talk.say(
        "difference.up" if change.total > 0 else "difference.down",
        service=service_name(change.code),
        sum=_roughly(change.total),
        why=why,
    )


def _is_charged(talk: Talk, code: str) -> bool:
    receipt = receipts.latest(talk.db, home_of(talk).account_id)
    return receipt is not None and any(line.code == code for line in receipts.lines(talk.db, receipt.id))


def _roughly(kopecks: int) -> str:
    """A part of a difference, in whole roubles."""
    return wording.money(round(abs(kopecks), -2))


def _meaning(talk: Talk) -> Reply | None:
    """The company's own answer to a common question."""
    company = company_of(talk)
    articles = news.answers(talk.db, company.id if company else None, talk.turn.text, limit=1)
    return Reply(articles[0].body) if articles else None


SCENE = DifferenceTopic()
