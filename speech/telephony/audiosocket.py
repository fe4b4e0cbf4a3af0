"""AudioSocket, the door of Asterisk's `AudioSocket()` application and channel (res_audiosocket.c).

A message is `kind: u8, length: u16 big-endian, payload`. Asterisk connects to us. What old and new versions make of
what we send differs: the rules kept here hold on all from 18.0 on.
"""

import asyncio
import contextlib
import socket
import struct
import uuid
from collections import Counter
from collections.abc import AsyncIterator

import numpy as np
import soxr  # type: ignore[import-untyped]  # has no annotations
import structlog

from speech.audio import Samples
from speech.telephony.options import FRAME_SECONDS, Options
from speech.telephony.sniffing import FormatGuess, NotLinear
from speech.telephony.transport import BadStart, Inbox, Key, LineGone, Sound

log = structlog.get_logger()

HANGUP, UUID, DTMF, SLIN, ERROR = 0x00, 0x01, 0x03, 0x10, 0xFF
RATES = {
    0x10: 8_000,
    0x11: 12_000,
    0x12: 16_000,
    0x13: 24_000,
    0x14: 32_000,
    0x15: 44_100,
    0x16: 48_000,
    0x17: 96_000,
    0x18: 192_000,
}
NAMED_FORMATS = {"slin": 8_000, "slin16": 16_000}
FIRST_SOUND_SECONDS = 1.5
QUIET_RATE = 8_000
WRITE_BUFFER = 3_200
STUCK_SECONDS = 5.0


def message(kind: int, payload: bytes = b"") -> bytes:
    """A message as it is written in one piece."""
    return struct.pack(">BH", kind, len(payload)) + payload


async def read_message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next kind and payload. Raises IncompleteReadError or ConnectionError at the end."""
    kind, length = struct.unpack(">BH", await reader.readexactly(3))
    return kind, await reader.readexactly(length) if length else b""


class AudioSocket:
    """One connection as a `Transport`. Sound goes back in the kind it comes in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, options: Options) -> None:
        self._reader, self._writer = reader, writer
        self._inbox, self._known = Inbox(), asyncio.Event()
        self._guess = FormatGuess() if options.audio_format == "auto" else None
        self._failure: NotLinear | None = None
        self._closed = False
        self._kind, self.rate = SLIN, NAMED_FORMATS.get(options.audio_format, QUIET_RATE)
        self._wire_rate = self.rate
        self._converted: soxr.ResampleStream | None = None
        self._began, self._unknown = False, list[bytes]()
        self._receiving: asyncio.Task[None] | None = None
        self.skipped: Counter[int] = Counter()
        handle = writer.get_extra_info("socket")
        if handle is not None:
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER)

    async def call_id(self, wait: float) -> str:
        """The UUID that every connection begins with. Raises BadStart, also when it does not come in time."""
        try:
            async with asyncio.timeout(wait):
                kind, payload = await read_message(self._reader)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            raise BadStart("no UUID came") from error
        if kind != UUID or len(payload) != 16:
            raise BadStart(f"the first message was of kind {kind:#04x} with {len(payload)} bytes")
        self._receiving = asyncio.create_task(self._receive())
        return str(uuid.UUID(bytes=payload))

    async def ready(self) -> None:
        """Wait for the first half second of sound, which tells its format; a silent line is spoken to at 8 kHz before
        Asterisk ends the call, as it does when neither side has sent anything for two seconds. What it sends later is
        brought to that rate."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SOUND_SECONDS):
                await self._known.wait()
        if self._failure is not None:
            raise LineGone from self._failure
        by_size = self._guess.best(0) if self._guess is not None else 0
        if by_size:
            self._guess = None
            self._settle(by_size)
        self.rate = self._wire_rate
        self._began = True
        if self._writer.is_closing():
            raise LineGone

    async def _receive(self) -> None:
        """Drain the socket for the whole call, whatever happens to what was read."""
        try:
            while True:
                kind, payload = await read_message(self._reader)
                if kind == HANGUP:
                    break
                self._take(kind, payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except NotLinear as error:
            self._failure = error
            log.error("audiosocket_format", problem=str(error))
        self._known.set()
        self._inbox.end()

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == DTMF and payload:
            self._inbox.put(Key(chr(payload[0])))
        elif kind in RATES and payload:
            self._take_sound(kind, payload)
        else:
            self.skipped[kind] += 1

    def _take_sound(self, kind: int, payload: bytes) -> None:
        """Find out the rate from the first of it, then hand it on; what came before the call began is not needed."""
        if kind != SLIN and not self._known.is_set():
            self._kind, self._guess = kind, None
            self._settle(RATES[kind])
        elif kind == SLIN and self._guess is not None:
            self._unknown.append(payload)
            rate = self._guess.add(payload, asyncio.get_running_loop().time())
            if rate is None:
                return
            self._guess = None
            self._settle(rate)
            payload = b"".join(self._unknown) if self._began else payload
            self._unknown.clear()
        self._known.set()
        if kind == self._kind:
            self._hand_on(np.frombuffer(payload[: len(payload) // 2 * 2], "<i2").astype(np.int16))

    def _settle(self, rate: int) -> None:
        self._wire_rate = rate
        if self._began and rate != self.rate:
            self._converted = soxr.ResampleStream(rate, self.rate, 1, "int16", "LQ")

    def _hand_on(self, samples: Samples) -> None:
        self._inbox.put(Sound(samples if self._converted is None else self._converted.resample_chunk(samples)))

    def events(self) -> AsyncIterator[Sound | Key]:
        """What comes in."""
        return self._inbox.events()

    async def send(self, frame: Samples) -> None:
        """One frame, in one write: versions before 22.5 lose a message that comes in two segments."""
        if self._closed or self._writer.is_closing():
            raise LineGone
        try:
            self._writer.write(message(self._kind, self._fitting(frame).astype("<i2").tobytes()))
            async with asyncio.timeout(STUCK_SECONDS):
                await self._writer.drain()
        except (ConnectionError, TimeoutError) as error:
            raise LineGone from error

    def _fitting(self, frame: Samples) -> Samples:
        """The frame at the rate of the wire, as long as it was: between two samples on a straight line."""
        if self._converted is None:
            return frame
        places = np.arange(int(self._wire_rate * FRAME_SECONDS)) * (self.rate / self._wire_rate)
        wider: Samples = np.interp(places, np.arange(len(frame)), frame).astype(np.int16)
        return wider

    async def flush(self) -> None:
        """Nothing is queued on the other side: frames go out one by one."""

    async def finish(self) -> None:
        """Say the end once and close; the dialplan goes on."""
        if self._receiving is not None:
            self._receiving.cancel()
        if not self._closed:
            self._closed = True
            if not self._writer.is_closing():
                self._writer.write(message(HANGUP))
        self._writer.close()
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(STUCK_SECONDS):
                await self._writer.wait_closed()
