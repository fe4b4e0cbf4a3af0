"""Последние показания: what the books hold for each meter, and when it was taken down."""

from billing import readings
from billing.readings import LastReading
from skill.dialogue.asked import resources
from skill.dialogue.flat import Flat
from skill.dialogue.gate import barred
from skill.dialogue.naming import capital, register_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

ALOUD = 3
"""So many meters are read out at once; the rest on request."""


class History(Topic):
    """The scene of last readings."""

    name = "history"
    intents = frozenset({"last_reading"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The newest readings of the meters asked about."""
        if (bar := barred(talk)) is not None:
            return bar
        flat = Flat(talk)
        wanted = resources(said)
        rows = readings.last_readings(talk.db, flat.home.account_id, flat.today)
        rows = [row for row in rows if not wanted or row.meter.resource in wanted]
        if not rows:
            return talk.reply("history.none")
        months = {row.taken_at for row in rows}
        lines = [_line(flat, row) for row in rows[: ALOUD + 2]]
        if len(months) == 1:
            text = talk.say("history.all", day=wording.day(rows[0].taken_at), lines=", ".join(lines))
        else:
            dated = [f"{line} ({wording.day(row.taken_at)})" for line, row in zip(lines, rows, strict=False)]
            text = talk.say("history.lines", lines=", ".join(dated))
        return Reply(capital(text))


def _line(flat: Flat, row: LastReading) -> str:
    name = " ".join(filter(None, [flat.name(row.meter), register_name(row.register)]))
    return f"{name} {wording.reading(row.value.normalize())}"


SCENE = History()
