"""Piper, a neural voice from a local file: the extra `piper`, for those who have a voice and the cores for it.

A voice is `name.onnx` with `name.onnx.json` beside it (OHF-Voice/piper1-gpl). It is loaded on first use and stays.
"""

import os
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from speech.audio import Pcm

VOLUME = 0.6
"""Of full scale, as with espeak-ng."""
USUAL_WORDS_PER_MINUTE = 150
"""What Piper's voices speak at by themselves, about."""

_loading = threading.Lock()


def is_voice(name: str) -> bool:
    """Whether a voice is one of Piper's: the path of a file."""
    return name.endswith(".onnx")


def say(words: str, voice: str, words_per_minute: int) -> Pcm:
    """The words said by the voice in a file. Raises ValueError if there is none, or the extra is not installed."""
    with _loading:
        piper = _voice(voice)
    from piper import SynthesisConfig

    how = SynthesisConfig(length_scale=USUAL_WORDS_PER_MINUTE / words_per_minute, volume=VOLUME)
    pieces = [chunk.audio_int16_array for chunk in piper.synthesize(words, how)]
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
    return Pcm(samples, int(piper.config.sample_rate))


@cache
def _voice(path: str) -> Any:  # noqa: ANN401 - the extra need not be installed
    try:
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf
        from piper import PiperVoice
    except ImportError as error:
        raise ValueError(f"the voice {path!r} needs the extra: pip install 'zhku-voice[piper]'") from error
    if not (Path(path).is_file() and Path(f"{path}.json").is_file()):
        raise ValueError(f"{path!r} is no voice of Piper: there is no such file, or no {path}.json beside it")
    try:
        return PiperVoice.load(path)
    except (Fail, InvalidGraph, InvalidProtobuf, ValueError, KeyError) as error:
        raise ValueError(f"Piper cannot load the voice {path!r}: {error}") from error


os.register_at_fork(after_in_child=_voice.cache_clear)  # onnxruntime's threads are not in the child
