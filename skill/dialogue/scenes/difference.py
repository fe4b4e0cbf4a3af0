"""Почему столько: why the bill is more or less than another, in the order of what matters most."""

import re

from billing import explain, news, receipts, tariffs
from billing.explain import Difference, ServiceChange
from billing.resources import FACTS, Resource
from billing.tables import Receipt, ReceiptLine
from billing.windows import month_start
from skill.dialogue.company import company_of, today
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import LAST_YEAR, MONTH_WORD, months, service_name, service_unit, services
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.money import late
from skill.dialogue.money.bills import pair, unknown_months
from skill.dialogue.money.grounds import corrections, ground, signed
from skill.dialogue.naming import capital, month_name
from skill.dialogue.phrases import phrases
from skill.dialogue.scenes.balance import checked
from skill.dialogue.scenes.debts import SCENE as DEBTS
from skill.dialogue.scenes.penalty import SCENE as PENALTY
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

WORD = re.compile(r"что такое|что за\b|за какие|что значит|расшифруй|что это|это что")
WORDS = {"коэффициент": "MULTIPLIER", "сальдо": "SALDO"}
MEANING = re.compile(
    r"что входит|за что|(почему|зачем|обяз\w+) (\w+ ){0,2}(плачу|платим|платить)|не плат|не плач|не оплач"
    r"|обяз(ательн|ан)|добровольн|законн|отказ|исключи|(куда|на что) (идут|уход|дева|трат|собира|коп)"
)
OWN_ANSWER = ("INSURANCE", "CAPITAL_REPAIR")
"""Of these it is said already whether they must be paid."""
NEIGHBOUR = re.compile(r"\bсосед|\bу (?:других|остальных)\b")
OTHER_SUM = re.compile(r"друг(ая|ую|ой) (сумм|счет|счёт)|друг(ие|ая) цифр|не (сход|совпад|бь[её]т)")
BASIS = re.compile(r"норматив|по средн")
RECALCULATED = re.compile(
    r"^(?!.*(?:откуда|зачем|почему (?!нет))).*\b(?:где|что с|почему нет|не вижу|был|сделали)\b.*пере ?расч[её]т"
)
SEVERAL = re.compile(
    r"\b(две|три|четыре|пять|много|столько|куча|несколько|втор\w+|еще одна|ещё одна|разные) (квитанци|платежк)"
)
SO_MUCH = re.compile(r"^\W*(?:\w+ ){0,3}(?:откуда|почему|за что|отчего|с чего)\b(?: \w+){0,3}\W*$")
OWED = frozenset({"balance", "pay", "penalty"})
"""After what is owed was told, «откуда столько» asks about the debt, not about the last bill."""
GROUNDED = frozenset({"volume", "other", "multiplier"})
CAUSES = ("volume", "tariff", "multiplier", "recalculation", "privilege", "penalty")
AT_LEAST = 1_00
REASONS = 2
MONTHS_BACK = 24


