"""The process that speaks with espeak-ng: requests in and sound out by the pipe whose descriptor is its argument.

Started by speech.synthesis.espeak as a file, so it imports nothing of ours. pyttsx3 2.99's own espeak driver returns
before the sound is there and reads past its buffer, so a synchronous driver replaces it; the library comes from the
espeakng-loader wheel, so that pip alone is enough.
"""

import ctypes
import io
import os
import sys
import types
import wave
from multiprocessing.connection import Connection
from typing import Any

import espeakng_loader  # type: ignore[import-untyped]  # has no annotations

VOLUME = 0.6
"""Of full scale: espeak-ng's peaks would clip in A-law and after resampling."""


def serve(pipe: "Connection[Any, Any]") -> None:
    """Answer (words, voice, words a minute) with (rate, 16-bit mono samples) or a complaint, until the pipe closes."""
    engine = Engine()
    while True:
        try:
            words, voice, words_per_minute = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(engine.say(words, voice, words_per_minute))
        except ValueError as error:
            pipe.send(str(error))


class Engine:
    """pyttsx3 with the synchronous driver. Not for two threads at once."""

    def __init__(self) -> None:
        os.environ.setdefault("ESPEAK_DATA_PATH", espeakng_loader.get_data_path())
        ctypes.CDLL(espeakng_loader.get_library_path())  # so that pyttsx3 finds this library by its soname
        import pyttsx3  # type: ignore[import-untyped]  # has no annotations

        module = types.ModuleType("pyttsx3.drivers.espeak_synchronous")
        module.buildDriver = _driver_class()  # type: ignore[attr-defined]  # pyttsx3 looks the driver up by module name
        sys.modules[module.__name__] = module
        self._errors: list[Exception] = []
        self._pyttsx3 = pyttsx3.init("espeak_synchronous")
        self._pyttsx3.connect("error", lambda exception, **_: self._errors.append(exception))

    def say(self, words: str, voice: str, words_per_minute: int) -> tuple[int, bytes]:
        """Raises ValueError for an unknown voice."""
        out = io.BytesIO()
        self._errors.clear()
        self._pyttsx3.setProperty("voice", voice)
        self._pyttsx3.setProperty("volume", VOLUME)
        self._pyttsx3.setProperty("rate", words_per_minute)
        self._pyttsx3.save_to_file(words, out)
        self._pyttsx3.runAndWait()
        if self._errors:
            raise ValueError(f"espeak-ng cannot speak with the voice {voice!r}") from self._errors[0]
        with wave.open(io.BytesIO(out.getvalue())) as made:
            return made.getframerate(), made.readframes(made.getnframes())


def _driver_class() -> Any:  # noqa: ANN401  (pyttsx3 has no types)
    """pyttsx3's espeak driver, but the sound is there when runAndWait returns: espeak-ng runs in the caller's thread,
    and is told the true length of the text."""
    from pyttsx3.drivers import _espeak  # type: ignore[import-untyped]  # has no annotations
    from pyttsx3.drivers.espeak import EspeakDriver  # type: ignore[import-untyped]  # has no annotations

    class SynchronousDriver(EspeakDriver):  # type: ignore[misc]  # pyttsx3 has no types
        rate = 0
        _text_to_say: str | None
        _save_file: Any

        def __init__(self, proxy: Any) -> None:  # noqa: ANN401
            if not EspeakDriver._moduleInitialized:
                SynchronousDriver.rate = _espeak.Initialize(_espeak.AUDIO_OUTPUT_SYNCHRONOUS, 1000)
                if SynchronousDriver.rate <= 0:
                    raise RuntimeError("espeak-ng could not be initialised")
                EspeakDriver._moduleInitialized = True
                EspeakDriver._defaultVoice = "ru"
            self._chunks: list[bytes] = []
            super().__init__(proxy)

        def startLoop(self) -> None:  # noqa: N802  (pyttsx3's name)
            self._proxy.setBusy(False)
            if self._text_to_say:
                self._start_synthesis(self._text_to_say)

        def _start_synthesis(self, text: str) -> None:
            data = text.encode()
            self._chunks.clear()
            code = _espeak.cSynth(
                data, len(data) + 1, 0, _espeak.POS_CHARACTER, 0, _espeak.ENDPAUSE | _espeak.CHARS_UTF8, None, None
            )
            if code != _espeak.EE_OK:
                raise RuntimeError(f"espeak-ng failed with code {code}")
            with wave.open(self._save_file, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(SynchronousDriver.rate)
                file.writeframes(b"".join(self._chunks))
            self._text_to_say = self._save_file = None

        def _onSynth(self, wav: Any, count: int, _events: Any) -> int:  # noqa: ANN401, N802  (pyttsx3's name)
            if count > 0:
                self._chunks.append(ctypes.string_at(wav, count * 2))
            return 0

    return SynchronousDriver


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
