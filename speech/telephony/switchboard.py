"""Admits calls and runs them: so many at once, one more is told so and handed to a person, far too many are closed."""

import asyncio
from collections.abc import Callable

import structlog
from websockets.asyncio.server import Server as WebSocketServer

from speech.telephony import metrics
from speech.telephony.audiosocket import AudioSocket
from speech.telephony.call import Call
from speech.telephony.conversation import Caller, Conversation, Ending, Keyed, Opener, Outcome, Prompt
from speech.telephony.options import Options
from speech.telephony.recording import Recorded, file_of
from speech.telephony.transport import BadStart, Transport
from speech.telephony.vosk_websocket import VoskDoor
from speech.telephony.websocket_door import WebSocketDoor
from speech.telephony.workers import Workers
from speech.telephony.wyoming import WyomingDoor

log = structlog.get_logger()

CLOSING_SECONDS = 5.0


class Switchboard:
    """All calls of one process."""

    def __init__(self, opener: Opener, options: Options, workers: Workers | None = None) -> None:
        self._opener, self.options = opener, options
        self.workers = workers or Workers(options.hearing_threads, options.voice)
        self.connections = 0
        self.calls: dict[str, Call] = {}

    async def audiosocket(self, host: str, port: int) -> asyncio.Server:
        """Open the AudioSocket door; port 0 takes a free one."""
        return await asyncio.start_server(self._audiosocket, host, port, backlog=self.options.max_connections)

    async def vosk(self, host: str, port: int) -> WebSocketServer:
        """Open the vosk-server door."""
        return await VoskDoor(self.workers, self.options.max_calls).open(host, port)

    async def websocket(self, host: str, port: int, key: str) -> WebSocketServer:
        """Open the door for calls by WebSocket: `/media` and `/streams`."""
        return await WebSocketDoor(self.take, key).open(host, port)

    async def wyoming(self, host: str, port: int) -> asyncio.Server:
        """Open the door for Home Assistant."""
        return await WyomingDoor(self.workers, self.options.max_calls).open(host, port)

    async def _audiosocket(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.connections >= self.options.max_connections:
            metrics.refused.labels("audiosocket", "connections").inc()
            writer.close()
            return
        self.connections += 1
        transport = AudioSocket(reader, writer, self.options)
        try:
            call_id = await transport.call_id(self.options.first_message)
            await self.take(Caller(call_id, "audiosocket"), transport)
        except BadStart as error:
            metrics.refused.labels("audiosocket", "start").inc()
            log.warning("audiosocket_start", problem=str(error))
        finally:
            await transport.finish()
            self.connections -= 1

    async def take(self, caller: Caller, transport: Transport) -> None:
        """Run a call to its end. The door closes the transport afterwards."""
        if caller.call_id in self.calls:
            metrics.refused.labels(caller.door, "repeated").inc()
            log.warning("call_repeated", door=caller.door)
            return
        room = len(self.calls) < self.options.max_calls
        conversation = await self._conversation(caller, room)
        if conversation is None:
            metrics.refused.labels(caller.door, "unknown").inc()
            log.warning("call_refused", door=caller.door)
            return
        recorded = self._recorded(caller, transport) if room else None
        call = Call(caller, recorded or transport, conversation, self.workers, self.options)
        if room:
            self.calls[caller.call_id] = call
        outcome: Outcome = "failed"
        metrics.talking.inc()
        try:
            ending = await call.run()
            outcome = ending.outcome if room else "busy"
            log.info("call_ended", door=caller.door, outcome=outcome, seconds=round(ending.seconds, 1))
        finally:
            if recorded is not None:
                await recorded.finish()
            metrics.talking.dec()
            metrics.calls.labels(caller.door, outcome).inc()
            if room:
                self.calls.pop(caller.call_id, None)

    def _recorded(self, caller: Caller, transport: Transport) -> Recorded | None:
        folder = self.options.recordings
        if folder is None:
            return None
        return Recorded(transport, file_of(folder, caller.call_id), self.workers)

    async def _conversation(self, caller: Caller, room: bool) -> Conversation | None:
        if room:
            return await self.workers.ask(_with(self._opener, caller))
        metrics.refused.labels(caller.door, "busy").inc()
        return AllBusy(self.options.busy)

    async def close(self) -> None:
        """Hand the calls going on to the PBX and end the worker threads. New connections must be kept out before."""
        deadline = asyncio.get_running_loop().time() + CLOSING_SECONDS
        for call in list(self.calls.values()):
            call.stop()
        while self.connections and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(CLOSING_SECONDS / 100)
        await asyncio.get_running_loop().run_in_executor(None, self.workers.close)


class AllBusy:
    """The conversation with a caller for whom there is no place."""

    def __init__(self, sentence: str) -> None:
        self._prompt = Prompt(sentence, then="operator")

    def opening(self) -> Prompt:
        """The only sentence."""
        return self._prompt

    def heard(self, hypotheses: object) -> Prompt:
        """Not asked."""
        return self._prompt

    def foreseen(self, hypotheses: object) -> None:
        """Not asked."""

    def keyed(self, keys: Keyed) -> Prompt:
        """Not asked."""
        return self._prompt

    def silent(self, times: int) -> Prompt:
        """Not asked."""
        return self._prompt

    def ended(self, ending: Ending) -> None:
        """Nothing to keep."""


def _with(opener: Opener, caller: Caller) -> Callable[[], Conversation | None]:
    return lambda: opener(caller)
