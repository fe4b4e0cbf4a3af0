"""The dynamic decoding graph: HCLr.fst (phones → words, a filler for [unk]) and Gr.fst (back-off trigram of words).

Vosk composes the two as it decodes, or HCLr with a small grammar of its own made from the phrases it is given.
"""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pywrapfst as openfst

from speech.acoustic.kaldi_format import FINAL_STATES, INNER_STATES, SILENCE, SILENCE_STATES, Transitions, final, inner

UNKNOWN = "[unk]"
NEVER_A_TRANSITION = 1_000_000
SHORTEST_UNKNOWN = 3
RARE_HISTORY = 3


@dataclass(frozen=True)
class GraphCosts:
    """Costs (negative natural logarithms) of the paths through the lexicon.

    silence   entering silence between words
    word      every word: above zero, fewer insertions
    variant   a pronunciation that is not the word's normal one
    unknown   entering the filler; unknown_phone each of its phones. Cheaper fillers swallow true words
    """

    silence: float = 0.0
    word: float = 0.0
    variant: float = 0.3
    unknown: float = 3.0
    unknown_phone: float = 1.8


def _weight(cost: float) -> openfst.Weight:
    return openfst.Weight("tropical", cost)


class _Lexicon:
    """The transducer from transition-ids to words while it grows: a loop of words with optional silence between.

    Words that end alike share the states of their common ending: the word is known from its first arc on. Silence leads
    to where only words begin: were it followed by more silence, every pause would have countless alignments.
    """

    def __init__(self, transitions: Transitions) -> None:
        self.ids = transitions.ids
        self.fst = openfst.VectorFst()
        self.after_word, self.before_word = self.fst.add_state(), self.fst.add_state()
        self.fst.set_start(self.after_word)
        self.fst.set_final(self.before_word, _weight(0))
        self.arc(self.after_word, self.before_word)
        self._endings: dict[tuple[int, ...], int] = {(): self.after_word}

    def arc(self, source: int, target: int, label: int = 0, word: int = 0, cost: float = 0.0) -> None:
        self.fst.add_arc(source, openfst.Arc(label, word, _weight(cost), target))

    def phone(self, target: int, phone: int) -> int:
        """A new state from which one Kaldi phone, with its self-loops, leads to the target."""
        shape = SILENCE_STATES if phone == SILENCE else FINAL_STATES if phone % 2 else INNER_STATES
        states = [*(self.fst.add_state() for _ in shape), target]
        for state, arcs in enumerate(shape):
            for to, _ in arcs:
                self.arc(states[state], states[to], self.ids[phone, state, to])
        return states[0]

    def ending(self, phones: tuple[int, ...]) -> int:
        """The state from which the last phones of a word lead to its end."""
        if phones not in self._endings:
            last = len(phones) == 1
            target = self.ending(phones[1:])
            self._endings[phones] = self.phone(target, final(phones[0]) if last else inner(phones[0]))
        return self._endings[phones]

    def word(self, number: int, phones: tuple[int, ...], cost: float) -> None:
        self.arc(self.before_word, self.ending(phones), 0, number, cost)

    def silence(self, cost: float) -> None:
        self.arc(self.after_word, self.phone(self.before_word, SILENCE), cost=cost)

    def filler(self, number: int, phones: range, costs: GraphCosts) -> None:
        """Three or more phones of any kind."""
        cost = costs.unknown_phone
        states = [self.fst.add_state() for _ in range(SHORTEST_UNKNOWN)]
        self.arc(self.before_word, states[0], 0, number, costs.unknown)
        for source, target in itertools.pairwise([*states, states[-1]]):
            for phone in phones:
                self.arc(source, self.phone(target, inner(phone)), cost=cost)
        for phone in phones:
            self.arc(states[-1], self.phone(self.after_word, final(phone)), cost=cost)


