"""HCLr.fst, from transition-ids to words: the words' pronunciations as a tree, and a filler for [unk].

Words that begin alike share the states of their beginning, so that silence and first sounds cost a few dozen paths
instead of one for every word. A word is known where no other goes on with it; from there on words that end alike share
the states of their ending.
"""

from collections import Counter
from dataclasses import dataclass

import pywrapfst as openfst

from speech.acoustic.kaldi_format import SILENCE, PhoneShape, Place, Transitions, kaldi_phone, kaldi_phones
from speech.acoustic.lookahead import with_lookahead

UNKNOWN = "[unk]"
THIRD = 2

Phones = tuple[int, ...]


@dataclass(frozen=True)
class GraphCosts:
    """Costs (negative natural logarithms) of the paths through the lexicon.

    silence   entering silence between words
    word      every word: above zero, fewer insertions
    variant   a pronunciation that is not the word's normal one
    pause     every further step of blanks inside a word: else «три…» waits for «тридцать» as long as one is silent
    unknown   entering the filler; unknown_phone each of its phones. Cheaper fillers swallow true words
    """

    silence: float = 0.0
    word: float = 0.0
    variant: float = 0.3
    pause: float = 0.1
    unknown: float = 3.0
    unknown_phone: float = 1.8


def weight(cost: float) -> openfst.Weight:
    """A negative natural logarithm of a probability, as OpenFst has it."""
    return openfst.Weight("tropical", cost)


def _place(position: int, *, last: bool) -> Place:
    """Of the phone at this position of a word, counted from 0."""
    if last:
        return (Place.ALONE, Place.SECOND_LAST, Place.END)[min(position, THIRD)]
    return (Place.BEGIN, Place.SECOND, Place.INNER)[min(position, THIRD)]


class _LexiconTree:
    """The transducer while it grows: a loop of words with optional silence between.

    Silence leads to where only words begin: were it followed by more silence, every pause would have countless
    alignments.
    """

    def __init__(self, transitions: Transitions, outputs: int, costs: GraphCosts) -> None:
        self.ids, self.shapes, self.costs = transitions.ids, kaldi_phones(outputs), costs
        self.fst = openfst.VectorFst()
        self.after_word, self.before_word = self.fst.add_state(), self.fst.add_state()
        self.fst.set_start(self.after_word)
        self.fst.set_final(self.before_word, weight(0))
        self.arc(self.after_word, self.before_word)
        self._nodes: dict[Phones, int] = {(): self.before_word}
        self._endings: dict[tuple[Phones, int], list[int]] = {}

    def arc(self, source: int, target: int, label: int = 0, word: int = 0, cost: float = 0.0) -> None:
        self.fst.add_arc(source, openfst.Arc(label, word, weight(cost), target))

    def _shape(self, phone: int) -> PhoneShape:
        return self.shapes[phone][1]

    def phone(self, phone: int, target: int) -> list[int]:
        """New states of one Kaldi phone, with their arcs; the target comes last."""
        arcs, blanks = self._shape(phone).arcs, self._shape(phone).blanks
        states = [*(self.fst.add_state() for _ in arcs), target]
        entered = {to for outgoing in arcs for to, _ in outgoing}
        for state, outgoing in enumerate(arcs):
            if state in entered:
                for to, _ in outgoing:
                    waits = phone != SILENCE and state in blanks and to == state
                    cost = self.costs.pause if waits else 0.0
                    self.arc(states[state], states[to], self.ids[phone, state, to], cost=cost)
        return states

    def enter(self, source: int, phone: int, states: list[int], word: int = 0, cost: float = 0.0) -> None:
        """Let a phone's states begin at the source: without an empty arc, a path is scored before it is kept."""
        for to, _ in self._shape(phone).arcs[0]:
            self.arc(source, states[to], self.ids[phone, 0, to], word, cost)

    def step(self, source: int, phone: int, target: int, cost: float = 0.0) -> None:
        self.enter(source, phone, self.phone(phone, target), cost=cost)

    def node(self, prefix: Phones) -> int:
        """Where words with this beginning are that share it."""
        if prefix not in self._nodes:
            before = self.node(prefix[:-1])
            self._nodes[prefix] = self.fst.add_state()
            phone = kaldi_phone(prefix[-1], _place(len(prefix) - 1, last=False))
            self.step(before, phone, self._nodes[prefix])
        return self._nodes[prefix]

    def ending(self, phones: Phones, position: int) -> tuple[int, list[int]]:
        """The first of a word's last phones, which is its `position`-th, and that phone's states."""
        last, position = len(phones) == 1, min(position, THIRD)
        phone = kaldi_phone(phones[0], _place(position, last=last))
        if (phones, position) not in self._endings:
            target = self.after_word if last else self.fst.add_state()
            if not last:
                self.enter(target, *self.ending(phones[1:], position + 1))
            self._endings[phones, position] = self.phone(phone, target)
        return phone, self._endings[phones, position]

    def word(self, number: int, phones: Phones, shared: int, cost: float) -> None:
        """A word whose first `shared` phones other words have too."""
        self.enter(self.node(phones[:shared]), *self.ending(phones[shared:], shared), number, cost)

    def filler(self, number: int, outputs: range) -> None:
        """Three or more phones of any kind."""
        first, second, further = (self.fst.add_state() for _ in range(3))
        self.arc(self.before_word, first, 0, number, self.costs.unknown)
        steps = [(first, Place.BEGIN, second), (second, Place.SECOND, further), (further, Place.INNER, further)]
        for source, place, target in [*steps, (further, Place.END, self.after_word)]:
            for output in outputs:
                self.step(source, kaldi_phone(output, place), target, self.costs.unknown_phone)


def lexicon_fst(
    transitions: Transitions, outputs: int, pronunciations: dict[str, list[Phones]], numbers: dict[str, int],
    costs: GraphCosts,
) -> bytes:  # fmt: skip
    """HCLr.fst: transition-ids to word numbers, with what Vosk needs to see which words lie ahead."""
    tree = _LexiconTree(transitions, outputs, costs)
    tree.step(tree.after_word, SILENCE, tree.before_word, costs.silence)
    beginnings = Counter(
        phones[:k] for ways in pronunciations.values() for phones in ways for k in range(1, len(phones))
    )
    for word, ways in pronunciations.items():
        for variant, phones in enumerate(ways):
            shared = next((k for k in range(len(phones) - 1) if beginnings[phones[: k + 1]] == 1), len(phones) - 1)
            tree.word(numbers[word], phones, shared, costs.word + (costs.variant if variant else 0.0))
    tree.filler(numbers[UNKNOWN], range(1, outputs))
    return with_lookahead(tree.fst, len(numbers))
