"""Asterisk's end of AudioSocket: a caller's telephone that talks, presses keys and keeps all it hears."""

import asyncio
import contextlib
import struct
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Self

import numpy as np

from speech.audio import Samples, decode, resample

FRAME_SECONDS = 0.02
VOICED = 200
LEGAL_KINDS = range(0x10, 0x19)


@dataclass(frozen=True)
class HeardFrame:
    """A frame the line sent: when it came, its kind, its sound."""

    at: float
    kind: int
    samples: Samples

    @property
    def voiced(self) -> bool:
        return bool(len(self.samples)) and int(np.abs(self.samples.astype(np.int32)).max()) > VOICED


@dataclass
class Heard:
    """Everything the line sent in a call."""

    frames: list[HeardFrame] = field(default_factory=list)
    ended_by_line: bool = False

    @property
    def illegal(self) -> list[tuple[int, int]]:
        """Messages on which some Asterisk drops the call: another kind, an empty or an odd payload."""
        return [(f.kind, len(f.samples)) for f in self.frames if f.kind not in LEGAL_KINDS or not len(f.samples)]

    def max_ahead(self, rate: int) -> float:
        """How far the sound received ran ahead of real time, in seconds: a phone drops what is too early."""
        if not self.frames:
            return 0.0
        start, sent, ahead = self.frames[0].at, 0.0, 0.0
        for frame in self.frames:
            ahead = max(ahead, sent - (frame.at - start))
            sent += len(frame.samples) / rate
        return ahead

    def gaps(self) -> list[float]:
        """Seconds between one frame and the next."""
        return [later.at - earlier.at for earlier, later in pairwise(self.frames)]

    def first_voiced(self, since: float) -> float | None:
        """When sound first came at or after a moment."""
        return next((frame.at for frame in self.frames if frame.at >= since and frame.voiced), None)

    def sound(self) -> Samples:
        """All of it."""
        return np.concatenate([frame.samples for frame in self.frames]) if self.frames else np.zeros(0, np.int16)


