"""Speech in, text out: offline Vosk, one model for the whole process, a recogniser for each request.

A recogniser belongs to one thread; the model is shared by all and may be loaded before a fork. Decoding is pure
computation and releases the interpreter's lock: call it from a worker thread, never from an event loop.

Sound is decoded twice where the model allows it: freely, and within the grammar of what is asked (speech.grammar). The
surer of the two is the answer; where they disagree, or where the grammar's filler took much of the sound, the
confidence falls. Speech about something else makes the free decoding invent look-alikes with a confidence near 1: only
the disagreement gives them away.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import vosk  # type: ignore[import-untyped]  # has no annotations

from speech.audio import Samples, resample
from speech.grammar import FILLER, examples, expectations, validated
from speech.models import is_model, model_folder

SLICE_SECONDS = 0.2
ALTERNATIVES = 8
MOST_HYPOTHESES = 5
FREE_TURN = "command"
DISAGREEMENT_COST = 0.7
SPEECH_LEVEL = 6000.0
QUIETEST = 30.0
MOST_GAIN = 20.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word heard: start and end in seconds from the beginning of the sound, confidence 0 to 1."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to hear the sound: lower-case words without the filler, confidence 0 to 1."""

    text: str
    confidence: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Recognizer:
    """A loaded model and what must be known of it: its own sampling rate, whether its graph takes a grammar."""

    model: vosk.Model
    rate: int
    dynamic: bool


_lock = threading.Lock()
_loaded: Recognizer | None = None


def preload() -> Recognizer:
    """Load the model and make the grammars now: before the server forks, so that its processes share them and no
    resident waits for it. Raises OSError if there is no model."""
    loaded = _recognizer()
    for expecting in expectations():
        _grammar(expecting)
    return loaded


def transcribe(pcm: Samples, rate: int, expecting: str | None = None) -> list[Hypothesis]:
    """What was said, best first, at most five; [] for silence and for sound in which no word was heard.

    `pcm` is int16 mono at `rate` samples a second. `expecting` is what the dialogue waits for, a key of
    speech/data/expectations.yaml: number, yes_no, meter, account, code, address; None or "command" is a free turn, any
    other word means no grammar.
    """
    loaded = _recognizer()
    sound = _at_speech_level(resample(np.asarray(pcm, np.int16), rate, loaded.rate), loaded.rate)
    if sound is None:
        return []
    free = _free_decoding(loaded, sound)
    grammar = _grammar(expecting or FREE_TURN)
    guided = _guided_decodings(loaded, sound, grammar) if grammar else []
    return _ranked(free, guided)


def _recognizer() -> Recognizer:
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _load(model_folder())
        return _loaded


def _load(folder: Path) -> Recognizer:
    if not is_model(folder):
        raise OSError(f"{folder} holds no Vosk model")
    vosk.SetLogLevel(-1)
    dynamic = any((folder / place).exists() for place in ("graph/HCLr.fst", "HCLr.fst"))
    return Recognizer(vosk.Model(str(folder)), _model_rate(folder), dynamic)


def _model_rate(folder: Path) -> int:
    """`--sample-frequency` of the model's mfcc.conf; Kaldi's default is 16 000."""
    for place in ("conf/mfcc.conf", "mfcc.conf"):
        if (folder / place).exists():
            for line in (folder / place).read_text().splitlines():
                if line.startswith("--sample-frequency="):
                    return int(float(line.partition("=")[2].split("#")[0]))
    return 16_000


def _at_speech_level(sound: Samples, rate: int) -> Samples | None:
    """The sound with its loudest tenth (20 ms frames) brought to the level of close speech; None for silence."""
    frame = rate // 50
    if len(sound) < frame:
        return None
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame).astype(np.float32)
    level = float(np.percentile(np.sqrt((frames**2).mean(axis=1)), 90))
    peak = float(np.abs(frames).max())
    if peak < QUIETEST:
        return None
    gain = min(SPEECH_LEVEL / max(level, 1.0), MOST_GAIN)
    louder: Samples = np.clip(sound * gain, -32768, 32767).astype(np.int16)
    return louder


@cache
def _grammar(expecting: str) -> str | None:
    """The grammar for the model in use as JSON; None for an expectation unknown or a model that takes none."""
    phrases = examples(expecting)
    loaded = _recognizer()
    return validated(phrases, loaded.model) if phrases and loaded.dynamic else None


