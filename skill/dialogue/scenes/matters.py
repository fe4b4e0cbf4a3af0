"""Житейские дела: guests, no meter, a new one or one just verified, night hours, warmth, weak eyes, what else is there.

What the rules say is told to everybody; a resident hears of the meters that the books hold.
"""

from skill.dialogue.company import company_of, today
from skill.dialogue.flat import Flat
from skill.dialogue.meaning.asked import resources
from skill.dialogue.phrases import phrases
from skill.dialogue.scenes.prices import USUAL, norm_lines
from skill.dialogue.talk import Talk, remark
from skill.dialogue.tickets.offering import Offering
from skill.dialogue.turn import OFFER, Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract

LEAST_WARM = 18
"""Degrees that a room must have in winter; one in a corner of the house has two more."""
SERIAL = 4
"""So many last digits of a meter's number are told."""


class Matters(Offering):
    """The scene of what comes up in a household. What it offers is a request to the company."""

    name = "matters"
    intents = frozenset(
        {
            "away", "cabinet", "cannot_read", "contact_details", "contested", "guests", "hard_to_see", "meter_replaced",
            "meter_verified", "new_meter", "night_hours", "no_meter", "norm_or_meter", "seal", "temperature",
            "zone_meter",
        }
    )  # fmt: skip
    anywhere = frozenset({"hard_to_see"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The rule, and what can be done now."""
        matter = said.intent
        if matter == "no_meter":
            return self._no_meter(talk)
        if matter == "hard_to_see":
            if talk.session.scene == "readings":
                return remark(talk, talk.reply("matters.hard_to_see"))
            if talk.session.scene and talk.session.step != OFFER:
                return remark(
                    talk,
                    talk.reply(
                        "general.infirm_asked",
                        question=Reply.from_json(talk.session.question or talk.session.last).question,
                    ),
                )
            matter = "cannot_read"
        degrees = str(said.slots.get("degrees", ""))
        if degrees.isdecimal():
            matter = "warm" if int(degrees) >= LEAST_WARM else "cold"
        reply = talk.reply(f"matters.{matter}", degrees=degrees)
        offers = talk.resident is not None and f"matters.request.{matter}" in phrases()
        return (
            self.with_request(talk, reply.text, talk.say(f"matters.request.{matter}", degrees=degrees))
            if offers
            else reply
        )

    def _no_meter(self, talk: Talk) -> Reply:
        """«У меня нет счётчика горячей воды»: the norm, or the meters that the books hold all the same."""
        wanted, company = _named(talk), company_of(talk)
        lines = norm_lines(talk, company, wanted or USUAL, today(talk)) if company is not None else []
        flat = Flat(talk) if talk.resident is not None else None
        held = [meter for meter in flat.meters if not wanted or meter.resource in wanted] if flat else []
        if not flat or not held:
            key = (
                "matters.norm"
                if len(lines) == 1 and wanted != ["HEAT"]
                else "prices.norms"
                if lines
                else "matters.no_norm"
            )
            return talk.reply(key, lines=", ".join(lines))
        names = flat.names(held)
        told = talk.say("matters.held", meters=names)
        if len(held) == 1 and lines:
            told = talk.say("matters.held_one", meter=names, serial=held[0].serial[-SERIAL:], norm=lines[0])
        return self.with_request(talk, told, talk.say("matters.request.no_meter", meter=names))


def _named(talk: Talk) -> list[str]:
    """The resources that the phrase names."""
    return resources(Understanding("", extract("submit_reading", talk.turn.text), 1.0), talk.turn.text)


SCENE = Matters()
