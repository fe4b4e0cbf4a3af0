"""Rooms, noises, tempo and telephones, applied to log-mel values (frames × 15) instead of sound."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.signal import lfilter

from speech.acoustic.arrays import Frames
from speech.acoustic.frontend import FRAMES_PER_SECOND, MEL_BINS, RATE, mfcc, to_mel

NATURAL_LOG_OF_DB = np.log(10) / 10
BANK_SECONDS = 60
SMALLEST_STEP = np.float32(2 * np.log(16 / np.sqrt(12)))


@cache
def hiss_bank() -> Frames:
    """A minute of digital silence as the front end hears it."""
    return to_mel(mfcc(np.zeros(BANK_SECONDS * RATE, np.int16), RATE))


@dataclass(frozen=True)
class Strength:
    """How much of each change to apply; the ranges are uniform, shares are probabilities."""

    tempo: tuple[float, float] = (0.75, 1.35)
    word_tempo: tuple[float, float] = (0.85, 1.2)
    vocal_tract: tuple[float, float] = (0.86, 1.14)
    uneven_share: float = 0.3
    booth_share: float = 0.25
    quiet_share: float = 0.25
    room_share: float = 0.35
    reverberation_s: tuple[float, float] = (0.15, 0.7)
    direct_to_room_db: tuple[float, float] = (-1.0, 14.0)
    noise_share: float = 0.55
    signal_to_noise_db: tuple[float, float] = (3.0, 28.0)
    codec_share: float = 0.3
    mask_share: float = 0.25


def smooth(rng: np.random.Generator, length: int, points: int, deviation: float) -> Frames:
    """A random curve of `length` values through `points` normal ones."""
    curve = np.interp(np.arange(length), np.linspace(0, length - 1, points), rng.normal(0, deviation, points))
    return curve.astype(np.float32)


def stretch(values: Frames, positions: Frames) -> Frames:
    """Rows of `values` read at fractional positions."""
    low = np.minimum(positions.astype(np.int64), len(values) - 1)
    high = np.minimum(low + 1, len(values) - 1)
    share = (positions - low)[:, None]
    result: Frames = (values[low] * (1 - share) + values[high] * share).astype(np.float32)
    return result


class Augmentation:
    """Random changes drawn from one generator; a bank of white noise gives the true look of hiss.

    Digital silence in the front end is not minus infinity but the dither of one unit, so silence here is that hiss.
    """

    def __init__(self, rng: np.random.Generator, strength: Strength | None = None) -> None:
        self.rng = rng
        self.strength = strength or Strength()
        self._hiss = hiss_bank()

    def silence(self, length: int) -> Frames:
        start = int(self.rng.integers(0, len(self._hiss) - length)) if length < len(self._hiss) else 0
        return np.resize(self._hiss[start : start + length], (length, MEL_BINS)).copy()

    def change_speech(self, mel: Frames) -> Frames:
        """Another tempo, vocal tract, microphone and loudness."""
        rng, s = self.rng, self.strength
        mel = self._at_tempo(mel, rng.uniform(*s.tempo))
        factor = rng.uniform(*s.vocal_tract)
        bins = np.clip(np.arange(MEL_BINS) * factor + (1 - factor) * 4, 0, MEL_BINS - 1).astype(np.float32)
        mel = stretch(mel.T, bins).T
        channel = smooth(rng, MEL_BINS, 4, 1.1)
        if rng.random() < 0.25:
            channel[:2] -= rng.uniform(0, 4) * np.array([1.0, 0.4], np.float32)
        if rng.random() < 0.25:
            channel[-2:] -= rng.uniform(0, 3) * np.array([0.4, 1.0], np.float32)
        gain = rng.normal(0, 1.3) - (rng.uniform(0, 5) if rng.random() < s.quiet_share else 0)
        changed: Frames = mel + channel + np.float32(gain)
        return changed

    def change_pieces(self, pieces: list[Frames]) -> list[Frames]:
        """The same change for all pieces of one speaker, save a little loudness and tempo.

        At times they bring their own room and noise along, which are not heard in the gaps between them.
        """
        rng, s = self.rng, self.strength
        if len(pieces) > 1:
            pieces = [self._at_tempo(piece, rng.uniform(*s.word_tempo)) for piece in pieces]
        changed = self.change_speech(np.concatenate(pieces))
        if rng.random() < s.booth_share:
            changed = self.add_noise(self.change_room(changed) if rng.random() < s.room_share else changed, None)
        borders = np.cumsum([len(piece) for piece in pieces])[:-1] * len(changed) // sum(map(len, pieces))
        spread = 0.9 if rng.random() < s.uneven_share else 0.25
        return [part + np.float32(rng.normal(0, spread)) for part in np.split(changed, borders)]

    @staticmethod
    def _at_tempo(mel: Frames, tempo: float) -> Frames:
        length = max(8, int(len(mel) / tempo))
        return stretch(mel, np.linspace(0, len(mel) - 1, length, dtype=np.float32))

    def change_room(self, mel: Frames) -> Frames:
        """Exponentially decaying reverberation of the power."""
        s = self.strength
        decay = 10 ** (-6 / (FRAMES_PER_SECOND * self.rng.uniform(*s.reverberation_s)))
        level = 10 ** (-self.rng.uniform(*s.direct_to_room_db) / 10) * (1 - decay)
        power = np.exp(mel)
        power = power + lfilter([0, level], [1, -decay], power, axis=0)
        result: Frames = np.log(power + 1e-8).astype(np.float32)
        return result

    def noise(self, length: int, other: Frames | None) -> Frames:
        """Noise of some kind at an arbitrary level: hiss, coloured, a crowd or another voice, a hum, music."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.35:
            return self.silence(length)
        if kind < 0.65 or (other is None and kind < 0.85):
            colour = smooth(rng, MEL_BINS, 5, 1.5) - np.linspace(0, rng.uniform(0, 7), MEL_BINS)
            swell = smooth(rng, length, max(2, length // 40), 0.5)
            return (self.silence(length) + colour + swell[:, None]).astype(np.float32)
        if kind < 0.85 and other is not None:
            murmur = np.resize(other, (length, MEL_BINS))
            return np.asarray(np.logaddexp(murmur, np.roll(murmur, length // 3, 0)) + 0.0, np.float32)
        return self.music(length)

    def music(self, length: int) -> Frames:
        """Notes: bumps on the mel axis that begin together, decay and change."""
        rng = self.rng
        result = np.full((length, MEL_BINS), 0.0, np.float32)
        bins, start = np.arange(MEL_BINS), 0
        while start < length:
            end = min(length, start + int(rng.integers(8, 80)))
            bumps = [np.exp(-(((bins - rng.uniform(0, 14)) / rng.uniform(0.5, 1.5)) ** 2)) for _ in range(3)]
            fade = np.arange(end - start)[:, None] * rng.uniform(0, 0.06)
            result[start:end] = 8 * np.max(bumps, 0)[None] - fade
            start = end
        return result + rng.normal(0, 0.15, result.shape).astype(np.float32)

    def add_noise(self, mel: Frames, other: Frames | None) -> Frames:
        """Noise at a random signal-to-noise ratio measured over the frames that hold speech."""
        noise = self.noise(len(mel), other)
        speech_power = np.mean(np.sort(np.exp(mel).sum(1))[len(mel) // 2 :])
        ratio = self.rng.uniform(*self.strength.signal_to_noise_db)
        shift = np.log(speech_power) - np.log(np.mean(np.exp(noise).sum(1))) - ratio * NATURAL_LOG_OF_DB
        result: Frames = np.logaddexp(mel, noise + np.float32(shift)).astype(np.float32)
        return result

    def change_line(self, mel: Frames) -> Frames:
        """An A-law line: hiss about 38 dB under the momentary level, and of the smallest step under what is quiet."""
        level = np.log(np.exp(mel).sum(1, keepdims=True)) - np.log(np.exp(self._hiss[0]).sum())
        quantisation = level - np.float32(self.rng.uniform(33, 39) * NATURAL_LOG_OF_DB)
        quantisation = self.silence(len(mel)) + np.maximum(quantisation, np.minimum(level, SMALLEST_STEP))
        result: Frames = np.logaddexp(mel, quantisation).astype(np.float32)
        return result

    def scene(self, mel: Frames, other: Frames | None = None) -> Frames:
        """Speech already padded, as it arrives through room, noise and line; the front end's dither is added last."""
        rng, s = self.rng, self.strength
        if rng.random() < s.room_share:
            mel = self.change_room(mel)
        if rng.random() < s.noise_share:
            mel = self.add_noise(mel, other)
        if rng.random() < s.codec_share:
            mel = self.change_line(mel)
        mel = np.logaddexp(mel, self.silence(len(mel))).astype(np.float32)
        if rng.random() < s.mask_share:
            start = int(rng.integers(0, max(1, len(mel) - 10)))
            mel[start : start + int(rng.integers(3, 10))] = mel.mean(0)
        return mel
