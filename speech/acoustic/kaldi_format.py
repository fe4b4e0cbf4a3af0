"""Kaldi's binary model file, written without Kaldi: am/final.mdl from a trained network.

The file holds a transition model (which phone's state scores with which network output) and the network in nnet3 form.
Output 0 is the blank. Phone 1 is silence: it scores with the blank. Every phone p of the network has four Kaldi phones
that score with output p, one for each place in a word. A word's last phone has no blanks: those after it belong to
silence, so that trailing silence is seen as such, and no path is counted twice.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speech.acoustic.frontend import CEPSTRA
from speech.acoustic.network import SKIP_SCALE, SPLICE, SUBSAMPLING

if TYPE_CHECKING:
    from torch import nn

    from speech.acoustic.network import AcousticNetwork

SILENCE = 1
Matrix = NDArray[np.float64]


class Place(IntEnum):
    """Where in its word a phone stands; SECOND_LAST is the second and last of two."""

    BEGIN = 0
    SECOND = 1
    INNER = 2
    END = 3
    SECOND_LAST = 4
    ALONE = 5


@dataclass(frozen=True)
class PhoneShape:
    """The states of a Kaldi phone.

    boundary  what Kaldi's word alignment calls its place
    arcs      state → [(next state, probability)]; the state after the last one is the end of the phone
    blanks    the states that score with the blank instead of the phone's output
    """

    boundary: str
    arcs: tuple[tuple[tuple[int, float], ...], ...]
    blanks: frozenset[int] = frozenset()


# Kaldi's word alignment takes self-loops after a silence, a word or a word's first phone for theirs, so what follows
# those begins with a state without one.
_SPOKEN = (((0, 0.3), (1, 0.3), (2, 0.4)), ((1, 0.5), (2, 0.5)))
_SPOKEN_ANEW = (((1, 0.3), (2, 0.3), (3, 0.4)), ((1, 0.3), (2, 0.3), (3, 0.4)), ((2, 0.5), (3, 0.5)))
_LAST = (((0, 0.5), (1, 0.5)),)
_LAST_ANEW = (((1, 0.5), (2, 0.5)), ((1, 0.5), (2, 0.5)))
SILENCE_SHAPE = PhoneShape("nonword", _LAST_ANEW, frozenset({0, 1}))
SHAPES = {
    Place.BEGIN: PhoneShape("begin", _SPOKEN_ANEW, frozenset({2})),
    Place.SECOND: PhoneShape("internal", _SPOKEN_ANEW, frozenset({2})),
    Place.INNER: PhoneShape("internal", _SPOKEN, frozenset({1})),
    Place.END: PhoneShape("end", _LAST),
    Place.SECOND_LAST: PhoneShape("end", _LAST_ANEW),
    Place.ALONE: PhoneShape("singleton", _LAST_ANEW),
}


def token(text: str) -> bytes:
    return text.encode() + b" "


def integer(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def real(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def integers(values: list[int]) -> bytes:
    return integer(len(values)) + np.asarray(values, "<i4").tobytes()


def vector(values: Matrix | list[float]) -> bytes:
    return b"FV " + integer(len(values)) + np.asarray(values, "<f4").tobytes()


def matrix(values: Matrix) -> bytes:
    """A matrix in Kaldi's compressed form of two bytes a value, which it reads wherever it reads a matrix."""
    low, span = float(values.min()), max(float(np.ptp(values)), 1e-9)
    codes = np.round((values - low) / span * 65535).astype("<u2")
    return b"CM2 " + struct.pack("<ffii", low, span, *values.shape) + codes.tobytes()


@dataclass(frozen=True)
class Transitions:
    """The transition model's bytes and, for the graph, the id of every arc (phone, state, next state)."""

    data: bytes
    ids: dict[tuple[int, int, int], int]


def kaldi_phone(output: int, place: Place) -> int:
    """The Kaldi phone of a network output at a place in a word."""
    return SILENCE + 1 + (output - 1) * len(Place) + place


def kaldi_phones(outputs: int) -> dict[int, tuple[int, PhoneShape]]:
    """Every Kaldi phone of a network with that many outputs: the output it scores with, and its states."""
    spoken = {
        kaldi_phone(output, place): (output, shape) for output in range(1, outputs) for place, shape in SHAPES.items()
    }
    return {SILENCE: (0, SILENCE_SHAPE), **spoken}


def word_boundaries(outputs: int) -> str:
    """graph/phones/word_boundary.int: where in a word each Kaldi phone stands; Vosk takes word times from it."""
    return "".join(f"{phone} {shape.boundary}\n" for phone, (_, shape) in kaldi_phones(outputs).items())


def transition_model(outputs: int) -> Transitions:
    """The transition model for a network with `outputs` outputs, the blank included."""
    phones = kaldi_phones(outputs)
    shapes = [SILENCE_SHAPE, *SHAPES.values()]
    data = token("<TransitionModel>") + token("<Topology>") + integers(list(phones))
    data += integers([-1, *(shapes.index(shape) for _, shape in phones.values())]) + integer(len(shapes))
    for shape in shapes:
        data += integer(len(shape.arcs) + 1)
        for pdf_class, arcs in enumerate(shape.arcs):
            data += integer(pdf_class) + integer(len(arcs)) + b"".join(integer(to) + real(p) for to, p in arcs)
        data += integer(-1) + integer(0)
    data += token("</Topology>")
    triples: list[tuple[int, int, int]] = []
    ids: dict[tuple[int, int, int], int] = {}
    logs = [0.0]
    for phone, (output, shape) in phones.items():
        for state, arcs in enumerate(shape.arcs):
            triples.append((phone, state, 0 if state in shape.blanks else output))
            for to, probability in arcs:
                ids[phone, state, to] = len(logs)
                logs.append(float(np.log(probability)))
    data += token("<Triples>") + integer(len(triples)) + b"".join(integer(v) for t in triples for v in t)
    data += token("</Triples>") + token("<LogProbs>") + vector(logs) + token("</LogProbs>")
    return Transitions(data + token("</TransitionModel>"), ids)


