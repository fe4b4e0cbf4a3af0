"""Gr.fst, the back-off trigram of words, and the files of a model's graph/ folder.

Vosk composes it with the lexicon as it decodes, or the lexicon with a small grammar of its own made from the phrases it
is given.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pywrapfst as openfst

from speech.acoustic.lexicon_tree import weight

NEVER_A_TRANSITION = 1_000_000
RARE_HISTORY = 3


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
            cost = weight(-math.log(model.probability(history, word)))
            if word == "</s>":
                grammar.set_final(states[history], cost)
            else:
                arc = openfst.Arc(numbers[word], numbers[word], cost, after(history, word))
                grammar.add_arc(states[history], arc)
        if history:
            cost = weight(-math.log(model.left(history)))
            grammar.add_arc(states[history], openfst.Arc(0, 0, cost, states[history[1:]]))
    symbols = openfst.SymbolTable()
    symbols.add_symbol("<eps>", 0)
    for word, number in numbers.items():
        symbols.add_symbol(word, number)
    grammar.set_input_symbols(symbols)
    grammar.set_output_symbols(symbols)
    grammar.arcsort("ilabel")
    return openfst.convert(grammar, "const")


def write_graph(
    folder: Path, lexicon: bytes, grammar: openfst.Fst, numbers: dict[str, int], word_boundaries: str
) -> None:
    """The files of a model's graph/ folder."""
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    (folder / "HCLr.fst").write_bytes(lexicon)
    grammar.write(str(folder / "Gr.fst"))
    (folder / "disambig_tid.int").write_text(f"{NEVER_A_TRANSITION}\n")
    (folder / "phones" / "word_boundary.int").write_text(word_boundaries)
    lines = "".join(f"{word} {number}\n" for word, number in numbers.items())
    (folder / "words.txt").write_text(f"<eps> 0\n{lines}", encoding="utf-8")
