"""The WebSocket protocol of vosk-server, for programs that speak it already: Asterisk's res_speech_vosk, FreeSWITCH's
mod_vosk, the many scripts.

Binary messages are 16-bit mono sound, each answered by exactly one text message; text messages configure, reset, end.
What kills the original (a bad phrase list, an unspaced `{"eof":1}`) is understood or gets a close code and a reason.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import soxr  # type: ignore[import-untyped]  # has no annotations
import vosk  # type: ignore[import-untyped]  # has no annotations
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from speech.grammar import validated
from speech.recognition import Recognizer, preload
from speech.telephony import metrics
from speech.telephony.workers import Workers

DEFAULT_RATE = 8_000
LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000
MOST_ALTERNATIVES = 20
LARGEST_MESSAGE = 1024 * 1024
LONGEST_SECONDS = 4 * 3600
SLICE_SECONDS = 0.2
UNSUPPORTED, TOO_MUCH, TRY_LATER = 1007, 1009, 1013


class BadMessage(ValueError):
    """A text message that is none of the protocol, or a configuration that Vosk would not survive."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a client may choose before its first sound. grammar: checked phrases as JSON, None for free speech."""

    rate: int = DEFAULT_RATE
    words: bool = True
    alternatives: int = 0
    grammar: str | None = None


class Stream:
    """One connection's recogniser, made with the first sound. Used by one thread at a time."""

    def __init__(self, model: Recognizer) -> None:
        self._model = model
        self._configuration = Configuration()
        self._recognizer: vosk.KaldiRecognizer | None = None
        self._bytes = 0
        self._half = b""
        self._upsampled: soxr.ResampleStream | None = None

    def configure(self, wanted: object) -> None:
        """Take a configuration; after the first sound it is ignored, as vosk-server does. Raises BadMessage."""
        chosen = _configuration(wanted, self._model)
        if self._recognizer is None:
            self._configuration = chosen

    def hear(self, sound: bytes) -> str:
        """The answer to one binary message: what is final in it, else what is heard so far. Raises BadMessage."""
        rate = self._configuration.rate
        self._bytes += len(sound)
        if self._bytes > LONGEST_SECONDS * rate * 2:
            raise BadMessage("the stream is too long")
        recognizer, step = self._made(), int(rate * SLICE_SECONDS) * 2
        sound, whole = self._half + sound, len(self._half + sound) // 2 * 2
        self._half = sound[whole:]
        slices = (sound[start : min(start + step, whole)] for start in range(0, whole, step))
        finals = [recognizer.Result() for piece in slices if recognizer.AcceptWaveform(self._fitting(piece))]
        return _joined(finals) if finals else str(recognizer.PartialResult())

    def finish(self) -> str:
        """What is left to say; the recogniser begins anew."""
        return str(self._made().FinalResult()) if self._bytes else '{"text": ""}'

    def _fitting(self, piece: bytes) -> bytes:
        """The piece at a rate the model takes: one made for more samples a second may refuse fewer."""
        if self._upsampled is None:
            return piece
        return bytes(self._upsampled.resample_chunk(np.frombuffer(piece, "<i2")).tobytes())

    def _made(self) -> vosk.KaldiRecognizer:
        if self._recognizer is None:
            chosen = self._configuration
            arguments = [chosen.grammar] if chosen.grammar else []
            rate = max(chosen.rate, self._model.rate)
            if rate != chosen.rate:
                self._upsampled = soxr.ResampleStream(chosen.rate, rate, 1, "int16", "QQ")
            self._recognizer = vosk.KaldiRecognizer(self._model.model, rate, *arguments)
            self._recognizer.SetWords(chosen.words)
            self._recognizer.SetMaxAlternatives(chosen.alternatives)
        return self._recognizer


class VoskDoor:
    """The server: so many streams at once, recognition in the line's threads."""

    def __init__(self, workers: Workers, most: int) -> None:
        self._workers, self._most = workers, most
        self.streams = 0

    async def open(self, host: str, port: int) -> Server:
        """Listen; port 0 takes a free one. Any path, subprotocol `ws` or none."""
        return await serve(
            self._serve,
            host,
            port,
            subprotocols=[Subprotocol("ws")],
            max_size=LARGEST_MESSAGE,
            select_subprotocol=_chosen,
        )

    async def _serve(self, client: ServerConnection) -> None:
        if self.streams >= self._most:
            metrics.refused.labels("vosk", "busy").inc()
            await client.close(TRY_LATER, "too many streams")
            return
        self.streams += 1
        try:
            await self._talk(client, Stream(preload()))
        except BadMessage as error:
            metrics.refused.labels("vosk", "message").inc()
            await client.close(UNSUPPORTED, str(error)[:120])
        except ConnectionClosed:
            pass
        finally:
            self.streams -= 1

    async def _talk(self, client: ServerConnection, stream: Stream) -> None:
        async for message in client:
            if isinstance(message, bytes):
                await client.send(await self._workers.run_hearing(partial(stream.hear, message)))
                continue
            command = _command(message)
            if "config" in command:
                await self._workers.run_hearing(partial(stream.configure, command["config"]))
            else:
                await client.send(await self._workers.run_hearing(stream.finish))
            if "eof" in command:
                return


def _command(message: str) -> dict[str, Any]:
    """`config`, `eof` or `reset`, however it is spaced. Raises BadMessage."""
    try:
        command = json.loads(message)
    except ValueError as error:
        raise BadMessage("a text message is JSON") from error
    if not isinstance(command, dict) or not command.keys() & {"config", "eof", "reset"}:
        raise BadMessage("a text message is config, reset or eof")
    return command


def _configuration(wanted: object, model: Recognizer) -> Configuration:
    """The configuration, checked, for Vosk ends the process over some. `model` is not for clients to choose."""
    if not isinstance(wanted, dict):
        raise BadMessage("config is an object")
    rate, alternatives = wanted.get("sample_rate", DEFAULT_RATE), wanted.get("max_alternatives", 0)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise BadMessage(f"sample_rate is a number from {LOWEST_RATE} to {HIGHEST_RATE}")
    if (
        isinstance(alternatives, bool)
        or not isinstance(alternatives, int)
        or not 0 <= alternatives <= MOST_ALTERNATIVES
    ):
        raise BadMessage(f"max_alternatives is a whole number up to {MOST_ALTERNATIVES}")
    phrases = wanted.get("phrase_list")
    try:
        grammar = validated(phrases, model.model) if phrases is not None else None
    except ValueError as error:
        raise BadMessage(f"phrase_list: {error}") from error
    return Configuration(int(rate), bool(wanted.get("words", True)), alternatives, grammar if model.dynamic else None)


def _joined(finals: list[str]) -> str:
    """Several endpoints within one message as one result, which vosk-server loses all but the last of."""
    if len(finals) == 1:
        return finals[0]
    results = [json.loads(final) for final in finals]
    if any("alternatives" in result for result in results):
        results = [result["alternatives"][0] for result in results]
    merged: dict[str, Any] = {}
    words = [word for result in results for word in result.get("result", ())]
    if words:
        merged["result"] = words
    merged["text"] = " ".join(result["text"] for result in results if result["text"])
    return json.dumps(merged, ensure_ascii=False, indent=2)


def _chosen(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return Subprotocol("ws") if "ws" in offered else None
