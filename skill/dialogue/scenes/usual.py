"""«А это много?» of what was used: beside the household's other months, and where it can be read beside the norm."""

from datetime import date
from decimal import Decimal

from billing import forecast
from billing.resources import FACTS, Resource
from billing.windows import month_start
from skill.dialogue.company import company_of
from skill.dialogue.flat import Flat
from skill.dialogue.gate import barred
from skill.dialogue.meaning.asked import months, service_name, services
from skill.dialogue.readings.past import span
from skill.dialogue.scenes.prices import norm_lines
from skill.dialogue.talk import Talk
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

ALIKE = Decimal("0.15")
"""A month that differs by no more than this part is like the others."""
LEAST = 3
"""So many other months make a habit."""
Volumes = dict[str, dict[date, Decimal]]
"""Consumption by resource and month."""


class Usual(Topic):
    """The scene of what is usual; it is reached only from what was just told of consumption."""

    name = "usual"
    intents = frozenset({"usual"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The months spoken of, else the newest one, resource by resource."""
        if (bar := barred(talk)) is not None:
            return bar
        flat = Flat(talk)
        volumes = _volumes(talk, flat)
        wanted = [code for code in services(said, talk.turn.text) if code in volumes] or list(volumes)
        named = months(said, flat.today) or sorted({month for code in wanted for month in volumes[code]})[-1:]
        compared = {code: pair for code in wanted if (pair := _compared(volumes[code], named)) is not None}
        lines = [_line(talk, code, *pair) for code, pair in compared.items()]
        if not lines:
            return talk.reply("usual.unknown")
        text = talk.say("usual.told", month=span(named, flat.today), lines="; ".join(lines))
        company = company_of(talk)
        norms = norm_lines(talk, company, compared, flat.today) if company and talk.turn.screen else []
        return Reply(f"{text} {talk.say('usual.norm', lines=', '.join(norms))}" if norms else text)


def _volumes(talk: Talk, flat: Flat) -> Volumes:
    """By resource, in the order of the resources."""
    used = forecast.monthly_use(talk.db, flat.home.account_id, month_start(flat.today))
    return {code: used[code] for code in Resource if code in used}


def _compared(volumes: dict[date, Decimal], named: list[date]) -> tuple[Decimal, Decimal] | None:
    """A month's volume and that of the others, both on the average; None where too little is known."""
    asked = [volume for month, volume in volumes.items() if month in named]
    others = [volume for month, volume in volumes.items() if month not in named]
    if not asked or len(others) < LEAST:
        return None
    return sum(asked, Decimal(0)) / len(asked), sum(others, Decimal(0)) / len(others)


def _line(talk: Talk, code: str, volume: Decimal, usual: Decimal) -> str:
    """«горячая вода 7,6 м³, больше обычного, в среднем 6,9 м³»."""
    key = "alike" if abs(volume - usual) <= usual * ALIKE else "more" if volume > usual else "less"
    unit = FACTS[Resource(code)].unit
    facts = {name: wording.quantity(round(value, 1), unit) for name, value in (("volume", volume), ("usual", usual))}
    return talk.say(f"usual.{key}", service=service_name(code), **facts)


SCENE = Usual()
