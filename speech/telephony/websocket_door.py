"""The WebSocket door for calls: `/media` for Asterisk's chan_websocket, `/streams` for media streams as JSON."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from speech.telephony import metrics
from speech.telephony.asterisk_media import AsteriskMedia
from speech.telephony.conversation import Caller
from speech.telephony.media_streams import MediaStream, parsed
from speech.telephony.transport import BadStart, Transport

LARGEST_MESSAGE = 65_536
FIRST_SECONDS = 5.0
REFUSED = 1008
log = structlog.get_logger()


class WebSocketDoor:
    """Begins calls. take: runs a call to its end; key: what callers of the door must know, "" for nothing."""

    def __init__(self, take: Callable[[Caller, Transport], Awaitable[None]], key: str) -> None:
        self._take, self._key = take, key

    async def open(self, host: str, port: int) -> Server:
        """Listen; port 0 takes a free one."""
        return await serve(
            self._serve,
            host,
            port,
            subprotocols=[Subprotocol("media")],
            select_subprotocol=lambda _, offered: Subprotocol("media") if "media" in offered else None,
            max_size=LARGEST_MESSAGE,
        )

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                caller, transport = await self._begun(connection)
        except (BadStart, TimeoutError) as error:
            metrics.refused.labels("websocket", "start").inc()
            log.warning("websocket_start", problem=str(error))
            await connection.close(REFUSED, str(error)[:120])
            return
        except ConnectionClosed:
            return
        try:
            await self._take(caller, transport)
        finally:
            await transport.finish()

    async def _begun(self, connection: ServerConnection) -> tuple[Caller, Transport]:
        """The call in the first messages. Raises BadStart."""
        address = urlsplit(connection.request.path if connection.request else "")
        query = dict(parse_qsl(address.query))
        if address.path == "/media":
            self._check(query.get("key", ""))
            started = await connection.recv()
            asterisk = AsteriskMedia(connection, started if isinstance(started, str) else "")
            return asterisk.caller(query), asterisk
        if address.path == "/streams":
            event = parsed(await connection.recv())
            while event.get("event") == "connected":
                event = parsed(await connection.recv())
            stream = MediaStream(connection, event)
            self._check(stream.parameters.get("key", ""))
            return stream.caller(), stream
        raise BadStart("calls come to /media or /streams")

    def _check(self, given: str) -> None:
        if self._key and not hmac.compare_digest(given.encode(), self._key.encode()):
            raise BadStart("the key is missing or wrong")
