"""Что спрашивают дальше: a question further of what was just told («а за чей счёт», «что взять с собой»).

The sentences stand in `phrases/further.yaml`. What was told stays what is spoken of, and an offered request is offered
again.
"""

from skill.dialogue.company import phone_told
from skill.dialogue.scenes.records import office_of
from skill.dialogue.talk import Talk, after, still_open
from skill.dialogue.topic import Topic
from skill.dialogue.turn import OFFER, SENTENCE_END, Reply
from skill.understanding import Understanding

OF_REQUESTS = frozenset({"house", "matters", "outages", "rules", "ticket"})
"""Scenes whose offer is a request."""


class Further(Topic):
    """The scene of questions further; everybody may ask."""

    name = "further"
    intents = frozenset({"further"})
    anywhere = intents

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The answer, and the offer of a request once more; any other offer is left."""
        reply = talk.reply(str(said.slots["sentence"]), phone=phone_told(talk), office=office_of(talk))
        talk.beside = "help"
        if talk.session.step != OFFER:
            return still_open(talk, reply)
        asked = SENTENCE_END.split(str(talk.session.last.get("text", "")))[-1]
        if talk.session.scene in OF_REQUESTS and asked.endswith("?"):
            return still_open(talk, after(reply.text, Reply(asked)))
        talk.session.close()
        return reply


SCENE = Further()
