"""A call kept as sound, where that is switched on: a stereo WAV, the caller on the left, the line on the right."""

import asyncio
import re
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from speech.audio import Samples
from speech.telephony.transport import Key, Sound, Transport
from speech.telephony.workers import Workers

SAVED_FRAMES = 500


class Recorded:
    """A `Transport` around another one. Frames gather in memory; every ten seconds a worker thread writes them."""

    def __init__(self, transport: Transport, file: Path, workers: Workers) -> None:
        self._transport, self._file, self._workers = transport, file, workers
        self._wave: wave.Wave_write | None = None
        self._caller = np.zeros(0, np.int16)
        self._frames: list[bytes] = []
        self._saving: asyncio.Task[None] | None = None
        self.rate = transport.rate

    async def ready(self) -> None:
        """As the other's; then the file is made, for its owner only."""
        await self._transport.ready()
        self.rate = self._transport.rate
        self._wave = await self._workers.ask(lambda: _opened(self._file, self.rate))

    async def events(self) -> AsyncIterator[Sound | Key]:
        """What comes in."""
        async for event in self._transport.events():
            if isinstance(event, Sound):
                self._caller = np.concatenate([self._caller, event.samples])
            yield event

    async def send(self, frame: Samples) -> None:
        """One frame, kept beside what came from the caller in its time."""
        await self._transport.send(frame)
        heard, self._caller = self._caller[: len(frame)], self._caller[len(frame) :]
        left = np.zeros(len(frame), np.int16)
        left[: len(heard)] = heard
        self._frames.append(np.column_stack([left, frame]).astype("<i2").tobytes())
        if len(self._frames) >= SAVED_FRAMES and (self._saving is None or self._saving.done()):
            self._saving = asyncio.create_task(self._save())

    async def flush(self) -> None:
        """As the other's."""
        await self._transport.flush()

    async def finish(self) -> None:
        """Write the rest. The other one is closed by its door."""
        if self._wave is None:
            return
        if self._saving is not None:
            await self._saving
        await self._save()
        await self._workers.ask(self._wave.close)

    async def _save(self) -> None:
        file, frames, self._frames = self._wave, b"".join(self._frames), []
        if file is not None:
            await self._workers.ask(lambda: file.writeframes(frames))


def file_of(folder: Path, call_id: str) -> Path:
    """Where a call is kept."""
    return folder / f"{re.sub(r'[^0-9A-Za-z-]', '_', call_id)}.wav"


def forget(folder: Path, before: float) -> None:
    """Delete recordings not touched since a moment, in seconds of the Unix epoch."""
    for file in folder.glob("*.wav"):
        if file.stat().st_mtime < before:
            file.unlink(missing_ok=True)


def _opened(file: Path, rate: int) -> wave.Wave_write:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    sound = wave.open(str(file), "wb")  # noqa: SIM115 - open as long as the call lasts
    sound.setnchannels(2)
    sound.setsampwidth(2)
    sound.setframerate(rate)
    return sound
