"""Home Assistant's own client library talks to the door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize

from speech import recognition
from speech.telephony.workers import Workers
from speech.telephony.wyoming import WyomingDoor
from tests.telephony.fake_pbx import recorded


@asynccontextmanager
async def open_door(most: int = 4) -> AsyncIterator[int]:
    recognition.preload()
    workers = Workers(1)
    server = await WyomingDoor(workers, most).open("127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        workers.close()


def test_a_recorded_number_is_transcribed() -> None:
    async def run() -> None:
        async with open_door() as port, AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Transcribe(language="ru").event())
            await client.write_event(AudioStart(rate=16_000, width=2, channels=1).event())
            sound = recorded("number_125", 16_000).tobytes()
            for start in range(0, len(sound), 2048):
                chunk = AudioChunk(rate=16_000, width=2, channels=1, audio=sound[start : start + 2048])
                await client.write_event(chunk.event())
            await client.write_event(AudioStop().event())
            event = await client.read_event()
            assert event is not None
            assert Transcript.from_event(event).text == "сто двадцать пять"

    asyncio.run(run())


def test_a_sentence_is_spoken_and_understood_by_our_own_ear() -> None:
    async def run() -> None:
        async with open_door() as port, AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(text="Горячая вода, 148.").event())
            sound, rate = b"", 0
            while (event := await client.read_event()) is not None and not AudioStop.is_type(event.type):
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    sound, rate = sound + chunk.audio, chunk.rate
            heard = recognition.transcribe(np.frombuffer(sound, "<i2"), rate)
            assert "горячая" in heard[0].text

    asyncio.run(run())


def test_what_is_offered() -> None:
    async def run() -> None:
        async with open_door() as port, AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Describe().event())
            event = await client.read_event()
            assert event is not None
            info = Info.from_event(event)
            assert info.asr[0].models[0].languages == ["ru"]
            assert info.tts[0].voices[0].languages == ["ru"]
            await client.write_event(Ping(text="x").event())
            event = await client.read_event()
            assert event is not None
            assert Pong.from_event(event).text == "x"

    asyncio.run(run())


@pytest.mark.parametrize(
    "rubbish",
    [
        b"hello\n",
        b'{"type": "audio-chunk", "payload_length": 99999999}\n',
        b'{"type": "audio-chunk", "payload_length": "x"}\n',
        b'{"type": "audio-start", "data": {"rate": 8000, "width": 4, "channels": 1}}\n',
        b'{"type": "audio-start", "data": "x"}\n',
        b'{"data": {}}\n',
        b"[]\n",
        b"x" * 100_000,
    ],
)
def test_rubbish_is_answered_with_an_error_and_closed(rubbish: bytes) -> None:
    async def run() -> None:
        async with open_door() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(rubbish)
            try:
                assert b'"error"' in await asyncio.wait_for(reader.read(), 5)
            except ConnectionResetError:
                assert len(rubbish) > 65_536  # closed with more of it on the way
            writer.close()

    asyncio.run(run())


def test_silence_is_an_empty_transcript_and_one_client_too_many_is_closed() -> None:
    async def run() -> None:
        async with open_door() as port, AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(AudioStart(rate=16_000, width=2, channels=1).event())
            await client.write_event(AudioStop().event())
            event = await client.read_event()
            assert event is not None
            assert Transcript.from_event(event).text == ""
        async with open_door(most=0) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()

    asyncio.run(run())
