"""Fitting the model's weights: stochastic gradient descent with step sizes of their own for each row (Adagrad).

Features and hidden units are left out at random on the way, so that no sentence hangs on a single word. The same
lessons and seed give the same weights.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skill.understanding.features import SIZE, Features
from skill.understanding.model import Floats, Model

Numbers = NDArray[np.int64]

HIDDEN = 64
ROUNDS = 4
BATCH = 256
STEP = 0.3
HIDDEN_STEP = 0.05
DECAY = 2e-6
SMOOTHING = 0.05
"""Keeps the model from being surer than its sentences allow."""
FEWEST_LESSONS = 2
"""A feature of a single lesson is one slip of the finger."""
GRAINS = 4, 8
"""Steps of a stored byte, of intents' columns and of hidden units': coarse ones pack smaller and understand as well."""
FEATURES_LEFT_OUT = 0.15
HIDDEN_LEFT_OUT = 0.3


@dataclass(frozen=True)
class Lesson:
    """One training sentence: its features, its intent's column, and how much it counts."""

    features: Features
    intent: int
    weight: float = 1.0


@dataclass(frozen=True)
class _Batch:
    """Sentences of one step: the rows of all their features, and which sentence each row belongs to."""

    rows: Numbers
    owners: Numbers
    norm: Floats
    intents: Numbers
    weights: Floats


class _Learner:
    """The weights while they are being fitted."""

    def __init__(self, intents: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.intents = intents
        self.rows = np.zeros((SIZE, intents + HIDDEN), dtype=np.float32)
        self.rows[:, intents:] = self.rng.normal(0, 0.1, (SIZE, HIDDEN))
        self.bias = np.zeros(intents, dtype=np.float32)
        self.hidden_bias = np.zeros(HIDDEN, dtype=np.float32)
        self.output = self.rng.normal(0, (2 / HIDDEN) ** 0.5, (HIDDEN, intents)).astype(np.float32)
        self._row_slopes = np.full((SIZE, 2), 1e-8, dtype=np.float32)
        self._output_slopes = np.full_like(self.output, 1e-8)

    def batch(self, lessons: list[Lesson]) -> _Batch:
        """The lessons with some features left out, never all of them."""
        owners = np.repeat(np.arange(len(lessons)), [len(one.features) for one in lessons])
        rows = np.concatenate([one.features for one in lessons])
        share = 2 * FEATURES_LEFT_OUT * self.rng.random(len(lessons))
        kept = self.rng.random(len(rows)) >= share[owners]
        kept[np.searchsorted(owners, np.arange(len(lessons)))] = True
        rows, owners = rows[kept], owners[kept]
        norm = (1.0 / np.sqrt(np.bincount(owners, minlength=len(lessons)))).astype(np.float32)[:, None]
        intents = np.array([one.intent for one in lessons])
        return _Batch(rows, owners, norm, intents, np.array([one.weight for one in lessons], dtype=np.float32))

    def learn(self, batch: _Batch, pace: float) -> None:
        """One step: forward, gradient of the cross entropy, update of the touched rows only."""
        count = len(batch.intents)
        starts = np.searchsorted(batch.owners, np.arange(count))
        total = np.add.reduceat(self.rows[batch.rows], starts, axis=0) * batch.norm
        kept = (self.rng.random((count, HIDDEN)) >= HIDDEN_LEFT_OUT).astype(np.float32) / (1.0 - HIDDEN_LEFT_OUT)
        before = total[:, self.intents :] + self.hidden_bias
        hidden = np.maximum(before, 0.0) * kept
        error = _error(total[:, : self.intents] + self.bias + hidden @ self.output, batch)
        hidden_error = (error @ self.output.T) * kept * (before > 0)
        slope = hidden.T @ error
        self._output_slopes += slope**2
        self.output -= HIDDEN_STEP * pace * slope / np.sqrt(self._output_slopes)
        self.hidden_bias -= 0.5 * HIDDEN_STEP * pace * hidden_error.sum(axis=0)
        self.bias -= 0.5 * STEP * pace * error.sum(axis=0)
        self._learn_rows(batch, np.concatenate([error, hidden_error], axis=1) * batch.norm, pace)

    def _learn_rows(self, batch: _Batch, errors: Floats, pace: float) -> None:
        order = np.argsort(batch.rows, kind="stable")
        touched, firsts = np.unique(batch.rows[order], return_index=True)
        slope = np.add.reduceat(errors[batch.owners[order]], firsts, axis=0) + DECAY * self.rows[touched]
        parts = ((0, slice(0, self.intents), STEP), (1, slice(self.intents, None), HIDDEN_STEP))
        for kind, columns, step in parts:
            self._row_slopes[touched, kind] += (slope[:, columns] ** 2).mean(axis=1)
            scale = step * pace / np.sqrt(self._row_slopes[touched, kind])
            self.rows[touched, columns] -= scale[:, None] * slope[:, columns]

    def model(self, often: NDArray[np.bool_], intents: tuple[str, ...], known: frozenset[str]) -> Model:
        """What was learned; rows other than those of features met often enough are empty."""
        self.rows[~often] = 0.0
        scales = np.maximum(np.abs(self.rows).max(axis=0), 1e-9) / 127.0
        grains = np.repeat(GRAINS, (self.intents, HIDDEN))
        rows = (np.round(self.rows / scales / grains) * grains).clip(-127, 127).astype(np.int8)
        return Model(rows, scales.astype(np.float32), self.bias, self.hidden_bias, self.output, intents, known)


def _error(scores: Floats, batch: _Batch) -> Floats:
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = exps / exps.sum(axis=1, keepdims=True) - SMOOTHING / scores.shape[1]
    error[np.arange(len(error)), batch.intents] -= 1.0 - SMOOTHING
    result: Floats = error * (batch.weights / len(error))[:, None]
    return result


def train(lessons: list[Lesson], intents: tuple[str, ...], known: frozenset[str], seed: int = 7) -> Model:
    """Fit a model to the lessons."""
    learner = _Learner(len(intents), seed)
    for turn in range(ROUNDS):
        order = learner.rng.permutation(len(lessons))
        for start in range(0, len(order), BATCH):
            chosen = [lessons[i] for i in order[start : start + BATCH]]
            learner.learn(learner.batch(chosen), 1.0 - turn / (ROUNDS + 1))
    met = np.bincount(np.concatenate([one.features for one in lessons]), minlength=SIZE)
    return learner.model(met >= FEWEST_LESSONS, intents, known)
