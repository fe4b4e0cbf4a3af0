"""The training curve as a picture."""

import json
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot


def draw(progress: Path, picture: Path) -> None:
    """Draw what progress.jsonl measured after each epoch: the loss above, the errors on unheard speakers below."""
    epochs = [json.loads(line) for line in progress.read_text(encoding="utf-8").splitlines()]
    figure, (above, below) = pyplot.subplots(2, 1, sharex=True, figsize=(7, 7))
    steps = [e["epoch"] for e in epochs]
    above.plot(steps, [e["loss"] for e in epochs], marker=".")
    above.set_ylabel("loss a phone")
    for name in sorted(set(epochs[-1]) - {"epoch", "loss", "seconds"}):
        below.plot(steps, [e[name] for e in epochs], marker=".", label=name.replace("_", " "))
    below.set_ylabel("share wrong, unheard speakers")
    below.set_xlabel("epoch")
    below.legend()
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
