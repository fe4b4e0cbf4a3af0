"""New checkpoints from old ones: a wider network that begins where a smaller one ended, and the mean of several."""

from pathlib import Path

import torch
from torch import Tensor

from speech.acoustic.network import AcousticNetwork, Shape, load_checkpoint, save_checkpoint

UNTAUGHT = 0.1


def grow(source: Path, target: Path, shape: Shape, seed: int = 1) -> None:
    """Write a network of a larger shape whose units of the source compute nearly what they did there.

    Their weights on new units begin small; new units begin at random. Raises ValueError for a shape that is smaller
    somewhere or has other layers.
    """
    small, phones = load_checkpoint(source)
    if shape.strides != small.shape.strides or shape.width < small.shape.width:
        raise ValueError(f"{small.shape} cannot grow into {shape}")
    torch.manual_seed(seed)
    network = AcousticNetwork(len(phones) + 1, shape)
    grown, given = network.state_dict(), small.state_dict()
    for name, value in given.items():
        if value.dim() == 0:
            continue
        if value.dim() == 1:
            grown[name][: len(value)] = value
        else:
            _fill(grown[name], value, halves=_halves(name, shape))
    network.load_state_dict(grown)
    save_checkpoint(target, network, phones)


def _halves(name: str, shape: Shape) -> int:
    """How many neighbouring moments the inputs of a matrix are of."""
    parts = name.split(".")
    spliced = parts[0] == "layers" and parts[2] in ("linear", "affine") and shape.strides[int(parts[1])] > 0
    return 2 if spliced else 1


def _fill(grown: Tensor, value: Tensor, halves: int) -> None:
    if grown.shape[0] < value.shape[0] or grown.shape[1] < value.shape[1]:
        raise ValueError("the new network is narrower somewhere")
    rows, columns = value.shape[0], value.shape[1] // halves
    grown[:rows] *= UNTAUGHT
    for half in range(halves):
        start = half * (grown.shape[1] // halves)
        grown[:rows, start : start + columns] = value[:, half * columns : (half + 1) * columns]


def average(sources: list[Path], shares: list[float], target: Path) -> None:
    """Write the weighted mean of checkpoints of one shape. Raises ValueError when their number or shape differs."""
    loaded = [load_checkpoint(source) for source in sources]
    network, phones = loaded[0]
    if len(shares) != len(sources) or any((n.shape, p) != (network.shape, phones) for n, p in loaded):
        raise ValueError("a share for each checkpoint, and checkpoints of one shape, are needed")
    states = [n.state_dict() for n, _ in loaded]
    total = sum(shares)
    mean = {
        name: sum((share / total) * state[name] for share, state in zip(shares, states, strict=True))
        if value.dtype.is_floating_point
        else value
        for name, value in states[0].items()
    }
    network.load_state_dict(mean)
    save_checkpoint(target, network, phones)
