"""Житейские дела: guests, no meter, a new one or one just verified, night hours, warmth, weak eyes, what else is there.

What the rules say is told to everybody; a resident hears of the meters that the books hold.
"""

from skill.dialogue.company import company_of, today
from skill.dialogue.flat import Flat
from skill.dialogue.meaning.asked import resources
from skill.dialogue.phrases import phrases
from skill.dialogue.scenes.prices import USUAL, norm_lines
from skill.dialogue.scenes.ticket import SCENE as TICKET
from skill.dialogue.talk import Talk, after
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract

SERIAL = 4
"""So many last digits of a meter's number are told."""


class Matters(Topic):
    """The scene of what comes up in a household. What it offers is a request to the company."""

    name = "matters"
    intents = frozenset(
        {
            "away", "cabinet", "cannot_read", "contact_details", "contested", "gas_check", "guests", "meter_replaced",
            "meter_verified", "new_meter", "night_hours", "no_meter", "norm_or_meter", "paid_call", "scam", "seal",
            "temperature", "waste", "whose_pipes", "zone_meter",
        }
    )  # fmt: skip

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The rule, and what can be done now."""
        if said.intent == "no_meter":
            return self._no_meter(talk)
        reply = talk.reply(f"matters.{said.intent}")
        offers = talk.resident is not None and f"matters.request.{said.intent}" in phrases()
        return self._with_request(talk, reply, said.intent) if offers else reply

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes makes the request that was offered."""
        details = str(talk.session.draft.get("details", ""))
        if said.intent == "yes" and details:
            return TICKET.propose(talk, details)
        return super().answer(talk, said)

    def _with_request(self, talk: Talk, reply: Reply, matter: str, meter: str = "") -> Reply:
        """With the offer of a request to the company."""
        asked = self.offers(talk, after(reply.text, talk.reply("matters.send")))
        talk.session.draft = {"details": talk.say(f"matters.request.{matter}", meter=meter)}
        return asked

    def _no_meter(self, talk: Talk) -> Reply:
        """«У меня нет счётчика горячей воды»: the norm, or the meters that the books hold all the same."""
        wanted, company = _named(talk), company_of(talk)
        lines = norm_lines(talk, company, wanted or USUAL, today(talk)) if company is not None else []
        flat = Flat(talk) if talk.resident is not None else None
        held = [meter for meter in flat.meters if not wanted or meter.resource in wanted] if flat else []
        if not flat or not held:
            key = "matters.norm" if len(lines) == 1 else "prices.norms" if lines else "matters.no_norm"
            return talk.reply(key, lines=", ".join(lines))
        names = flat.names(held)
        if len(held) > 1 or not lines:
            return self._with_request(talk, talk.reply("matters.held", meters=names), "no_meter", names)
        told = talk.reply("matters.held_one", meter=names, serial=held[0].serial[-SERIAL:], norm=lines[0])
        return self._with_request(talk, told, "no_meter", names)


def _named(talk: Talk) -> list[str]:
    """The resources that the phrase names."""
    return resources(Understanding("", extract("submit_reading", talk.turn.text), 1.0), talk.turn.text)


SCENE = Matters()
