"""Words in, a spoken WAV out: by espeak-ng, which is always there, or by Piper where its voice file is named.

Both speak piece by piece, at one loudness, and what was said lately is kept.
"""

import os
import re
import threading
from collections import OrderedDict

import numpy as np

from speech.audio import resample, to_wav
from speech.synthesis import espeak, piper
from speech.wording import to_words

LONGEST_PIECE = 500
SILENCE_SECONDS, SILENT_RATE = 0.2, 22_050
CACHE_BYTES = 32 * 1024 * 1024
SLOWEST, FASTEST = 80, 450

_lock = threading.Lock()
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def speak(text: str, *, voice: str = "ru", words_per_minute: int = 160, rate: int | None = None) -> bytes:
    """A WAV (16-bit mono) of the text, said by `voice`: one of espeak-ng's ("ru", or with a variant as "ru+f3"), or the
    path of a Piper voice ("…/ru_RU-irina-medium.onnx").

    Numbers, units and abbreviations become words first (speech.wording). `rate` is the sampling rate wanted; None keeps
    the engine's own (mostly 22 050 Hz). Text without a letter or figure gives a short silence.

    Raises ValueError for an unknown voice or a pace outside 80 to 450 words a minute.
    """
    if not SLOWEST <= words_per_minute <= FASTEST:
        raise ValueError(f"words_per_minute must be between {SLOWEST} and {FASTEST}")
    key = (text, voice, words_per_minute, rate)
    with _lock:
        known = _cache.get(key)
    if known is not None:
        return known
    say = piper.say if piper.is_voice(voice) else espeak.say
    pieces = [say(piece, voice, words_per_minute) for piece in sentences(text)]
    own_rate = pieces[0].rate if pieces else SILENT_RATE
    silence = np.zeros(int(own_rate * SILENCE_SECONDS), np.int16)
    samples = np.concatenate([piece.samples for piece in pieces]) if pieces else silence
    wav = to_wav(resample(samples, own_rate, rate or own_rate), rate or own_rate)
    with _lock:
        _cache.keep(key, wav)
    return wav


def sentences(text: str) -> list[str]:
    """The text in words, cut where a speaker would breathe, each piece at most 500 characters: the first can be played
    while the rest is made."""
    pieces: list[str] = []
    for sentence in re.findall(r"[^.!?…]+[.!?…]*", to_words(text)):
        pieces.extend(piece for piece in _short(sentence.strip()) if re.search(r"\w", piece))
    return pieces


def _short(sentence: str) -> list[str]:
    """The sentence cut to pieces of at most 500 characters: at a comma or the like, else at a space, else anywhere."""
    pieces = []
    while len(sentence) > LONGEST_PIECE:
        head = sentence[:LONGEST_PIECE]
        cut = max(head.rfind(mark) for mark in (",", ";", ":", "—")) + 1 or head.rfind(" ") + 1 or LONGEST_PIECE
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [*pieces, sentence]


class _Cache:
    """The last WAVs made, up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._wavs: OrderedDict[object, bytes] = OrderedDict()

    def get(self, key: object) -> bytes | None:
        if key in self._wavs:
            self._wavs.move_to_end(key)
        return self._wavs.get(key)

    def keep(self, key: object, wav: bytes) -> None:
        self._bytes += len(wav) - len(self._wavs.pop(key, b""))
        self._wavs[key] = wav
        while self._bytes > self._limit:
            _, dropped = self._wavs.popitem(last=False)
            self._bytes -= len(dropped)


_cache = _Cache(CACHE_BYTES)
