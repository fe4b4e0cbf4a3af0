"""«Да» and «нет» in a recorded human voice, the shortest answers there are."""

from tests.telephony.fake_pbx import Telephone, recorded
from tests.telephony.scenarios import scenario
from tests.telephony.talking import BYE, YES, exchange


@scenario
async def test_a_spoken_yes_and_a_spoken_no() -> None:
    async with exchange(YES, YES, BYE) as line:
        phone = await Telephone.dial(line.port)
        await phone.listens()
        await phone.say(recorded("yes"))
        await phone.hears_something()
        await phone.listens()
        await phone.say(recorded("no"))
        await phone.until_ended()
    assert line.latest.told == ["да", "нет"]
