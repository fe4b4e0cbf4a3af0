"""What most scenes share: they answer at once, and an offer to go on is taken or left."""

import re
from dataclasses import replace

from skill.dialogue.talk import Scene, Talk
from skill.dialogue.turn import OFFER, Reply
from skill.understanding import Understanding

YES_NO = ("Да", "Нет")
GO_ON = re.compile(
    r"\W*(?:(?:ну|а|и|да|давай(?:те)?|что|пожалуйста) )*(?:дальше|продолжай(?:те)?|ещ[её]|слушаю"
    r"|назови(?:те)?|называй(?:те)?|перечисли(?:те)?|перечисляй(?:те)?|рассказывай(?:те)?|говори(?:те)?"
    r"|читай(?:те)?)(?: \w+){0,2}\W*",
    re.IGNORECASE,
)
"""A yes to the offer to tell more."""


SURE = 0.9
"""From this confidence on a phrase is what it seems."""


class Topic:
    """A scene that leaves no question open, or only an offer (`offers`), and has no help of its own.

    next_scene: what a yes to the offer opens.
    """

    name = ""
    intents: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()
    next_scene: Scene | None = None

    def offers(self, talk: Talk, reply: Reply) -> Reply:
        """The reply ends with an offer: wait for a yes or a no."""
        talk.session.scene, talk.session.step = self.name, OFFER
        return replace(reply, buttons=YES_NO, expecting="yes_no")

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """A yes goes on, a no leaves; anything else is for other topics."""
        if talk.session.step != OFFER or said.intent not in {"yes", "no"}:
            return None
        talk.session.close()
        if said.intent == "yes" and self.next_scene is not None:
            return self.next_scene.begin(talk, said)
        return talk.reply("general.as_you_like")

    def goes_on(self, talk: Talk, said: Understanding) -> bool:
        """Whether the answer to an offer to tell more is a yes: «дальше» too."""
        return said.intent == "yes" or (said.confidence < SURE and GO_ON.fullmatch(talk.turn.text) is not None)

    def help(self, talk: Talk) -> str | None:
        """Nothing particular."""
        return None
