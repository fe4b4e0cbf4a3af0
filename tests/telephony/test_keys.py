"""Answers by keys: as messages of the PBX and as tones in the sound."""

from tests.telephony.fake_pbx import Telephone, tone
from tests.telephony.scenarios import scenario
from tests.telephony.talking import ASK, BYE, YES, exchange


@scenario
async def test_a_number_by_keys_is_ended_by_the_hash_and_a_choice_by_its_key() -> None:
    async with exchange(ASK, YES, BYE) as line:
        phone = await Telephone.dial(line.port)
        await phone.listens()
        phone.press("125*4#")
        await phone.listens()
        phone.press("1")
        await phone.until_ended()
    assert line.latest.told == ["number 125.4", "choice да"]


@scenario
async def test_keys_as_tones_where_the_pbx_sends_no_key_messages() -> None:
    async with exchange(YES, BYE) as line:
        phone = await Telephone.dial(line.port)
        await phone.listens()
        await phone.say(tone("2", 0.15))
        await phone.until_ended()
    assert line.latest.told == ["choice нет"]


@scenario
async def test_a_key_that_comes_as_a_tone_and_as_a_message_counts_once() -> None:
    async with exchange(ASK, BYE) as line:
        phone = await Telephone.dial(line.port)
        await phone.listens()
        await phone.say(tone("5", 0.1))
        phone.press("57#")
        await phone.until_ended()
    assert line.latest.told == ["number 57"]
