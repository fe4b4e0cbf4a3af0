"""Платежи: whether one has come, and what was paid when."""

from billing import receipts
from billing.tables import Payment
from skill.dialogue.asked import kopecks, months
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import listed
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

ALOUD = 3
LOOK_BACK = 60


class Payments(Topic):
    """The scene of payments made."""

    name = "payments"
    intents = frozenset({"payment_status", "payment_history"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The payment asked about, or the last ones."""
        if (bar := barred(talk, money=True)) is not None:
            return bar
        rows = receipts.payments(talk.db, home_of(talk).account_id, LOOK_BACK)
        return _status(talk, said, rows) if said.intent == "payment_status" else _history(talk, said, rows)


def _status(talk: Talk, said: Understanding, rows: list[Payment]) -> Reply:
    named = kopecks(said)
    fitting = [row for row in rows if row.amount_kopecks == named] if named else rows
    if not fitting:
        return talk.reply("payments.no_such" if named else "payments.none", sum=wording.money(named or 0))
    newest = fitting[0]
    return talk.reply(f"payments.status.{newest.status}", sum=wording.money(newest.amount_kopecks), day=_day(newest))


def _history(talk: Talk, said: Understanding, rows: list[Payment]) -> Reply:
    came = [row for row in rows if row.paid_on is not None]
    wanted = months(said, today(talk))
    if wanted:
        came = [row for row in came if row.paid_on and row.paid_on.replace(day=1) in wanted]
    if not came:
        return talk.reply("payments.none_then" if wanted else "payments.none")
    lines = listed([f"{_day(row)} {wording.money(row.amount_kopecks)}" for row in came[:ALOUD]])
    if len(came) > ALOUD:
        total = wording.money(sum(row.amount_kopecks for row in came))
        return talk.reply("payments.many", lines=lines, count=str(len(came)), sum=total)
    return talk.reply("payments.list", lines=lines)


def _day(row: Payment) -> str:
    return wording.day(row.paid_on or row.created_at.date())


SCENE = Payments()
