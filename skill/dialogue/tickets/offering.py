"""A topic that ends in the offer of a request to the company."""

from skill.dialogue.scenes.ticket import SCENE as TICKET
from skill.dialogue.talk import Talk, after
from skill.dialogue.tickets.adding import to_offered
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding


class Offering(Topic):
    """What such topics share: the offer, and the request that a yes makes of it."""

    def spoken_of(self, talk: Talk, said: Understanding) -> None:
        """From now on «а если нет?» is asked of this."""
        talk.session.about = {"intent": said.intent, "slots": {}, "text": talk.turn.text, "topic": self.name}

    def with_request(self, talk: Talk, told: str, details: str) -> Reply:
        """What was told, and the offer of a request with these details."""
        asked = self.offers(talk, after(told, talk.reply("matters.send")))
        talk.session.draft = {"details": details}
        return asked

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes makes the request that was offered."""
        details = str(talk.session.draft.get("details", ""))
        if more := to_offered(talk, said, details):
            return TICKET.propose(talk, more)
        if said.intent == "yes" and details:
            return TICKET.propose(talk, details)
        return super().answer(talk, said)
