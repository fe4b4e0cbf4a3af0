"""Long silences on a clock that runs as fast as nothing happens: every frame and every timer to the millisecond."""

import asyncio
import selectors
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest

from speech.audio import Samples
from speech.telephony.call import Call
from speech.telephony.conversation import Caller, Ending, Prompt
from speech.telephony.options import FRAME_SECONDS, Options
from speech.telephony.transport import Key, Sound
from speech.telephony.workers import Workers
from tests.telephony.fake_pbx import VOICED, Telephone
from tests.telephony.scenarios import in_a_loop
from tests.telephony.talking import ASK, BYE, OPERATOR, QUICK, YES, Scripted, exchange

FIVE_MINUTES = 300.0
REAL_STEP = 0.0005
"""What worker threads get to finish in before the clock jumps to the next timer, where it matters that they do."""


class Hurrying(selectors.DefaultSelector):
    """Waits for nothing but what is there, and remembers how long it should have waited."""

    def __init__(self, real_step: float) -> None:
        super().__init__()
        self.skipped, self._real_step = 0.0, real_step

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(timeout if timeout is None else min(timeout, self._real_step))
        if not found and timeout is not None:
            self.skipped += timeout
        return found


class HurryingLoop(asyncio.SelectorEventLoop):
    """A loop on whose clock only waiting takes time."""

    def __init__(self, real_step: float) -> None:
        self._hurrying = Hurrying(real_step)
        super().__init__(self._hurrying)

    def time(self) -> float:
        return self._hurrying.skipped


@dataclass
class QuietLine:
    """A line on which the caller sends nothing at all; keeps when each frame came, and whether it had sound in it."""

    rate: int = 8000
    frames: list[tuple[float, bool]] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def ready(self) -> None:
        """At once."""

    async def events(self) -> AsyncIterator[Sound | Key]:
        await self.gone.wait()
        return
        yield

    async def send(self, frame: Samples) -> None:
        self.frames.append((asyncio.get_running_loop().time(), bool(np.abs(frame.astype(int)).max() > VOICED)))

    async def flush(self) -> None:
        """Nothing is queued."""

    async def finish(self) -> None:
        """Nothing to close."""


def waited(
    options: Options, *prompts: Prompt, hang_up_after: float | None = None, real_step: float = 0.0
) -> tuple[Ending, QuietLine, Scripted]:
    """A call with a silent caller, from beginning to end."""

    async def run() -> tuple[Ending, QuietLine, Scripted]:
        line, conversation, workers = QuietLine(), Scripted(prompts), Workers(1)
        if hang_up_after is not None:
            asyncio.get_running_loop().call_later(hang_up_after, line.gone.set)
        try:
            ending = await Call(Caller("1", "test"), line, conversation, workers, options).run()
        finally:
            workers.close()
        return ending, line, conversation

    with asyncio.Runner(loop_factory=lambda: HurryingLoop(real_step)) as runner:
        return runner.run(run())


def test_five_minutes_of_silence_are_five_minutes_of_frames() -> None:
    ending, line, conversation = waited(replace(QUICK, answer_wait=1000.0), ASK, hang_up_after=FIVE_MINUTES)
    assert (ending.outcome, conversation.told) == ("gone", [])
    in_time = sum(at <= FIVE_MINUTES for at, _ in line.frames)  # the call ends when the worker does, a while later
    assert in_time == pytest.approx(FIVE_MINUTES / FRAME_SECONDS, rel=0.01)
    assert max(after[0] - before[0] for before, after in pairwise(line.frames)) < 2 * FRAME_SECONDS


def test_silence_is_asked_into_after_six_seconds_each_time() -> None:
    ending, line, conversation = waited(Options(), ASK, YES, ASK, OPERATOR, real_step=REAL_STEP)
    assert (ending.outcome, conversation.told) == ("operator", ["silence 1", "silence 2", "silence 3"])
    voiced = [at for at, sounding in line.frames if sounding]
    silences = [after - before for before, after in pairwise(voiced) if after - before > 2]
    assert len(silences) == 3
    assert all(6.0 <= silence <= 7.5 for silence in silences)


def test_a_call_of_the_longest_time_goes_to_a_person() -> None:
    ending, _, _ = waited(replace(QUICK, answer_wait=9999.0, longest_call=60.0), ASK)
    assert ending.outcome == "operator"
    assert ending.seconds == pytest.approx(60, abs=1)


@pytest.mark.slow
@in_a_loop
async def test_five_real_minutes_by_audiosocket() -> None:
    async with exchange(ASK, BYE, answer_wait=1000.0) as line:
        phone = await Telephone.dial(line.port, talking=False)
        await asyncio.sleep(FIVE_MINUTES)
        assert not phone.heard.ended_by_line
        await phone.hang_up()
    assert max(phone.heard.gaps()) < 1.9
    assert phone.heard.max_ahead(8000) <= 0.2
    assert phone.heard.illegal == []
    assert len(phone.heard.frames) == pytest.approx(FIVE_MINUTES / FRAME_SECONDS, rel=0.02)
