"""Keys as tones in the sound, for PBXs that send no key messages: the eight frequencies of ITU-T Q.23.

A key is two tones, one of each group, that hold nearly all the sound's energy for 40 ms or more; speech does not.
"""

import numpy as np

from speech.audio import Samples

LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYPAD = ("123A", "456B", "789C", "*0#D")
FRAME_SECONDS = 0.02
FRAMES_NEEDED = 2
QUIETEST_RMS = 300.0
PURITY = 0.75
MOST_TWIST = 8.0
DOMINANCE = 6.0


class ToneEar:
    """Finds keys in the sound of one call."""

    def __init__(self, rate: int) -> None:
        self._size = int(rate * FRAME_SECONDS)
        moments = np.arange(self._size) / rate
        self._waves = np.exp(-2j * np.pi * np.outer((*LOW, *HIGH), moments)) / self._size
        self._rest = np.zeros(0, np.int16)
        self._seen, self._times, self._reported = "", 0, False

    def hear(self, samples: Samples) -> str:
        """The keys that became certain with these samples, mostly ""."""
        self._rest = np.concatenate([self._rest, samples])
        keys = ""
        while len(self._rest) >= self._size:
            keys += self._step(self._key_of(self._rest[: self._size]))
            self._rest = self._rest[self._size :]
        return keys

    def _step(self, key: str) -> str:
        if key != self._seen:
            self._seen, self._times, self._reported = key, 0, False
        self._times += 1
        if not key or self._reported or self._times < FRAMES_NEEDED:
            return ""
        self._reported = True
        return key

    def _key_of(self, frame: Samples) -> str:
        sound = frame.astype(np.float64)
        power = float(np.mean(sound**2))
        if power < QUIETEST_RMS**2:
            return ""
        tones = 2 * np.abs(self._waves @ sound) ** 2
        low, high = tones[:4], tones[4:]
        strongest = float(low.max()), float(high.max())
        if sum(strongest) < PURITY * power or not 1 / MOST_TWIST < strongest[0] / strongest[1] < MOST_TWIST:
            return ""
        if any(group.max() < DOMINANCE * np.sort(group)[-2] for group in (low, high)):
            return ""
        return KEYPAD[int(low.argmax())][int(high.argmax())]
