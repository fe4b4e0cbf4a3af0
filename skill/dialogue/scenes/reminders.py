"""Напоминания: switched on for readings, payment, verification, outages or news, and off again."""

import re

from sqlmodel import col, select

from billing import notices
from billing.tables import Reminder
from skill import letters
from skill.dialogue.asked import day
from skill.dialogue.company import today
from skill.dialogue.flat import account_of, home_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import listed
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.identity import reach
from skill.understanding import Understanding

KINDS = {
    "submit_readings": ("показан", "счетчик", "переда", "снять", "сдать"),
    "pay": ("оплат", "плат", "квартплат", "счет", "долг", "деньги"),
    "verification": ("поверк",),
    "outage": ("отключ", "воды", "света"),
    "news": ("новост", "объявлен", "собран"),
}
"""Words that name each kind of `billing.tables.service.NOTICE_KINDS`, «е» for «ё»; the first that fits decides."""
LISTED = re.compile(
    r"\b(какие|какое|список|перечисли|есть ли|что за)\b.*напомина|напоминани\w+ (у меня )?(есть|стоят|включен)"
    r"|\bкогда (ты |вы )?(мне )?напомни(шь|те)\b|\b(о|про) ч[её]м (ты |вы )?(мне )?напомина"
)
ON_A_DAY = frozenset({"submit_readings", "pay"})
"""Kinds that may come on a day of the month; the others come when there is something to tell."""
PUSHED = frozenset({"telegram", "max", "whatsapp", "viber", "vk", "sms", "email", "bot_framework"})


class Reminders:
    """The scene of reminders. Step: kind (what to remind of)."""

    name = "reminders"
    intents = frozenset({"set_reminder", "cancel_reminder"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Switch one on or off; ask what for when that is not said."""
        if (bar := barred(talk)) is not None:
            return bar
        if LISTED.search(talk.turn.text.lower()):
            return _listed(talk)
        if said.intent == "cancel_reminder":
            return _cancel(talk)
        wanted = day(said, today(talk))
        about = talk.session.about if talk.session.about.get("intent") == "set_reminder" else {}
        kind = _kind(talk.turn.text) or said.slots.get("kind") or _kind(str(about.get("text", "")))
        if kind is None:
            talk.session.scene, talk.session.step = self.name, "kind"
            talk.session.draft = {"day": wanted.day if wanted else None}
            return talk.reply("reminders.kind", buttons=("Показания", "Оплата"))
        return _set(talk, kind, wanted.day if wanted else None)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """What to remind of."""
        kind = _kind(talk.turn.text)
        if kind is not None and said.intent not in {"stop", "no"}:
            number = talk.session.draft.get("day")
            talk.session.close()
            return _set(talk, kind, number)
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("reminders.dropped")
        return None

    def help(self, talk: Talk) -> str | None:
        """What can be reminded of."""
        return talk.say("reminders.help")


def _set(talk: Talk, kind: str, number: int | None) -> Reply:
    assert talk.resident is not None  # noqa: S101 - `barred` saw to it
    number = number if kind in ON_A_DAY else None
    talk.session.about = {"intent": "set_reminder", "slots": {}, "text": talk.turn.text, "kind": kind}
    notices.remind(
        talk.db,
        resident_id=talk.resident.id,
        account_id=home_of(talk).account_id,
        kind=kind,
        channel=talk.turn.channel,
        day=number,
    )
    what = talk.say(f"reminders.what.{kind}")
    where = talk.say(_where(talk))
    if number is None:
        return talk.reply(f"reminders.usual.{kind}", where=where)
    return talk.reply("reminders.monthly", what=what, day=str(number), where=where)


def _where(talk: Talk) -> str:
    """How the reminder will come; a caller's number is noted, so that it can."""
    phone = letters.phone_of(talk.turn)
    if phone and letters.can(talk.settings, "sms"):
        reach.note(talk.db, talk.turn.channel, talk.turn.user_key, {"phone": phone}, talk.now)
        return "reminders.by_sms"
    return "reminders.pushed" if talk.turn.channel in PUSHED else "reminders.next_time"


def _listed(talk: Talk) -> Reply:
    """Which reminders are on."""
    rows = _rows(talk)
    if not rows:
        return talk.reply("reminders.none")
    said = [talk.say(f"reminders.what.{row.kind}") for row in rows]
    days = ["" if row.day is None else talk.say("reminders.on_day", day=str(row.day)) for row in rows]
    return talk.reply("reminders.list", what=listed([f"{kind}{day}" for kind, day in zip(said, days, strict=True)]))


def _rows(talk: Talk) -> list[Reminder]:
    assert talk.resident is not None  # noqa: S101 - `barred` saw to it
    query = select(Reminder).where(
        Reminder.resident_id == talk.resident.id, Reminder.account_id == home_of(talk).account_id
    )
    return list(talk.db.exec(query.order_by(col(Reminder.id))).all())


def _cancel(talk: Talk) -> Reply:
    assert talk.resident is not None  # noqa: S101 - `barred` saw to it
    account = account_of(talk)
    rows = _rows(talk)
    on = list(dict.fromkeys(row.kind for row in rows))
    kind = _kind(talk.turn.text)
    off = [known for known in on if kind in (None, known)]
    if not off:
        return talk.reply("reminders.none")
    for known in off:
        notices.forget(talk.db, resident_id=talk.resident.id, account_id=account.id, kind=known)
    return talk.reply("reminders.off", what=listed([talk.say(f"reminders.what.{known}") for known in off]))


def _kind(text: str) -> str | None:
    lowered = text.lower().replace("ё", "е")
    return next((kind for kind, stems in KINDS.items() if any(stem in lowered for stem in stems)), None)


SCENE = Reminders()
