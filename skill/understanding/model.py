"""The model: each feature has a row of weights; their sum gives every intent a score straight away and, through a layer
of hidden units, a second one that hears what words mean together. A softmax over both gives probabilities.

Trained in `learning.py`. The rows are stored as one byte a weight.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skill.understanding.features import Features

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """`rows`: one a feature, its columns the intents and then the hidden units, as bytes with one scale a column;
    `output`: hidden units by intents; `known`: the stems of words of the trade."""

    rows: NDArray[np.int8]
    scales: Floats
    bias: Floats
    hidden_bias: Floats
    output: Floats
    intents: tuple[str, ...]
    known: frozenset[str]

    def probabilities(self, features: Features) -> Floats:
        """One probability an intent, in the order of `intents`."""
        total = self.rows[features].sum(axis=0, dtype=np.int32) * self.scales / np.sqrt(len(features) or 1)
        count = len(self.intents)
        hidden = np.maximum(total[count:] + self.hidden_bias, 0.0)
        scores = total[:count] + self.bias + hidden @ self.output
        exps = np.exp(scores - scores.max())
        result: Floats = (exps / exps.sum()).astype(np.float32)
        return result


def load(path: Path) -> Model:
    """Read a model file. Raises OSError or ValueError when it is not one, or one of another make."""
    with np.load(path, allow_pickle=False) as stored:
        if "rows" not in stored:
            raise ValueError(f"{path} was built by another version: run `zhku understanding build` again")
        return Model(
            stored["rows"],
            stored["scales"],
            stored["bias"],
            stored["hidden_bias"],
            stored["output"],
            tuple(str(stored["intents"]).split("\n")),
            frozenset(str(stored["known"]).split("\n")),
        )


def save(model: Model, path: Path) -> None:
    """Write a model file; the old one stays until the new one is whole."""
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        rows=model.rows,
        scales=model.scales,
        bias=model.bias,
        hidden_bias=model.hidden_bias,
        output=model.output,
        intents=np.array("\n".join(model.intents)),
        known=np.array("\n".join(sorted(model.known))),
    )
    part.replace(path)
