"""The acoustic network: nine frames spliced, one output per three frames, factorised time-delay layers above."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from speech.acoustic.frontend import CEPSTRA

SPLICE = 4
SUBSAMPLING = 3
SKIP_SCALE = 0.66
BLANK_SHIFT = -2.5


@dataclass(frozen=True)
class Shape:
    """Sizes of a network.

    strides  frames each time-delay layer looks to either side, multiples of 3; 0 for a layer without context
    """

    width: int = 512
    bottleneck: int = 112
    strides: tuple[int, ...] = (0, 3, 3, 3, 3, 3, 3, 3, 3)
    input_rank: int = 128
    prefinal: int = 256

    @property
    def context(self) -> int:
        """Frames needed to the left and to the right of a sound."""
        return SPLICE + sum(self.strides)


class Normalised(nn.Module):
    """Batch normalisation without scale or shift, over the last dimension of (batch, time, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(width, eps=1e-3, affine=False, momentum=0.05)

    def forward(self, x: Tensor) -> Tensor:
        normalised: Tensor = self.norm(x.reshape(-1, x.shape[-1]))
        return normalised.view(x.shape)


class TimeDelayLayer(nn.Module):
    """A factorised affine over (t - stride, t, t + stride), ReLU, normalisation and a scaled skip connection."""

    def __init__(self, width: int, bottleneck: int, stride: int) -> None:
        super().__init__()
        self.steps = stride // SUBSAMPLING
        spliced = 2 if self.steps else 1
        self.linear = nn.Linear(width * spliced, bottleneck, bias=False)
        self.affine = nn.Linear(bottleneck * spliced, width)
        self.norm = Normalised(width)

    def forward(self, x: Tensor) -> Tensor:
        steps = self.steps
        if not steps:
            return torch.add(self.norm(functional.relu(self.affine(self.linear(x)))), x, alpha=SKIP_SCALE)
        hidden = self.linear(torch.cat([x[:, :-steps], x[:, steps:]], -1))
        hidden = functional.relu(self.affine(torch.cat([hidden[:, :-steps], hidden[:, steps:]], -1)))
        return torch.add(self.norm(hidden), x[:, steps:-steps], alpha=SKIP_SCALE)


class AcousticNetwork(nn.Module):
    """(batch, time + 2 * context, 13) cepstra → (batch, ceil(time / 3), outputs) scores; output 0 is the blank."""

    def __init__(self, outputs: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.input = nn.Linear((2 * SPLICE + 1) * CEPSTRA, shape.input_rank)
        self.first = nn.Linear(shape.input_rank, shape.width)
        self.first_norm = Normalised(shape.width)
        self.layers = nn.ModuleList([TimeDelayLayer(shape.width, shape.bottleneck, s) for s in shape.strides])
        self.prefinal = nn.Linear(shape.width, shape.prefinal)
        self.prefinal_norm = Normalised(shape.prefinal)
        self.output = nn.Linear(shape.prefinal, outputs)

    def forward(self, cepstra: Tensor) -> Tensor:
        time = cepstra.shape[1] - 2 * SPLICE
        x = torch.cat([cepstra[:, i : time + i : SUBSAMPLING] for i in range(2 * SPLICE + 1)], -1)
        x = self.first_norm(functional.relu(self.first(self.input(x))))
        for layer in self.layers:
            x = layer(x)
        x = self.prefinal_norm(functional.relu(self.prefinal(x)))
        scores: Tensor = self.output(x)
        return scores

    def normalise_input(self, mean: Tensor, deviation: Tensor) -> None:
        """Put the normalisation of the cepstra into the first layer."""
        with torch.no_grad():
            self.input.weight.div_(deviation.repeat(2 * SPLICE + 1)[None])
            self.input.bias.sub_(self.input.weight @ mean.repeat(2 * SPLICE + 1))


def save_checkpoint(path: Path, network: AcousticNetwork, phones: list[str], **extra: Any) -> None:  # noqa: ANN401 - training state of any kind
    """Write a checkpoint whole or not at all."""
    part = path.with_suffix(".part")
    weights = network.state_dict()
    torch.save({"shape": asdict(network.shape), "phones": phones, "weights": weights, **extra}, part)
    part.rename(path)


def load_checkpoint(path: Path) -> tuple[AcousticNetwork, list[str]]:
    """The network, ready to evaluate, and its phones: output k+1 is phone k."""
    saved = torch.load(path, weights_only=True)
    shape = Shape(**{**saved["shape"], "strides": tuple(saved["shape"]["strides"])})
    network = AcousticNetwork(len(saved["phones"]) + 1, shape)
    network.load_state_dict(saved["weights"])
    network.eval()
    return network, list(saved["phones"])
