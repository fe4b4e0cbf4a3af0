"""Поверка: until when each meter is verified, and what happens when it is not."""

from billing.meters import MeterView
from skill.dialogue.asked import resources
from skill.dialogue.flat import Flat
from skill.dialogue.gate import barred
from skill.dialogue.naming import capital, month_name
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

SOON_DAYS = 90


class Verification(Topic):
    """The scene of verification dates."""

    name = "verification"
    intents = frozenset({"meter_verification"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The dates of the meters asked about; without a name the nearest one."""
        if (bar := barred(talk)) is not None:
            return bar
        flat = Flat(talk)
        wanted = resources(said, talk.turn.text)
        known = [meter for meter in flat.meters if meter.next_verification is not None]
        known.sort(key=lambda meter: (meter.next_verification, meter.id))
        asked = [meter for meter in known if meter.resource in wanted] if wanted else known
        if not asked:
            return talk.reply("verification.unknown")
        late = [meter for meter in asked if _days(flat, meter) < 0]
        if late:
            return talk.reply("verification.late", meters=flat.names(late), when=_when(late[0]))
        if wanted or _days(flat, asked[0]) <= SOON_DAYS:
            lines = ", ".join(f"{flat.name(meter)} до {_when(meter)}" for meter in asked[:3])
            return talk.reply("verification.until", lines=lines, Lines=capital(lines))
        return talk.reply("verification.nearest", meter=flat.name(asked[0]), when=_when(asked[0]))


def _days(flat: Flat, meter: MeterView) -> int:
    assert meter.next_verification is not None  # noqa: S101 - meters without a date are left out
    return (meter.next_verification - flat.today).days


def _when(meter: MeterView) -> str:
    """«марта 2028 года»."""
    assert meter.next_verification is not None  # noqa: S101
    return f"{month_name(meter.next_verification, genitive=True)} {meter.next_verification.year} года"


SCENE = Verification()
