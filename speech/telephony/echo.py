"""Our own voice coming back on the line, by a caller's loudspeaker or a hybrid that reflects: it must not cut in on us.

The line knows what it has sent. What came in is explained by it as well as a linear path can (a delay, then a room of
some 20 ms), piece by piece, for the delay changes when a frame is late. What cannot be explained is the caller.
"""

from collections import deque
from collections.abc import Callable
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from speech.audio import Samples, resample
from speech.telephony.options import FRAME_SECONDS

Signal = NDArray[np.float64]
LONGEST_DELAY_SECONDS = 0.8
KEPT_SECONDS = 24.0
PIECE_SECONDS = 0.3
TAPS, BEFORE_PEAK = 192, 48
FLOOR = 1e-3
"""Of the voice's own energy: keeps the fit from following what is not there."""
EXPLAINED, PIECE_EXPLAINED = 0.35, 0.15
"""Of the energy, left over when all of it, or of a piece of it, was our voice: a caller leaves more than half."""
AUDIBLE = 30
STEPS, ENOUGH = 30, 1e-6


class OwnVoice:
    """What the line has sent lately, frame by frame of 20 ms, silence too. `rate`: of the frames.

    comes_back: on this call it has been heard to.
    """

    def __init__(self, rate: int) -> None:
        self.rate, self.comes_back = rate, False
        self._path: Path | None = None
        self._frames: deque[Samples] = deque(maxlen=int(KEPT_SECONDS / FRAME_SECONDS))
        self._silent_for = KEPT_SECONDS

    def sent(self, frame: Samples) -> None:
        """One more frame."""
        self._frames.append(frame)
        self._silent_for = 0.0 if np.abs(frame).max() >= AUDIBLE else self._silent_for + FRAME_SECONDS

    def taken_out(self, sound: Samples, rate: int) -> Callable[[], Samples]:
        """What takes it out of sound that ends now, some milliseconds' work: the sound is returned as it is, or
        without samples when all of it was ours; where our voice is known to come back, pieces of it fall silent."""
        seconds = len(sound) / rate + LONGEST_DELAY_SECONDS
        if self._silent_for >= seconds or len(sound) < PIECE_SECONDS * rate:
            return lambda: sound
        frames = list(islice(reversed(self._frames), int(seconds / FRAME_SECONDS) + 1))[::-1]
        return lambda: self._caller_in(sound, np.concatenate(frames), rate)

    def _caller_in(self, sound: Samples, voice: Samples, rate: int) -> Samples:
        voice, wanted = resample(voice, self.rate, rate), len(sound) + int(LONGEST_DELAY_SECONDS * rate)
        voice = np.concatenate([np.zeros(max(0, wanted - len(voice)), np.int16), voice])[-wanted:]
        heard, ours = sound.astype(np.float64), voice.astype(np.float64)
        pieces = self._looked_at(heard, ours, rate)
        if pieces is None:
            return sound
        if sum(piece.left for piece in pieces) <= EXPLAINED * _energy(heard):
            self.comes_back = True
            return sound[:0]
        caller = np.concatenate([piece.caller for piece in pieces])
        kept: Samples = np.clip(caller, -32768, 32767).astype(np.int16)
        return kept

    def _looked_at(self, sound: Signal, voice: Signal, rate: int) -> list["Piece"] | None:
        """The sound in pieces of about 0.3 s, each compared with the voice sent up to its end and 0.8 s before it; None
        as soon as it is certain that a caller speaks, on a line where our voice has not come back."""
        before, count = len(voice) - len(sound), max(1, int(len(sound) / (PIECE_SECONDS * rate)))
        spans = list(pairwise(np.linspace(0, len(sound), count + 1).astype(int)))
        most = EXPLAINED * _energy(sound)
        callers = sum(_energy(sound[start:end]) for start, end in spans if not _audible(voice[start : end + before]))
        pieces = []
        for start, end in spans:
            if not self.comes_back and callers > most:
                return None
            piece = Piece(sound[start:end], voice[start : end + before], self._path)
            callers += piece.left if _audible(voice[start : end + before]) else 0.0
            self._path = piece.path
            pieces.append(piece)
        return pieces if self.comes_back or callers <= most else None


