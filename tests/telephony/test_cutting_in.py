"""The caller cuts into what the line says: by key, by voice, by a cough, and where it must not be."""

import asyncio
import itertools

from speech.telephony.conversation import Prompt
from tests.telephony.fake_pbx import Telephone, noise, recorded
from tests.telephony.scenarios import scenario
from tests.telephony.talking import BYE, LONG, SHORT_WAIT, exchange


@scenario
async def test_a_key_silences_the_prompt_at_once() -> None:
    async with exchange(LONG, BYE) as line:
        phone = await Telephone.dial(line.port)
        await phone.hears_something()
        await asyncio.sleep(0.3)
        before = len(phone.heard.frames)
        phone.press("5")
        await phone.until_ended()
    voiced = [frame.voiced for frame in phone.heard.frames[before:]]
    assert voiced.index(False) <= 10  # one or two on an idle machine
    assert not any(voiced[voiced.index(False) : voiced.index(False) + 5])
    assert line.latest.told == ["number 5"]


def longest_silence(voiced: list[bool]) -> int:
    """Unvoiced frames in a row."""
    return max((len(list(run)) for sounding, run in itertools.groupby(voiced) if not sounding), default=0)


@scenario
async def test_speech_silences_the_prompt_and_is_understood() -> None:
    async with exchange(LONG, BYE) as line:
        phone = await Telephone.dial(line.port)
        await phone.hears_something()
        await asyncio.sleep(1.0)
        before = len(phone.heard.frames)
        await phone.say(recorded("number_125"))
        await phone.until_ended()
        ending = await line.latest.end()
    voiced = [frame.voiced for frame in phone.heard.frames[before:]]
    assert longest_silence(voiced) >= 30  # 0.6 s, more than a pause of the prompt; how soon, the benchmark measures
    assert line.latest.told == ["сто двадцать пять"]
    assert ending.interruptions == 1
    assert 0 < ending.transcript[0].played < 50


@scenario
async def test_a_cough_interrupts_for_a_moment_only() -> None:
    async with exchange(Prompt(LONG.text[:100], expecting="yes_no"), BYE, answer_wait=SHORT_WAIT) as line:
        phone = await Telephone.dial(line.port)
        await phone.hears_something()
        await asyncio.sleep(1.0)
        await phone.say(noise(0.15, 6000))
        await phone.listens()
        await phone.until_ended()
        ending = await line.latest.end()
    assert ending.interruptions == 0
    assert ending.transcript[0].played == 100


@scenario
async def test_a_prompt_that_must_be_heard_is_not_interrupted_by_voice() -> None:
    legal = Prompt("Слушаю.", before="Разговор записывается. Ваши данные обрабатываются по закону. " * 2)
    async with exchange(legal, BYE, answer_wait=SHORT_WAIT) as line:
        phone = await Telephone.dial(line.port)
        await phone.hears_something()
        await phone.say(recorded("number_125"))
        await phone.until_ended()
        ending = await line.latest.end()
    assert ending.transcript[0].played == 100
