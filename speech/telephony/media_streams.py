"""Media streams as JSON with mu-law in base64: Twilio's form, which Telnyx, SignalWire and others follow."""

import base64
import binascii
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from speech.audio import Samples
from speech.telephony import g711
from speech.telephony.conversation import Caller
from speech.telephony.transport import BadStart, Key, LineGone, Sound

ENCODING = "audio/x-mulaw"


class MediaStream:
    """One stream as a `Transport`."""

    rate = g711.RATE

    def __init__(self, connection: ServerConnection, start: dict[str, Any]) -> None:
        """`start` is the message of that name. Raises BadStart when its sound is not mu-law at 8 kHz."""
        self._connection = connection
        details = start.get("start")
        details = details if isinstance(details, dict) else {}
        form = details.get("mediaFormat") or {}
        if form.get("encoding") != ENCODING or int(form.get("sampleRate", 0)) != g711.RATE:
            raise BadStart("a media stream carries audio/x-mulaw at 8000 Hz")
        self._stream = str(details.get("streamSid") or start.get("streamSid") or "")
        self._call = str(details.get("callSid") or self._stream)
        parameters = details.get("customParameters")
        self.parameters = {str(k): str(v) for k, v in parameters.items()} if isinstance(parameters, dict) else {}

    def caller(self) -> Caller:
        """Who calls; the number if the stream was given it as the parameter `from`."""
        return Caller(self._call[:36], "media_stream", self.parameters.get("from", ""))

    async def ready(self) -> None:
        """Everything is known from the start message."""

    async def events(self) -> AsyncIterator[Sound | Key]:
        """`media` and `dtmf` messages, until `stop`."""
        with suppress(ConnectionClosed):
            async for message in self._connection:
                event = parsed(message)
                if event.get("event") == "stop":
                    return
                found = _taken(event)
                if found is not None:
                    yield found

    async def send(self, frame: Samples) -> None:
        """One frame."""
        payload = base64.b64encode(g711.encode(frame)).decode()
        await self._put({"event": "media", "streamSid": self._stream, "media": {"payload": payload}})

    async def flush(self) -> None:
        """Drop what the far side has queued."""
        await self._put({"event": "clear", "streamSid": self._stream})

    async def finish(self) -> None:
        """Close: the call goes on with what its own script says next."""
        await self._connection.close()

    async def _put(self, message: dict[str, Any]) -> None:
        try:
            await self._connection.send(json.dumps(message))
        except ConnectionClosed as error:
            raise LineGone from error


def parsed(message: str | bytes) -> dict[str, Any]:
    """A message; {} for what is none."""
    try:
        event = json.loads(message)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _taken(event: dict[str, Any]) -> Sound | Key | None:
    media, dtmf = event.get("media"), event.get("dtmf")
    if event.get("event") == "media" and isinstance(media, dict):
        try:
            return Sound(g711.decode(base64.b64decode(str(media.get("payload", "")))))
        except binascii.Error:
            return None
    if event.get("event") == "dtmf" and isinstance(dtmf, dict) and dtmf.get("digit"):
        return Key(str(dtmf["digit"])[0])
    return None
