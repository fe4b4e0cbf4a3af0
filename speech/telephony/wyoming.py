"""The Wyoming protocol, by which Home Assistant's speakers use our ears and our voice.

A message is a line of JSON (`type`, `data`, `data_length`, `payload_length`), then so many bytes of further data as
JSON, then so many of sound. Recognition: audio-start, audio-chunk …, audio-stop → transcript. Speech: synthesize → the
same three back.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np

from speech.audio import AudioError, Limits, Samples, decode
from speech.telephony.workers import Workers

LONGEST_LINE = 65_536
LARGEST_PART = 1024 * 1024
LONGEST_SECONDS = 60.0
IDLE_SECONDS = 300.0
VOICE_RATE = 22_050
CHUNK_SAMPLES = 1024
WORDS_PER_MINUTE = 160
LONGEST_TEXT = 5_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message; payload is sound."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""


class BadMessage(ValueError):
    """What came is no message of the protocol."""


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """The next message, None at the end. Raises BadMessage, IncompleteReadError."""
    try:
        line = await reader.readuntil(b"\n")
        header = json.loads(line)
        kind, data = str(header["type"]), dict(header.get("data") or {})
        sizes = int(header.get("data_length") or 0), int(header.get("payload_length") or 0)
    except asyncio.IncompleteReadError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError, asyncio.LimitOverrunError) as error:
        raise BadMessage("a message begins with a line of JSON") from error
    if any(not 0 <= size <= LARGEST_PART for size in sizes):
        raise BadMessage("a part of the message is too large")
    more = await reader.readexactly(sizes[0])
    try:
        data |= json.loads(more) if more else {}
    except (ValueError, TypeError) as error:
        raise BadMessage("the data of a message is JSON") from error
    return Message(kind, data, await reader.readexactly(sizes[1]))


def written(message: Message) -> bytes:
    """The message as bytes."""
    data = json.dumps(message.data, ensure_ascii=False).encode()
    header = {"type": message.type, "data_length": len(data), "payload_length": len(message.payload)}
    return json.dumps(header).encode() + b"\n" + data + message.payload


class WyomingDoor:
    """The server: ears and voice at one port."""

    def __init__(self, workers: Workers, most: int) -> None:
        self._workers, self._most = workers, most
        self.connections = 0

    async def open(self, host: str, port: int) -> asyncio.Server:
        """Listen; port 0 takes a free one."""
        return await asyncio.start_server(self._serve, host, port, limit=LONGEST_LINE)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.connections >= self._most:
            writer.close()
            return
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except BadMessage as error:
            writer.write(written(Message("error", {"text": str(error), "code": "bad_message"})))
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            self.connections -= 1
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sound, form = bytearray(), {"rate": 16_000, "width": 2, "channels": 1}
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                message = await read_message(reader)
            match message.type if message else "":
                case "":
                    return
                case "describe":
                    writer.write(written(Message("info", _info())))
                case "ping":
                    writer.write(written(Message("pong", message.data if message else {})))
                case "audio-start" if message:
                    sound.clear()
                    form = _form(message.data)
                case "audio-chunk" if message:
                    sound += message.payload
                    if len(sound) > LONGEST_SECONDS * form["rate"] * 2 * form["channels"]:
                        raise BadMessage("the recording is too long")
                case "audio-stop":
                    text = await self._heard(bytes(sound), form)
                    writer.write(written(Message("transcript", {"text": text, "language": "ru"})))
                case "synthesize" if message:
                    await self._say(str(message.data.get("text", ""))[:LONGEST_TEXT], writer)
            await writer.drain()

    async def _heard(self, sound: bytes, form: dict[str, int]) -> str:
        limits = Limits(max_seconds=LONGEST_SECONDS)
        try:
            pcm = decode(sound, rate=form["rate"], encoding="s16le", channels=form["channels"], limits=limits)
        except AudioError:
            return ""
        heard = await self._workers.hear(pcm.samples, pcm.rate, "command")
        return heard[0].text if heard else ""

    async def _say(self, text: str, writer: asyncio.StreamWriter) -> None:
        """Sentence by sentence, so that the first is heard while the next is made."""
        form = {"rate": VOICE_RATE, "width": 2, "channels": 1}
        writer.write(written(Message("audio-start", form)))
        for sentence in await self._workers.sentences(text):
            samples = await self._workers.speak(sentence, VOICE_RATE, WORDS_PER_MINUTE)
            for start in range(0, len(samples), CHUNK_SAMPLES):
                writer.write(written(Message("audio-chunk", form, _bytes(samples[start : start + CHUNK_SAMPLES]))))
            await writer.drain()
        writer.write(written(Message("audio-stop")))


def _form(data: dict[str, Any]) -> dict[str, int]:
    """The recording's rate and channels. Raises BadMessage for anything but 16-bit sound at a usual rate."""
    form = {name: data.get(name, usual) for name, usual in (("rate", 16_000), ("width", 2), ("channels", 1))}
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in form.values())
    if not whole or form["width"] != 2 or not 8_000 <= form["rate"] <= 48_000 or form["channels"] not in (1, 2):
        raise BadMessage("sound is 16-bit, 8000 to 48000 Hz, one or two channels")
    return form


def _bytes(samples: Samples) -> bytes:
    return np.ascontiguousarray(samples, "<i2").tobytes()


def _info() -> dict[str, Any]:
    """What is offered, as `describe` asks."""
    about = {
        "attribution": {"name": "zhku-voice", "url": ""},
        "installed": True,
        "version": version("zhku-voice"),
    }
    model = {"name": "zhku-ru", "description": "Russian, utilities", "languages": ["ru"], **about}
    voice = {"name": "espeak-ng-ru", "description": "espeak-ng", "languages": ["ru"], "speakers": None, **about}
    return {
        "asr": [{"name": "zhku-voice", "description": "Vosk", "models": [model], **about}],
        "tts": [{"name": "zhku-voice", "description": "espeak-ng", "voices": [voice], **about}],
    }
