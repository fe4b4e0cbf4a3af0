"""Answers that lead nowhere: the same question again and again is met with choices; and leaving an open question."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from skill.dialogue.meaning.plain import is_question
from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk
from skill.dialogue.turn import OFFER, SENTENCE_END, Reply, Session

STALLED = 2
"""So many answers in a row that lead nowhere bring choices; one more brings a person, as any misunderstanding does."""
SHOWN = 3
WAYS_OUT = ("Назад", "Позвать оператора")
Standing = tuple[str, str, dict[str, Any]]


def standing(session: Session) -> Standing:
    """Where the conversation stands: the topic, its question, what was gathered; not what was refused."""
    draft = deepcopy(session.draft)
    for entry in draft.get("entries", ()):
        entry.pop("stopped", None)
    return session.scene, session.step, draft


def is_stalled(talk: Talk, before: Standing) -> bool:
    """Whether an answer to the open question has left everything as it was. Questions back, and hand-offs, do not
    count."""
    scene, step, _ = before
    if scene in {"", "operator"} or step == OFFER or talk.beside or is_question(talk.turn.text):
        return False
    return standing(talk.session) == before


def choices(talk: Talk, reply: Reply) -> Reply:
    """What stands in the way, and what can be done instead of answering once more; the question stays as it was."""
    talk.beside = "help"
    told = SENTENCE_END.split(reply.text)
    reason = next((sentence for sentence in told if not sentence.endswith("?")), told[0])
    known = f"general.stalled.{reply.expecting}" in phrases()
    ways = talk.say(f"general.stalled.{reply.expecting if known else 'other'}")
    return replace(reply, text=f"{reason} {ways}", buttons=(*reply.buttons[:SHOWN], *WAYS_OUT))


def told(text: str) -> str:
    """A reply without the question it ends with, for one question a turn is enough; what is only a question stays.

    >>> told("Готово. Чем ещё помочь?")
    'Готово.'
    """
    *before, last = SENTENCE_END.split(text)
    return " ".join(before) if before and last.endswith("?") else text


def parted(talk: Talk, reply: Reply) -> Reply:
    """After a topic was left with a goodbye: what was not done, and no new question."""
    if reply.end or talk.session.scene:
        return reply
    return Reply(f"{SENTENCE_END.split(reply.text)[0]} {talk.say('general.parting')}", end=True)
