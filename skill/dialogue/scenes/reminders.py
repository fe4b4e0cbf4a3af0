"""Напоминания: switched on for readings, payment, verification, outages or news, monthly or once, and off again."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from billing import notices
from billing.tables import Reminder
from skill.dialogue.company import local
from skill.dialogue.flat import home_of
from skill.dialogue.gate import barred
from skill.dialogue.naming import listed
from skill.dialogue.reminders import moments
from skill.dialogue.reminders.asked import MONTH_DAYS, ahead_of, moment, when
from skill.dialogue.reminders.reminded import answered, facts, going, in_words, kind_of, promised
from skill.dialogue.talk import Talk, after
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import OFFER, SENTENCE_END, Reply, spoken
from skill.understanding import Understanding
from speech.numerals import numbers

LISTED = re.compile(
    r"\b(какие|какое|список|перечисли|есть ли|что за)\b.*напомина|напоминани\w+ (у меня )?(есть|стоят|включен)"
    r"|\bкогда (ты |вы )?(мне )?напомни(шь|те)\b|\b(о|про) ч[её]м (ты |вы )?(мне )?напомина"
)
ON_A_DAY = frozenset({"submit_readings", "pay"})
"""Kinds that may come on a day of the month; the others come when there is something to tell."""
PUT_OFF = {"readings": "submit_readings", "pay": "pay"}
"""What a reminder asked for amid these topics is about; their question is left until then."""
OF_TOPICS = {
    "balance": "pay", "pay": "pay", "due_date": "pay", "charges": "pay", "penalty": "pay", "meter_verification":
    "verification", "reading_window": "submit_readings", "submit_reading": "submit_readings", "outages": "outage",
}  # fmt: skip
"""What «напомни завтра» is about after a question of another topic."""
ASKED_TOGETHER = {"submit_readings", "pay", "verification"}
ERRAND = re.compile(
    r"\b(вызвать|позвонить|купить|сходить|зайти|встретить|починить|проверить|забрать|отнести|сделать)\b"
)
"""What a resident may want to be reminded of, and is not among the kinds."""
HOUR = re.compile(r"\bчас|\bутра\b|\bвечера\b|\bдня\b|:")
NOT_ASKED = re.compile(r"\bне (?:надо |нужно |про |просил\w* )*(?:мне )?(?:напом|напоминани)")
"""«Да не напомнить, а мастеру передайте»."""
OFF = re.compile(r"\bотключ\w+")
"""The command to switch off is no outage to be reminded of."""
ALL = re.compile(r"\b(все|всё|оба|обе)\b")


class Reminders:
    """The scene of reminders. Steps: kind (what to remind of), when, all (whether to switch off all of them), offer (to
    be reminded tomorrow, or to go on with what was put off).
    """

    name = "reminders"
    intents = frozenset({"set_reminder", "cancel_reminder"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Switch one on or off; ask what for when that is not said."""
        if (bar := barred(talk)) is not None:
            return bar
        if (asked := said.slots.get("asked")) is not None:
            return answered(talk, str(asked), said.slots.get("row"))
        if said.slots.get("list") or LISTED.search(talk.turn.text.lower()):
            return _list(talk, when_only=bool(said.slots.get("list")))
        if said.intent == "cancel_reminder":
            return self._cancel(talk, said)
        if moments.is_too_often(talk.turn.text):
            return talk.reply("reminders.too_often")
        if (each := self._each(talk)) is not None:
            return each
        named, known = kind_of(talk.turn.text), said.slots.get("kind")
        about, draft = talk.session.about, when(talk, said)
        reminded = about.get("reminded") if any(draft.values()) else None
        kind = named or known or _put_off_kind(talk) or reminded or OF_TOPICS.get(str(about.get("before")))
        row = said.slots.get("row") if named in (None, known) else None
        told = draft["day"] or draft["once_at"] or "кажд" in talk.turn.text.lower()
        if talk.session.suspended and kind == _put_off_kind(talk) and not told:
            draft["once_at"] = _tomorrow(talk)  # «напомни потом»
        return self._ask_or_set(talk, {"kind": kind, "row": row, **draft})

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """What to remind of, or when; a yes to switch all of them off, or to an offer."""
        draft, step = talk.session.draft, talk.session.step
        if step == OFFER and draft.get("kind") and moments.names_one(talk.turn.text):  # «лучше послезавтра»
            return self._ask_or_set(talk, {**draft, **when(talk, said, surely=True)})
        if step in {"all", OFFER} and said.intent not in {"yes", "no", "back", "stop"}:
            return None
        if said.intent in {"no", "back", "stop"} or NOT_ASKED.search(talk.turn.text.lower()):
            talk.session.close()
            key = "reminders.dropped" if step in {"kind", "when"} else "general.as_you_like"
            return talk.reply("reminders.kept" if step == "all" else key)
        if step == "all":
            talk.session.close()
            return _off(talk, going(talk))
        if step == OFFER:
            return _taken(talk, draft)
        found = _of_what(talk, draft) if step == "kind" else when(talk, said, surely=True)
        known = {name: value for name, value in found.items() if value}
        return self._ask_or_set(talk, {**draft, **known}) if known else None

    def help(self, talk: Talk) -> str | None:
        """What can be reminded of."""
        return talk.say("reminders.help_when" if talk.session.step == "when" else "reminders.help")

    def _each(self, talk: Talk) -> Reply | None:
        """«Про показания пятнадцатого и про оплату пятого»: both of them; None where one is asked for."""
        whole, parts = talk.turn, talk.turn.text.lower().split(" и ")
        kinds = [kind_of(part) for part in parts]
        if len(parts) != 2 or kinds[0] == kinds[1] or not set(kinds) <= ASKED_TOGETHER:
            return None
        drafts: list[dict[str, object]] = []
        for part, kind in zip(parts, kinds, strict=True):
            talk.turn = replace(whole, hypotheses=spoken(part))
            drafts.append({"kind": kind, **when(talk, Understanding("set_reminder", {}, 1.0))})
        talk.turn = whole
        for one, other in (drafts, drafts[::-1]):
            if not (one["day"] or one["once_at"]):
                one |= {"day": other["day"], "once_at": other["once_at"], "once": other["once"]}
        first, second = (self._ask_or_set(talk, draft) for draft in drafts)
        return second if talk.session.scene == self.name else after(SENTENCE_END.split(first.text)[0], second)

    def _ask_or_set(self, talk: Talk, draft: dict[str, object]) -> Reply:
        """Set the reminder when it is clear what it is about and when it is to come.

        draft: `kind`, `row`: what it comes instead of, and what `when` says.
        """
        once_at = moment(draft.get("once_at"))
        past = once_at is not None and once_at <= talk.now
        is_clear = once_at is not None or draft.get("ahead") or not draft.get("once")
        if draft["kind"] is not None and not past and is_clear:
            talk.session.close()
            return _set(talk, draft)
        talk.session.scene, talk.session.draft = self.name, draft
        if draft["kind"] is None:
            talk.session.step = "kind"
            key = "reminders.only" if ERRAND.search(talk.turn.text.lower()) else "reminders.kind"
            return talk.reply(key, buttons=("Показания", "Оплата"))
        talk.session.step = "when"
        return talk.reply("reminders.past" if past else "reminders.when")

    def _cancel(self, talk: Talk, said: Understanding) -> Reply:
        """Switch off those meant; where that may be several, ask."""
        rows = going(talk)
        if not rows:
            return talk.reply("reminders.none")
        kind = kind_of(OFF.sub(" ", talk.turn.text.lower()))
        meant = [row for row in rows if row.kind == kind] if kind else _pointed(talk, said, rows)
        if not meant:
            return talk.reply("reminders.no_such", what=in_words(talk, rows))
        if len(meant) > 1 and len({row.kind for row in meant}) > 1:
            talk.session.scene, talk.session.step = self.name, "all"
            return talk.reply("reminders.all", what=in_words(talk, meant), buttons=YES_NO, expecting="yes_no")
        return _off(talk, meant)


