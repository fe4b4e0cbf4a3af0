"""The vosk-server protocol, spoken to the real server by the `websockets` client as existing programs speak it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from speech import recognition
from speech.telephony.vosk_websocket import VoskDoor
from speech.telephony.workers import Workers
from tests.telephony.fake_pbx import recorded


@asynccontextmanager
async def client(most: int = 4, **options: object) -> AsyncIterator[ClientConnection]:
    """A client of a door of its own."""
    recognition.preload()
    workers = Workers(2)
    server = await VoskDoor(workers, most).open("127.0.0.1", 0)
    port = next(iter(server.sockets)).getsockname()[1]
    try:
        async with connect(f"ws://127.0.0.1:{port}/any/path", **options) as connection:  # type: ignore[arg-type]
            yield connection
    finally:
        server.close()
        workers.close()


async def heard(connection: ClientConnection, sound: bytes, size: int) -> list[dict[str, object]]:
    """The answers to sound sent in messages of one size: one to each."""
    answers = []
    for start in range(0, len(sound), size):
        await connection.send(sound[start : start + size])
        answers.append(json.loads(await connection.recv()))
    return answers


def spoken(rate: int = 8000) -> bytes:
    pad = np.zeros(rate, np.int16)
    return np.concatenate([recorded("number_125", rate), pad, pad]).tobytes()


def texts(answers: list[dict[str, object]]) -> str:
    return " ".join(str(answer["text"]) for answer in answers if answer.get("text"))


def test_asterisk_sends_3200_bytes_without_a_configuration_and_ends_byte_for_byte() -> None:
    async def run() -> None:
        async with client(subprotocols=["ws"]) as connection:
            assert connection.subprotocol == "ws"
            answers = await heard(connection, spoken(), 3200)
            await connection.send('{"eof" : 1}')
            answers.append(json.loads(await connection.recv()))
            await connection.wait_closed()
            assert connection.close_code == 1000
        assert texts(answers) == "сто двадцать пять"
        assert any("partial" in answer for answer in answers)
        words = [word for answer in answers for word in answer.get("result", [])]  # type: ignore[attr-defined]
        assert [word["word"] for word in words] == ["сто", "двадцать", "пять"]

    asyncio.run(run())


@pytest.mark.parametrize("eof", ['{"eof":1}', '{ "eof" : 1 }', '{"eof": 1}'])
def test_the_end_may_be_spaced_as_one_likes(eof: str) -> None:
    async def run() -> None:
        async with client() as connection:
            await connection.send(eof)
            assert json.loads(await connection.recv()) == {"text": ""}

    asyncio.run(run())


def test_wide_sound_without_words_and_with_a_phrase_list() -> None:
    async def run() -> None:
        async with client() as connection:
            phrases = ["сто двадцать пять", "сто сорок восемь", "[unk]"]
            config = {"sample_rate": 16000, "phrase_list": phrases, "words": False}
            await connection.send(json.dumps({"config": config}, ensure_ascii=False))
            answers = await heard(connection, spoken(16000), 8000)
            assert texts(answers) == "сто двадцать пять"
            assert not any("result" in answer for answer in answers)

    asyncio.run(run())


def test_a_whole_file_in_one_message_is_answered_once_and_nothing_said_in_it_is_lost() -> None:
    async def run() -> None:
        async with client() as connection:
            answers = await heard(connection, spoken() + spoken() + spoken(), 10**6)
            assert len(answers) == 1
            await connection.send('{"eof" : 1}')
            answers.append(json.loads(await connection.recv()))
            assert texts(answers) == " ".join(["сто двадцать пять"] * 3)

    asyncio.run(run())


def test_a_reset_gives_what_was_heard_and_keeps_the_stream() -> None:
    async def run() -> None:
        async with client() as connection:
            await heard(connection, recorded("number_125").tobytes(), 3200)
            await connection.send('{"reset" : 1}')
            assert json.loads(await connection.recv())["text"] == "сто двадцать пять"
            assert texts(await heard(connection, spoken(), 3200)) == "сто двадцать пять"

    asyncio.run(run())


def test_alternatives_on_request() -> None:
    async def run() -> None:
        async with client() as connection:
            await connection.send('{"config": {"max_alternatives": 3}}')
            await heard(connection, recorded("number_125").tobytes(), 3200)
            await connection.send('{"eof" : 1}')
            alternatives = json.loads(await connection.recv())["alternatives"]
            assert alternatives[0]["text"] == "сто двадцать пять"

    asyncio.run(run())


def test_a_configuration_after_the_first_sound_changes_nothing() -> None:
    async def run() -> None:
        async with client() as connection:
            await heard(connection, spoken()[:3200], 3200)
            await connection.send('{"config": {"sample_rate": 16000}}')
            assert texts(await heard(connection, spoken(), 3200)) == "сто двадцать пять"

    asyncio.run(run())


def test_odd_and_empty_messages_are_answered_too() -> None:
    async def run() -> None:
        async with client() as connection:
            for message in (b"\0", b"", b"\0\0\0"):
                await connection.send(message)
                assert list(json.loads(await connection.recv()).values()) == [""]

    asyncio.run(run())


@pytest.mark.parametrize(
    "message",
    [
        '{"config": {"phrase_list": []}}',
        '{"config": {"phrase_list": {}}}',
        '{"config": {"phrase_list": "x"}}',
        '{"config": {"phrase_list": [1]}}',
        '{"config": {"phrase_list": [""]}}',
        '{"config": {"phrase_list": ["qwerty"]}}',
        '{"config": {"sample_rate": 0}}',
        '{"config": {"sample_rate": "8000"}}',
        '{"config": {"sample_rate": true}}',
        '{"config": {"max_alternatives": -1}}',
        '{"config": []}',
        '{"hello": 1}',
        "config",
        "[]",
    ],
)
def test_what_would_kill_vosk_is_refused_with_a_reason(message: str) -> None:
    async def run() -> None:
        async with client() as connection:
            await connection.send(message)
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1007
            assert connection.close_reason

    asyncio.run(run())


def test_too_large_a_message_and_one_stream_too_many_are_refused() -> None:
    async def run() -> None:
        async with client() as connection:
            await connection.send(bytes(2 * 1024 * 1024))
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1009
        async with client(most=0) as connection:
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1013

    asyncio.run(run())
