"""По какому закону: the act on which what was told last rests (`phrases/law.yaml`)."""

from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk, still_open
from skill.dialogue.topic import Topic
from skill.dialogue.turn import Reply
from skill.understanding import Understanding


class Law(Topic):
    """The scene of «по какому закону»; everybody may ask, and an open question stays open."""

    name = "law"
    intents = frozenset({"law"})
    anywhere = intents

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The act of the first sentence told that has one."""
        talk.beside = "help"
        return still_open(talk, talk.reply(_act(talk.session.told_of)))


def _act(told: list[str]) -> str:
    """Where the act stands of the first of these sentences that has one; else of what all of its topic rest on.

    >>> _act(["ticket.confirm", "ticket.interrupted.water"])
    'law.of.ticket.interrupted'
    """
    whole = [".".join(parts[:length]) for parts in map(_parts, told) for length in range(len(parts), 1, -1)]
    topics = [f"{_parts(sentence)[0]}.other" for sentence in told]
    return next((key for name in (*whole, *topics) if (key := f"law.of.{name}") in phrases()), "law.unknown")


def _parts(sentence: str) -> list[str]:
    return sentence.split(".")


SCENE = Law()
