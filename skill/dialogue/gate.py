"""Who may hear what: public facts are for all, a flat's for its residents, its money after a PIN where others hear."""

from skill.dialogue.scenes.linking import SCENE as LINKING
from skill.dialogue.scenes.pin import SCENE as PIN
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply


def barred(talk: Talk, *, money: bool = False) -> Reply | None:
    """The question that comes before a flat's facts, None when they may be told; the phrase is taken up again after."""
    if talk.resident is None:
        return LINKING.before(talk)
    return PIN.before(talk) if money else None
