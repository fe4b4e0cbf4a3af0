"""Вежливость: greetings, «медленнее», opinions of the service."""

import re
from dataclasses import replace

from skill.dialogue.feedback import Feedback
from skill.dialogue.meaning import temper
from skill.dialogue.talk import Talk, remark
from skill.dialogue.topic import Topic
from skill.dialogue.turn import OFFER, Reply
from skill.identity import masking
from skill.understanding import Understanding
from skill.understanding.slots import extract

GOOD = 4
BEST = 5
LONGEST = 500
LEAST = 3
ANNOUNCED = re.compile(
    r"\W*(?:(?:я|хочу|хотела?|бы|можно|надо|как|где|давай(?:те)?|вам|вас|о|об|свой|тут|пожалуйста) )*"
    r"(?:оставить|оставь(?:те)?|написать|дать|отправить|прими(?:те)?|запиши(?:те)?|поставить|оценить)(?: \w+){0,4}\W*",
    re.IGNORECASE,
)
"""That there is an opinion, not yet the opinion."""


class Manners(Topic):
    """The scene of everything polite and impolite. None of it leaves the open topic."""

    name = "manners"
    intents = frozenset({"greeting", "slower", "faster", "feedback"})
    anywhere = intents

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """Answer, and keep the open question open."""
        match said.intent:
            case "slower":
                return self._slower(talk)
            case "faster":
                talk.session.slow = False
                return remark(talk, talk.reply("manners.faster"))
            case "feedback" if ANNOUNCED.fullmatch(talk.turn.text) and _is_free(talk):
                talk.session.close()
                talk.session.scene, talk.session.step = self.name, "opinion"
                return talk.reply("manners.opinion", expecting="text")
            case "feedback":
                return remark(talk, self._feedback(talk, said))
            case _:
                return remark(talk, talk.reply("manners.hello"))

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The opinion that was announced."""
        if talk.session.step != "opinion":
            return None
        talk.session.close()
        if said.intent in {"no", "back", "stop"} and len(talk.turn.text.split()) < LEAST:
            return talk.reply("general.as_you_like")
        return self._feedback(talk, Understanding("feedback", extract("feedback", talk.turn.text), 1.0))

    def _slower(self, talk: Talk) -> Reply:
        """From now on slower, and the last answer again."""
        talk.session.slow, talk.beside = True, "remark"
        told = talk.session.told or talk.session.last
        last = Reply.from_json(told) if told else talk.reply("general.yes")
        return replace(last, text=f"{talk.say('manners.slower')} {last.text}")

    def _feedback(self, talk: Talk, said: Understanding) -> Reply:
        values = [str(value) for value in said.slots.get("values", ())]
        rating = int(values[0]) if values and values[0].isdecimal() and int(values[0]) <= BEST * 2 else None
        talk.db.add(
            Feedback(
                resident_id=talk.resident.id if talk.resident else None,
                channel=talk.turn.channel,
                rating=min(rating, BEST) if rating is not None else None,
                text=masking.kept(talk.turn.text[:LONGEST], "command"),
                at=talk.now,
            )
        )
        if temper.displeased(talk.turn.text) or (rating is not None and rating < GOOD):
            return talk.reply("manners.sorry")
        return talk.reply("manners.glad" if rating is not None else "manners.noted")


def _is_free(talk: Talk) -> bool:
    """Whether no question is open but an offer."""
    return not talk.session.scene or talk.session.step == OFFER


SCENE = Manners()
