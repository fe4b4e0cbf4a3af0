"""Calls by WebSocket: Asterisk's chan_websocket and Twilio-style media streams, each played by a client of its kind."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from speech import recognition
from speech.audio import Samples
from speech.telephony import g711
from speech.telephony.conversation import Caller, Conversation, Prompt
from speech.telephony.switchboard import Switchboard
from tests.telephony.fake_pbx import recorded
from tests.telephony.scenarios import scenario
from tests.telephony.talking import QUICK, Scripted

ASK, BYE = Prompt("Показание?", expecting="number"), Prompt("До свидания!", then="hangup")
STARTED = {"event": "MEDIA_START", "connection_id": "a", "channel_id": "1795297259.32", "format": "slin16", "ptime": 20}
TWILIO = {
    "event": "start",
    "start": {
        "streamSid": "MZ1",
        "callSid": "CA1",
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"from": "+79000000012", "key": "k"},
    },
}


@dataclass
class Door:
    """An open door, who called by it and what was said to them."""

    address: str
    callers: list[Caller] = field(default_factory=list)
    conversations: list[Scripted] = field(default_factory=list)


@asynccontextmanager
async def open_door(*prompts: Prompt, key: str = "") -> AsyncIterator[Door]:
    recognition.preload()
    loop, door = asyncio.get_running_loop(), Door("")

    def opener(caller: Caller) -> Conversation:
        door.callers.append(caller)
        door.conversations.append(Scripted(prompts, loop=loop))
        return door.conversations[-1]

    switchboard = Switchboard(opener, replace(QUICK, answer_wait=3.0))
    server = await switchboard.websocket("127.0.0.1", 0, key)
    door.address = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
    try:
        yield door
    finally:
        server.close()
        await switchboard.close()


async def talk(connection: ClientConnection, sound: Samples, rate: int, pack: object) -> None:
    """Send sound in frames of 20 ms, then silence until the call ends."""
    frame = rate // 50
    silence = np.zeros(frame, np.int16)
    frames = [sound[start : start + frame] for start in range(0, len(sound), frame)]
    with suppress(ConnectionClosed):
        for piece in frames + [silence] * 500:
            await connection.send(pack(piece))  # type: ignore[operator]
            await asyncio.sleep(0.02)


def linear(piece: Samples) -> bytes:
    return piece.astype("<i2").tobytes()


def streamed(piece: Samples) -> str:
    payload = base64.b64encode(g711.encode(piece)).decode()
    return json.dumps({"event": "media", "streamSid": "MZ1", "media": {"track": "inbound", "payload": payload}})


def padded(rate: int) -> Samples:
    """A recorded number after the time that the question takes."""
    return np.concatenate([np.zeros(int(2.5 * rate), np.int16), recorded("number_125", rate)])


async def received(connection: ClientConnection) -> list[str | bytes]:
    """Everything up to the end of the call."""
    messages: list[str | bytes] = []
    with suppress(ConnectionClosed):
        async for message in connection:
            messages.append(message)
    return messages


async def call_by_asterisk(started: str, farewell: str) -> None:
    async with open_door(ASK, BYE) as door:
        address = f"{door.address}/media?call=00000000-0000-4000-8000-000000000001"
        async with connect(address, subprotocols=["media"]) as connection:  # type: ignore[list-item]
            assert connection.subprotocol == "media"
            await connection.send(started)
            talking = asyncio.create_task(talk(connection, padded(16_000), 16_000, linear))
            messages = await received(connection)
            talking.cancel()
        assert door.conversations[0].told == ["сто двадцать пять"]
        assert door.callers[0].call_id == "00000000-0000-4000-8000-000000000001"
        assert {len(message) for message in messages if isinstance(message, bytes)} == {640}
        assert [message for message in messages if isinstance(message, str)] == [farewell]


@scenario
async def test_a_call_by_asterisks_websocket_channel_with_json() -> None:
    await call_by_asterisk(json.dumps(STARTED), '{"command": "HANGUP"}')


@scenario
async def test_a_call_by_asterisks_websocket_channel_in_plain_words() -> None:
    await call_by_asterisk("MEDIA_START connection_id:a channel_id:1.2 format:slin16", "HANGUP")


@pytest.mark.parametrize("digit", ['{"event": "DTMF_END", "digit": "5"}', "DTMF_END channel_id:1.2 digit:5"])
def test_a_key_flushes_what_asterisk_has_queued(digit: str) -> None:
    async def run() -> None:
        async with open_door(Prompt("Это длинный вопрос, который никто не дослушает до конца."), BYE) as door:
            async with connect(f"{door.address}/media") as connection:
                await connection.send(json.dumps(STARTED))
                first = await connection.recv()
                while not np.frombuffer(first, "<i2").any():  # type: ignore[call-overload]
                    first = await connection.recv()
                await connection.send(digit)
                messages = await received(connection)
            assert '{"command": "FLUSH_MEDIA"}' in messages
            assert door.conversations[0].told == ["number 5"]

    asyncio.run(run())


@scenario
async def test_a_call_by_a_media_stream() -> None:
    async with open_door(ASK, BYE, key="k") as door, connect(f"{door.address}/streams") as connection:
        await connection.send('{"event": "connected", "protocol": "Call", "version": "1.0.0"}')
        await connection.send(json.dumps(TWILIO))
        talking = asyncio.create_task(talk(connection, padded(8_000), 8_000, streamed))
        messages = [json.loads(message) for message in await received(connection)]
        talking.cancel()
        assert door.conversations[0].told == ["сто двадцать пять"]
        assert (door.callers[0].call_id, door.callers[0].number) == ("CA1", "+79000000012")
        assert {message["event"] for message in messages} <= {"media", "clear"}
        assert {message["streamSid"] for message in messages} == {"MZ1"}
        sound = np.concatenate([g711.decode(base64.b64decode(message["media"]["payload"])) for message in messages])
        assert np.abs(sound.astype(int)).max() > 2000


def test_keys_and_the_end_of_a_media_stream() -> None:
    async def run() -> None:
        async with open_door(ASK, ASK) as door, connect(f"{door.address}/streams") as connection:
            await connection.send(json.dumps(TWILIO))
            await connection.recv()
            for key in "12#":
                await connection.send(json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": key}}))
            await connection.send('{"event": "media", "media": {"payload": "not base64!"}}')
            await connection.send("no json")
            while not door.conversations[0].told:
                await connection.recv()
            await connection.send('{"event": "stop"}')
            assert (await door.conversations[0].end()).outcome == "gone"
            assert door.conversations[0].told == ["number 12"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/media", json.dumps(STARTED)),
        ("/media?key=wrong", json.dumps(STARTED)),
        ("/media?key=k", json.dumps(STARTED | {"format": "ulaw"})),
        ("/media?key=k", "hello"),
        ("/streams", json.dumps(TWILIO | {"start": TWILIO["start"] | {"customParameters": {}}})),  # type: ignore[operator]
        ("/streams", json.dumps({"event": "start", "start": {"mediaFormat": {"encoding": "PCM16"}}})),
        ("/streams", "[]"),
        ("/", "hello"),
    ],
)
def test_what_is_no_call_of_ours_is_refused(path: str, first: str) -> None:
    async def run() -> None:
        async with open_door(ASK, key="k") as door, connect(f"{door.address}{path}") as connection:
            with suppress(ConnectionClosed):
                await connection.send(first)
            assert await received(connection) == []
            assert connection.close_code == 1008
            assert door.callers == []

    asyncio.run(run())


def test_mu_law_there_and_back_keeps_the_sound() -> None:
    samples = np.array([0, 1, -1, 100, -100, 1000, -1000, 30_000, -30_000, 32_767, -32_768], np.int16)
    back = g711.decode(g711.encode(samples)).astype(int)
    assert np.all(np.abs(back - samples) <= np.maximum(np.abs(samples.astype(int)) // 16, 8))
    codes = bytes(range(256))
    assert g711.encode(g711.decode(codes)).replace(b"\x7f", b"\xff") == codes.replace(b"\x7f", b"\xff")
