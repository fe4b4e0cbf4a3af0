"""What the line needs of whoever talks on it, and what it tells them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from speech.recognition import Hypothesis

Then = Literal["listen", "operator", "hangup"]
Outcome = Literal["operator", "hangup", "gone", "busy", "failed"]
"""How a call ended: handed to a person, said goodbye, the caller hung up, no place for it, an error on our side."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A call that came in. call_id: the PBX's name of it; door: how it came; number: as the door told it, mostly ""."""

    call_id: str
    door: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said next, and what is waited for then.

    expecting: chooses the grammar, the pause that ends an answer and how keys are read (`number`, `yes_no`, …).
    choices: answers that the keys 1 to 9 stand for.
    before: what is said first and cannot be talked into (an announcement the law asks for).
    words_per_minute: the pace; None for the line's own. gain: how many times as loud as usual.
    """

    text: str
    expecting: str = "command"
    choices: tuple[str, ...] = ()
    then: Then = "listen"
    before: str = ""
    words_per_minute: int | None = None
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Keyed:
    """What was entered by keys: a choice (its words), a number («125.4»), or the wish for a repetition or a person."""

    kind: Literal["choice", "number", "repeat", "operator", "unknown"]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a call's transcript. after_ms: since the call began; played: share of our words that were heard, in
    percent, 100 unless the caller cut in."""

    who: Literal["line", "caller"]
    text: str
    how: Literal["voice", "keys", "silence"] = "voice"
    after_ms: int = 0
    played: int = 100


@dataclass(slots=True)
class Ending:
    """A call that is over. answer_ms: from the end of each utterance to the first sound of its answer."""

    outcome: Outcome
    seconds: float = 0.0
    transcript: list[Line] = field(default_factory=list)
    interruptions: int = 0
    answer_ms: list[int] = field(default_factory=list)


class Conversation(Protocol):
    """One call's other half. The calls block, come from worker threads, one after the other."""

    def opening(self) -> Prompt:
        """The greeting."""
        ...

    def heard(self, hypotheses: Sequence[Hypothesis]) -> Prompt:
        """The caller said something; best hypothesis first, at least one."""
        ...

    def foreseen(self, hypotheses: Sequence[Hypothesis]) -> str | None:
        """What `heard` would say to this, if nothing more of the answer can follow; "" if only that is certain, None
        if more may come. Changes nothing. May be asked several times for one answer, and for one that goes on."""
        ...

    def keyed(self, keys: Keyed) -> Prompt:
        """The caller answered with keys."""
        ...

    def silent(self, times: int) -> Prompt:
        """The caller has been silent, for the so manieth time in a row (from 1)."""
        ...

    def ended(self, ending: Ending) -> None:
        """The call is over; it is told before the PBX learns of it."""
        ...


Opener = Callable[[Caller], Conversation | None]
"""Begins the conversation for a call; None refuses the call. Blocks."""
