"""Where each word and phone lies: forced alignment of a corpus by the best CTC path of a trained network."""

import csv
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track

from speech.acoustic.arrays import Frames
from speech.acoustic.augmentation import hiss_bank
from speech.acoustic.corpus import Recording, read_corpus
from speech.acoustic.frontend import to_cepstra, to_mel
from speech.acoustic.network import SUBSAMPLING, AcousticNetwork, load_checkpoint
from speech.acoustic.pronunciation import pronounce

Span = tuple[int, int]
ALIGNMENT = "alignment.tsv"
IMPOSSIBLE = -1e30
WORST_SCORE = -0.6


def best_path(scores: Frames, labels: list[int]) -> tuple[NDArray[np.int64], float]:
    """The best CTC path of log probabilities (steps × outputs) through labels.

    Returns for each step its state in blank, label, blank, label, … blank, and the mean log probability a step.
    """
    steps, states = len(scores), 2 * len(labels) + 1
    emitted = np.zeros(states, np.int64)
    emitted[1::2] = labels
    cannot_skip = np.ones(states, bool)
    cannot_skip[3::2] = emitted[3::2] == emitted[1:-2:2]
    total = np.full(states, IMPOSSIBLE)
    total[:2] = scores[0, emitted[:2]]
    moves = np.zeros((steps, states), np.int64)
    index = np.arange(states)
    for step in range(1, steps):
        one, two = np.roll(total, 1), np.roll(total, 2)
        one[0] = IMPOSSIBLE
        two[cannot_skip] = IMPOSSIBLE
        choices = np.stack([total, one, two])
        moves[step] = choices.argmax(0)
        total = choices[moves[step], index] + scores[step, emitted]
    state = states - 1 if total[-1] > total[-2] else states - 2
    mean = float(total[state]) / steps
    path = np.zeros(steps, np.int64)
    for step in range(steps - 1, -1, -1):
        path[step] = state
        state -= int(moves[step, state])
    return path, mean


def phone_spans(path: NDArray[np.int64], phones_of_words: list[int]) -> list[list[Span]]:
    """First and last frame (100 a second) at which each phone of each word fires, from a path and the phone counts."""
    words, before = [], 0
    for count in phones_of_words:
        phones = []
        for label in range(before, before + count):
            inside = np.nonzero(path == 2 * label + 1)[0]
            phones.append((int(inside[0]) * SUBSAMPLING, int(inside[-1]) * SUBSAMPLING + SUBSAMPLING - 1))
        words.append(phones)
        before += count
    return words


def network_scores(network: AcousticNetwork, cepstra: Frames) -> Frames:
    """Log probabilities (steps × outputs) of one utterance."""
    context = network.shape.context
    padded = np.concatenate([np.repeat(cepstra[:1], context, 0), cepstra, np.repeat(cepstra[-1:], context, 0)])
    with torch.no_grad():
        scores = torch.log_softmax(network(torch.from_numpy(padded[None]))[0], -1)
    result: Frames = scores.numpy()
    return result


def align(network: AcousticNetwork, phones: list[str], recording: Recording, cepstra: Frames) -> list[list[Span]]:
    """Spans of the phones of each word of a recording; empty when the network does not believe the transcript."""
    number = {phone: k + 1 for k, phone in enumerate(phones)}
    words = [pronounce(word) for word in recording.transcript.split()]
    labels = [number[phone] for word in words for phone in word]
    scores = network_scores(network, cepstra)
    if not all(words) or len(scores) < len(labels) + 2:
        return []
    path, mean = best_path(scores, labels)
    return phone_spans(path, [len(word) for word in words]) if mean > WORST_SCORE else []


def write_alignment(path: Path, aligned: Iterator[tuple[str, list[list[Span]]]]) -> None:
    """key, then start-end of every phone, the phones of a word joined by commas."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, delimiter="\t")
        for key, words in aligned:
            writer.writerow([key, " ".join(",".join(f"{start}-{end}" for start, end in word) for word in words)])
    part.rename(path)


def read_alignment(folder: Path) -> dict[str, list[list[Span]]]:
    """Key → spans of the phones of its words; empty when the corpus has no alignment yet."""
    path = folder / ALIGNMENT
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table, delimiter="\t"))
    return {key: [_phones(word) for word in words.split()] for key, words in rows if words}


def _phones(word: str) -> list[Span]:
    pairs = (phone.split("-") for phone in word.split(","))
    return [(int(start), int(end)) for start, end in pairs]


def align_corpus(folder: Path, checkpoint: Path, level: Frames, jobs: int) -> int:
    """Align a corpus folder into its alignment.tsv; returns how many of its utterances the network believed.

    level  cepstra added to recordings whose own level was removed
    """
    with ProcessPoolExecutor(jobs, initializer=_load, initargs=(checkpoint, level)) as pool:
        recordings = list(read_corpus(folder))
        spans = track(pool.map(_align_one, recordings, chunksize=50), folder.name, total=len(recordings))
        aligned = [(r.key, s) for r, s in zip(recordings, spans, strict=True)]
    write_alignment(folder / ALIGNMENT, iter(aligned))
    return sum(1 for _, s in aligned if s)


_loaded: tuple[AcousticNetwork, list[str], Frames] | None = None


def _load(checkpoint: Path, level: Frames) -> None:
    global _loaded
    torch.set_num_threads(1)
    _loaded = (*load_checkpoint(checkpoint), level)


def _align_one(recording: Recording) -> list[list[Span]]:
    if _loaded is None:
        raise RuntimeError("the worker has loaded no network")
    network, phones, level = _loaded
    cepstra = np.asarray(recording.frames, np.float32)
    if recording.centred:
        cepstra = to_cepstra(np.logaddexp(to_mel(cepstra + level), hiss_bank().mean(0)))
    return align(network, phones, recording, cepstra)
