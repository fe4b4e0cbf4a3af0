"""Figures of the line for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 5.0)

calls = Counter("zhku_line_calls_total", "Calls that ended.", ["door", "outcome"])
talking = Gauge("zhku_line_talking", "Calls going on.", multiprocess_mode="livesum")
refused = Counter("zhku_line_refused_total", "Connections refused.", ["door", "reason"])
stage_seconds = Histogram("zhku_line_stage_seconds", "Waiting and work of a stage.", ["stage"], buckets=SECONDS)
answer_seconds = Histogram(
    "zhku_line_answer_seconds", "From the end of an utterance to the first sound of its answer.", buckets=SECONDS
)
interruptions = Counter("zhku_line_interruptions_total", "Prompts the caller cut into.", ["how"])
late_frames = Counter("zhku_line_late_frames_total", "Frames sent more than 40 ms late.")
