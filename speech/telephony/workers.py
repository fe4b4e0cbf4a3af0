"""Where the work of all calls is done: threads for recognition, synthesis and the conversation, never the event loop.

The threads run at a lower priority than the loop, so that frames go out in time while every core recognises.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from speech.audio import Samples, decode
from speech.recognition import Hypothesis, transcribe
from speech.synthesis import sentences, speak
from speech.telephony import metrics

POLITENESS, LOWEST = 3, 19
ASKING_THREADS = 4
WARMED = ("command", "number", "yes_no", "meter", "account")
Result = TypeVar("Result")


@dataclass
class Workers:
    """hearing_threads: recognitions at once, as many as there are cores; voice: of the synthesis."""

    hearing_threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    voice: str = "ru"

    def __post_init__(self) -> None:
        self._hearing = _pool("hearing", self.hearing_threads)
        self._speaking = _pool("speaking", 1)
        self._asking = _pool("asking", ASKING_THREADS)

    async def hear(self, samples: Samples, rate: int, expecting: str) -> list[Hypothesis]:
        """What was said, best first."""
        return await self.hear_in(lambda: samples, rate, expecting)

    async def hear_in(self, sound: Callable[[], Samples], rate: int, expecting: str) -> list[Hypothesis]:
        """What was said, in sound that is first made ready in the same thread."""
        return await self._run(self._hearing, "hearing", lambda: transcribe(sound(), rate, expecting))

    async def look_at(self, sound: Callable[[], Samples]) -> Samples:
        """The sound made ready."""
        return await self._run(self._asking, "echo", sound)

    async def speak(self, sentence: str, rate: int, words_per_minute: int) -> Samples:
        """The sentence as sound at `rate`."""
        return await self._run(self._speaking, "speaking", lambda: self._spoken(sentence, rate, words_per_minute))

    async def sentences(self, text: str) -> list[str]:
        """The text cut into pieces that are spoken one after the other."""
        return await self._run(self._speaking, "wording", lambda: sentences(text))

    async def ask(self, question: Callable[[], Result]) -> Result:
        """Have the conversation's answer."""
        return await self._run(self._asking, "conversation", question)

    async def run_hearing(self, work: Callable[[], Result]) -> Result:
        """Other work for the recognition threads (a stream's own recogniser)."""
        return await self._run(self._hearing, "stream", work)

    async def warm_up(self) -> None:
        """Make what is made once (grammars, the voice), so that the first caller does not wait for it."""
        breath = np.random.default_rng(1).normal(0, 300, 4000).astype(np.int16)
        for expecting in WARMED:
            await self.hear(breath, 8000, expecting)
        await self.speak("Здравствуйте!", 8000, 150)

    def close(self) -> None:
        """End the threads once their work is done."""
        for pool in (self._hearing, self._speaking, self._asking):
            pool.shutdown(wait=True, cancel_futures=True)

    def _spoken(self, sentence: str, rate: int, words_per_minute: int) -> Samples:
        wav = speak(sentence, voice=self.voice, words_per_minute=words_per_minute, rate=rate)
        return decode(wav).samples

    async def _run(self, pool: ThreadPoolExecutor, stage: str, work: Callable[[], Result]) -> Result:
        began = time.perf_counter()
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        finally:
            metrics.stage_seconds.labels(stage).observe(time.perf_counter() - began)


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix=f"line-{name}", initializer=_step_back)


def _step_back() -> None:
    """Lower this thread's priority; on Linux a thread has its own."""
    if hasattr(os, "setpriority"):
        lower = min(os.getpriority(os.PRIO_PROCESS, 0) + POLITENESS, LOWEST)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), lower)
