"""What a door gives a call: frames out, sound and keys in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from speech.audio import Samples


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of the caller's sound, at the transport's rate, of any length."""

    samples: Samples


@dataclass(frozen=True, slots=True)
class Key:
    """A key the caller pressed: one of 0-9, *, #, A-D."""

    key: str


class LineGone(Exception):
    """The far side is no longer there."""


class BadStart(Exception):
    """A connection did not begin as its protocol does."""


class Transport(Protocol):
    """One call's wire. `rate` is known once `ready` returned."""

    rate: int

    async def ready(self) -> None:
        """Wait until it is known how the far side sends sound. Raises LineGone."""
        ...

    def events(self) -> AsyncIterator[Sound | Key]:
        """What comes in, until the caller hangs up."""
        ...

    async def send(self, frame: Samples) -> None:
        """One frame of 20 ms. Raises LineGone."""
        ...

    async def flush(self) -> None:
        """Have the far side drop what it has not played yet."""
        ...

    async def finish(self) -> None:
        """End the call from our side, leaving it to the PBX what comes next. Never raises."""
        ...


def silence(count: int) -> Samples:
    """So many samples of nothing."""
    return np.zeros(count, np.int16)


class Inbox:
    """What a door has received and the call has not taken yet; a caller's sound is worth nothing once it is old."""

    MOST = 500

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Sound | Key | None] = asyncio.Queue()

    def put(self, event: Sound | Key) -> None:
        """Add; sound is dropped when ten seconds of it wait."""
        if isinstance(event, Key) or self._queue.qsize() < self.MOST:
            self._queue.put_nowait(event)

    def end(self) -> None:
        """Nothing more comes."""
        self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[Sound | Key]:
        """Everything, up to the end."""
        while (event := await self._queue.get()) is not None:
            yield event