class DifferenceTopic(Topic):
    """The scene of explanations."""

    name = "difference"
    intents = frozenset({"explain_bill"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What a word on the bill means, or what made it change."""
        text, codes = talk.turn.text.lower(), services(said, talk.turn.text)
        if NEIGHBOUR.search(text):
            return talk.reply("difference.neighbour")
        if (meaning := _meaning(talk, text, codes)) is not None:
            return meaning
        if points_at("not_to_pay", text):
            return PENALTY.begin(talk, said)
        if (bar := barred(talk, money=True)) is not None:
            return bar
        if SEVERAL.search(text) and (bill := receipts.latest(talk.db, home_of(talk).account_id)) is not None:
            facts = {"month": month_name(bill.period), "sum": wording.money(bill.to_pay_kopecks)}
            return Reply(talk.say("difference.several_bills", **facts))
        if OTHER_SUM.search(text):
            return checked(talk)
        if RECALCULATED.search(text) and (bill := receipts.latest(talk.db, home_of(talk).account_id)) is not None:
            key = "difference.recalculated" if bill.recalculated_kopecks else "difference.not_recalculated"
            return Reply(talk.say(key, month=month_name(bill.period), sum=signed(talk, bill.recalculated_kopecks)))
        if BASIS.search(text):
            return _not_measured(talk)
        if SO_MUCH.search(text) and talk.scene and talk.scene.name in OWED and len(late.owed(talk).late) > 1:
            return DEBTS.begin(talk, said)
        rows = receipts.history(talk.db, home_of(talk).account_id, MONTHS_BACK)
        this = month_start(today(talk))  # «в этом месяце» is said of the bill that came in it
        named = months(said, today(talk), _spoken(talk, text))
        wanted = [month for month in named if month < this]
        chosen = pair(rows, wanted, year=LAST_YEAR.search(text) is not None)
        if chosen is None:
            return unknown_months(talk, rows, wanted) if wanted and rows else _nothing(talk, text)
        now, before = chosen
        found = explain.explain(now, before, receipts.lines(talk.db, now.id), receipts.lines(talk.db, before.id))
        last = chosen == tuple(rows[:2])
        if codes:
            code = max(codes, key=lambda code: _change(found, code))
            return Reply(
                _of_service(talk, found, code, now) if last else _of_service_then(talk, found, code, now, before)
            )
        return Reply(_of_bill(talk, found, None if last else chosen))


def _spoken(talk: Talk, text: str) -> str:
    """The words that name the months: «а по воде?» keeps those of the question before it."""
    return (
        text if MONTH_WORD.search(text) or LAST_YEAR.search(text) else str(talk.session.about.get("text", text)).lower()
    )


def _of_service_then(talk: Talk, found: Difference, code: str, now: Receipt, before: Receipt) -> str:
    """One service in two bills that are not the newest two."""
    change = next((change for change in found.services if change.code == code), None)
    if change is None or abs(change.total) < AT_LEAST:
        told = _of_service(talk, found, code, now)
        return f"{_names(now, before)}: {told[:1].lower()}{told[1:]}"
    return f"{_names(now, before)}: {_reason(talk, change)}."


def _names(now: Receipt, before: Receipt) -> str:
    """«Сентябрь и август»."""
    return capital(f"{month_name(now.period)} и {month_name(before.period)}")


def _of_bill(talk: Talk, found: Difference, named: tuple[Receipt, Receipt] | None) -> str:
    """named: the bills, where they are not the newest two."""
    way = [change for change in found.services if not found.total or (change.total > 0) == (found.total > 0)]
    most = REASONS if talk.turn.screen else 1
    reasons = [_reason(talk, change) for change in way if abs(change.total) >= AT_LEAST][:most]
    if abs(found.debt) >= AT_LEAST and abs(found.debt) > max((abs(c.total) for c in found.services), default=0):
        key = "difference.debt_more" if found.debt > 0 else "difference.debt_less"
        reasons = [talk.say(key, sum=_roughly(found.debt)), *reasons[: most - 1]]
    if not reasons:
        return talk.say("difference.same")
    facts = {"sum": wording.money(abs(found.total)), "reasons": "; ".join(reasons)}
    if named is None:
        key = "difference.more" if found.total > 0 else "difference.less" if found.total < 0 else "difference.equal"
        return talk.say(key, **facts)
    key = "difference.more_than" if found.total >= 0 else "difference.less_than"
    now, before = (month_name(receipt.period) for receipt in named)
    return talk.say(key, now=now, before=before, **facts)


def _change(found: Difference, code: str) -> int:
    """By how much a service changed, kopecks."""
    return sum(abs(change.total) for change in found.services if change.code == code)


def _of_service(talk: Talk, found: Difference, code: str, bill: Receipt) -> str:
    """What made it grow; where it did not, how its sum is made."""
    change = next((change for change in found.services if change.code == code), None)
    line = next((line for line in receipts.lines(talk.db, bill.id) if line.code == code), None)
    if change is None and (line is None or not line.charged_kopecks):
        return talk.say("difference.no_line", service=service_name(code))
    other = line is None or line.privilege_kopecks or line.recalculated_kopecks
    if change is not None and abs(change.total) >= AT_LEAST and (change.total > 0 or other):
        return talk.say("difference.service", reason=_reason(talk, change))
    assert line is not None  # noqa: S101 - a change of nothing, or less, of a line that is there
    facts = {"service": service_name(code), "Service": capital(service_name(code)), "made": _made(talk, line)}
    if change is None or abs(change.total) < AT_LEAST:
        return talk.say("difference.service_same", **facts)
    return talk.say("difference.service_less", reason=_reason(talk, change), **facts)


def _made(talk: Talk, line: ReceiptLine) -> str:
    """«1 104 ₽ 64 коп., это 64 м² по 17 ₽ 26 коп.»."""
    total, unit = wording.money(line.charged_kopecks), service_unit(line.code)
    if line.price is None or not unit or line.multiplier != 1 or not line.volume:
        return total
    volume = wording.quantity(round(line.volume, 2).normalize(), unit)
    price = wording.money(tariffs.kopecks(line.price))
    return talk.say("difference.made", sum=total, volume=volume, price=price)


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


def _not_measured(talk: Talk) -> Reply:
    """Which lines of the newest bill rest on a norm or an average, and why."""
    receipt = receipts.latest(talk.db, home_of(talk).account_id)
    lines = receipts.lines(talk.db, receipt.id) if receipt else []
    told = [
        f"{service_name(line.code)}: {why}"
        for line in lines
        if line.charged_kopecks and line.volume_kind == "I" and (why := ground(talk, line.explanation))
    ]
    return talk.reply("difference.by_norm" if told else "difference.all_measured", lines=capital("; ".join(told)))


def _roughly(kopecks: int) -> str:
    """A part of a difference, in whole roubles."""
    return wording.money(round(abs(kopecks), -2))


def _meaning(talk: Talk, text: str, codes: list[str]) -> Reply | None:
    """What a service is, or the company's own answer about a word; None where the phrase asks for neither."""
    word = WORD.search(text) is not None
    known = next((key for code in codes if (key := f"difference.meaning.{code}") in phrases()), None)
    if known and (word or MEANING.search(text)):
        told = talk.reply(known)
        must = points_at("not_to_pay", text) and not known.endswith(OWN_ANSWER)
        return Reply(f"{told.text} {talk.say('difference.must')}") if must else told
    for stem, key in WORDS.items():
        if word and stem in text:
            return talk.reply(f"difference.meaning.{key}")
    return _article(talk, WORD.sub(" ", text)) if word else None


def _article(talk: Talk, asked: str) -> Reply | None:
    company = company_of(talk)
    articles = news.answers(talk.db, company.id if company else None, asked, limit=1)
    return Reply(articles[0].body) if articles else None


def _nothing(talk: Talk, text: str) -> Reply:
    if LAST_YEAR.search(text):
        return unknown_months(talk, receipts.history(talk.db, home_of(talk).account_id, MONTHS_BACK), [])
    return _article(talk, text) or talk.reply("difference.nothing")


SCENE = DifferenceTopic()
