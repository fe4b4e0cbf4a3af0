"""Платежи: whether one has come, and what was paid when."""

import re
from datetime import date

from billing import receipts
from billing.tables import Payment
from billing.windows import clipped, month_start
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import kopecks, months, span
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.money import late
from skill.dialogue.naming import listed, month_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

SHOWN, ALOUD = 3, 2
LOOK_BACK = 60
ON_ITS_WAY = 5
"""After so many days a payment is not the one that was made just now."""
DEBT = re.compile(r"\bдолг|задолж")
OF_DEBT = frozenset({"balance", "due_date", "explain_debt", "pay", "penalty"})
"""After these «я же заплатила» is said against what is owed still."""
PAID_NOW = re.compile(
    r"\b(вчера|сегодня|недавно|только что|на днях|позавчера|уже)\b|не (пришл|дошл|поступил|зачисл|видн)"
)
MONTH_STEMS = ("янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
DAY = re.compile(
    r"\b(?P<day>0?[1-9]|[12]\d|3[01])(?:-?(?:го|ого|его))? "
    rf"(?:числа|(?P<month>(?:{'|'.join(MONTH_STEMS)})\w*))"
)
YEAR = 12
ONLY_LAST = re.compile(r"последн(ий|юю|яя) (раз|плат[её]ж|оплат)")


class Payments(Topic):
    """The scene of payments made."""

    name = "payments"
    intents = frozenset({"payment_status", "payment_history"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The payment asked about, or the last ones."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        rows = receipts.payments(talk.db, home_of(talk).account_id, LOOK_BACK)
        one = said.intent == "payment_status" or _made_on(talk) is not None
        return _status(talk, said, rows) if one else _history(talk, said, rows)


def _status(talk: Talk, said: Understanding, rows: list[Payment]) -> Reply:
    if said.slots.get("insists"):
        return talk.reply("payments.insisted")
    if points_at("when", talk.turn.text) or points_at("not_come", talk.turn.text):
        return talk.reply("payments.when")
    if points_at("proof", talk.turn.text):
        return talk.reply("payments.proof")
    named, made = kopecks(said), _made_on(talk)
    if made is not None and not any(_came_of(row, made) for row in rows):
        came = [row for row in rows if row.paid_on is not None]
        if not came:
            return talk.reply("payments.none")
        last = {"last": _day(came[0]), "sum": wording.money(came[0].amount_kopecks)}
        return Reply(talk.say("payments.none_of_day", day=wording.day(made), **last))
    rows = [row for row in rows if made is None or _came_of(row, made)]
    fitting = [row for row in rows if _is_of(row, named)] if named else rows
    if not fitting:
        return talk.reply("payments.no_such" if named else "payments.none", sum=wording.money(named or 0))
    newest = fitting[0]
    facts = {"sum": wording.money(newest.amount_kopecks), "day": _day(newest)}
    old = newest.paid_on is not None and (today(talk) - newest.paid_on).days > ON_ITS_WAY
    if old and named is None and PAID_NOW.search(talk.turn.text.lower()):
        return Reply(talk.say("payments.not_yet", **facts))
    text = talk.say(f"payments.status.{newest.status}", **facts)
    of_debt = DEBT.search(talk.turn.text.lower()) or talk.session.about.get("before") in OF_DEBT
    if newest.status == "DONE" and of_debt and (left := list(late.owed(talk).late.items())):
        some = listed([f"{month_name(month)} {wording.money(sum_)}" for month, sum_ in left[-SHOWN:]])
        return Reply(f"{text} {talk.say('payments.still_owed', months=some)}")
    if newest.status != "CREATED":
        return Reply(text)
    return Reply(text, link=talk.bill(newest.account_id, newest.amount_kopecks, newest.id))


def _made_on(talk: Talk) -> date | None:
    """The day gone by on which the resident says to have paid («платила 5 числа», «10 ноября»); None without one."""
    on = today(talk)
    if (found := DAY.search(talk.turn.text.lower())) is None:
        return None
    month = next((at for at, stem in enumerate(MONTH_STEMS, 1) if (found["month"] or "").startswith(stem)), 0)
    back = (on.month - month) % YEAR if month else int(int(found["day"]) > on.day)
    return clipped(month_start(on, -back), int(found["day"]))


def _came_of(row: Payment, made: date) -> bool:
    """Whether the payment may be the one made on that day: banks take a few days."""
    return 0 <= ((row.paid_on or row.created_at.date()) - made).days <= ON_ITS_WAY


def _is_of(row: Payment, named: int) -> bool:
    """Whether the payment is of the sum named, whose kopecks people leave out."""
    return row.amount_kopecks == named or (named % 100 == 0 and row.amount_kopecks // 100 * 100 == named)


def _history(talk: Talk, said: Understanding, rows: list[Payment]) -> Reply:
    came = [row for row in rows if row.paid_on is not None]
    this = month_start(today(talk))
    wanted = months(said, this, talk.turn.text)
    wanted = wanted or [month_start(this, -back) for back in range(span(talk.turn.text))]
    if wanted:
        came = [row for row in came if row.paid_on and row.paid_on.replace(day=1) in wanted]
    if not came:
        return talk.reply("payments.none_then" if wanted else "payments.none")
    if ONLY_LAST.search(talk.turn.text.lower()):
        came = came[:1]
    if wanted and len(came) > 1 and "сколько" in talk.turn.text.lower():
        total, newest = wording.money(sum(row.amount_kopecks for row in came)), came[0]
        count = f"{len(came)} {wording.plural(len(came), 'платёж', 'платежа', 'платежей')}"
        return talk.reply(
            "payments.total", sum=total, count=count, last=wording.money(newest.amount_kopecks), day=_day(newest)
        )
    some = SHOWN if talk.turn.screen else ALOUD
    lines = listed([f"{_day(row)} {wording.money(row.amount_kopecks)}" for row in came[:some]])
    if len(came) > some:
        total = wording.money(sum(row.amount_kopecks for row in came))
        return talk.reply("payments.many", lines=lines, count=str(len(came)), sum=total)
    return talk.reply("payments.then" if wanted else "payments.list", lines=lines)


def _day(row: Payment) -> str:
    return wording.day(row.paid_on or row.created_at.date())


SCENE = Payments()
