"""Reminders of a resident in words: what they are of, when they come and how."""

from collections.abc import Sequence
from datetime import datetime

from billing import notices
from billing.tables import Reminder
from skill import letters
from skill.dialogue.company import local
from skill.dialogue.flat import home_of
from skill.dialogue.naming import listed
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.identity import reach
from speech import wording

KINDS = {
    "submit_readings": ("показан", "счетчик", "переда", "снять", "сдать"),
    "pay": ("оплат", "плат", "квартплат", "квитанц", "счет", "долг", "деньги"),
    "verification": ("поверк",),
    "outage": ("отключ", "воды", "света"),
    "news": ("новост", "объявлен", "собран"),
}
"""Words that name each kind of `billing.tables.service.NOTICE_KINDS`, «е» for «ё»; the first that fits decides."""
PUSHED = frozenset({"telegram", "max", "whatsapp", "viber", "vk", "sms", "email", "bot_framework"})


def facts(talk: Talk, row: Reminder) -> dict[str, object]:
    """What of a reminder is kept, so that its day or hour can be changed."""
    on = None if row.once_at is None else f"{row.once_at.astimezone(local(talk).tzinfo):%m-%d}"
    return {"kind": row.kind, "row": row.id, "date": on or row.day, "once": on is not None, "minute": row.minute}


def promised(talk: Talk, row: Reminder) -> Reply:
    """What was switched on, when it comes and how."""
    what, where = talk.say(f"reminders.what.{row.kind}"), _where(talk)
    how = talk.say(f"reminders.{where}")
    if row.minute is not None:
        how = talk.say(f"reminders.hour.{where}", at=_clock(row.minute), where=how)
    if row.once_at is not None:
        return talk.reply(f"reminders.once.{where}", what=what, when=_moment(talk, row.once_at))
    if row.day is None:
        return talk.reply(f"reminders.usual.{row.kind}", where=how)
    return talk.reply("reminders.monthly", what=what, day=str(row.day), where=how)


def answered(talk: Talk, asked: str, spoken: int | None) -> Reply:
    """What is asked of the reminder spoken of, or of the only one: by what it comes, at what hour, on which days.

    spoken: the reminder that is spoken of, which stays the one to be changed.
    """
    rows = going(talk)
    if not rows:
        return talk.reply("reminders.none")
    row = next((row for row in rows if row.id == spoken), rows[0] if len(rows) == 1 else None)
    if row is not None:
        talk.session.about |= facts(talk, row)
    if asked in {"earlier", "others"}:
        return talk.reply(f"reminders.{asked}")
    if asked == "when" or (asked == "at" and row is not None and (row.once_at or row.minute is not None)):
        return promised(talk, row) if row is not None else talk.reply("reminders.list", what=in_words(talk, rows))
    return talk.reply(f"reminders.{asked}.{_where(talk)}")


def _where(talk: Talk) -> str:
    """How the reminder will come; a caller's number is noted, so that it can."""
    phone = letters.phone_of(talk.turn)
    if phone and letters.can(talk.settings, "sms"):
        reach.note(talk.db, talk.turn.channel, talk.turn.user_key, {"phone": phone}, talk.now)
        return "by_sms"
    return "pushed" if talk.turn.channel in PUSHED else "next_time"


def in_words(talk: Talk, rows: Sequence[Reminder]) -> str:
    """«передать показания каждый месяц 20 числа; об оплате один раз, 25 ноября в 9:00»."""
    said = []
    for row in rows:
        what = talk.say(f"reminders.what.{row.kind}")
        if row.once_at is not None:
            what += talk.say("reminders.on_once", when=_moment(talk, row.once_at))
        what += "" if row.day is None else talk.say("reminders.on_day", day=str(row.day))
        said.append(what if row.minute is None else what + talk.say("reminders.on_hour", at=_clock(row.minute)))
    return "; ".join(said) if any(row.once_at for row in rows) else listed(said)


def _moment(talk: Talk, at: datetime) -> str:
    """«25 ноября в 9:00»."""
    then = at.astimezone(local(talk).tzinfo)
    return f"{wording.day(then)} в {then.hour}:{then:%M}"


def _clock(minute: int) -> str:
    """«20:00», from the minute of the day."""
    return f"{minute // 60}:{minute % 60:02}"


def going(talk: Talk) -> list[Reminder]:
    """The resident's reminders of this flat that are still to come."""
    assert talk.resident is not None  # noqa: S101 - `barred` saw to it
    return notices.going(talk.db, resident_id=talk.resident.id, account_id=home_of(talk).account_id, now=talk.now)


def kind_of(text: str) -> str | None:
    """The kind that a phrase names; None when it names none."""
    lowered = text.lower().replace("ё", "е")
    return next((kind for kind, stems in KINDS.items() if any(stem in lowered for stem in stems)), None)
