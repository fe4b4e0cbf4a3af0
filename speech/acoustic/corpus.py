"""Corpora on disk: a folder with utterances.tsv and frames.npy, one row and one span of cepstra an utterance."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech.acoustic.arrays import Frames
from speech.acoustic.frontend import CEPSTRA

COLUMNS = ("key", "speaker", "centred", "offset", "frames", "transcript")


@dataclass(frozen=True)
class Recording:
    """One utterance with its cepstra.

    key        unique within its corpus
    speaker    whoever speaks, unique within its corpus; recordings of one speaker may be joined
    transcript lower-case words, the letters а-я and ё only
    centred    whether the utterance's mean was removed from the cepstra
    frames     frames × 13, 100 a second
    """

    key: str
    speaker: str
    transcript: str
    centred: bool
    frames: Frames | NDArray[np.float16]


def write_corpus(folder: Path, recordings: Iterable[Recording]) -> int:
    """Write a corpus (nothing is left behind when interrupted); returns how many utterances it has."""
    folder.mkdir(parents=True, exist_ok=True)
    offset, spans = 0, []
    with (folder / "utterances.tsv.part").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, delimiter="\t")
        writer.writerow(COLUMNS)
        for r in recordings:
            writer.writerow([r.key, r.speaker, int(r.centred), offset, len(r.frames), r.transcript])
            spans.append(r.frames.astype(np.float16))
            offset += len(r.frames)
    np.save(folder / "frames.npy", np.concatenate(spans) if spans else np.zeros((0, CEPSTRA), np.float16))
    (folder / "utterances.tsv.part").rename(folder / "utterances.tsv")
    return len(spans)


def is_complete(folder: Path) -> bool:
    return (folder / "utterances.tsv").is_file()


def read_corpus(folder: Path) -> Iterator[Recording]:
    """The recordings of a corpus folder; their frames are views into one memory map."""
    frames = np.load(folder / "frames.npy", mmap_mode="r")
    with (folder / "utterances.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            start = int(row["offset"])
            span = frames[start : start + int(row["frames"])]
            yield Recording(row["key"], row["speaker"], row["transcript"], row["centred"] == "1", span)
