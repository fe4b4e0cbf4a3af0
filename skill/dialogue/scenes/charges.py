"""Начисления: what a month's bill is made of, the largest services first, all of them on request."""

import re

from billing import receipts
from billing.tables import Receipt, ReceiptLine
from billing.windows import month_start
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import months, service_name, services, span
from skill.dialogue.meaning.whose import is_of_others
from skill.dialogue.money.bills import unknown_months
from skill.dialogue.money.grounds import corrections, ground
from skill.dialogue.naming import capital, listed, month_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Card, Reply
from skill.understanding import Understanding
from speech import wording

AVERAGE = re.compile(r"в среднем|средн(ий|яя|ее|юю)")
WITHOUT = re.compile(r"\bбез\b")
FIRST = 3
ALOUD = 4
"""So many services are named at a time where nothing can be shown."""
MONTHS_ALOUD = 3
"""Of more months the sum is told first there, and each of them on request."""
LEAST = 100
ROUBLES = -2
"""Aloud a part is told without its kopecks: the whole has them."""


class Charges(Topic):
    """The scene of charges; a yes to its offer names every service."""

    name = "charges"
    intents = frozenset({"charges"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The month or months asked about, or one of their services."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        rows = receipts.history(talk.db, home_of(talk).account_id)
        if is_of_others(talk):
            return talk.reply("balance.others")
        text, this = talk.turn.text, month_start(today(talk))
        wanted = months(said, this, text) or [month_start(this, back) for back in range(-span(text), 0)]
        chosen = [row for row in rows if row.period in wanted] if wanted else rows[:1]
        codes = services(said, talk.turn.text)
        if not chosen and codes and wanted == [this]:  # not billed yet: what it was last time
            chosen = rows[:1]
        if not chosen:
            return unknown_months(talk, rows, wanted)
        spoken = text if wanted else f"{text} {talk.session.about.get('text', '')}"  # «а за свет?» after «в среднем»
        if AVERAGE.search(spoken.lower()) and len(rows) > 1 and (some := chosen if wanted else rows):
            return _average(talk, some, codes)
        if codes and WITHOUT.search(talk.turn.text.lower()):
            return _without(talk, chosen[0], codes)
        if codes:
            return _of_services(talk, chosen, codes)
        if len(chosen) > 1:
            return self._of_months(talk, list(reversed(chosen)))
        return self._of_month(talk, chosen[0])

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes: the services not named yet, so many at a time as can be listened to."""
        if (told := talk.session.draft.get("months")) and self.goes_on(talk, said):
            talk.session.close()
            return Reply(f"{told}.")
        receipt_id, at = talk.session.draft.get("receipt"), int(talk.session.draft.get("at", FIRST))
        if receipt_id is None or not self.goes_on(talk, said):
            return super().answer(talk, said)
        talk.session.close()
        left = _lines(talk, receipt_id)[at:]
        some = left if talk.turn.screen or len(left) <= ALOUD + 1 else left[:ALOUD]
        if len(some) == len(left):
            return talk.reply("charges.rest", lines=_named(talk, some))
        reply = self.offers(talk, Reply(talk.say("charges.rest_more", lines=_named(talk, some))))
        talk.session.draft = {"receipt": receipt_id, "at": at + len(some)}
        return reply

    def _of_month(self, talk: Talk, receipt: Receipt) -> Reply:
        lines = _lines(talk, receipt.id)
        more = len(lines) > FIRST
        text = talk.say(
            "charges.month" if more else "charges.month_all",
            month=month_name(receipt.period),
            sum=wording.money(receipt.charged_kopecks),
            lines=_named(talk, lines[:FIRST]),
        )
        if not more:
            return Reply(text, card=_card(receipt, lines))
        talk.session.draft = {"receipt": receipt.id}
        return self.offers(talk, Reply(text, card=_card(receipt, lines)))

    def _of_months(self, talk: Talk, chosen: list[Receipt]) -> Reply:
        lines = capital(", ".join(f"{month_name(row.period)} {_part(talk, row.charged_kopecks)}" for row in chosen))
        whole = sum(row.charged_kopecks for row in chosen)
        if talk.turn.screen or len(chosen) <= MONTHS_ALOUD:
            return talk.reply("charges.months", lines=lines, sum=wording.money(whole))
        months = f"{month_name(chosen[0].period)} – {month_name(chosen[-1].period)}"
        mean = wording.money(round(whole // len(chosen), ROUBLES))
        reply = self.offers(
            talk, talk.reply("charges.months_together", months=months, sum=wording.money(whole), mean=mean)
        )
        talk.session.draft = {"months": lines}
        return reply


def _lines(talk: Talk, receipt_id: int) -> list[ReceiptLine]:
    """What was charged, the largest first."""
    lines = [line for line in receipts.lines(talk.db, receipt_id) if line.charged_kopecks]
    return sorted(lines, key=lambda line: -line.charged_kopecks)


def _of_services(talk: Talk, chosen: list[Receipt], codes: list[str]) -> Reply:
    sums = dict.fromkeys(codes, 0)
    grounds: list[str] = []
    for receipt in chosen:
        for line in receipts.lines(talk.db, receipt.id):
            if line.code in sums:
                sums[line.code] += line.charged_kopecks + line.recalculated_kopecks
                grounds += [ground(talk, line.explanation), corrections(talk, line.explanation)]
    lines = listed([f"{service_name(code)} {wording.money(amount)}" for code, amount in sums.items()])
    period = month_name(chosen[0].period)
    if len(chosen) > 1:
        period = f"{month_name(chosen[-1].period)} – {period}"
    if not any(sums.values()):
        return talk.reply("charges.nothing_for", month=period, services=listed([service_name(code) for code in codes]))
    text = talk.say("charges.services", month=period, lines=lines, Lines=capital(lines))
    known = "; ".join(filter(None, grounds)) if len(chosen) == len(codes) == 1 else ""
    return Reply(f"{text} {talk.say('charges.service_ground', Ground=capital(known))}" if known else text)


def _average(talk: Talk, rows: list[Receipt], codes: list[str]) -> Reply:
    """What a month, or some of its services, costs on the average, with the least and the most; rows: bills."""
    sums = [_sum(talk, row, codes) for row in rows]
    count = f"{len(sums)} {wording.plural(len(sums), 'месяц', 'месяца', 'месяцев')}"
    low, mean, high = (wording.money(round(kopecks, -2)) for kopecks in (min(sums), sum(sums) // len(sums), max(sums)))
    return talk.reply("charges.average", count=count, sum=mean, low=low, high=high)


def _sum(talk: Talk, receipt: Receipt, codes: list[str]) -> int:
    """Kopecks charged for the services; for all of them where none is named."""
    if not codes:
        return receipt.charged_kopecks
    return sum(line.charged_kopecks for line in receipts.lines(talk.db, receipt.id) if line.code in codes)


def _without(talk: Talk, receipt: Receipt, codes: list[str]) -> Reply:
    """The month's charges less some services."""
    less = sum(line.charged_kopecks for line in receipts.lines(talk.db, receipt.id) if line.code in codes)
    facts = {"month": month_name(receipt.period), "sum": wording.money(receipt.charged_kopecks - less)}
    return Reply(talk.say("charges.without", less=wording.money(less), **facts))


def _card(receipt: Receipt, lines: list[ReceiptLine]) -> Card:
    title = f"{capital(month_name(receipt.period))}: {wording.money(receipt.charged_kopecks)}"
    rows = tuple((capital(service_name(line.code)), wording.money(line.charged_kopecks)) for line in lines)
    return Card(title, rows)


def _named(talk: Talk, lines: list[ReceiptLine]) -> str:
    return ", ".join(f"{service_name(line.code)} {_part(talk, line.charged_kopecks)}" for line in lines)


def _part(talk: Talk, kopecks: int) -> str:
    """A part of a sum: exact where it can be read."""
    return wording.money(kopecks if talk.turn.screen or abs(kopecks) < LEAST else round(kopecks, ROUBLES))


SCENE = Charges()
