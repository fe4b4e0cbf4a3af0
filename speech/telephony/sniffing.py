"""What is really inside AudioSocket's kind 0x10, which says «8 kHz linear» whatever the channel's format is.

`Dial(AudioSocket/…)` without `c(slin)` passes on A-law as it is, at 8 000 bytes a second; with `c(slin16)` old versions
send 16 kHz, at 32 000. Frames are 20 ms, so the size of a frame tells, and the bytes in a second confirm it.
"""

from collections import Counter

ENOUGH_SECONDS = 0.5
ENOUGH_FRAMES = 10
LONGEST_SECONDS = 2.0
LONGEST_GAP = 0.1
FRAME_SECONDS = 0.02
CLASSES = {8_000: 0, 16_000: 8_000, 32_000: 16_000}
"""Bytes a second, and the sampling rate that makes as many with 16-bit samples (0: G.711, one byte a sample)."""
NEAR = 1.6


class NotLinear(Exception):
    """The sound is G.711, which kind 0x10 must not carry."""


class FormatGuess:
    """Looks at the first half second of a call."""

    def __init__(self) -> None:
        self._sizes: Counter[int] = Counter()
        self._bytes = 0
        self._seconds = 0.0
        self._last: float | None = None

    def add(self, payload: bytes, now: float) -> int | None:
        """The sampling rate, once it is known. Raises NotLinear."""
        if self._last is not None:
            gap = now - self._last
            self._seconds += gap if gap <= LONGEST_GAP else FRAME_SECONDS
            self._bytes += len(payload)
        self._last = now
        self._sizes[len(payload)] += 1
        if self._seconds < ENOUGH_SECONDS or self._sizes.total() < ENOUGH_FRAMES:
            return None
        measured = self._bytes / self._seconds
        by_size = self._sizes.most_common(1)[0][0] / FRAME_SECONDS
        confirmed = by_size in CLASSES and 1 / NEAR < measured / by_size < NEAR
        if not confirmed and self._seconds < LONGEST_SECONDS:
            return None
        return _rate(by_size if confirmed else min(CLASSES, key=lambda known: abs(known - measured)))

    def best(self, otherwise: int) -> int:
        """The rate by the size of the few frames that came, if any did."""
        if not self._sizes:
            return otherwise
        return CLASSES.get(int(self._sizes.most_common(1)[0][0] / FRAME_SECONDS), 0) or otherwise


def _rate(bytes_a_second: float) -> int:
    rate = CLASSES[int(bytes_a_second)]
    if not rate:
        raise NotLinear(
            "kind 0x10 carries 8000 bytes a second, which is G.711: write c(slin) or c(slin16) into "
            "Dial(AudioSocket/host:port/uuid/c(slin)) so that Asterisk sends linear sound"
        )
    return rate
