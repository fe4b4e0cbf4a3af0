"""Who is let in, and what happens to those who are not."""

import asyncio
import uuid

from tests.telephony.fake_pbx import Telephone, recorded
from tests.telephony.scenarios import scenario
from tests.telephony.talking import ASK, BYE, LONG, exchange


@scenario
async def test_one_call_too_many_is_told_so_and_handed_over() -> None:
    async with exchange(LONG, max_calls=1, busy="Все линии заняты.") as line:
        first = await Telephone.dial(line.port)
        await first.hears_something()
        second = await Telephone.dial(line.port)
        heard = await second.until_ended()
        await first.hang_up()
    assert any(frame.voiced for frame in heard.frames)
    assert len(line.conversations) == 1


@scenario
async def test_a_call_that_is_refused_is_closed() -> None:
    async with exchange(ASK) as line:
        line.switchboard._opener = lambda _: None
        phone = await Telephone.dial(line.port)
        heard = await phone.until_ended()
    assert not any(frame.voiced for frame in heard.frames)


@scenario
async def test_the_same_call_does_not_come_twice() -> None:
    async with exchange(LONG) as line:
        name = str(uuid.uuid4())
        first = await Telephone.dial(line.port, call_id=name)
        await first.hears_something()
        second = await Telephone.dial(line.port, call_id=name)
        await second.until_ended()
        await first.hang_up()
        assert len(line.conversations) == 1


@scenario
async def test_two_hundred_connections_leave_the_caller_on_the_line_unharmed() -> None:
    async with exchange(ASK, BYE, first_message=1.0, max_connections=150) as line:
        phone = await Telephone.dial(line.port)
        await phone.hears_something()
        idle = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", line.port) for _ in range(200)))
        await phone.say(recorded("number_125"))
        heard = await phone.until_ended()
        for _, writer in idle:
            writer.close()
    assert line.latest.told == ["сто двадцать пять"]
    assert heard.max_ahead(8000) <= 0.2
