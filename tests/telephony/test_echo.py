"""Our own voice comes back on the line: it is not the caller, and the caller is heard through it."""

import asyncio

import numpy as np
import pytest

from speech.audio import Samples, decode
from speech.synthesis import speak
from speech.telephony import g711
from speech.telephony.conversation import Prompt
from speech.telephony.echo import OwnVoice
from tests.telephony.fake_pbx import Telephone, noise, recorded
from tests.telephony.scenarios import in_a_loop
from tests.telephony.talking import BYE, LONG, SHORT_WAIT, exchange

RATE = 8000
READ_BACK = "Холодная вода сто двадцать пять, расход десять кубометров, примерно пятьсот двадцать три рубля. Записать?"


@pytest.fixture(scope="module")
def said() -> Samples:
    return decode(speak(READ_BACK, rate=RATE, words_per_minute=150)).samples


def come_back(voice: Samples, delay: float, gain: float, room: float) -> Samples:
    """The voice as a loudspeaker in a room gives it back: later, weaker, with a tail, over an A-law line with noise."""
    draw, tail = np.random.default_rng(1), int(room * RATE)
    path = np.zeros(int(delay * RATE) + tail + 1)
    path[int(delay * RATE)] = gain
    path[int(delay * RATE) + 1 :] += (
        0.3 * gain * draw.standard_normal(tail) * np.exp(-6.9 * np.arange(tail) / (tail or 1))
    )
    back = np.convolve(voice.astype(float), path)[: len(voice)].clip(-32768, 32767).astype(np.int16)
    return g711.decode(g711.encode((back + noise(len(voice) / RATE, 20)[: len(voice)]).astype(np.int16)))


def left(line: Samples, said: Samples, start: float, end: float, *, comes_back: bool = True) -> Samples:
    """What is left of a piece of the line's sound when all said up to its end has been taken out."""
    own, frames = OwnVoice(RATE), said[: int(end * RATE) // 160 * 160].reshape(-1, 160)
    own.comes_back = comes_back
    for frame in frames:
        own.sent(frame)
    return own.taken_out(line[int(start * RATE) : frames.size], RATE)()


@pytest.mark.parametrize(
    ("delay", "gain", "room"),
    [(0.03, 0.5, 0.0), (0.12, 0.25, 0.0), (0.25, 0.2, 0.03), (0.4, 0.25, 0.1), (0.7, 0.1, 0.0)],
)
@pytest.mark.parametrize(("start", "end"), [(1.0, 1.7), (0.2, 1.2), (2.0, 5.0)])
def test_an_echo_is_all_ours(said: Samples, delay: float, gain: float, room: float, start: float, end: float) -> None:
    assert len(left(come_back(said, delay, gain, room), said, start, end)) == 0


@pytest.mark.parametrize(("delay", "gain"), [(0.03, 0.5), (0.25, 0.2), (0.4, 0.25)])
def test_a_caller_who_speaks_into_it_is_left(said: Samples, delay: float, gain: float) -> None:
    line, caller = come_back(said, delay, gain, 0.03), recorded("number_125")
    line[12_000 : 12_000 + len(caller)] += caller
    kept, start = left(line, said, 0.7, 2.8).astype(float), int(0.7 * RATE)
    spoken = np.concatenate([np.zeros(12_000 - start), caller])[: len(kept)]
    assert not kept[: int(0.5 * RATE)].any()
    assert np.sum((kept - spoken)[6_000:] ** 2) < 0.02 * np.sum(spoken**2)


def test_a_frame_that_was_late_changes_the_delay(said: Samples) -> None:
    line = come_back(said, 0.12, 0.3, 0.03)
    late = np.concatenate([line[:11_200], np.zeros(320, np.int16), line[11_200:]])
    assert len(left(late, said, 0.9, 1.8)) == 0


def test_nothing_is_taken_from_a_caller_on_a_line_without_echo(said: Samples) -> None:
    line, caller = np.zeros(len(said), np.int16), recorded("number_125")
    line[12_000 : 12_000 + len(caller)] += caller
    kept = left(line, said, 1.3, 3.8, comes_back=False)
    assert np.array_equal(kept, line[int(1.3 * RATE) :][: len(kept)])
    assert len(kept) > 2 * RATE


def test_while_the_line_is_silent_nothing_can_come_back() -> None:
    own, sound = OwnVoice(RATE), recorded("number_125")
    own.sent(sound[:160])
    for _ in range(200):
        own.sent(np.zeros(160, np.int16))
    assert own.taken_out(sound, RATE)() is sound


@pytest.mark.slow
@in_a_loop
async def test_our_own_words_do_not_cut_in_on_us_and_are_no_answer() -> None:
    counting = Prompt("Скажите, например: сто двадцать пять. Или так: холодная вода двести. ", expecting="number")
    async with exchange(counting, BYE, answer_wait=SHORT_WAIT) as line:
        phone = await Telephone.dial(line.port)
        phone.echo(6, 0.4)
        await phone.until_ended()
        ending = await line.latest.end()
    assert line.latest.told == ["silence 1"]
    assert ending.interruptions == 0
    assert ending.transcript[0].played == 100


@pytest.mark.slow
@in_a_loop
async def test_a_caller_cuts_in_on_a_line_with_echo() -> None:
    async with exchange(LONG, BYE) as line:
        phone = await Telephone.dial(line.port)
        phone.echo(6, 0.2)
        await phone.hears_something()
        await asyncio.sleep(1.0)
        await phone.say(recorded("number_125"))
        await phone.until_ended()
        ending = await line.latest.end()
    assert line.latest.told == ["сто двадцать пять"]
    assert ending.interruptions == 1
