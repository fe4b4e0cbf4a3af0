"""Recorded material and the pieces that are cut out of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from speech.acoustic.alignment import Span, read_alignment
from speech.acoustic.arrays import Frames
from speech.acoustic.corpus import Recording, read_corpus
from speech.acoustic.frontend import CEPSTRA, to_mel
from speech.acoustic.pronunciation import pronounce

WIDEST_MARGIN = 12
CLIPPED_MARGIN = (-1, 5)


@dataclass(frozen=True)
class Piece:
    """Sound without a gap: frames start…end of one recording or of several, and the words said there."""

    parts: tuple[tuple[int, int, int], ...]
    words: tuple[str, ...]

    @property
    def frames(self) -> int:
        return sum(end - start for _, start, end in self.parts)

    def trimmed(self, before: int, after: int) -> "Piece":
        """Without some frames at its edges, so far as its first and last parts have them."""
        parts = list(self.parts)
        index, start, end = parts[0]
        parts[0] = (index, min(start + before, end - 1), end)
        index, start, end = parts[-1]
        parts[-1] = (index, start, max(end - after, start + 1))
        return Piece(tuple(parts), self.words)


@dataclass
class Material:
    """All recordings of some corpora and who speaks them.

    phones  for each recording, each word's phones: their first and last frames; empty where nothing is aligned
    levels  mean cepstra of loud frames of real sound, lent to recordings whose level was removed
    """

    recordings: list[Recording] = field(default_factory=list)
    phones: list[list[list[Span]]] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)
    levels: Frames = field(default_factory=lambda: np.zeros((0, CEPSTRA), np.float32))

    def add(self, folder: Path) -> None:
        """Read a corpus folder and, where there is one, its alignment."""
        aligned = read_alignment(folder)
        levels = [self.levels]
        for recording in read_corpus(folder):
            self.recordings.append(recording)
            self.phones.append(aligned.get(recording.key, []))
            self.speakers.append(f"{folder.name}/{recording.speaker}")
            if not recording.centred:
                frames = np.asarray(recording.frames, np.float32)
                levels.append(frames[frames[:, 0] > np.median(frames[:, 0])].mean(0, keepdims=True))
        self.levels = np.concatenate(levels)

    def subset(self, indices: Iterable[int]) -> "Material":
        chosen = list(indices)
        return Material(
            [self.recordings[i] for i in chosen], [self.phones[i] for i in chosen],
            [self.speakers[i] for i in chosen], self.levels,
        )  # fmt: skip

    def all_phones(self) -> list[str]:
        """All phones of the transcripts, sorted."""
        words = {word for recording in self.recordings for word in recording.transcript.split()}
        return sorted({phone for word in words for phone in pronounce(word)})

    def level(self, rng: np.random.Generator | None = None) -> Frames:
        """The level of a real recording at random, or their mean."""
        level: Frames = self.levels.mean(0) if rng is None else self.levels[rng.integers(len(self.levels))]
        return level

    def mel(self, piece: Piece, level: Frames) -> Frames:
        """Log-mel values of a piece, at the given level where its own was removed."""
        parts = []
        for index, start, end in piece.parts:
            recording = self.recordings[index]
            frames = np.asarray(recording.frames[start:end], np.float32)
            parts.append(frames + level if recording.centred else frames)
        return to_mel(np.concatenate(parts))

    def whole(self, index: int) -> Piece:
        recording = self.recordings[index]
        return Piece(((index, 0, len(recording.frames)),), tuple(recording.transcript.split()))

    def spans(self, index: int) -> list[Span]:
        """First and last frame of each word of an aligned recording."""
        return [(phones[0][0], phones[-1][1]) for phones in self.phones[index]]

    def cut(self, index: int, first: int, last: int) -> Piece:
        """Words first…last of an aligned recording, with the sound half way to their neighbours."""
        spans, length = self.spans(index), len(self.recordings[index].frames)
        before = 0 if first == 0 else (spans[first - 1][1] + spans[first][0]) // 2
        after = length if last == len(spans) - 1 else (spans[last][1] + spans[last + 1][0]) // 2
        start = max(before, spans[first][0] - WIDEST_MARGIN)
        end = min(after, spans[last][1] + WIDEST_MARGIN, length)
        return Piece(((index, start, end),), tuple(self.recordings[index].transcript.split()[first : last + 1]))

    def clipped(self, index: int, word: int, rng: np.random.Generator) -> Piece:
        """A word cut out tightly: its first and last sounds may be cut into."""
        first, last = self.spans(index)[word]
        before, after = rng.integers(*CLIPPED_MARGIN, size=2, endpoint=True)
        end = min(len(self.recordings[index].frames), last + int(after))
        return Piece(((index, max(0, first - int(before)), end),), (self.recordings[index].transcript.split()[word],))
