"""When the caller speaks: voice activity, the sound from a little before it, and the pause that ends it.

Counts frames of 20 ms and knows no clock, so the same sound gives the same result on a busy machine.
"""

from collections import deque
from collections.abc import Iterator
from enum import Enum

import numpy as np
import soxr  # type: ignore[import-untyped]  # has no annotations
import webrtcvad  # type: ignore[import-untyped]  # has no annotations

from speech.audio import Samples
from speech.telephony.options import FRAME_SECONDS

AGGRESSIVENESS = 2
QUIETEST = 60.0
ABOVE_FLOOR = 1.6
FLOOR_FRAMES = 150
BEFORE_FRAMES = 25
START_WINDOW, START_VOICED = 10, 6
VOICE_FRAMES = 8
PAUSE_FRAMES = 12
RESUMING_FRAMES = 3
NATIVE_RATES = (8_000, 16_000)


class Sign(Enum):
    """What the ear noticed: 160 ms of voice, a pause that may be the end, voice after it, the end."""

    VOICE = "voice"
    PAUSE = "pause"
    RESUMED = "resumed"
    END = "end"


class Ear:
    """Listens to one call, answer after answer. `rate` is that of `sound`: 8 or 16 kHz."""

    def __init__(self, line_rate: int) -> None:
        self.rate = line_rate if line_rate in NATIVE_RATES else 16_000
        self._converted = (
            None if line_rate == self.rate else soxr.ResampleStream(line_rate, self.rate, 1, "int16", "LQ")
        )
        self._frame = int(self.rate * FRAME_SECONDS)
        self._rest = np.zeros(0, np.int16)
        self._vad = webrtcvad.Vad(AGGRESSIVENESS)
        self._levels: deque[float] = deque(maxlen=FLOOR_FRAMES)
        self._before: deque[Samples] = deque(maxlen=BEFORE_FRAMES)
        self._recent: deque[bool] = deque(maxlen=START_WINDOW)
        self._taken: list[Samples] = []
        self._open = self._noticed = False
        self._pause = self._longest = 0
        self._shortened: int | None = None
        self._silent = self._run = self._voiced = 0

    def listen(self, pause_seconds: float, longest_seconds: float) -> None:
        """Wait for an answer that a pause of so many seconds ends. Sound of the last half second counts."""
        self._pause, self._longest = _frames(pause_seconds), _frames(longest_seconds)
        self._taken, self._open, self._noticed, self._shortened = [], True, False, None
        self._silent = self._run = self._voiced = 0

    def shorten(self, pause_seconds: float) -> None:
        """The answer seems complete: so short a pause now ends it. Voice that goes on brings the usual pause back."""
        self._shortened = _frames(pause_seconds)

    def close(self) -> None:
        """Take no more of this answer."""
        self._open, self._taken = False, []

    @property
    def speaking(self) -> bool:
        """Whether an answer has begun and not ended."""
        return self._open and bool(self._taken)

    @property
    def sound(self) -> Samples:
        """The answer so far, from half a second before its voice."""
        return np.concatenate(self._taken) if self._taken else np.zeros(0, np.int16)

    @property
    def silent_seconds(self) -> float:
        """How long the caller has been silent since the last voice of the answer."""
        return self._silent * FRAME_SECONDS

    def hear(self, samples: Samples) -> Iterator[Sign]:
        """Take sound of any length at the line's rate; what was noticed in it."""
        if self._converted is not None:
            samples = self._converted.resample_chunk(samples)
        self._rest = np.concatenate([self._rest, samples])
        while len(self._rest) >= self._frame:
            frame, self._rest = self._rest[: self._frame], self._rest[self._frame :]
            yield from self._hear(frame)

    def _hear(self, frame: Samples) -> Iterator[Sign]:
        voiced = self._is_voice(frame)
        self._before.append(frame)
        self._recent.append(voiced)
        if not self._open:
            return
        if not self._taken:
            if sum(self._recent) >= START_VOICED:
                self._taken, self._voiced = list(self._before), sum(self._recent)
            return
        self._taken.append(frame)
        yield from self._follow(voiced)

    def _follow(self, voiced: bool) -> Iterator[Sign]:
        self._voiced += voiced
        self._run = self._run + 1 if voiced else 0
        if voiced and self._voiced >= VOICE_FRAMES and not self._noticed:
            self._noticed = True
            yield Sign.VOICE
        if self._run >= RESUMING_FRAMES:
            if self._silent >= PAUSE_FRAMES:
                yield Sign.RESUMED
            self._silent, self._shortened = 0, None
        else:
            self._silent += 1
            if self._silent == PAUSE_FRAMES:
                yield Sign.PAUSE
        if self._silent >= min(self._pause, self._shortened or self._pause) or len(self._taken) >= self._longest:
            self._open = False
            yield Sign.END

    def _is_voice(self, frame: Samples) -> bool:
        """Voice by its spectrum, and louder than the line has been in its quietest moment of the last three seconds."""
        level = float(np.sqrt(np.mean(frame.astype(np.float32) ** 2)))
        self._levels.append(level)
        if level < max(QUIETEST, min(self._levels) * ABOVE_FLOOR):
            return False
        return bool(self._vad.is_speech(frame.tobytes(), self.rate))


def _frames(seconds: float) -> int:
    return round(seconds / FRAME_SECONDS)