def _of_what(talk: Talk, draft: dict[str, object]) -> dict[str, object]:
    """The kind asked for; another day of the month than was said before is taken too («а можно 22?»)."""
    text = talk.turn.text.lower()
    said = numbers(text) if draft.get("day") and not HOUR.search(text) else []
    number = int(said[0]) if len(said) == 1 and said[0].isdecimal() and 1 <= int(said[0]) <= MONTH_DAYS else None
    return {"kind": kind_of(talk.turn.text), "day": number}


def _put_off_kind(talk: Talk) -> str | None:
    """«Напомни завтра» amid readings, or after they were put off, is about them."""
    waiting = talk.session.suspended[-1:] or [talk.session.put_off]
    return PUT_OFF.get(str(waiting[0].get("scene")))


def _set(talk: Talk, draft: dict[str, object]) -> Reply:
    """Keep the reminder, and say when it comes; the question that it was asked for amid waits."""
    assert talk.resident is not None  # noqa: S101 - `barred` saw to it
    kind = str(draft["kind"])
    once_at, number, minute = moment(draft.get("once_at")), draft["day"], draft.get("minute")
    if isinstance(days := draft.get("ahead"), int) and kind in ON_A_DAY:
        number = ahead_of(talk, kind, days)
    goes_on = kind in ON_A_DAY and once_at is None
    notices.drop(talk.db, [row for row in going(talk) if row.id == draft.get("row")])
    row = notices.remind(
        talk.db,
        resident_id=talk.resident.id,
        account_id=home_of(talk).account_id,
        kind=kind,
        channel=talk.turn.channel,
        day=number if isinstance(number, int) and goes_on else None,
        once_at=once_at,
        minute=minute if isinstance(minute, int) and goes_on else None,
    )
    about = {"intent": "set_reminder", "slots": {}, "text": talk.turn.text}
    talk.session.about = {**about, **facts(talk, row), "minute": minute}
    return _left(talk, kind, promised(talk, row))