class Telephone:
    """A caller on the line. Speaks what `say` was given, else silence, a frame every 20 ms."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: int, rate: int) -> None:
        self._reader, self._writer, self._kind, self.rate = reader, writer, kind, rate
        self.heard = Heard()
        self._saying = np.zeros(0, np.int16)
        self._echo, self._echoed = (0, 0.0), 0
        self._said = asyncio.Event()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def dial(
        cls, port: int, *, kind: int = 0x10, rate: int = 8000, call_id: str | None = None, talking: bool = True
    ) -> Self:
        """Call the line; `talking` False sends no sound at all, as a PBX does on hold."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        telephone = cls(reader, writer, kind, rate)
        telephone.write(0x01, uuid.UUID(call_id or str(uuid.uuid4())).bytes)
        telephone._tasks.append(asyncio.create_task(telephone._listen()))
        if talking:
            telephone.begin_to_send()
        return telephone

    def begin_to_send(self) -> None:
        """Send a frame every 20 ms from now on."""
        self._tasks.append(asyncio.create_task(self._talk()))

    def echo(self, frames: int, gain: float) -> None:
        """Let what is heard come back, so many frames later and so much weaker, into what is sent."""
        self._echo = (frames, gain)

    def _with_echo(self, frame: Samples) -> Samples:
        later, gain = self._echo
        waiting = len(self.heard.frames) - self._echoed
        if waiting > 3 * later:  # a late frame made it late for good: a jitter buffer begins anew
            self._echoed, waiting = len(self.heard.frames) - later - 1, later + 1
        whole = len(frame) == int(self.rate * FRAME_SECONDS)
        if not gain or not whole or waiting <= (0 if self._echoed else later):  # then as a jitter buffer: go on
            return frame
        back = self.heard.frames[self._echoed].samples
        self._echoed += 1
        return np.clip(frame + gain * back, -32768, 32767).astype(np.int16)

    def write(self, kind: int, payload: bytes = b"") -> None:
        """Send a message as it is."""
        self._writer.write(struct.pack(">BH", kind, len(payload)) + payload)

    def press(self, keys: str) -> float:
        """Press keys one after the other; the moment of the first."""
        at = time.monotonic()
        for key in keys:
            self.write(0x03, key.encode())
        return at

    async def say(self, samples: Samples) -> float:
        """Speak into the telephone; returns when it is out, with the moment its last voiced sample was sent."""
        self._said.clear()
        self._saying = samples
        await self._said.wait()
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > VOICED * 2)
        quiet_tail = (len(samples) - 1 - int(loud[-1])) / self.rate if len(loud) else 0.0
        return time.monotonic() - quiet_tail

    async def listens(self, *, quiet: float = 0.5, timeout: float = 30.0) -> None:
        """Wait until the line has said something and then been silent for so long."""
        start, spoken = len(self.heard.frames), False
        silent = 0
        async with asyncio.timeout(timeout):
            while not self.heard.ended_by_line:
                for frame in self.heard.frames[start:]:
                    spoken, silent = spoken or frame.voiced, 0 if frame.voiced else silent + 1
                start = len(self.heard.frames)
                if spoken and silent * FRAME_SECONDS >= quiet:
                    return
                await self._more()

    async def hears_something(self, timeout: float = 30.0) -> None:
        """Wait until the line begins to speak."""
        start = len(self.heard.frames)
        async with asyncio.timeout(timeout):
            while not any(frame.voiced for frame in self.heard.frames[start:]) and not self.heard.ended_by_line:
                await self._more()

    async def until_ended(self, timeout: float = 30.0) -> Heard:
        """Wait until the line ends the call."""
        async with asyncio.timeout(timeout):
            while not self.heard.ended_by_line:
                await self._more()
        await self.hang_up()
        return self.heard

    async def hang_up(self) -> None:
        """Put the receiver down: the connection ends without a word, as Asterisk's does."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def reset(self) -> None:
        """Break the connection with a TCP reset."""
        self._writer.get_extra_info("socket").setsockopt(1, 13, struct.pack("ii", 1, 0))  # SOL_SOCKET, SO_LINGER
        await self.hang_up()

    async def _more(self) -> None:
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await self._news.wait()

    async def _talk(self) -> None:
        frame, due = int(self.rate * FRAME_SECONDS), time.monotonic()
        silence = np.zeros(frame, np.int16)
        while True:
            part, self._saying = self._saying[:frame], self._saying[frame:]
            whole = self._with_echo(part if len(part) else silence)
            self.write(self._kind, whole.astype("<i2").tobytes())
            if len(part) and not len(self._saying):
                self._said.set()
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _listen(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = struct.unpack(">BH", await self._reader.readexactly(3))
                payload = await self._reader.readexactly(length)
                if kind == 0x00:
                    break
                even = payload[: len(payload) // 2 * 2]
                self.heard.frames.append(HeardFrame(time.monotonic(), kind, np.frombuffer(even, "<i2")))
                self._news.set()
        self.heard.ended_by_line = True
        self._news.set()


@cache
def recorded(name: str, rate: int = 8000) -> Samples:
    """A recorded human number of fixtures/speech, as a telephone carries it."""
    pcm = decode(files("fixtures").joinpath("speech", f"{name}.wav").read_bytes())
    return resample(pcm.samples, pcm.rate, rate)


def noise(seconds: float, level: float, rate: int = 8000) -> Samples:
    """White noise."""
    draw = np.random.default_rng(1)
    return (draw.standard_normal(int(seconds * rate)) * level).clip(-32768, 32767).astype(np.int16)


def tone(key: str, seconds: float = 0.1, rate: int = 8000, level: float = 6000.0) -> Samples:
    """A key as its two tones."""
    rows: Sequence[str] = ("123A", "456B", "789C", "*0#D")
    low = (697, 770, 852, 941)[next(i for i, row in enumerate(rows) if key in row)]
    high = (1209, 1336, 1477, 1633)[next(row.index(key) for row in rows if key in row)]
    moments = np.arange(int(seconds * rate)) / rate
    waves: Samples = (level * (np.sin(2 * np.pi * low * moments) + np.sin(2 * np.pi * high * moments))).astype(np.int16)
    return waves
