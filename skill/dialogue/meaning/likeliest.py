"""Which of several ways to hear an utterance is taken: recognisers and platforms send their guesses, best first."""

from collections.abc import Callable
from dataclasses import replace

from skill.dialogue.turn import Turn
from skill.understanding import OUT_OF_SCOPE, Understanding, understand
from speech.numerals import numbers, pool
from speech.recognition import Hypothesis

UNDERSTOOD, HEARD = 0.5, 0.5
"""A guess must be understood and heard at least so surely to stand for the phrase itself."""
ANSWERS = {"number": "values", "account": "values", "code": "values", "meter": "resource"}
"""The slot with which a phrase answers a question that is no yes or no."""
VAGUE = frozenset({"yes", "no", "correct", "submit_reading", "link_account"})
"""What a phrase without that slot is easily taken for."""
DECIDING = frozenset({"yes", "no", "back", "stop", "unlink"})
"""What decides something is never taken from a guess: it is asked for again."""
DOUBTED, CLEAR = 0.2, 0.7
"""A phrase that the recogniser doubts counts from the first confidence on if its meaning is as sure as the second."""
SHORT = frozenset({"correct", "greeting", "repeat", "slower", "thanks", OUT_OF_SCOPE})
"""Meanings that noise and talk in the room are easily taken for."""


def is_heard(first: Hypothesis, meant: Callable[[], Understanding]) -> bool:
    """Whether something was said to us. meant: tells what the words mean, asked only where the recogniser doubts them.

    A whole phrase that the recogniser did not expect has little confidence, though every word is right; speech about
    something else turns into words that mean nothing, or into bare numbers.
    """
    if first.confidence >= HEARD:
        return True
    if first.confidence < DOUBTED:
        return False
    meaning = meant()
    bare = "values" in meaning.slots and "resource" not in meaning.slots
    return meaning.intent not in DECIDING | SHORT and meaning.confidence >= CLEAR and not bare


def likeliest(turn: Turn, asked: str) -> Turn:
    """The turn with the hypothesis to take as its first; the others follow as they were.

    asked: what the open question waits for (`Reply.expecting`). Where the first hypothesis has numbers, it is the one
    with the numbers that are likeliest by all that was heard: a phrase, its normal form and further guesses often agree
    on the number where the first alone is wrong. Where the first makes no sense here, it is the first that does.
    """
    said = turn.hypotheses
    if len(said) < 2 or said[0].confidence < HEARD:
        return turn
    best = _by_numbers(said) if numbers(said[0].text) else _by_sense(said, turn.channel, asked)
    return replace(turn, hypotheses=(best, *(one for one in said if one is not best)))


def _by_numbers(said: tuple[Hypothesis, ...]) -> Hypothesis:
    """The first with the likeliest numbers."""
    if len({tuple(numbers(one.text)) for one in said}) < 2:
        return said[0]
    found = pool((one.text, one.confidence) for one in said)
    wanted = list(found[0].values) if found else []
    return next((one for one in said if numbers(one.text) == wanted), said[0])


def _by_sense(said: tuple[Hypothesis, ...], channel: str, asked: str) -> Hypothesis:
    """The first that is understood."""
    if _makes_sense(said[0], channel, asked):
        return said[0]
    guesses = (one for one in said[1:] if one.confidence >= HEARD and _makes_sense(one, channel, asked))
    return next((one for one in guesses if understand(one.text, channel, asked).intent not in DECIDING), said[0])


def _makes_sense(one: Hypothesis, channel: str, asked: str) -> bool:
    meaning = understand(one.text, channel, asked)
    if asked in ANSWERS and meaning.intent in VAGUE:
        return bool(meaning.slots.get(ANSWERS[asked]) or (ANSWERS[asked] == "values" and numbers(one.text)))
    return meaning.intent != OUT_OF_SCOPE and meaning.confidence >= UNDERSTOOD
