"""Counters and timings for Prometheus, added up over the server's processes."""

import atexit
import os
import shutil
import tempfile

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
if FOLDER not in os.environ:  # the library looks for it once, when it is imported
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="zhku-metrics-")

    @atexit.register
    def _tidy(owner: int = os.getpid()) -> None:
        if os.getpid() == owner:  # forked workers leave it to their parent
            shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


from prometheus_client import CollectorRegistry, Counter, Histogram  # noqa: E402 - after the folder is named
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

BUCKETS = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 4)

turns = Counter("zhku_turns_total", "Turns answered.", ["channel"])
turn_seconds = Histogram("zhku_turn_seconds", "From turn to reply, database and all.", ["channel"], buckets=BUCKETS)
hearing_seconds = Histogram("zhku_hearing_seconds", "Recognition of one utterance.", buckets=BUCKETS)
speaking_seconds = Histogram("zhku_speaking_seconds", "Synthesis of one reply.", buckets=BUCKETS)


def registry() -> CollectorRegistry:
    """Where the figures of all processes are read from."""
    collected = CollectorRegistry()
    MultiProcessCollector(collected)  # type: ignore[no-untyped-call]  # the library has no annotations here
    return collected
