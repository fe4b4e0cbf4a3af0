"""Months of which there is no bill: the one to come, those before the first, and how that is said."""

from datetime import date

from billing.tables import Receipt
from billing.windows import month_start
from skill.dialogue.company import today
from skill.dialogue.naming import month_name
from skill.dialogue.past import span
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply


def unknown_months(talk: Talk, rows: list[Receipt], wanted: list[date]) -> Reply:
    """That there is no bill of the months wanted, and of which there are. rows: the account's bills, newest first."""
    if not rows:
        return talk.reply("charges.none")
    on = today(talk)
    if wanted == [month_start(on)] and rows[0].period < wanted[0]:
        return talk.reply("charges.to_come", month=month_name(wanted[0]), last=month_name(rows[0].period))
    known = span([rows[-1].period, rows[0].period] if len(rows) > 1 else [rows[0].period], on)
    return talk.reply("charges.not_yet", months=known)
