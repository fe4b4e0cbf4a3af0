"""Number words put together from the phones of a speaker who never said them: most speakers say few numbers."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from speech.acoustic.material import WIDEST_MARGIN, Material, Piece
from speech.acoustic.pronunciation import pronounce

MOST_PAUSE = 15
TRIED = 40
EDGE = WIDEST_MARGIN // 2
BARE_JOINTS = 1


class Splicer:
    """Finds in a speaker's recordings the longest stretches of phones that a word is made of.

    Neighbouring stretches share a phone and are joined in its middle, where it is least coloured by its neighbours.
    Where the speaker never says two phones in a row, one joint of a word may lie between them.
    """

    def __init__(self, material: Material, recordings: Iterable[int]) -> None:
        self._material = material
        self._phones: dict[int, list[str]] = {}
        self._times: dict[int, list[tuple[int, int]]] = {}
        self._places: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        for index in recordings:
            words = material.recordings[index].transcript.split()
            self._phones[index] = phones = [phone for word in words for phone in pronounce(word)]
            self._times[index] = [span for word in material.phones[index] for span in word]
            for at in range(len(phones)):
                self._places[tuple(phones[at : at + 1])].append((index, at))
                if self._together(index, at):
                    self._places[tuple(phones[at : at + 2])].append((index, at))

    def word(self, word: str, rng: np.random.Generator) -> Piece | None:
        """A word as the speaker might have said it; None when too many pairs of its phones are never said."""
        phones, parts, at, bare = pronounce(word), [], 0, False
        bare_joints = 0
        while at < len(phones) - (not bare):
            places = self._places.get(phones[at : at + 2]) or self._places.get(phones[at : at + 1], [])
            if not places:
                return None
            tried = [places[int(k)] for k in rng.permutation(len(places))[:TRIED]]
            lengths = [self._length(index, start, phones[at:]) for index, start in tried]
            (index, start), length = tried[int(np.argmax(lengths))], max(lengths)
            begins_bare, at = bare or at == 0, at + length
            bare = at < len(phones) and not self._places.get(phones[at - 1 : at + 1])
            bare_joints += bare
            if bare_joints > BARE_JOINTS or (length == 1 and not bare and at < len(phones)):
                return None
            parts.append(self._part(index, start, length, begins_bare, bare or at == len(phones)))
            at -= not bare
        return Piece(tuple(parts), (word,)) if parts and all(end > begin for _, begin, end in parts) else None

    def _together(self, index: int, at: int) -> bool:
        """Whether a phone is followed by another without a pause."""
        times = self._times[index]
        return at + 1 < len(times) and times[at + 1][0] - times[at][1] <= MOST_PAUSE

    def _length(self, index: int, start: int, wanted: tuple[str, ...]) -> int:
        """How many of the wanted phones are said from there on without a pause."""
        said, length = self._phones[index][start : start + len(wanted)], 1
        while length < len(said) and said[length] == wanted[length] and self._together(index, start + length - 1):
            length += 1
        return length

    def _part(self, index: int, start: int, length: int, bare_start: bool, bare_end: bool) -> tuple[int, int, int]:
        """Frames from the middle of the first phone to the middle of the last; at bare ends also what is around."""
        times, final = self._times[index], start + length - 1
        begin, end = sum(times[start]) // 2, (sum(times[final]) + 1) // 2
        if bare_start:
            before = times[start - 1][1] if start else 0
            begin = max((before + times[start][0]) // 2, times[start][0] - EDGE)
        if bare_end:
            total = len(self._material.recordings[index].frames)
            after = times[final + 1][0] if final + 1 < len(times) else total
            end = min((after + times[final][1] + 1) // 2, times[final][1] + EDGE, total)
        return index, begin, end
