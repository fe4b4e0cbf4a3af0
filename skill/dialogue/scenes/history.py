"""Последние показания: what the books hold for each meter, and when it was taken down."""

from collections import defaultdict

from billing import readings
from billing.readings import LastReading
from skill.dialogue.asked import resources
from skill.dialogue.comparing import declined
from skill.dialogue.flat import Flat
from skill.dialogue.gate import barred
from skill.dialogue.naming import capital, month_name
from skill.dialogue.readback import values_shown
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

ALOUD = 3
"""So many meters are named at once where nothing can be shown; the rest on request."""


class History(Topic):
    """The scene of last readings; a yes to its offer names the meters left."""

    name = "history"
    intents = frozenset({"last_reading"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The newest readings of the meters asked about, and those that were not taken to account."""
        if (bar := barred(talk)) is not None:
            return bar
        return self._tell(talk, resources(said), 0)

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes: the next meters."""
        if said.intent == "yes" and "at" in talk.session.draft:
            return self._tell(talk, list(talk.session.draft["wanted"]), int(talk.session.draft["at"]))
        return super().answer(talk, said)

    def _tell(self, talk: Talk, wanted: list[str], at: int) -> Reply:
        talk.session.close()
        flat = Flat(talk)
        rows = readings.last_readings(talk.db, flat.home.account_id, flat.today)
        by_meter: dict[int, list[LastReading]] = defaultdict(list)
        for row in rows:
            if not wanted or row.meter.resource in wanted:
                by_meter[row.meter.id].append(row)
        refused = declined(talk, flat) if at == 0 else ""
        if not by_meter:
            return Reply(refused) if refused else talk.reply("history.none")
        left = list(by_meter.values())[at:]
        some = left if talk.turn.screen or len(left) <= ALOUD + 1 else left[:ALOUD]
        text = " ".join(filter(None, [capital(_told(talk, flat, some)), refused]))
        if len(some) == len(left):
            return Reply(text)
        reply = self.offers(talk, Reply(f"{text} {talk.say('history.more')}"))
        talk.session.draft = {"wanted": wanted, "at": at + len(some)}
        return reply


def _told(talk: Talk, flat: Flat, meters: list[list[LastReading]]) -> str:
    """The meters in a row; their day or month once where they share it."""
    lines = [f"{flat.name(rows[0].meter)} {_values(rows)}" for rows in meters]
    newest = [max(row.taken_at for row in rows) for rows in meters]
    periods = {max(row.period for row in rows) for rows in meters}
    if len(set(newest)) == 1:
        return talk.say("history.all", day=wording.day(newest[0]), lines=", ".join(lines))
    if len(periods) == 1:
        return talk.say("history.month", month=month_name(periods.pop()), lines=", ".join(lines))
    dated = [f"{line} ({wording.day(day)})" for line, day in zip(lines, newest, strict=True)]
    return talk.say("history.lines", lines=", ".join(dated))


def _values(rows: list[LastReading]) -> str:
    values = {row.register: row.value for row in rows}
    return values_shown(values, rows[0].meter)


SCENE = History()
