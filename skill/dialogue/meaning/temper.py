"""Anger and failure: noticed by words (`temper.yaml`), answered calmly, and a shorter way to a person."""

import re
from dataclasses import replace
from functools import cache
from importlib.resources import files

import yaml

from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import Reply, Session
from skill.understanding import Understanding

MISSES = 3
"""So many misunderstandings in a row bring a person."""
ANGRY = 2
UNTOUCHED = frozenset({"emergency", "operator", "stop", "yes", "no", "repeat", "thanks", "feedback"})
"""Intents whose answer is not led by a word of sympathy."""


def signs(text: str) -> int:
    """1 when a phrase sounds angry, else 0: rude or angry words, or a shout."""
    shouted = "!!" in text or (len(text) > 12 and text.isupper())
    return int(shouted or is_bitter(text))


def is_bitter(text: str) -> bool:
    """Whether the words themselves are rude or angry, however loud."""
    return _found("rude", text) or _found("angry", text)


def is_rude(text: str) -> bool:
    """Whether there are swear words in a phrase."""
    return _found("rude", text)


def is_sad(text: str) -> bool:
    """Whether a phrase tells of grief or want."""
    return _found("sad", text)


def displeased(text: str) -> bool:
    """Whether an opinion is a bad one."""
    return bool(signs(text)) or _found("bad", text)


def patience(session: Session) -> int:
    """How many misunderstandings in a row this resident has before a person is offered."""
    return MISSES - 1 if session.anger >= ANGRY else MISSES


def soothed(talk: Talk, said: Understanding, reply: Reply) -> Reply:
    """The reply to somebody angry: sympathy at the first sign, a person offered at the second."""
    if not signs(talk.turn.text) or said.intent in UNTOUCHED or reply.end or reply.expecting != "command":
        return reply
    if talk.session.anger == ANGRY:
        return replace(reply, text=f"{reply.text} {talk.say('general.person')}")
    if talk.session.anger < ANGRY:
        return after(talk.say("general.sorry"), reply)
    return reply


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    lists = yaml.safe_load(files(__package__).joinpath("temper.yaml").read_text("utf-8"))
    return {name: re.compile("|".join(stems)) for name, stems in lists.items()}


def _found(name: str, text: str) -> bool:
    return bool(_patterns()[name].search(text.lower().replace("ё", "е")))
