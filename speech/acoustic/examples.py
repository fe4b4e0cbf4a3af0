"""What the network sees in an epoch: whole sentences, words cut out of them, and words of one speaker joined."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from speech.acoustic.alignment import read_alignment
from speech.acoustic.arrays import Frames
from speech.acoustic.augmentation import Augmentation
from speech.acoustic.corpus import Recording, read_corpus
from speech.acoustic.frontend import CEPSTRA, to_cepstra, to_mel
from speech.acoustic.language import number_words
from speech.acoustic.pronunciation import pronounce

WIDEST_MARGIN = 12
CROP_LENGTHS = (1, 1, 1, 2, 2, 3, 4, 6)
CROWD_SHARE = 0.3
JOIN_LENGTHS = (1, 2, 3, 3, 4, 5, 6)


@dataclass(frozen=True)
class Piece:
    """Frames start…end of a recording and the words said there."""

    recording: int
    start: int
    end: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """Pieces said one after another, with frames of digital silence before each and after the last; none for noise."""

    pieces: tuple[Piece, ...]
    gaps: tuple[int, ...]

    @property
    def frames(self) -> int:
        return sum(p.end - p.start for p in self.pieces) + sum(self.gaps)

    @property
    def words(self) -> list[str]:
        return [word for piece in self.pieces for word in piece.words]


@dataclass
class Material:
    """All recordings of some corpora with their word spans and who speaks them.

    levels  mean cepstra of loud frames of real sound, lent to recordings whose level was removed
    """

    recordings: list[Recording] = field(default_factory=list)
    spans: list[list[tuple[int, int]]] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)
    levels: Frames = field(default_factory=lambda: np.zeros((0, CEPSTRA), np.float32))

    def add(self, folder: Path) -> None:
        """Read a corpus folder and, where there is one, its alignment."""
        aligned = read_alignment(folder / "words.tsv")
        levels = [self.levels]
        for recording in read_corpus(folder):
            self.recordings.append(recording)
            self.spans.append(aligned.get(recording.key, []))
            self.speakers.append(f"{folder.name}/{recording.speaker}")
            if not recording.centred:
                frames = np.asarray(recording.frames, np.float32)
                levels.append(frames[frames[:, 0] > np.median(frames[:, 0])].mean(0, keepdims=True))
        self.levels = np.concatenate(levels)

    def subset(self, indices: Iterable[int]) -> "Material":
        chosen = list(indices)
        return Material(
            [self.recordings[i] for i in chosen], [self.spans[i] for i in chosen],
            [self.speakers[i] for i in chosen], self.levels,
        )  # fmt: skip

    def phones(self) -> list[str]:
        """All phones of the transcripts, sorted."""
        words = {word for recording in self.recordings for word in recording.transcript.split()}
        return sorted({phone for word in words for phone in pronounce(word)})

    def level(self, rng: np.random.Generator | None = None) -> Frames:
        """The level of a real recording at random, or their mean."""
        level: Frames = self.levels.mean(0) if rng is None else self.levels[rng.integers(len(self.levels))]
        return level

    def mel(self, piece: Piece, level: Frames) -> Frames:
        """Log-mel values of a piece, at the given level where its own was removed."""
        recording = self.recordings[piece.recording]
        frames = np.asarray(recording.frames[piece.start : piece.end], np.float32)
        return to_mel(frames + level if recording.centred else frames)

    def whole(self, index: int) -> Piece:
        recording = self.recordings[index]
        return Piece(index, 0, len(recording.frames), tuple(recording.transcript.split()))

    def cut(self, index: int, first: int, last: int) -> Piece:
        """Words first…last of an aligned recording, with the sound half way to their neighbours."""
        spans, length = self.spans[index], len(self.recordings[index].frames)
        before = 0 if first == 0 else (spans[first - 1][1] + spans[first][0]) // 2
        after = length if last == len(spans) - 1 else (spans[last][1] + spans[last + 1][0]) // 2
        start = max(before, spans[first][0] - WIDEST_MARGIN)
        end = min(after, spans[last][1] + WIDEST_MARGIN, length)
        return Piece(index, start, end, tuple(self.recordings[index].transcript.split()[first : last + 1]))


@dataclass(frozen=True)
class Mixture:
    """How an epoch is composed.

    whole, crops       share of sentences of living people taken whole; cuts taken of each of the others
    synthetic          share of the synthetic recordings used in an epoch
    joins, noises      joined and wordless examples, as a share of the number of recordings
    number_share       how often a joined word is a number word, when the speaker has said some
    """

    whole: float = 0.3
    crops: int = 2
    synthetic: float = 0.7
    joins: float = 0.4
    living_joins: float = 0.6
    noises: float = 0.025
    number_share: float = 0.6


class EpochPlanner:
    """Draws the examples of an epoch from material."""

    def __init__(self, material: Material, mixture: Mixture) -> None:
        self.material, self.mixture = material, mixture
        self._words: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._numbers: dict[str, list[tuple[int, int]]] = defaultdict(list)
        wanted = number_words()
        for index, spans in enumerate(material.spans):
            speaker, words = material.speakers[index], material.recordings[index].transcript.split()
            for k in range(len(spans)):
                if len(pronounce(words[k])) > 1:
                    self._words[speaker].append((index, k))
                if words[k] in wanted:
                    self._numbers[speaker].append((index, k))
        living = {s for s, r in zip(material.speakers, material.recordings, strict=True) if r.centred}
        self._living = sorted(s for s in self._words if s in living)
        self._synthetic = sorted(s for s in self._words if s not in living)

    def plan(self, rng: np.random.Generator) -> list[Example]:
        """The examples of one epoch, in no order."""
        mixture, examples = self.mixture, []
        for index, recording in enumerate(self.material.recordings):
            if rng.random() < (mixture.whole if recording.centred else mixture.synthetic):
                examples.append(self._padded([self.material.whole(index)], rng))
            elif recording.centred and self.material.spans[index]:
                examples += [self._padded([self._crop(index, rng)], rng) for _ in range(mixture.crops)]
        total = len(self.material.recordings)
        if self._words:
            examples += [self.join(rng) for _ in range(int(mixture.joins * total))]
        examples += [Example((), (int(rng.integers(60, 400)),)) for _ in range(int(mixture.noises * total))]
        return [e for e in examples if e.frames >= 20]

    def _crop(self, index: int, rng: np.random.Generator) -> Piece:
        count = len(self.material.spans[index])
        length = min(count, int(rng.choice(CROP_LENGTHS)))
        first = int(rng.integers(0, count - length + 1))
        return self.material.cut(index, first, first + length - 1)

    def join(self, rng: np.random.Generator) -> Example:
        """Single words of one speaker in a row, often with no pause at all between them."""
        group = self._living if rng.random() < self.mixture.living_joins and self._living else self._synthetic
        group = group or self._living
        weights = np.sqrt([len(self._words[s]) + 20 * len(self._numbers[s]) for s in group])
        speaker = group[int(rng.choice(len(group), p=weights / weights.sum()))]
        pieces = []
        for _ in range(int(rng.choice(JOIN_LENGTHS))):
            numbers = self._numbers[speaker]
            pool = numbers if numbers and rng.random() < self.mixture.number_share else self._words[speaker]
            index, word = pool[int(rng.integers(len(pool)))]
            pieces.append(self.material.cut(index, word, word))
        return self._padded(pieces, rng)

    @staticmethod
    def _padded(pieces: list[Piece], rng: np.random.Generator) -> Example:
        inner = [int(rng.integers(0, 4)) if rng.random() < 0.5 else int(rng.integers(0, 40)) for _ in pieces[1:]]
        return Example(tuple(pieces), (int(rng.integers(0, 50)), *inner, int(rng.integers(0, 60))))


def labels(words: list[str], phones: dict[str, int]) -> list[int]:
    return [phones[phone] for word in words for phone in pronounce(word)]


def render(material: Material, example: Example, augmentation: Augmentation) -> Frames:
    """Cepstra of an example as some listener might get it."""
    rng = augmentation.rng
    if not example.pieces:
        hiss = augmentation.silence(example.gaps[0]) + np.float32(rng.uniform(0, 6))
        return to_cepstra(augmentation.scene(augmentation.add_noise(hiss, None)))
    level = material.level(rng)
    speech = augmentation.change_pieces([material.mel(piece, level) for piece in example.pieces])
    passer_by = int(rng.integers(len(material.recordings)))
    other = material.mel(material.whole(passer_by), level) if rng.random() < CROWD_SHARE else None
    return to_cepstra(augmentation.scene(_with_gaps(speech, example.gaps, augmentation), other))


def render_plain(material: Material, example: Example, silence: Augmentation) -> Frames:
    """Cepstra of an example as it was recorded, padded with digital silence."""
    speech = [material.mel(piece, material.level()) for piece in example.pieces]
    mel = _with_gaps(speech, example.gaps, silence)
    return to_cepstra(np.logaddexp(mel, silence.silence(len(mel))).astype(np.float32))


def _with_gaps(speech: list[Frames], gaps: tuple[int, ...], augmentation: Augmentation) -> Frames:
    parts = [augmentation.silence(gaps[0])]
    for piece, gap in zip(speech, gaps[1:], strict=True):
        parts += [piece, augmentation.silence(gap)]
    return np.concatenate(parts).astype(np.float32)
