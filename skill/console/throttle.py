"""A few wrong passwords from one address shut the door for a while, in this process."""

from collections import defaultdict, deque
from datetime import datetime, timedelta


class Throttle:
    """attempts: how many failures within `seconds` shut the door."""

    def __init__(self, attempts: int, seconds: int) -> None:
        self._attempts, self._span = attempts, timedelta(seconds=seconds)
        self._failures: dict[str, deque[datetime]] = defaultdict(lambda: deque(maxlen=attempts))

    def failed(self, visitor: str, now: datetime) -> None:
        """Note a failure."""
        self._failures[visitor].append(now)

    def is_shut(self, visitor: str, now: datetime) -> bool:
        """Whether this visitor must wait."""
        failures = self._failures.get(visitor, ())
        return len(failures) == self._attempts and now - min(failures) < self._span
