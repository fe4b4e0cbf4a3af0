"""Recognition under load: so many utterances at once, so many waiting, the rest told to come again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from skill import metrics
from speech.audio import Pcm
from speech.recognition import Hypothesis, transcribe


class TooBusy(RuntimeError):
    """More utterances than may wait."""


class Hearing:
    """The ears of one process. Decoding is pure computation, so more at once than cores gains nothing."""

    def __init__(self, at_once: int, queue: int) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._waiting = threading.BoundedSemaphore(at_once + queue)

    def hear(self, pcm: Pcm, expecting: str | None) -> list[Hypothesis]:
        """What was said, best first. Raises TooBusy."""
        with self._place(), metrics.hearing_seconds.time():
            return transcribe(pcm.samples, pcm.rate, expecting)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._waiting.acquire(blocking=False):
            raise TooBusy
        try:
            with self._places:
                yield
        finally:
            self._waiting.release()
