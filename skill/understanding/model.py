"""The linear model: one row of weights a feature, one column an intent; a softmax over the sum of the rows.

Trained by stochastic gradient descent with step sizes of its own for each weight (Adagrad); the same sentences and
seed give the same weights. Stored as one byte a weight.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skill.understanding.features import SIZE, Features

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """Weights as bytes with one scale a column, the intents' names, and the stems of words of the trade."""

    weights: NDArray[np.int8]
    scales: Floats
    bias: Floats
    intents: tuple[str, ...]
    known: frozenset[str]

    def probabilities(self, features: Features) -> Floats:
        """One probability an intent, in the order of `intents`."""
        scores = (
            self.weights[features].sum(axis=0, dtype=np.int32) * self.scales / np.sqrt(len(features) or 1) + self.bias
        )
        exps = np.exp(scores - scores.max())
        result: Floats = (exps / exps.sum()).astype(np.float32)
        return result


def load(path: Path) -> Model:
    """Read a model file. Raises OSError or ValueError when it is not one."""
    with np.load(path, allow_pickle=False) as stored:
        return Model(
            stored["weights"],
            stored["scales"],
            stored["bias"],
            tuple(str(stored["intents"]).split("\n")),
            frozenset(str(stored["known"]).split("\n")),
        )


def save(model: Model, path: Path) -> None:
    """Write a model file; the old one stays until the new one is whole."""
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        weights=model.weights,
        scales=model.scales,
        bias=model.bias,
        intents=np.array("\n".join(model.intents)),
        known=np.array("\n".join(sorted(model.known))),
    )
    part.replace(path)


@dataclass(frozen=True)
class Lesson:
    """One training sentence: its features, its intent's column, and how much it counts."""

    features: Features
    intent: int
    weight: float = 1.0


def train(
    lessons: list[Lesson],
    intents: tuple[str, ...],
    known: frozenset[str],
    rounds: int = 3,
    step: float = 0.3,
    decay: float = 2e-6,
    smoothing: float = 0.05,
    seed: int = 7,
    batch: int = 256,
) -> Model:
    """Fit the weights. `smoothing` keeps the model from being surer than its sentences allow."""
    rng = np.random.default_rng(seed)
    weights = np.zeros((SIZE, len(intents)), dtype=np.float32)
    grown = np.full((SIZE, 1), 1e-8, dtype=np.float32)
    bias = np.zeros(len(intents), dtype=np.float32)
    for turn in range(rounds):
        pace = step * (1.0 - turn / (rounds + 1))
        order = rng.permutation(len(lessons))
        for start in range(0, len(order), batch):
            chosen = [lessons[i] for i in order[start : start + batch]]
            _learn(weights, grown, bias, chosen, pace, decay, smoothing)
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127.0
    return Model(np.round(weights / scales).astype(np.int8), scales.astype(np.float32), bias, intents, known)


def _learn(
    weights: Floats, grown: Floats, bias: Floats, chosen: list[Lesson], pace: float, decay: float, smoothing: float
) -> None:
    """One step on a batch: forward, gradient of the cross entropy, update of the touched rows only."""
    lengths = np.array([len(one.features) for one in chosen])
    rows = np.concatenate([one.features for one in chosen])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    norm = (1.0 / np.sqrt(lengths)).astype(np.float32)[:, None]
    scores = np.add.reduceat(weights[rows], starts, axis=0) * norm + bias
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = exps / exps.sum(axis=1, keepdims=True)
    count = weights.shape[1]
    error -= smoothing / count
    error[np.arange(len(chosen)), [one.intent for one in chosen]] -= 1.0 - smoothing
    error *= np.array([[one.weight] for one in chosen], dtype=np.float32) / len(chosen)
    bias -= pace * 0.5 * error.sum(axis=0)
    owners = np.repeat(np.arange(len(chosen)), lengths)
    order = np.argsort(rows, kind="stable")
    touched, firsts = np.unique(rows[order], return_index=True)
    slope = np.add.reduceat((error * norm)[owners[order]], firsts, axis=0)
    slope += decay * weights[touched]
    grown[touched] += (slope**2).mean(axis=1, keepdims=True)
    weights[touched] -= pace * slope / np.sqrt(grown[touched])
