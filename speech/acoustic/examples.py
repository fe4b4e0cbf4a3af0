"""What the network sees in an epoch: whole sentences, words cut out of them, and words of one speaker joined."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from speech.acoustic.arrays import Frames
from speech.acoustic.augmentation import Augmentation
from speech.acoustic.frontend import to_cepstra
from speech.acoustic.language import number_words
from speech.acoustic.material import Material, Piece
from speech.acoustic.pronunciation import pronounce
from speech.acoustic.splicing import EDGE, Splicer

CROP_LENGTHS = (1, 1, 1, 2, 2, 3, 4, 6)
CROWD_SHARE = 0.3
FEWEST_TO_SPLICE = 8
JOIN_LENGTHS = (1, 2, 3, 3, 4, 5, 6)


@dataclass(frozen=True)
class Example:
    """Pieces said one after another, with frames of digital silence before each and after the last; none for noise."""

    pieces: tuple[Piece, ...]
    gaps: tuple[int, ...]

    @property
    def frames(self) -> int:
        return sum(piece.frames for piece in self.pieces) + sum(self.gaps)

    @property
    def words(self) -> list[str]:
        return [word for piece in self.pieces for word in piece.words]


@dataclass(frozen=True)
class Mixture:
    """How an epoch is composed.

    whole, crops       share of sentences of living people taken whole; cuts taken of each of the others
    synthetic          share of the synthetic recordings used in an epoch
    joins, noises      joined and wordless examples, as a share of the number of recordings
    number_share       how often a joined word is a number word, when the speaker has said some
    numbers_only       how many joined examples hold number words alone
    clipped            share of the joined examples whose words are cut out tightly
    spliced            share of the number words of living people put together from phones of their other words
    """

    whole: float = 0.15
    crops: int = 1
    synthetic: float = 0.4
    joins: float = 0.45
    living_joins: float = 0.6
    noises: float = 0.025
    number_share: float = 0.5
    numbers_only: float = 0.4
    clipped: float = 0.4
    spliced: float = 0.5


class EpochPlanner:
    """Draws the examples of an epoch from material."""

    def __init__(self, material: Material, mixture: Mixture) -> None:
        self.material, self.mixture = material, mixture
        self._words: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._numbers: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._by_word: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        self._wanted = sorted(number_words())
        wanted = set(self._wanted)
        for index, aligned in enumerate(material.phones):
            speaker, words = material.speakers[index], material.recordings[index].transcript.split()
            for k in range(len(aligned)):
                if len(pronounce(words[k])) > 1:
                    self._words[speaker].append((index, k))
                if words[k] in wanted:
                    self._numbers[speaker].append((index, k))
                    self._by_word[speaker][words[k]].append((index, k))
        living = {s for s, r in zip(material.speakers, material.recordings, strict=True) if r.centred}
        self._living = sorted(s for s in self._words if s in living)
        self._synthetic = sorted(s for s in self._words if s not in living)
        self._splicers = self._all_splicers() if mixture.spliced else {}

    def _all_splicers(self) -> dict[str, Splicer]:
        """For the living speakers of whom there is enough."""
        recordings: dict[str, list[int]] = defaultdict(list)
        for index, aligned in enumerate(self.material.phones):
            if aligned and self.material.recordings[index].centred:
                recordings[self.material.speakers[index]].append(index)
        return {
            speaker: Splicer(self.material, chosen)
            for speaker, chosen in recordings.items()
            if len(chosen) >= FEWEST_TO_SPLICE
        }

    def plan(self, rng: np.random.Generator) -> list[Example]:
        """The examples of one epoch, in no order."""
        mixture, examples = self.mixture, []
        for index, recording in enumerate(self.material.recordings):
            if rng.random() < (mixture.whole if recording.centred else mixture.synthetic):
                examples.append(self._padded([self.material.whole(index)], rng))
            elif recording.centred and self.material.phones[index]:
                examples += [self._padded([self._crop(index, rng)], rng) for _ in range(mixture.crops)]
        total = len(self.material.recordings)
        if self._words:
            examples += [self.join(rng) for _ in range(int(mixture.joins * total))]
        examples += [Example((), (int(rng.integers(60, 400)),)) for _ in range(int(mixture.noises * total))]
        return [e for e in examples if e.frames >= 20]

    def _crop(self, index: int, rng: np.random.Generator) -> Piece:
        count = len(self.material.phones[index])
        length = min(count, int(rng.choice(CROP_LENGTHS)))
        first = int(rng.integers(0, count - length + 1))
        return self.material.cut(index, first, first + length - 1)

    def join(self, rng: np.random.Generator) -> Example:
        """Single words of one speaker in a row, often with no pause at all between them."""
        mixture = self.mixture
        group = self._living if rng.random() < mixture.living_joins and self._living else self._synthetic
        group = group or self._living
        weights = np.sqrt([len(self._words[s]) + 20 * len(self._numbers[s]) for s in group])
        speaker = group[int(rng.choice(len(group), p=weights / weights.sum()))]
        number_share = 1.0 if rng.random() < mixture.numbers_only else mixture.number_share
        clipped = rng.random() < mixture.clipped
        length = int(rng.choice(JOIN_LENGTHS))
        return self._padded([self._piece(speaker, number_share, clipped, rng) for _ in range(length)], rng)

    def _piece(self, speaker: str, number_share: float, clipped: bool, rng: np.random.Generator) -> Piece:
        """A word of the speaker, or a number word put together from his phones."""
        splicer = self._splicers.get(speaker)
        if splicer and rng.random() < number_share * self.mixture.spliced:
            spliced = splicer.word(self._wanted[int(rng.integers(len(self._wanted)))], rng)
            if spliced:
                return spliced.trimmed(*rng.integers(0, EDGE, size=2)) if clipped else spliced
        index, word = self._word(speaker, number_share, rng)
        return self.material.clipped(index, word, rng) if clipped else self.material.cut(index, word, word)

    def _word(self, speaker: str, number_share: float, rng: np.random.Generator) -> tuple[int, int]:
        """Where the speaker says some word; every number word he has said is as likely as any other."""
        numbers = self._numbers[speaker]
        if not numbers or rng.random() >= number_share:
            return self._words[speaker][int(rng.integers(len(self._words[speaker])))]
        said = numbers[int(rng.integers(len(numbers)))] if rng.random() < 0.5 else None
        if said:
            return said
        by_word = self._by_word[speaker]
        places = by_word[sorted(by_word)[int(rng.integers(len(by_word)))]]
        return places[int(rng.integers(len(places)))]

    @staticmethod
    def _padded(pieces: list[Piece], rng: np.random.Generator) -> Example:
        inner = [int(rng.integers(0, 4)) if rng.random() < 0.5 else int(rng.integers(0, 40)) for _ in pieces[1:]]
        return Example(tuple(pieces), (int(rng.integers(0, 50)), *inner, int(rng.integers(0, 60))))


def labels(words: list[str], phones: dict[str, int]) -> list[int]:
    return [phones[phone] for word in words for phone in pronounce(word)]


def render(material: Material, example: Example, augmentation: Augmentation) -> Frames:
    """Cepstra of an example as some listener might get it."""
    rng = augmentation.rng
    if not example.pieces:
        hiss = augmentation.silence(example.gaps[0]) + np.float32(rng.uniform(0, 6))
        return to_cepstra(augmentation.scene(augmentation.add_noise(hiss, None)))
    level = material.level(rng)
    speech = augmentation.change_pieces([material.mel(piece, level) for piece in example.pieces])
    passer_by = int(rng.integers(len(material.recordings)))
    other = material.mel(material.whole(passer_by), level) if rng.random() < CROWD_SHARE else None
    return to_cepstra(augmentation.scene(_with_gaps(speech, example.gaps, augmentation), other))


def render_plain(material: Material, example: Example, silence: Augmentation) -> Frames:
    """Cepstra of an example as it was recorded, padded with digital silence."""
    speech = [material.mel(piece, material.level()) for piece in example.pieces]
    mel = _with_gaps(speech, example.gaps, silence)
    return to_cepstra(np.logaddexp(mel, silence.silence(len(mel))).astype(np.float32))


def _with_gaps(speech: list[Frames], gaps: tuple[int, ...], augmentation: Augmentation) -> Frames:
    parts = [augmentation.silence(gaps[0])]
    for piece, gap in zip(speech, gaps[1:], strict=True):
        parts += [piece, augmentation.silence(gap)]
    return np.concatenate(parts).astype(np.float32)
