"""Telling words apart: the likelihood of what was said against that of every other word sequence of a small vocabulary.

The graphs are those of the decoder (speech.acoustic.graph) without a filler: a phone fires once or more and may be
followed by blanks, a word's last phone may not; between words there may be silence, which is blanks.
"""

from dataclasses import dataclass
from math import exp

import torch
from torch import Tensor
from torch.nn import functional

from speech.acoustic.pronunciation import pronunciations

WORD_COST = 4.0
VARIANT_COST = 0.3
IMPOSSIBLE = 1e-30
MOST_EXCESS = 60.0


@dataclass(frozen=True)
class Way:
    """A pronunciation in network outputs, the hubs before and after its word, and the cost of taking it."""

    outputs: tuple[int, ...]
    start: int
    end: int
    cost: float


@dataclass(frozen=True)
class Graph:
    """States of the words of some graphs; words lie between hubs, each with its own silence; all begin in hub 0.

    emitted    graphs × states: the network output of each state
    next, skip graphs × states: one where a state may follow the last, or the last but one
    starts     graphs × hubs × states: factor of entering a word's first state
    ends       graphs × states × hubs: one where a word's last phone leads into a hub
    last       of each graph the hub in which its utterance ends
    """

    emitted: Tensor
    next: Tensor
    skip: Tensor
    starts: Tensor
    ends: Tensor
    last: Tensor


def word_graph(ways: list[Way], hubs: int) -> Graph:
    """One graph; its utterance ends in the last hub."""
    states = sum(2 * len(way.outputs) - 1 for way in ways)
    emitted, following, skip = (torch.zeros(1, states) for _ in range(3))
    starts, ends = torch.zeros(1, hubs, states), torch.zeros(1, states, hubs)
    first = 0
    for way in ways:
        after = first + 2 * len(way.outputs) - 1
        emitted[0, first:after:2] = torch.tensor(way.outputs, dtype=torch.float32)
        following[0, first + 1 : after] = 1.0
        skip[0, first + 2 : after : 2] = 1.0
        starts[0, way.start, first] = exp(-way.cost)
        ends[0, after - 1, way.end] = 1.0
        first = after
    return Graph(emitted.long(), following, skip, starts, ends, torch.tensor([hubs - 1]))


def stacked(graphs: list[Graph]) -> Graph:
    """Graphs side by side, filled up with states and hubs that are never reached."""
    states = max(g.emitted.shape[1] for g in graphs)
    hubs = max(g.ends.shape[2] for g in graphs)

    def filled(tensors: list[Tensor], *shape: int) -> Tensor:
        whole = torch.zeros(len(tensors), *shape, dtype=tensors[0].dtype)
        for row, tensor in zip(whole, tensors, strict=True):
            row[tuple(slice(size) for size in tensor.shape[1:])] = tensor[0]
        return whole

    return Graph(
        filled([g.emitted for g in graphs], states), filled([g.next for g in graphs], states),
        filled([g.skip for g in graphs], states), filled([g.starts for g in graphs], hubs, states),
        filled([g.ends for g in graphs], states, hubs), torch.cat([g.last for g in graphs]),
    )  # fmt: skip


def likelihood(scores: Tensor, steps: Tensor, graph: Graph) -> Tensor:
    """Log of the summed probability of all paths of each utterance through its graph, or through the only graph.

    scores  utterances × time × outputs, the blank's shifted as for decoding; steps their lengths
    """
    count, _, width = scores.shape
    highest = scores.detach().amax(-1, keepdim=True)
    outputs = torch.exp(scores - highest)
    emissions = torch.matmul(outputs, functional.one_hot(graph.emitted, width).to(outputs.dtype).transpose(1, 2))
    starts, ends = (t.expand(count, -1, -1) for t in (graph.starts, graph.ends))
    inside, silence = (torch.zeros(count, t.shape[2]) for t in (graph.starts, graph.ends))
    hub, scale, found = torch.zeros_like(silence), torch.zeros(count), []
    hub[:, 0] = 1.0
    last = graph.last.expand(count)[:, None]
    moments = zip(emissions.unbind(1), outputs[..., :1].unbind(1), highest[..., 0].unbind(1), strict=True)
    for emission, blank, level in moments:
        entered = torch.bmm((hub + silence)[:, None], starts)[:, 0]
        before = functional.pad(inside, (2, 0))
        arrived = inside + before[:, 1:-1] * graph.next + before[:, :-2] * graph.skip + entered
        silence = (silence + hub) * blank
        inside = arrived * emission
        hub = torch.bmm(inside[:, None], ends)[:, 0]
        total = (inside.sum(1, keepdim=True) + silence.sum(1, keepdim=True)).detach().clamp_min(IMPOSSIBLE)
        inside, silence, hub = inside / total, silence / total, hub / total
        scale = scale + total[:, 0].log() + level
        found.append((hub + silence).gather(1, last)[:, 0].clamp_min(IMPOSSIBLE).log() + scale)
    return torch.stack(found, 1).gather(1, steps[:, None] - 1)[:, 0]


class Discrimination:
    """How well other sequences of some words explain the sound, beside the words that were said."""

    def __init__(self, vocabulary: list[str], phones: dict[str, int], blank_shift: float) -> None:
        self._ways = {w: [tuple(phones[p] for p in way) for way in pronunciations(w)] for w in vocabulary}
        self._shift = blank_shift
        self._any = word_graph([way for word in vocabulary for way in self._between(word, 0, 0)], 1)

    def covers(self, words: list[str]) -> bool:
        return bool(words) and self._ways.keys() >= set(words)

    def _between(self, word: str, start: int, end: int) -> list[Way]:
        costs = [WORD_COST + (VARIANT_COST if k else 0.0) for k in range(len(self._ways[word]))]
        return [Way(way, start, end, cost) for way, cost in zip(self._ways[word], costs, strict=True)]

    def _said(self, words: list[str]) -> Graph:
        ways = [way for k, word in enumerate(words) for way in self._between(word, k, k + 1)]
        return word_graph(ways, len(words) + 1)

    def loss(self, scores: Tensor, steps: list[int], said: list[list[str]]) -> Tensor:
        """Sum over utterances of the log of (all sequences / what was said); what cannot be aligned counts nothing."""
        shifted = torch.cat([scores[..., :1] + self._shift, scores[..., 1:]], -1)
        lengths = torch.tensor(steps)
        graphs = stacked([self._said(words) for words in said])
        excess = likelihood(shifted, lengths, self._any) - likelihood(shifted, lengths, graphs)
        return torch.where(excess < MOST_EXCESS, excess, torch.zeros_like(excess)).sum()
