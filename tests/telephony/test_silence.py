"""Callers who say nothing, or nothing that can be understood."""

from tests.telephony.fake_pbx import Telephone, noise
from tests.telephony.scenarios import scenario
from tests.telephony.talking import ASK, BYE, OPERATOR, SHORT_WAIT, YES, exchange


@scenario
async def test_a_silent_caller_is_asked_three_times_while_frames_go_on() -> None:
    async with exchange(ASK, YES, ASK, OPERATOR, answer_wait=SHORT_WAIT) as line:
        phone = await Telephone.dial(line.port, talking=False)
        heard = await phone.until_ended()
        ending = await line.latest.end()
    assert line.latest.told == ["silence 1", "silence 2", "silence 3"]
    assert ending.outcome == "operator"
    assert max(heard.gaps()) < 1.9
    assert heard.illegal == []


@scenario
async def test_loud_noise_is_silence_in_the_end() -> None:
    async with exchange(ASK, BYE, answer_wait=SHORT_WAIT) as line:
        phone = await Telephone.dial(line.port)
        await phone.say(noise(4, 8000))
        await phone.until_ended()
    assert line.latest.told == ["silence 1"]
