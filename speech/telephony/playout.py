"""What is waiting to be said on a call, handed out in frames; cutting in empties it."""

from collections import deque

import numpy as np

from speech.audio import Samples


class Playout:
    """Sound queued for one call. Counts samples, not time: the writer takes one frame every 20 ms.

    protected: so many samples from the beginning are not for talking into.
    cut: something was dropped since the writer last looked, so the far side should drop what it holds too.
    """

    def __init__(self) -> None:
        self._pieces: deque[Samples] = deque()
        self._held = False
        self.cut = False
        self.queued = self.played = 0
        self.protected = 0.0

    def begin(self) -> None:
        """A new prompt starts: count anew."""
        self.clear()
        self.queued = self.played = 0
        self.protected = 0.0

    def add(self, samples: Samples) -> None:
        """Append to the prompt."""
        if len(samples):
            self._pieces.append(samples)
            self.queued += len(samples)

    def next(self, count: int) -> Samples | None:
        """The next frame, filled up with silence; None if there is nothing to say now."""
        if self._held or not self._pieces:
            return None
        frame = np.zeros(count, np.int16)
        filled = 0
        while self._pieces and filled < count:
            piece = self._pieces.popleft()
            part = piece[: count - filled]
            frame[filled : filled + len(part)] = part
            filled += len(part)
            if len(part) < len(piece):
                self._pieces.appendleft(piece[len(part) :])
        self.played += filled
        return frame

    def hold(self) -> None:
        """Fall silent, keeping what is left."""
        self._held = True

    def resume(self) -> None:
        """Go on from where it was held."""
        self._held = False

    def clear(self) -> None:
        """Drop what is left."""
        self.cut = self.cut or bool(self._pieces)
        self._pieces.clear()
        self._held = False

    @property
    def empty(self) -> bool:
        """Whether everything queued was played or dropped."""
        return not self._pieces