def _left(talk: Talk, kind: str, told: Reply) -> Reply:
    """The question amid which a reminder of the same was asked for is not asked again at once: going on is offered."""
    if not talk.session.suspended or _put_off_kind(talk) != kind:
        return told
    talk.session.put_off, talk.session.suspended = talk.session.suspended[-1], talk.session.suspended[:-1]
    gives = [entry for entry in talk.session.put_off["draft"].get("entries", ()) if entry["values"] or entry["loose"]]
    if talk.session.suspended or not gives:
        return told
    talk.session.scene, talk.session.step, talk.session.draft = SCENE.name, OFFER, {"go_on": True}
    return replace(told, text=f"{told.text} {talk.say('reminders.go_on')}", buttons=YES_NO, expecting="yes_no")


def _tomorrow(talk: Talk) -> str:
    """Tomorrow morning, as kept in a draft."""
    now = local(talk)
    return datetime.combine(now.date() + timedelta(days=1), moments.MORNING, now.tzinfo).isoformat()


def offer_tomorrow(talk: Talk, told: str, kind: str) -> Reply:
    """What was put off, and the offer to remind of it tomorrow morning."""
    talk.session.scene, talk.session.step = SCENE.name, OFFER
    talk.session.draft = {"kind": kind, "day": None, "once_at": _tomorrow(talk)}
    return Reply(f"{told} {talk.say('reminders.tomorrow')}", buttons=YES_NO, expecting="yes_no")


def _taken(talk: Talk, draft: dict[str, object]) -> Reply:
    """A yes to an offer: to be reminded, or to go on."""
    talk.session.close()
    if not draft.get("go_on"):
        return _set(talk, draft)
    talk.session.suspended, talk.session.put_off = [talk.session.put_off], {}
    return talk.reply("general.go_on")


def _list(talk: Talk, *, when_only: bool = False) -> Reply:
    """Which reminders are on; when_only: of the only one it is asked when it comes."""
    rows = going(talk)
    if not rows:
        return talk.reply("reminders.none")
    talk.session.about = {"intent": "set_reminder", "slots": {}, "text": "", "rows": [row.id for row in rows]}
    talk.session.about |= facts(talk, rows[0]) if len(rows) == 1 else {}
    if when_only and len(rows) == 1:
        return promised(talk, rows[0])
    return talk.reply("reminders.list", what=in_words(talk, rows))


def _pointed(talk: Talk, said: Understanding, rows: list[Reminder]) -> list[Reminder]:
    """The one just set, or the second of those just told; all of them where none is pointed at."""
    about, text = talk.session.about, talk.turn.text.lower()
    known = {row.id: row for row in rows}
    told = [known[number] for number in about.get("rows", ()) if number in known] or rows
    which = numbers(text)
    if len(which) == 1 and which[0].isdecimal():
        return told[int(which[0]) - 1 : int(which[0])]
    if "последн" in text:
        return told[-1:]
    one = known.get(about.get("row", 0))
    return [one] if one and said.slots.get("pointed") and not ALL.search(text) else rows


def _off(talk: Talk, rows: list[Reminder]) -> Reply:
    told = listed(list(dict.fromkeys(talk.say(f"reminders.what.{row.kind}") for row in rows)))
    notices.drop(talk.db, rows)
    return talk.reply("reminders.off", what=told)


SCENE = Reminders()