class Path(NamedTuple):
    """How our voice comes back: samples until it does, and how it sounds then."""

    delay: int
    taps: Signal


class Piece:
    """A piece of the line's sound, and what we had said before and during it.

    left: energy that our voice does not explain. caller: what is not ours: nothing; or the sound less what should have
    come back by the path known from before, for a path fitted to a piece in which a caller speaks takes of his voice.
    path: the one fitted, if all was ours, else the one known.
    """

    def __init__(self, heard: Signal, ours: Signal, known: Path | None) -> None:
        self.heard, self.caller, self.path = heard, heard, known
        self.left = _energy(heard)
        if not _audible(ours):
            return
        fitted = _path(heard, ours)
        self.left = _energy(heard - _sent_along(fitted, ours, len(heard)))
        if self.left <= PIECE_EXPLAINED * _energy(heard):
            self.path, self.caller = fitted, np.zeros_like(heard)
        elif known is not None:
            rest = heard - _sent_along(known, ours, len(heard))
            self.caller = min(heard, rest, key=_energy)


def _audible(voice: Signal) -> bool:
    return bool(np.abs(voice).max() >= AUDIBLE)


def _energy(sound: Signal) -> float:
    return float(np.sum(sound**2))


def _path(heard: Signal, ours: Signal) -> Path:
    """The likeliest delay, then the path from a little before it that fits best."""
    before, size = len(ours) - len(heard), 1 << (len(ours) + TAPS).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(ours, size) * np.conj(np.fft.rfft(heard, size)), size)[before::-1]
    delay = max(0, min(int(np.abs(likeness).argmax()) - BEFORE_PEAK, before - TAPS + 1))
    source = _source(delay, ours, len(heard))
    return Path(delay, _solved(_products(source, len(heard)), np.correlate(source, heard, "valid")[::-1]))


def _sent_along(path: Path, ours: Signal, count: int) -> Signal:
    """The last so many samples of what comes back by the path."""
    returned: Signal = np.convolve(_source(path.delay, ours, count), path.taps, "valid")
    return returned


def _source(delay: int, ours: Signal, count: int) -> Signal:
    end = len(ours) - delay
    return ours[end - count - TAPS + 1 : end]


def _products(source: Signal, count: int) -> Signal:
    """The products of `source` delayed by i and by j samples, summed over its last `count`: each row from the one
    above, for it is moved by one sample only."""
    matrix = np.empty((TAPS, TAPS))
    matrix[0] = np.correlate(source, source[-count:], "valid")[::-1]
    enters, leaves = source[TAPS - 2 :: -1], source[: count - 1 : -1]
    for row in range(TAPS - 1):
        matrix[row + 1, 0] = matrix[0, row + 1]
        matrix[row + 1, 1:] = matrix[row, :-1] + enters[row] * enters - leaves[row] * leaves
    matrix[np.diag_indices(TAPS)] += FLOOR * matrix[0, 0] + 1.0
    return matrix


def _solved(matrix: Signal, target: Signal) -> Signal:
    """The solution of a symmetric system by conjugate gradients, near enough after some steps.

    Not by LAPACK: its threads would fight for the cores with those that recognise.
    """
    solution, residual = np.zeros_like(target), target.copy()
    direction, size = residual.copy(), float(residual @ residual)
    for _ in range(STEPS):
        if size <= ENOUGH * float(target @ target):
            break
        image = np.einsum("ij,j->i", matrix, direction)
        length = size / float(direction @ image)
        solution += length * direction
        residual -= length * image
        before, size = size, float(residual @ residual)
        direction = residual + size / before * direction
    return solution
