"""Measures taken while training on living speakers kept out of it: phones in sentences, joined words, single words."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from speech.acoustic.arrays import Frames
from speech.acoustic.augmentation import Augmentation, Strength
from speech.acoustic.examples import EpochPlanner, Example, Mixture, labels, render_plain
from speech.acoustic.frontend import to_cepstra, to_mel
from speech.acoustic.language import number_words
from speech.acoustic.material import Material
from speech.acoustic.network import SUBSAMPLING, AcousticNetwork
from speech.acoustic.pronunciation import pronounce

SENTENCES, JOINS, WORDS = 50, 100, 240
NOISE = Strength(signal_to_noise_db=(10.0, 10.0))


def edit_distance(a: list[int], b: list[int]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (x != y))
    return row[-1]


def greedy(scores: Frames) -> list[int]:
    """The labels of the best output at every step, repeats and blanks left out."""
    best = scores.argmax(-1)
    return [int(b) for k, b in enumerate(best) if b and (k == 0 or b != best[k - 1])]


@dataclass(frozen=True)
class Question:
    """Cepstra and what was said; `among` are the words a single word is told from."""

    cepstra: Frames
    words: list[str]
    among: tuple[str, ...] = ()


class Probe:
    """Fixed questions drawn from material that is not trained on."""

    def __init__(self, material: Material, phones: list[str], context: int, seed: int = 5) -> None:
        self.numbers = {phone: k + 1 for k, phone in enumerate(phones)}
        self.context = context
        rng = np.random.default_rng(seed)
        quiet = Augmentation(np.random.default_rng(seed))
        ask = lambda example: Question(render_plain(material, example, quiet), example.words)  # noqa: E731
        usable = [i for i, phones_of in enumerate(material.phones) if phones_of]
        self.sentences = [ask(Example((material.whole(i),), (20, 20))) for i in rng.permutation(usable)[:SENTENCES]]
        planner = EpochPlanner(material, Mixture(living_joins=1.0, clipped=0.0, spliced=0.0))
        clipper = EpochPlanner(material, Mixture(living_joins=1.0, clipped=1.0, spliced=0.0))
        self.joins = [ask(planner.join(rng)) for _ in range(JOINS if usable else 0)]
        self.clipped = [ask(clipper.join(rng)) for _ in range(JOINS if usable else 0)]
        self.noisy = [Question(self._noisy(q.cepstra, seed), q.words) for q in self.joins]
        self.words = [self._single(material, quiet, i, k) for i, k in self._chosen(material, usable, rng)]

    @staticmethod
    def _chosen(material: Material, usable: list[int], rng: np.random.Generator) -> list[tuple[int, int]]:
        """All number words, then others at random."""
        said = [(i, k, w) for i in usable for k, w in enumerate(material.recordings[i].transcript.split())]
        numbers = [(i, k) for i, k, w in said if w in number_words()]
        others = [(i, k) for i, k, w in said if w not in number_words() and len(pronounce(w)) > 2]
        return numbers + [others[int(j)] for j in rng.permutation(len(others))[: max(0, WORDS - len(numbers))]]

    @staticmethod
    def _single(material: Material, quiet: Augmentation, index: int, word: int) -> Question:
        example = Example((material.cut(index, word, word),), (20, 20))
        among = tuple(sorted(number_words() | set(example.words)))
        return Question(render_plain(material, example, quiet), example.words, among)

    @staticmethod
    def _noisy(cepstra: Frames, seed: int) -> Frames:
        augmentation = Augmentation(np.random.default_rng(seed), NOISE)
        return to_cepstra(augmentation.add_noise(to_mel(cepstra), None))

    def measure(self, network: AcousticNetwork) -> dict[str, float]:
        """Phone error rates, and the share of single words taken for another word."""
        network.eval()
        return {
            "sentence_phones": self._phone_errors(network, self.sentences),
            "joined_phones": self._phone_errors(network, self.joins),
            "clipped_phones": self._phone_errors(network, self.clipped),
            "noisy_phones": self._phone_errors(network, self.noisy),
            "words": self._word_errors(network),
        }

    def _scores(self, network: AcousticNetwork, cepstra: Frames) -> torch.Tensor:
        padded = np.pad(cepstra, ((self.context, self.context), (0, 0)), mode="edge")
        with torch.no_grad():
            return torch.log_softmax(network(torch.from_numpy(padded[None]))[0], -1)

    def _phone_errors(self, network: AcousticNetwork, questions: list[Question]) -> float:
        wrong = total = 0
        for question in questions:
            wanted = labels(question.words, self.numbers)
            wrong += edit_distance(greedy(self._scores(network, question.cepstra).numpy()), wanted)
            total += len(wanted)
        return round(wrong / max(1, total), 4)

    def _word_errors(self, network: AcousticNetwork) -> float:
        wrong = 0
        for question in self.words:
            scores = self._scores(network, question.cepstra)[:, None].repeat(1, len(question.among), 1)
            targets = [labels([word], self.numbers) for word in question.among]
            steps = (len(question.cepstra) + SUBSAMPLING - 1) // SUBSAMPLING
            losses = functional.ctc_loss(
                scores, torch.tensor([t for target in targets for t in target]),
                torch.full((len(targets),), steps), torch.tensor([len(t) for t in targets]), reduction="none",
            )  # fmt: skip
            wrong += question.among[int(losses.argmin())] != question.words[0]
        return round(wrong / max(1, len(self.words)), 4)
