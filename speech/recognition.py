"""Speech in, text out: offline Vosk, one model for the whole process, a recogniser for each request.

A recogniser belongs to one thread; the model is shared by all and may be loaded before a fork. Decoding is pure
computation and releases the interpreter's lock: call it from a worker thread, never from an event loop.
"""

import json
import threading
from dataclasses import dataclass

import numpy as np
import vosk

from speech.audio import Samples, resample
from speech.models import model_folder

SLICE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Word:
    """One word heard: start and end in seconds from the beginning of the sound, confidence 0 to 1."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to hear the sound."""

    text: str
    confidence: float
    words: tuple[Word, ...]


_lock = threading.Lock()
_model: vosk.Model | None = None


def preload() -> vosk.Model:
    """Load the model now: before gunicorn forks, so that its workers share the memory."""
    global _model
    with _lock:
        if _model is None:
            vosk.SetLogLevel(-1)
            _model = vosk.Model(str(model_folder()))
        return _model


def transcribe(pcm: Samples, rate: int, expecting: str | None = None) -> list[Hypothesis]:
    """What was said, best first; [] if nothing was. `expecting` is what the dialogue waits for."""
    words = _decode(resample(pcm, rate, 8000), 8000)
    if not words:
        return []
    return [Hypothesis(" ".join(w.word for w in words), float(np.mean([w.confidence for w in words])), tuple(words))]


def _decode(pcm: Samples, rate: int) -> list[Word]:
    recognizer = vosk.KaldiRecognizer(preload(), rate)
    recognizer.SetWords(True)
    step = int(rate * SLICE_SECONDS)
    results = []
    for start in range(0, len(pcm), step):
        if recognizer.AcceptWaveform(pcm[start : start + step].tobytes()):
            results.append(json.loads(recognizer.Result()))
    results.append(json.loads(recognizer.FinalResult()))
    return [Word(w["word"], w["start"], w["end"], w["conf"]) for r in results for w in r.get("result", ())]
