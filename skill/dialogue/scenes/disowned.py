"""«Это не я передавал»: when a reading came and through what, and the choice to correct it or to call a person."""

import re
from collections import defaultdict
from datetime import date

from billing import readings
from billing.readings import LastReading
from skill.dialogue.flat import Flat
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import months, resources
from skill.dialogue.naming import channel_name, month_name
from skill.dialogue.readings import past
from skill.dialogue.readings.readback import values_shown
from skill.dialogue.scenes.operator import SCENE as OPERATOR
from skill.dialogue.scenes.readings import SCENE as READINGS
from skill.dialogue.talk import Talk
from skill.dialogue.topic import YES_NO
from skill.dialogue.turn import OFFER, Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech import wording

POINTS = re.compile(r"\b(это|эт[иу]х?|этого|таки[ех]|такого|откуда|кто)\b")
"""Words that point at readings just heard of."""
CHOICES = ("Исправить", "Позвать оператора")


class Disowned:
    """The scene of readings the resident knows nothing of. Steps: choose, offer (a person, or to hand in)."""

    name = "disowned"
    intents = frozenset({"disown_reading"})
    anywhere: frozenset[str] = frozenset()

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What was booked, when and through what; nothing is changed by it."""
        if (bar := barred(talk)) is not None:
            return bar
        flat = Flat(talk)
        named = months(_asked_of(talk), flat.today)[:1] or [flat.period]
        rows = past.booked(talk, flat, named, _wanted(talk))
        if not rows and named != [flat.period]:
            return talk.reply("history.none_then", month=past.span(named, flat.today))
        if not rows and not POINTS.search(talk.turn.text.lower()):
            return self._nothing(talk, flat)
        if not rows:
            last = readings.last_readings(talk.db, flat.home.account_id, flat.today)
            newest = max((row.period for row in last), default=flat.period)
            rows = [row for row in last if row.period == newest]
        if not rows:
            return self._nothing(talk, flat)
        facts = {"month": month_name(rows[0].period), "lines": _told(flat, rows)}
        talk.session.scene = self.name
        open_still = flat.window.is_open and all(row.status == "submitted" for row in rows)
        if open_still and rows[0].period == flat.period:
            talk.session.step = "choose"
            return talk.reply("disowned.choose", buttons=CHOICES, **facts)
        talk.session.step, talk.session.draft = OFFER, {"next": "operator"}
        return talk.reply("disowned.counted", buttons=YES_NO, expecting="yes_no", **facts)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """Correct it, call a person, or leave it."""
        step, calls = talk.session.step, talk.session.draft.get("next") == "operator"
        if said.intent in {"no", "back", "stop"}:
            talk.session.close()
            return talk.reply("disowned.left")
        if step == OFFER and said.intent == "yes":
            talk.session.close()
            return OPERATOR.hand_over(talk, "asked") if calls else READINGS.begin(talk, said)
        if step == "choose" and (said.intent in {"correct", "submit_reading", "yes"} or _corrects(talk)):
            talk.session.close()
            slots = extract("submit_reading", talk.turn.text)
            return READINGS.begin(talk, Understanding("correct", slots, said.confidence))
        return None

    def help(self, talk: Talk) -> str | None:
        """What can be done."""
        return talk.say("disowned.help") if talk.session.step == "choose" else None

    def _nothing(self, talk: Talk, flat: Flat) -> Reply:
        month = month_name(flat.period)
        if not flat.window.is_open:
            return talk.reply("history.none_then", month=month)
        talk.session.scene, talk.session.step, talk.session.draft = self.name, OFFER, {"next": "readings"}
        return talk.reply("history.not_yet", month=month, buttons=YES_NO, expecting="yes_no")


def _asked_of(talk: Talk) -> Understanding:
    return Understanding("last_reading", extract("last_reading", talk.turn.text), 1.0)


def _wanted(talk: Talk) -> list[str]:
    return resources(_asked_of(talk), talk.turn.text)


def _corrects(talk: Talk) -> bool:
    return "исправ" in talk.turn.text.lower()


def _told(flat: Flat, rows: list[LastReading]) -> str:
    """«21 ноября через Алису: холодная вода 125», a part for each day and way."""
    ways: dict[tuple[date, str], dict[int, list[LastReading]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        ways[row.taken_at, row.channel][row.meter.id].append(row)
    parts = []
    for (day, channel), meters in ways.items():
        lines = [
            f"{flat.name(own[0].meter)} {values_shown({row.register: row.value for row in own}, own[0].meter)}"
            for own in meters.values()
        ]
        parts.append(f"{wording.day(day)}{channel_name(channel)}: {', '.join(lines)}")
    return "; ".join(parts)


SCENE = Disowned()
