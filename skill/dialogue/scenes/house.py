"""Дом и двор: what the rules say of repairs, neighbours, keys, papers and inspectors, and whom else to call.

Everybody may ask.
The topics are those of `meaning/short/house.yaml` and `office.yaml` that have a sentence in `phrases/house.yaml`.
Sources: ПП 354 (п. 34-35, 81-82), ПП 491 (п. 2-10), ПП 416 (п. 36), ЖК РФ (ст. 26, 36, 44-46, 161-162).
"""

from skill.dialogue.company import company_of, emergency_phone, local, phone_told
from skill.dialogue.meaning.pointing import table
from skill.dialogue.naming import capital
from skill.dialogue.phrases import phrases
from skill.dialogue.scenes.bulletin import SCENE as BULLETIN
from skill.dialogue.scenes.contacts import hours_of
from skill.dialogue.scenes.records import office_of
from skill.dialogue.talk import Talk
from skill.dialogue.tickets.offering import Offering
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from speech import wording

ANNOUNCED = frozenset({"big_repair", "small_repair"})
"""What the company may have announced already."""
FURTHER = frozenset({"house_more", "house_question"})
"""What is asked further of such a topic («а кто платит?»), and of the house where no topic fits."""

OF_ITSELF = frozenset(
    {"always_here", "clock", "free_of_charge", "informal", "language", "nothing", "voice", "wrong_number"}
)
"""What is asked of the voice, and no company can tell more of."""


class House(Offering):
    """The scene of the house and its company. What it offers is a request."""

    name = "house"
    intents = frozenset(name for name in table()["matters"] if f"house.{name}" in phrases()) | FURTHER

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The rule, and whom to turn to; a resident is offered a request where the company can do something."""
        if said.intent in ANNOUNCED and (told := BULLETIN.announced(talk)) is not None:
            return told
        before = str(talk.session.about.get("text", ""))
        if said.intent == "house_more":  # what was told stays what is asked of
            talk.beside = "help"
        elif said.intent not in OF_ITSELF:
            self.spoken_of(talk, said)
        reply = Reply(talk.say(f"house.{said.intent}", **_facts(talk)))
        if talk.resident is None or f"house.request.{said.intent}" not in phrases():
            return reply
        details = talk.say(f"house.request.{said.intent}", said=talk.turn.text, before=before)
        return self.with_request(talk, reply.text, capital(details))


def _facts(talk: Talk) -> dict[str, str]:
    """What the books know of the company, and what the clock shows."""
    company, now = company_of(talk), local(talk)
    hours = hours_of(talk, company) if company is not None else ""
    return {
        "company": company.spoken_name if company is not None else talk.settings.company,
        "emergency": emergency_phone(talk),
        "hours": talk.say("house.hours", hours=hours) if hours else "",
        "office": office_of(talk),
        "phone": phone_told(talk),
        "clock": f"{now.hour}:{now:%M}",
        "day": wording.day(now.date()),
    }


SCENE = House()
