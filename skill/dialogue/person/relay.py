"""A conversation that a person leads: what they say is passed on, what the resident says is kept for them."""

from skill.dialogue.person import handoffs
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

BACK = frozenset({"stop", "back"})


def relay(talk: Talk, handoff: Handoff, said: Understanding | None) -> Reply | None:
    """The reply of the person, or word that they have the phrase; None when the assistant is to answer itself.

    The assistant goes on answering until somebody takes the conversation, and always where there is danger.
    """
    heard = handoffs.unheard(talk.db, handoff.session_key)
    if said is not None and said.intent == "emergency":
        return None
    if said is not None and said.intent in BACK and handoff.status == "taken":
        handoffs.close(talk.db, handoff, talk.now)
        return talk.reply("operator.left")
    if heard:
        return Reply(" ".join(heard))
    if handoff.status != "taken":
        return None
    return talk.reply("operator.noted" if said is not None else "operator.waiting")
