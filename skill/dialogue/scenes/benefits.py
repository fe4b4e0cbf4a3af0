"""Льготы и субсидии: what the last bill was lowered by, and where to apply."""

import re

from billing import benefits, receipts
from billing.tables import Benefit, Receipt, ReceiptLine
from skill.dialogue.company import phone_told
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import service_name
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import listed, month_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

ALOUD = 2
OWN = (
    "мне", "моя", "мою", "моей", "меня", "у нас", "в квитанции", "почему", "сняли", "начисл", "пришл", "придет",
    "придёт", "уменьш",
)  # fmt: skip

CATEGORIES = {
    "disabled": re.compile(r"инвалид"),
    "large_family": re.compile(r"многодетн|(?:тр(?:ое|оих)|четвер(?:о|ых)|пятер(?:о|ых)) детей"),
    "chernobyl": re.compile(r"чернобыл"),
    "veteran": re.compile(r"ветеран|участник\w* войны|боев\w+ действ|афган|\bсво\b|на войне|на фронте|воюет|мобилиз"),
    "low_income": re.compile(
        r"безработн|малоимущ|малообеспеч|низк\w+ (?:доход|зарплат|пенси)|маленьк\w+ (?:доход|зарплат|пенси)"
    ),
    "rural": re.compile(r"сельск|педагог|учител|медик|медсестр|врач"),
    "single": re.compile(r"одинок|одна (?:с ребенком|с ребёнком|воспитываю)"),
    "pensioner": re.compile(r"пенсионер|на пенсии"),
}
"""Who has a benefit by law, by their words: `benefits.of`."""
OWED = re.compile(r"долг|задолж")
MISSED = re.compile(r"почему|полн|\bгде\b|не учл|не учт|сняли|пропал|убрали")
"""A benefit is missed in the bill rather than asked for."""
RENEW = re.compile(r"продл|закончил|кончил|истекл|заново|повторн|снова")
BACK = re.compile(r"прошл\w+ (?:год|месяц|врем)|задним числом|пересчита|за старое")
PAPERS = re.compile(r"документ|справк|бумаг|что (нужно|надо)|чего надо")


class Benefits(Topic):
    """The scene of benefits. How to get one is public; what a bill was lowered by is not."""

    name = "benefits"
    intents = frozenset({"benefits"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The household's own benefit if it was asked about, else the rule."""
        text = talk.turn.text.lower()
        if points_at("whither", text):
            return talk.reply("benefits.where")
        if PAPERS.search(text):
            return talk.reply("benefits.papers")
        if "капремонт" in text or "капитальн" in text or said.slots.get("of") == "capital_repair":
            return talk.reply("benefits.capital_repair")
        if "субсид" in text and OWED.search(text):
            return talk.reply("benefits.subsidy_owed")
        if "субсид" in text and RENEW.search(text):
            return talk.reply("benefits.renew")
        if BACK.search(text) and "субсид" not in text:
            return talk.reply("benefits.back")
        named = next((name for name, words in CATEGORIES.items() if words.search(text)), "")
        category = str(said.slots.get("of", named))
        if talk.resident is None and category and "субсид" not in text:
            return talk.reply(f"benefits.of.{category}")
        if talk.resident is None and not any(word in text for word in OWN):
            return talk.reply("benefits.subsidy" if "субсид" in text else "benefits.rule", phone=phone_told(talk))
        if (bar := barred(talk, money=True)) is not None:
            return bar
        receipt = receipts.latest(talk.db, home_of(talk).account_id)
        if "субсид" in text and (receipt is None or not benefits.monthly_subsidy(_granted(talk, receipt))):
            own = any(word in text for word in (*OWN, "сколько"))
            return talk.reply("benefits.no_subsidy" if own else "benefits.subsidy", phone=phone_told(talk))
        if receipt is None:
            return talk.reply("benefits.none", phone=phone_told(talk))
        lines, granted = receipts.lines(talk.db, receipt.id), _granted(talk, receipt)
        apart = _apart(talk, lines, granted)
        if receipt.privilege_kopecks:
            return Reply(" ".join(filter(None, [_applied(talk, receipt, lines), apart])))
        if apart:
            return Reply(apart)
        if category and not granted and not MISSED.search(text):
            return talk.reply(f"benefits.of.{category}")
        return talk.reply("benefits.waiting" if granted else "benefits.none", phone=phone_told(talk))


def _granted(talk: Talk, receipt: Receipt) -> list[Benefit]:
    """Support of the household in the bill's month."""
    return benefits.of_accounts(talk.db, [receipt.account_id], receipt.period).get(receipt.account_id, [])


def _applied(talk: Talk, receipt: Receipt, lines: list[ReceiptLine]) -> str:
    """What the bill was lowered by, and where most."""
    lowered = sorted((line for line in lines if line.privilege_kopecks), key=lambda line: -line.privilege_kopecks)
    named = [f"{service_name(line.code)} {wording.money(line.privilege_kopecks)}" for line in lowered[:ALOUD]]
    return talk.say(
        "benefits.applied" if len(lowered) < 2 else "benefits.applied_to",
        month=month_name(receipt.period),
        sum=wording.money(receipt.privilege_kopecks),
        lines=listed(named) if named else "",
    )


def _apart(talk: Talk, lines: list[ReceiptLine], granted: list[Benefit]) -> str:
    """What is paid apart from the bill: compensation and subsidy."""
    compensation = sum(int(line.explanation.get("compensation", {}).get("kopecks", 0)) for line in lines)
    subsidy = benefits.monthly_subsidy(granted)
    said = [talk.say("benefits.compensation", sum=wording.money(compensation))] if compensation else []
    if subsidy:
        said.append(talk.say("benefits.own_subsidy", sum=wording.money(subsidy)))
    return " ".join(said)


SCENE = Benefits()
