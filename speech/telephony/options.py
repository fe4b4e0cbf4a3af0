"""How the line behaves: limits, timers, and how long a pause ends an answer. Times in seconds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FRAME_SECONDS = 0.02
PAUSE_SECONDS = {"yes_no": 0.5, "number": 1.1, "account": 1.1, "code": 1.1}
"""The pause that ends an answer, by what is expected: people stop for breath inside long numbers."""
FREE_PAUSE_SECONDS = 0.7
COMPLETE_PAUSE_SECONDS = 0.6
"""The pause that ends a number to which nothing more can be added."""
DIGITS = frozenset({"number", "account", "code"})
LONGEST_ANSWER_SECONDS, LONGEST_DIGITS_SECONDS = 12.0, 20.0


@dataclass(frozen=True, slots=True)
class Options:
    """max_calls: calls talked with at once; max_connections: connections held at all, more are closed at once.

    audio_format: what AudioSocket kind 0x10 carries: `auto` finds out, `slin` is 8 kHz, `slin16` is 16 kHz.
    busy: the sentence for a call that cannot be served.
    recordings: the folder where calls are kept as sound; None: they are not.
    deaf_at_start: how long a prompt cannot be interrupted by voice after it began (echo of its first word).
    """

    max_calls: int = 20
    max_connections: int = 200
    longest_call: float = 1200.0
    first_message: float = 2.0
    answer_wait: float = 6.0
    key_wait: float = 3.0
    deaf_at_start: float = 0.4
    false_interruption: float = 1.0
    words_per_minute: int = 150
    voice: str = "ru"
    audio_format: Literal["auto", "slin", "slin16"] = "auto"
    busy: str = "Сейчас все линии заняты. Соединяю с оператором."
    hearing_threads: int = 2
    recordings: Path | None = None


def pause_after(expecting: str) -> float:
    """How long a silence ends the answer."""
    return PAUSE_SECONDS.get(expecting, FREE_PAUSE_SECONDS)


def longest_answer(expecting: str) -> float:
    """How long an answer may be; then it is taken as it is."""
    return LONGEST_DIGITS_SECONDS if expecting in DIGITS else LONGEST_ANSWER_SECONDS
