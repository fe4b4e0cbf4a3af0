"""Asterisk's WebSocket channel (chan_websocket: 20.16, 21.11, 22.6, 23.0 and later).

Control messages are JSON (`f(json)`, from 20.18, 22.8 and 23.2 on) or plain text.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import numpy as np
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from speech.audio import Samples
from speech.telephony.conversation import Caller
from speech.telephony.transport import BadStart, Key, LineGone, Sound

FORMAT = re.compile(r"slin(\d*)")
FIELD = re.compile(r"(\w+):(\S+)")


class AsteriskMedia:
    """One channel as a `Transport`."""

    def __init__(self, connection: ServerConnection, started: str) -> None:
        """`started` is the first message. Raises BadStart when it is not MEDIA_START or the sound is not linear."""
        self._connection = connection
        self._json = started.lstrip().startswith("{")
        event = _event(started)
        linear = FORMAT.fullmatch(str(event.get("format", "")))
        if event.get("event") != "MEDIA_START" or linear is None:
            raise BadStart("Dial(WebSocket/…) needs c(slin) or c(slin16), and begins with MEDIA_START")
        self.rate = int(linear[1] or 8) * 1000
        self.channel = str(event.get("channel_id") or event.get("channel") or "")[:36]

    def caller(self, query: dict[str, str]) -> Caller:
        """Who calls: `v(call=…,from=…)` of the dial string, else the channel's own name."""
        return Caller(query.get("call", "")[:36] or self.channel, "websocket", query.get("from", ""))

    async def ready(self) -> None:
        """Everything is known from the first message."""

    async def events(self) -> AsyncIterator[Sound | Key]:
        """Sound as binary messages, keys as DTMF_END."""
        with suppress(ConnectionClosed):
            async for message in self._connection:
                if isinstance(message, bytes):
                    yield Sound(np.frombuffer(message[: len(message) // 2 * 2], "<i2").astype(np.int16))
                    continue
                event = _event(message)
                if event.get("event") == "DTMF_END" and event.get("digit"):
                    yield Key(str(event["digit"])[0])

    async def send(self, frame: Samples) -> None:
        """One frame."""
        await self._put(frame.astype("<i2").tobytes())

    async def flush(self) -> None:
        """Drop what Asterisk has queued."""
        await self._put(self._command("FLUSH_MEDIA"))

    async def finish(self) -> None:
        """Leave the channel; the dialplan goes on (`Dial(…,,g)`)."""
        with suppress(LineGone):
            await self._put(self._command("HANGUP"))
        await self._connection.close()

    async def _put(self, message: str | bytes) -> None:
        try:
            await self._connection.send(message)
        except ConnectionClosed as error:
            raise LineGone from error

    def _command(self, name: str) -> str:
        return json.dumps({"command": name}) if self._json else name


def _event(message: str) -> dict[str, Any]:
    """A control message, in either form; {} for what is neither."""
    if message.lstrip().startswith("{"):
        try:
            return dict(json.loads(message))
        except ValueError:
            return {}
    name, _, fields = message.partition(" ")
    return {"event": name, **dict(FIELD.findall(fields))}
