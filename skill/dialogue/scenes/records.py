"""Данные счёта: a new owner, who lives in the flat, a wrong name or area. The office changes them on paper."""

import re

from skill.dialogue.company import company_of, phone_of
from skill.dialogue.talk import Talk, after
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

FORMER = re.compile(r"\b(прежн|предыдущ|бывш|стар)\w+ (хозя|собственник|владел|жил)")
TENANT = re.compile(r"арендатор|квартирант|снимаю|\bне (хозя|собственник|владел)")
LIVING = re.compile(r"пропис|выписал|количеств|прожива|зарегистр")
OWNER = re.compile(r"переоформ|собственник|владел|умер|сконча|наслед|купил|продал")

DIED = re.compile(r"\b(умер|сконча|похорон)")


class Records(Topic):
    """The scene of what is written on an account; everybody may ask."""

    name = "records"
    intents = frozenset({"account_details"})

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """What is needed and where to bring it."""
        text = talk.turn.text.lower()
        kinds = {"tenant": TENANT, "former": FORMER, "living": LIVING, "owner": OWNER}
        kind = next((name for name, words in kinds.items() if words.search(text)), "mistake")
        reply = talk.reply(f"records.{kind}", office=_office(talk))
        return after(talk.say("records.condolence"), reply) if DIED.search(text) else reply


def _office(talk: Talk) -> str:
    """Where the office is and its number, as far as the books know."""
    company, phone = company_of(talk), phone_of(talk)
    where = talk.say("records.office", address=company.address) if company is not None and company.address else ""
    return where + (talk.say("general.phone", phone=phone) if phone else "")


SCENE = Records()