def _results(recognizer: vosk.KaldiRecognizer, sound: Samples, rate: int) -> Iterator[dict[str, Any]]:
    """One result an endpoint, and the last."""
    step = int(rate * SLICE_SECONDS)
    for start in range(0, len(sound), step):
        if recognizer.AcceptWaveform(sound[start : start + step].tobytes()):
            yield json.loads(recognizer.Result())
    yield json.loads(recognizer.FinalResult())


def _free_decoding(loaded: Recognizer, sound: Samples) -> "_Path":
    recognizer = vosk.KaldiRecognizer(loaded.model, loaded.rate)
    recognizer.SetWords(True)
    words = [
        Word(word["word"], word["start"], word["end"], word["conf"])
        for result in _results(recognizer, sound, loaded.rate)
        for word in result.get("result", ())
    ]
    return _Path(1.0, tuple(words))


def _guided_decodings(loaded: Recognizer, sound: Samples, grammar: str) -> list["_Path"]:
    """The likeliest word sequences within the grammar, best first."""
    recognizer = vosk.KaldiRecognizer(loaded.model, loaded.rate, grammar)
    recognizer.SetWords(True)
    recognizer.SetMaxAlternatives(ALTERNATIVES)
    paths = [_Path(1.0, ())]
    for result in _results(recognizer, sound, loaded.rate):
        joined = [before.then(after) for before, after in product(paths, _segment_paths(result["alternatives"]))]
        paths = sorted(joined, key=lambda path: -path.share)[:ALTERNATIVES]
    return paths


@dataclass(frozen=True, slots=True)
class _Path:
    """One word sequence of a decoding; `share` is its part of the likelihood of all that were kept."""

    share: float
    words: tuple[Word, ...]

    def then(self, after: "_Path") -> "_Path":
        return _Path(self.share * after.share, self.words + after.words)

    @property
    def known(self) -> tuple[Word, ...]:
        return tuple(word for word in self.words if word.word != FILLER)

    @property
    def confidence(self) -> float:
        """Mean confidence of the known words by their length, the filler counting as nothing understood."""
        length = sum(word.end - word.start for word in self.words)
        return sum(word.confidence * (word.end - word.start) for word in self.known) / length if length else 0.0


def _segment_paths(alternatives: list[dict[str, Any]]) -> list[_Path]:
    """Vosk's alternatives carry unnormalised log scores and no confidence of a word: a word's is the summed share of
    the alternatives that have it at about the same place."""
    scores = np.array([alternative["confidence"] for alternative in alternatives])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    timed = [[(w["word"], w["start"], w["end"]) for w in a.get("result", ())] for a in alternatives]

    def confidence(word: str, start: float, end: float) -> float:
        same = [any(w == word and s < end and start < e for w, s, e in words) for words in timed]
        return float(shares[same].sum())

    return [
        _Path(float(share), tuple(Word(*word, confidence(*word)) for word in words))
        for share, words in zip(shares, timed, strict=True)
    ]


def _ranked(free: _Path, guided: Sequence[_Path]) -> list[Hypothesis]:
    """The surer of the free and the best guided path, then the other, then the other guided ones by likelihood."""
    if not guided:
        return [_hypothesis(free, free.confidence)] if free.known else []
    best, *others = guided
    agreement = SequenceMatcher(None, _text(best), _text(free)).ratio()
    trust = 1 - DISAGREEMENT_COST * (1 - agreement)
    first = sorted((best, free), key=lambda path: -path.confidence)
    sure = first[0].confidence * trust
    ranked: dict[str, Hypothesis] = {}
    for path in [*first, *others]:
        weight = min(sure, path.confidence * trust) * (path.share / best.share if path in others else 1.0)
        if path.known and len(ranked) < MOST_HYPOTHESES:
            ranked.setdefault(_text(path), _hypothesis(path, weight))
    return sorted(ranked.values(), key=lambda hypothesis: -hypothesis.confidence)


def _text(path: _Path) -> str:
    return " ".join(word.word for word in path.known)


def _hypothesis(path: _Path, confidence: float) -> Hypothesis:
    return Hypothesis(_text(path), round(min(1.0, confidence), 3), path.known)
