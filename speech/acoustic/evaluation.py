"""How well a model folder hears: shares of utterances wholly right, by kind, through the real Vosk.

Imports neither PyTorch nor OpenFst: Vosk does not load in a process that has another OpenFst.
"""

import csv
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import vosk  # type: ignore[import-untyped]  # has no annotations
from numpy.typing import NDArray

from speech.acoustic.sources import plain, read_sound

Sound = NDArray[np.int16]
Hear = Callable[[Sound, int], str]
SAME_VALUE = {"тысячи": "тысяча", "тысяч": "тысяча", "одна": "один", "одно": "один"}
SLICE_SECONDS = 0.2
TELEPHONE_RATE = 8000
NOISE_DB = 10.0
LOWEST_NOISE_HZ = 50.0


@dataclass(frozen=True)
class Spoken:
    """A test recording: what is said, and by what kind of speaker or on what occasion."""

    path: Path
    transcript: str
    kind: str


@dataclass
class Tally:
    """What was heard of the recordings of one kind."""

    right: int = 0
    total: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        return self.right / max(1, self.total)


def read_test(folder: Path, kinds: Iterable[str] | None = None) -> list[Spoken]:
    """A folder with manifest.tsv of file, transcript and kind (or voice)."""
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    spoken = [Spoken(folder / r["file"], plain(r["transcript"]), r.get("kind") or r["voice"]) for r in rows]
    return [s for s in spoken if kinds is None or s.kind in set(kinds)]


def same_value(text: str) -> list[str]:
    """Words with forms of equal value made one: тысяча/тысячи/тысяч, один/одна/одно."""
    return [SAME_VALUE.get(word, word) for word in text.split() if word != "[unk]"]


def listener(model: vosk.Model, grammar: list[str] | None) -> Hear:
    """A function from sound to text with one grammar, or with the model's own graph for None."""
    phrases = None if grammar is None else json.dumps(grammar, ensure_ascii=False)

    def hear(sound: Sound, rate: int) -> str:
        extra = [phrases] if phrases else []
        recogniser = vosk.KaldiRecognizer(model, rate, *extra)
        heard = []
        step = int(rate * SLICE_SECONDS)
        for start in range(0, len(sound), step):
            if recogniser.AcceptWaveform(sound[start : start + step].tobytes()):
                heard.append(json.loads(recogniser.Result())["text"])
        return " ".join([*heard, json.loads(recogniser.FinalResult())["text"]]).strip()

    return hear


def telephone(sound: Sound, rate: int) -> tuple[Sound, int]:
    """The sound after an 8 kHz A-law line."""
    from scipy.signal import resample_poly

    narrow = sound if rate == TELEPHONE_RATE else resample_poly(sound.astype(np.float64), TELEPHONE_RATE, rate)
    level = np.clip(np.asarray(narrow, np.float64) / 32768, -1, 1)
    a = 87.6
    size = np.abs(level)
    coded = np.where(size < 1 / a, a * size, 1 + np.log(np.maximum(a * size, 1e-9))) / (1 + np.log(a))
    coded = np.round(coded * 127.5 - 0.5) + 0.5
    share = coded / 127.5 * (1 + np.log(a))
    decoded = np.where(share < 1, share / a, np.exp(share - 1) / a)
    return (np.sign(level) * decoded * 32767).astype(np.int16), TELEPHONE_RATE


def in_noise(sound: Sound, rate: int, fall: float = 0.0) -> tuple[Sound, int]:
    """The sound in noise 10 dB under its mean power; the same noise for the same sound.

    fall  how the noise's amplitude falls with frequency: its power of 1 / frequency. 0 is white, 0.5 pink, 1 brown
    """
    count = len(sound)
    spectrum = np.fft.rfft(np.random.default_rng(count).normal(0, 1, count))
    spectrum /= np.maximum(np.fft.rfftfreq(count, 1 / rate), LOWEST_NOISE_HZ) ** fall
    noise = np.fft.irfft(spectrum, count)
    power = np.mean(sound.astype(np.float64) ** 2) + 1
    noise *= np.sqrt(power / 10 ** (NOISE_DB / 10) / np.mean(noise**2))
    return np.clip(sound + noise, -32768, 32767).astype(np.int16), rate


CONDITIONS: dict[str, Callable[[Sound, int], tuple[Sound, int]]] = {
    "clean": lambda sound, rate: (sound, rate),
    "A-law": telephone,
    "white noise": in_noise,
    "pink noise": partial(in_noise, fall=0.5),
    "brown noise": partial(in_noise, fall=1.0),
}


def evaluate(spoken: Iterable[Spoken], hear: Hear, condition: str = "clean") -> dict[str, Tally]:
    """Tallies by kind."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for item in spoken:
        sound, rate = CONDITIONS[condition](*read_sound(item.path))
        started = time.process_time()
        heard, wanted = same_value(hear(sound, rate)), same_value(item.transcript)
        tally = tallies[item.kind]
        tally.cpu += time.process_time() - started
        tally.seconds += len(sound) / rate
        tally.total += 1
        tally.right += heard == wanted
        if heard != wanted:
            tally.confusions[" ".join(wanted), " ".join(heard)] += 1
    return tallies