def lexicon_fst(
    transitions: Transitions, outputs: int, pronunciations: dict[str, list[tuple[int, ...]]], numbers: dict[str, int],
    costs: GraphCosts,
) -> openfst.Fst:  # fmt: skip
    """HCLr.fst: transition-ids to word numbers, sorted by word."""
    lexicon = _Lexicon(transitions)
    lexicon.silence(costs.silence)
    for word, ways in pronunciations.items():
        for variant, phones in enumerate(ways):
            lexicon.word(numbers[word], phones, costs.word + (costs.variant if variant else 0.0))
    lexicon.filler(numbers[UNKNOWN], range(1, outputs), costs)
    lexicon.fst.arcsort("olabel")
    return openfst.convert(lexicon.fst, "const")


History = tuple[str, ...]


class NGram:
    """Absolutely discounted, interpolated probabilities of words after the one or two words before them."""

    def __init__(self, vocabulary: Iterable[str], sentences: Iterable[str], order: int, discount: float) -> None:
        self.following: dict[History, Counter[str]] = defaultdict(Counter)
        known, self._discount = set(vocabulary), discount
        for sentence in sentences:
            words = ["<s>", *(word for word in sentence.split() if word in known), "</s>"]
            for end in range(1, len(words)):
                for length in range(min(order, end + 1)):
                    self.following[tuple(words[end - length : end])][words[end]] += 1
        for word in known:
            self.following[()][word] += 1
        self.following = {h: c for h, c in self.following.items() if len(h) < 2 or c.total() >= RARE_HISTORY}

    def left(self, history: History) -> float:
        """What a history leaves to the shorter one."""
        counts = self.following[history]
        return self._discount * len(counts) / counts.total()

    def probability(self, history: History, word: str) -> float:
        counts = self.following[history]
        if not history:
            return counts[word] / counts.total()
        seen = max(0.0, counts[word] - self._discount) / counts.total()
        return seen + self.left(history) * self.probability(history[1:], word)


def grammar_fst(
    numbers: dict[str, int], sentences: Iterable[str], order: int = 3, discount: float = 0.6
) -> openfst.Fst:
    """Gr.fst: an n-gram of the sentences that backs off; every word of the lexicon may occur anywhere."""
    model = NGram(numbers, sentences, order, discount)
    grammar = openfst.VectorFst()
    states = {history: grammar.add_state() for history in model.following}
    grammar.set_start(states["<s>",])

    def after(history: History, word: str) -> int:
        """The state of the longest history that these words are."""
        words = (*history, word)
        return next(states[words[k:]] for k in range(len(words) + 1) if words[k:] in states)

    for history, counts in model.following.items():
        for word in counts:
            cost = _weight(-math.log(model.probability(history, word)))
            if word == "</s>":
                grammar.set_final(states[history], cost)
            else:
                arc = openfst.Arc(numbers[word], numbers[word], cost, after(history, word))
                grammar.add_arc(states[history], arc)
        if history:
            cost = _weight(-math.log(model.left(history)))
            grammar.add_arc(states[history], openfst.Arc(0, 0, cost, states[history[1:]]))
    symbols = openfst.SymbolTable()
    symbols.add_symbol("<eps>", 0)
    for word, number in numbers.items():
        symbols.add_symbol(word, number)
    grammar.set_input_symbols(symbols)
    grammar.set_output_symbols(symbols)
    grammar.arcsort("ilabel")
    return openfst.convert(grammar, "const")


def write_graph(folder: Path, lexicon: openfst.Fst, grammar: openfst.Fst, numbers: dict[str, int]) -> None:
    """The files of a model's graph/ folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lexicon.write(str(folder / "HCLr.fst"))
    grammar.write(str(folder / "Gr.fst"))
    (folder / "disambig_tid.int").write_text(f"{NEVER_A_TRANSITION}\n")
    lines = "".join(f"{word} {number}\n" for word, number in numbers.items())
    (folder / "words.txt").write_text(f"<eps> 0\n{lines}", encoding="utf-8")
