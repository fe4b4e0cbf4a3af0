"""Counters and timings for Prometheus, added up over the server's processes when `PROMETHEUS_MULTIPROC_DIR` is set."""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 4)

turns = Counter("zhku_turns_total", "Turns answered.", ["channel"])
turn_seconds = Histogram("zhku_turn_seconds", "From turn to reply, database and all.", ["channel"], buckets=BUCKETS)
hearing_seconds = Histogram("zhku_hearing_seconds", "Recognition of one utterance.", buckets=BUCKETS)
speaking_seconds = Histogram("zhku_speaking_seconds", "Synthesis of one reply.", buckets=BUCKETS)


def registry() -> CollectorRegistry:
    """Where the figures are read from."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    collected = CollectorRegistry()
    MultiProcessCollector(collected)  # type: ignore[no-untyped-call]  # the library has no annotations here
    return collected
