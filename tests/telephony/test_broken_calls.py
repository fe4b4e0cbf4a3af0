"""What no Asterisk should send, and callers who are gone in the middle: nothing breaks, nothing is left."""

import asyncio
import contextlib
import gc
import struct
import threading
from pathlib import Path

import pytest

from tests.telephony.fake_pbx import Telephone, recorded
from tests.telephony.scenarios import in_a_loop, scenario
from tests.telephony.talking import ASK, BYE, LONG, QUICK, exchange


@scenario
async def test_hanging_up_at_any_stage_ends_the_call() -> None:
    async with exchange(ASK, LONG) as line:
        for stage in (0.0, 0.3, 0.8, 1.2):
            phone = await Telephone.dial(line.port)
            await asyncio.sleep(stage)
            await (phone.reset() if stage == 0.3 else phone.hang_up())
        speaking = await Telephone.dial(line.port)
        await speaking.listens()
        await speaking.say(recorded("number_20")[:4000])
        await speaking.hang_up()
        for conversation in list(line.conversations):
            assert (await conversation.end()).outcome == "gone"


@scenario
async def test_odd_messages_in_a_call_are_skipped() -> None:
    async with exchange(ASK, BYE) as line:
        phone = await Telephone.dial(line.port)
        phone.write(0xFF, b"\x02")
        phone.write(0x55, b"?" * 65_535)
        phone.write(0x10)
        phone.write(0x10, b"\x01\x02\x03")
        phone.write(0x03)
        phone.write(0x03, b"\xfe")
        phone.press("A")
        await phone.listens()
        await phone.say(recorded("number_125"))
        await phone.until_ended()
    assert line.latest.told == ["сто двадцать пять"]


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\x01\x00",
        struct.pack(">BH", 0x10, 320) + bytes(320),
        struct.pack(">BH", 0x01, 4) + bytes(4),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\xff" * 70_000,
    ],
    ids=["nothing", "half a header", "sound first", "short uuid", "http", "rubbish"],
)
def test_what_is_no_call_is_closed(start: bytes) -> None:
    @in_a_loop
    async def run() -> None:
        async with exchange(ASK, first_message=0.3) as line:
            reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
            writer.write(start)
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 5) in (b"", b"\0\0\0")
            writer.close()
            assert line.conversations == []

    run()


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@in_a_loop
async def test_calls_leave_nothing_behind() -> None:
    async with exchange(ASK, BYE, options=QUICK) as line:
        await _hang_up_after(line.port, 0.9)
        await line.latest.end()
        await asyncio.sleep(0.2)
        gc.collect()
        before = len(asyncio.all_tasks()), descriptors(), threading.active_count()
        for _ in range(5):
            await asyncio.gather(*(_hang_up_after(line.port, 0.05 * number) for number in range(20)))
        for conversation in line.conversations:
            await conversation.end()
        await asyncio.sleep(0.5)
        gc.collect()
        after = len(asyncio.all_tasks()), descriptors(), threading.active_count()
        assert line.switchboard.calls == {}
        assert line.switchboard.connections == 0
    assert after[0] <= before[0]
    assert after[1] <= before[1] + 5  # a leak would leave one for each of the hundred calls
    assert after[2] <= before[2] + 5  # worker threads start as they are needed, up to the size of the pools


async def _hang_up_after(port: int, seconds: float) -> None:
    phone = await Telephone.dial(port)
    await asyncio.sleep(seconds)
    await phone.hang_up()
