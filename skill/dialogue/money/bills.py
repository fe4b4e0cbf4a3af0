"""Which bills are meant by the months that are named, and what is said where there is none."""

from datetime import date

from billing import receipts
from billing.tables import Receipt
from billing.windows import month_start
from skill.dialogue.company import today
from skill.dialogue.flat import home_of
from skill.dialogue.naming import month_name
from skill.dialogue.readings.past import span
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply

YEAR = 12


def pair(rows: list[Receipt], wanted: list[date], *, year: bool) -> tuple[Receipt, Receipt] | None:
    """The bills to compare, the newer first; None where one of them is missing.

    Of several months named the last and the first, a named month and the one before it, else the newest two.
    rows: newest first; year: with the same month a year before.
    """
    known = {row.period: row for row in rows}
    named = [month for month in wanted if month in known]
    if not rows or (wanted and not year and len(named) < min(len(wanted), 2)):
        return None
    now = named[-1] if named and not year else rows[0].period
    earlier = [month for month in known if month < now]
    before = named[0] if len(named) > 1 else max(earlier, default=now)
    before = month_start(now, -YEAR) if year else before
    return (known[now], known[before]) if before in known and before != now else None


def unknown_months(talk: Talk, rows: list[Receipt], wanted: list[date]) -> Reply:
    """That there is no bill of the months wanted, and of which there are. rows: the account's bills, newest first."""
    if not rows:
        return talk.reply("charges.none")
    on = today(talk)
    if wanted == [month_start(on)] and rows[0].period < wanted[0]:
        return talk.reply("charges.to_come", month=month_name(wanted[0]), last=month_name(rows[0].period))
    known = span([rows[-1].period, rows[0].period] if len(rows) > 1 else [rows[0].period], on)
    return talk.reply("charges.not_yet", months=known)


def usual_month(talk: Talk) -> int:
    """What a month costs on the average, kopecks in whole hundreds of roubles; 0 where there is no bill yet."""
    charged = [row.charged_kopecks for row in receipts.history(talk.db, home_of(talk).account_id)]
    return round(sum(charged) // len(charged), -4) if charged else 0
