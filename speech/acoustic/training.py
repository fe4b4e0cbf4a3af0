"""Training: connectionist temporal classification of phones, with averaged weights, resumable after every epoch."""

import copy
import itertools
import json
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch.nn import functional

from speech.acoustic.arrays import Frames
from speech.acoustic.augmentation import Augmentation, Strength
from speech.acoustic.discrimination import Discrimination
from speech.acoustic.examples import EpochPlanner, Example, Mixture, labels, render
from speech.acoustic.frontend import CEPSTRA
from speech.acoustic.language import number_words
from speech.acoustic.material import Material
from speech.acoustic.network import BLANK_SHIFT, SUBSAMPLING, AcousticNetwork, Shape, load_checkpoint, save_checkpoint
from speech.acoustic.probes import Probe

MOST_DISCRIMINATED = 12


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    batch_frames  padded frames (100 a second) of one step
    averaging     how much of the averaged weights stays at each step
    discriminate  weight of telling number words apart, beside that of the phones
    bfloat16      let autocast use it; pays only where the processor has its instructions
    """

    epochs: int = 12
    peak_rate: float = 2e-3
    warm_up: float = 0.06
    batch_frames: int = 16000
    averaging: float = 0.998
    discriminate: float = 0.0
    bfloat16: bool = True
    seed: int = 1

    def rate(self, progress: float) -> float:
        """Learning rate at a share 0…1 of the training: a ramp up, then half a cosine down to a hundredth."""
        if progress < self.warm_up:
            return self.peak_rate * (0.05 + 0.95 * progress / self.warm_up)
        done = (progress - self.warm_up) / (1 - self.warm_up)
        return self.peak_rate * (0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, done)))))


@dataclass(frozen=True)
class Batch:
    """Cepstra with context (examples × frames × 13), their output steps, words, and the labels one after another."""

    cepstra: Frames
    steps: list[int]
    words: list[list[str]]
    targets: list[int]
    target_lengths: list[int]


def collate(cepstra: list[Frames], words: list[list[str]], targets: list[list[int]], context: int) -> Batch:
    longest = max(len(c) for c in cepstra)
    padded = np.zeros((len(cepstra), longest + 2 * context, CEPSTRA), np.float32)
    for row, values in zip(padded, cepstra, strict=True):
        row[:context] = values[0]
        row[context : context + len(values)] = values
        row[context + len(values) :] = values[-1]
    steps = [(len(c) + SUBSAMPLING - 1) // SUBSAMPLING for c in cepstra]
    return Batch(padded, steps, words, [label for t in targets for label in t], [len(t) for t in targets])


def grouped(examples: list[Example], limit: int, rng: np.random.Generator) -> list[list[Example]]:
    """Examples of like length together, at most `limit` padded frames a group, the groups in random order."""
    order = np.argsort([e.frames + rng.uniform(0, 30) for e in examples])
    groups: list[list[Example]] = [[]]
    for position in order:
        example = examples[position]
        if groups[-1] and (len(groups[-1]) + 1) * (example.frames + 60) > limit:
            groups.append([])
        groups[-1].append(example)
    return [groups[k] for k in rng.permutation(len(groups))]


class BatchFactory:
    """Makes the batches of an epoch in another process, the same for the same seed."""

    def __init__(
        self, material: Material, phones: list[str], mixture: Mixture, strength: Strength, context: int
    ) -> None:
        self.material, self.strength, self.context = material, strength, context
        self.numbers = {phone: k + 1 for k, phone in enumerate(phones)}
        self.planner = EpochPlanner(material, mixture)
        self.groups: list[list[Example]] = []
        self.seed = (0, 0)

    def start_epoch(self, seed: int, epoch: int, batch_frames: int) -> int:
        """Plan an epoch; returns its number of batches."""
        self.seed = (seed, epoch)
        rng = np.random.default_rng(self.seed)
        self.groups = grouped(self.planner.plan(rng), batch_frames, rng)
        return len(self.groups)

    def make(self, number: int) -> Batch:
        augmentation = Augmentation(np.random.default_rng((*self.seed, number)), self.strength)
        cepstra, words, targets = [], [], []
        for example in self.groups[number]:
            values, wanted = render(self.material, example, augmentation), labels(example.words, self.numbers)
            repeats = sum(a == b for a, b in itertools.pairwise(wanted))
            if len(values) // SUBSAMPLING > len(wanted) + repeats:
                cepstra.append(values)
                words.append(example.words)
                targets.append(wanted)
        return collate(cepstra, words, targets, self.context)


_factory: BatchFactory | None = None


def _make(number: int) -> Batch:
    if _factory is None:
        raise RuntimeError("the batch factory lives in the parent process")
    return _factory.make(number)


def epoch_batches(factory: BatchFactory, processes: int) -> Iterator[Batch]:
    """The batches of the started epoch, made ahead by forked processes."""
    global _factory
    _factory = factory
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap(_make, range(len(factory.groups)))


def loss_of(
    network: AcousticNetwork, batch: Batch, schedule: Schedule, discrimination: Discrimination | None = None
) -> torch.Tensor:
    """Loss a label: the phones by connectionist temporal classification, and weighted, words mistaken for others."""
    with torch.autocast("cpu", torch.bfloat16, enabled=schedule.bfloat16):
        scores = network(torch.from_numpy(batch.cepstra)).float()
    log_probabilities = functional.log_softmax(scores, -1).transpose(0, 1)
    loss = functional.ctc_loss(
        log_probabilities, torch.tensor(batch.targets, dtype=torch.long), torch.tensor(batch.steps),
        torch.tensor(batch.target_lengths), reduction="sum", zero_infinity=True,
    )  # fmt: skip
    rows = [k for k, words in enumerate(batch.words) if discrimination and discrimination.covers(words)]
    if discrimination and rows:
        chosen = rows[:MOST_DISCRIMINATED]
        steps, words = [batch.steps[k] for k in chosen], [batch.words[k] for k in chosen]
        excess = discrimination.loss(scores[chosen, : max(steps)], steps, words)
        loss = loss + schedule.discriminate * len(rows) / len(chosen) * excess
    return loss / max(1, len(batch.targets))


class Trainer:
    """One training run in a folder.

    state.pt is what to go on from; model.pt the averaged weights, kept of every epoch as epochN.pt; progress.jsonl the
    curve.
    """

    def __init__(
        self, folder: Path, network: AcousticNetwork, phones: list[str], factory: BatchFactory, probe: Probe,
        schedule: Schedule,
    ) -> None:  # fmt: skip
        self.folder, self.network, self.phones, self.factory = folder, network, phones, factory
        self.probe, self.schedule = probe, schedule
        self.optimiser = torch.optim.AdamW(network.parameters(), lr=schedule.peak_rate, weight_decay=1e-2, fused=True)
        self.discrimination = self._discrimination() if schedule.discriminate else None
        self.average = copy.deepcopy(network)
        self.epoch = 0
        self.steps = 0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.pt").is_file():
            self._resume()

    def _discrimination(self) -> Discrimination:
        numbers = {phone: k + 1 for k, phone in enumerate(self.phones)}
        return Discrimination(sorted(number_words()), numbers, BLANK_SHIFT)

    def _resume(self) -> None:
        saved = torch.load(self.folder / "state.pt", weights_only=True)
        self.network.load_state_dict(saved["weights"])
        self.average.load_state_dict(saved["average"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.epoch, self.steps = saved["epoch"], saved["steps"]

    def run(self, processes: int = 1) -> Iterator[dict[str, Any]]:
        """Train to the end of the schedule; yields what was measured after each epoch."""
        while self.epoch < self.schedule.epochs:
            started = time.monotonic()
            loss = self._one_epoch(processes)
            self.epoch += 1
            measured = {"epoch": self.epoch, "loss": round(loss, 4), "seconds": round(time.monotonic() - started)}
            measured |= self.probe.measure(self.average)
            for name in ("model.pt", f"epoch{self.epoch}.pt"):
                save_checkpoint(self.folder / name, self.average, self.phones)
            save_checkpoint(
                self.folder / "state.pt", self.network, self.phones, average=self.average.state_dict(),
                optimiser=self.optimiser.state_dict(), epoch=self.epoch, steps=self.steps,
            )  # fmt: skip
            with (self.folder / "progress.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(measured) + "\n")
            yield measured

    def _one_epoch(self, processes: int) -> float:
        schedule, total = self.schedule, 0.0
        batches = self.factory.start_epoch(schedule.seed, self.epoch, schedule.batch_frames)
        self.network.train()
        made = track(epoch_batches(self.factory, processes), f"epoch {self.epoch + 1}", total=batches)
        for number, batch in enumerate(made):
            for group in self.optimiser.param_groups:
                group["lr"] = schedule.rate((self.epoch + number / batches) / schedule.epochs)
            loss = loss_of(self.network, batch, schedule, self.discrimination)
            self.optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            self.optimiser.step()
            self.steps += 1
            self._update_average()
            total += loss.item()
        return total / max(1, batches)

    def _update_average(self) -> None:
        stay = min(self.schedule.averaging, (self.steps + 1) / (self.steps + 10))
        with torch.no_grad():
            own, new = self.average.state_dict(), self.network.state_dict()
            for name, value in own.items():
                if value.dtype.is_floating_point:
                    value.lerp_(new[name], 1 - stay)
                else:
                    value.copy_(new[name])


def fresh_network(factory: BatchFactory, phones: list[str], shape: Shape) -> AcousticNetwork:
    """A new network that begins with the mean and deviation of some augmented cepstra in its first layer."""
    network = AcousticNetwork(len(phones) + 1, shape)
    factory.start_epoch(0, 0, 16000)
    context = shape.context
    seen: NDArray[np.float32] = np.concatenate([
        factory.make(k).cepstra[:, context:-context].reshape(-1, CEPSTRA) for k in range(min(4, len(factory.groups)))
    ])  # fmt: skip
    network.normalise_input(torch.from_numpy(seen.mean(0)), torch.from_numpy(seen.std(0)))
    return network


def prepare_run(
    folder: Path, corpora: list[Path], held_out: frozenset[str], shape: Shape, schedule: Schedule, start: Path | None,
    threads: int,
) -> Trainer:  # fmt: skip
    """A trainer for corpora; recordings of held-out speakers (corpus/speaker) are only measured on."""
    torch.set_num_threads(threads)
    torch.manual_seed(schedule.seed)
    torch.set_flush_denormal(True)
    material = Material()
    for corpus_folder in corpora:
        material.add(corpus_folder)
    kept = [i for i, speaker in enumerate(material.speakers) if speaker not in held_out]
    unheard = [i for i, speaker in enumerate(material.speakers) if speaker in held_out]
    begun = folder / "model.pt"
    started = load_checkpoint(begun) if begun.is_file() else load_checkpoint(start) if start else None
    phones = started[1] if started else material.all_phones()
    shape = started[0].shape if started else shape
    factory = BatchFactory(material.subset(kept), phones, Mixture(), Strength(), shape.context)
    network = started[0] if started else fresh_network(factory, phones, shape)
    probe = Probe(material.subset(unheard), phones, network.shape.context, schedule.seed)
    return Trainer(folder, network, phones, factory, probe, schedule)
