"""Readers of recorded speech: VoxForge features and the public folder layouts of VoxForge, Common Voice and Golos."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from speech.acoustic.corpus import Recording
from speech.acoustic.frontend import mfcc

SHORTEST_FRAMES = 20
UNNAMED = "anonymous"


@dataclass(frozen=True)
class SourceFile:
    """A sound file with what is said in it, before its features are made."""

    path: Path
    speaker: str
    transcript: str


def plain(text: str) -> str:
    """The words of a sentence as the lexicon writes them: lower case, а-я and ё, single spaces."""
    return " ".join(re.findall("[а-яё]+", text.lower()))


def _somebody(speaker: str, session: str) -> str:
    """The speaker, or for the many that gave no name their session: SPEAKER-DATE-ID/…"""
    return session.partition("/")[0] if speaker == UNNAMED else speaker


def voxforge_features(folder: Path) -> Iterator[Recording]:
    """The feature archive: features.npz (q, scale, mean) with manifest.tsv; its level was removed by utterance."""
    archive = np.load(folder / "features.npz")
    quantised, scale, mean = archive["q"], archive["scale"], archive["mean"]
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            start, length = int(row["offset"]), int(row["frames"])
            frames = quantised[start : start + length].astype(np.float32) * scale + mean
            words = plain(row["transcript"])
            if words and length >= 2 * SHORTEST_FRAMES:
                speaker = _somebody(row["speaker"], row["utterance"])
                yield Recording(row["utterance"], speaker, words, True, frames - frames.mean(0))


def manifest_files(folder: Path) -> Iterator[SourceFile]:
    """A folder with manifest.tsv of file, voice (or speaker) and transcript."""
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            yield SourceFile(folder / row["file"], row.get("voice") or row["speaker"], row["transcript"])


def voxforge_files(folder: Path) -> Iterator[SourceFile]:
    """VoxForge as published: SPEAKER-DATE-ID/etc/PROMPTS (or prompts-original) and wav/ or flac/ beside it."""
    for prompts in sorted([*folder.glob("*/etc/PROMPTS"), *folder.glob("*/etc/prompts-original")]):
        session = prompts.parent.parent
        for line in prompts.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, text = line.strip().partition(" ")
            for kind in ("wav", "flac"):
                path = session / kind / f"{Path(name).name}.{kind}"
                if path.is_file():
                    yield SourceFile(path, _somebody(session.name.split("-")[0], session.name), text)
                    break


def common_voice_files(folder: Path) -> Iterator[SourceFile]:
    """Common Voice as published: validated.tsv (else train.tsv) with clips/ beside it."""
    listing = next(p for name in ("validated.tsv", "train.tsv") if (p := folder / name).is_file())
    with listing.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield SourceFile(folder / "clips" / row["path"], row["client_id"], row["sentence"])


def golos_files(folder: Path) -> Iterator[SourceFile]:
    """Golos as published: manifest.jsonl files whose audio paths are relative to them; its speakers are unnamed."""
    for manifest in sorted(folder.rglob("*.jsonl")):
        for line in manifest.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            path = manifest.parent / entry["audio_filepath"]
            yield SourceFile(path, str(entry.get("speaker_id") or path.stem), entry.get("text") or "")


LAYOUTS: dict[str, Callable[[Path], Iterator[SourceFile]]] = {
    "manifest": manifest_files,
    "voxforge": voxforge_files,
    "common-voice": common_voice_files,
    "golos": golos_files,
}


def read_sound(path: Path | BinaryIO) -> tuple[NDArray[np.int16], int]:
    """16-bit mono samples and their rate; of several channels the first is taken."""
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    return samples[:, 0], rate


def record(source: SourceFile) -> Recording | None:
    """Features of one sound file; None when it holds no words or is shorter than a syllable."""
    words = plain(source.transcript)
    if not words:
        return None
    samples, rate = read_sound(source.path)
    frames = mfcc(samples, rate)
    if len(frames) < SHORTEST_FRAMES:
        return None
    return Recording(source.path.name, source.speaker, words, False, frames.astype(np.float16))


def kept(recordings: Iterable[Recording | None]) -> Iterator[Recording]:
    return (r for r in recordings if r is not None)