def _affine(weights: Matrix, bias: Matrix) -> bytes:
    body = token("<LinearParams>") + matrix(weights) + token("<BiasParams>") + vector(bias)
    return token("<FixedAffineComponent>") + body + token("</FixedAffineComponent>")


def _rectifier(width: int) -> bytes:
    statistics = token("<ValueAvg>") + vector([]) + token("<DerivAvg>") + vector([])
    count = token("<Count>") + b"\x08" + struct.pack("<d", 0)
    dimension = token("<Dim>") + integer(width)
    return token("<RectifiedLinearComponent>") + dimension + statistics + count + token("</RectifiedLinearComponent>")


def _identity(width: int) -> bytes:
    body = token("<Dim>") + integer(width) + token("<BackpropScale>") + real(1.0)
    return token("<NoOpComponent>") + body + token("</NoOpComponent>")


def _weights(layer: "nn.Linear") -> tuple[Matrix, Matrix]:
    weights = layer.weight.detach().double().numpy()
    bias = layer.bias.detach().double().numpy() if layer.bias is not None else np.zeros(len(weights))
    return weights, bias


def _scale_and_shift(norm: "nn.BatchNorm1d") -> tuple[Matrix, Matrix]:
    scale = 1 / np.sqrt(norm.running_var.double().numpy() + norm.eps)
    return scale, -norm.running_mean.double().numpy() * scale


Layer = tuple[str, Matrix, Matrix]


def folded_layers(network: "AcousticNetwork", blank_shift: float) -> list[Layer]:
    """Name, weights and bias of every affine layer, with the normalisations folded in.

    Their scale goes into the layer before the rectifier (a positive scale passes through it), their shift into the
    biases of the layers after.
    """
    scale, shift = _scale_and_shift(network.first_norm.norm)
    weights, bias = _weights(network.first)
    layers: list[Layer] = [("input.affine", *_weights(network.input))]
    layers.append(("first.affine", scale[:, None] * weights, scale * bias))
    for number, layer in enumerate(network.layers):
        linear, _ = _weights(layer.linear)
        weights, bias = _weights(layer.affine)
        scale, own_shift = _scale_and_shift(layer.norm.norm)
        layers.append((f"layer{number}.linear", linear, linear @ np.tile(shift, 2 if layer.steps else 1)))
        layers.append((f"layer{number}.affine", scale[:, None] * weights, scale * bias))
        shift = SKIP_SCALE * shift + own_shift
    weights, bias = _weights(network.prefinal)
    scale, own_shift = _scale_and_shift(network.prefinal_norm.norm)
    layers.append(("prefinal.affine", scale[:, None] * weights, scale * (weights @ shift + bias)))
    weights, bias = _weights(network.output)
    bias = bias + weights @ own_shift
    bias[0] += blank_shift
    return [*layers, ("output.affine", weights, bias)]


def nnet3(network: "AcousticNetwork", blank_shift: float) -> bytes:
    """The network in nnet3 form: its nodes as text, then its components."""
    nodes = [f"input-node name=input dim={CEPSTRA}"]
    components: list[tuple[str, bytes]] = []

    def node(name: str, component: bytes, source: str) -> str:
        components.append((name, component))
        nodes.append(f"component-node name={name} component={name} input={source}")
        return name

    spliced = ", ".join("input" if k == 0 else f"Offset(input, {k})" for k in range(-SPLICE, SPLICE + 1))
    source, skipped = f"Append({spliced})", ""
    for name, weights, bias in folded_layers(network, blank_shift):
        group, _, part = name.partition(".")
        stride = network.layers[int(group[5:])].steps * SUBSAMPLING if group.startswith("layer") else 0
        skipped = source if part == "linear" else skipped
        if stride and part == "linear":
            source = f"Append(Offset({source}, {-stride}), {source})"
        elif stride:
            source = f"Append({source}, Offset({source}, {stride}))"
        source = node(name, _affine(weights, bias), source)
        if name not in ("input.affine", "output.affine") and part == "affine":
            source = node(f"{group}.relu", _rectifier(len(bias)), source)
        if group.startswith("layer") and part == "affine":
            source = node(f"{group}.sum", _identity(len(bias)), f"Sum(Scale({SKIP_SCALE}, {skipped}), {source})")
    nodes.append(f"output-node name=output input={source} objective=linear")
    head = token("<Nnet3>") + b"\n" + "\n".join(nodes).encode() + b"\n\n"
    body = b"".join(token("<ComponentName>") + token(name) + component for name, component in components)
    return head + token("<NumComponents>") + integer(len(components)) + body + token("</Nnet3>")


def acoustic_model(network: "AcousticNetwork", blank_shift: float) -> bytes:
    """The whole final.mdl. `blank_shift` is added to the blank's score: below zero, fewer units are dropped."""
    context = network.shape.context
    head = b"\0B" + transition_model(network.output.out_features).data + nnet3(network, blank_shift)
    return (
        head
        + token("<LeftContext>")
        + integer(context)
        + token("<RightContext>")
        + integer(context)
        + (token("<Priors>") + vector([]))
    )
