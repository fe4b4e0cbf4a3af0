"""The dynamic decoding graph: HCLr.fst (phones → words, a filler for [unk]) and Gr.fst (back-off bigram of words).

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
    unknown_phone: float = 2.2


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


def bigram_fst(numbers: dict[str, int], sentences: Iterable[str], discount: float = 0.6) -> openfst.Fst:
    """Gr.fst: an absolutely discounted back-off bigram over the sentences; every word of the lexicon may occur."""
    single: Counter[str] = Counter()
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        before = "<s>"
        for word in [*(w for w in sentence.split() if w in numbers), "</s>"]:
            pairs[before][word] += 1
            single[word] += 1
            before = word
    for word in numbers:
        single[word] += 1
    total = sum(single.values())
    grammar = openfst.VectorFst()
    backed_off = grammar.add_state()
    states = {word: grammar.add_state() for word in pairs}
    grammar.set_start(states["<s>"])
    grammar.set_final(backed_off, _weight(-math.log(single["</s>"] / total)))

    def accept(source: int, word: str, probability: float) -> None:
        cost = _weight(-math.log(probability))
        if word == "</s>":
            grammar.set_final(source, cost)
        else:
            grammar.add_arc(source, openfst.Arc(numbers[word], numbers[word], cost, states.get(word, backed_off)))

    for word in numbers:
        accept(backed_off, word, single[word] / total)
    for before, following in pairs.items():
        seen = following.total()
        left = discount * len(following) / seen
        for word, count in following.items():
            accept(states[before], word, (count - discount) / seen + left * single[word] / total)
        grammar.add_arc(states[before], openfst.Arc(0, 0, _weight(-math.log(left)), backed_off))
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
