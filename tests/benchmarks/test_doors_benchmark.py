"""How long a resident waits: a text turn, a three-second utterance, and Vosk's own part of it.

pytest tests/benchmarks/test_doors_benchmark.py --benchmark-enable -s
"""

from collections.abc import Callable
from importlib.resources import files
from statistics import median

import numpy as np
import pytest
from flask.testing import FlaskClient
from pytest_benchmark.fixture import BenchmarkFixture

from speech.audio import Pcm, decode, to_wav
from speech.recognition import transcribe


@pytest.fixture(scope="module")
def utterance() -> Pcm:
    """Three seconds: a recorded human number with silence around it."""
    pcm = decode(files("fixtures").joinpath("speech", "number_5126.wav").read_bytes())
    samples = np.zeros(3 * pcm.rate, np.int16)
    spoken = pcm.samples[: len(samples)]
    start = (len(samples) - len(spoken)) // 2
    samples[start : start + len(spoken)] = spoken
    return Pcm(samples, pcm.rate)


def report(name: str, benchmark: BenchmarkFixture) -> None:
    """Print median and 99th percentile, in milliseconds."""
    if benchmark.stats is not None:
        times = sorted(benchmark.stats.stats.data)
        print(f"\n{name}: median {median(times) * 1e3:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.1f} ms")  # noqa: T201 - a report


def test_text_turn(benchmark: BenchmarkFixture, client: FlaskClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    words = ["холодная вода 125", "нет 126", "помощь", "отмена"]
    count = iter(range(10**9))

    def turn() -> int:
        text = words[next(count) % len(words)]
        return client.post("/api/v1/utterance", json={"text": text}, headers=headers).status_code

    assert benchmark.pedantic(turn, rounds=400, warmup_rounds=8) == 200
    report("text turn", benchmark)


def test_spoken_turn(benchmark: BenchmarkFixture, client: FlaskClient, token: str, utterance: Pcm) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    client.post("/api/v1/utterance", json={"text": "передать показания за свет"}, headers=headers)
    sound = to_wav(utterance.samples, utterance.rate)

    def turn() -> int:
        return client.post("/api/v1/audio", data=sound, headers=headers).status_code

    assert benchmark.pedantic(turn, rounds=100, warmup_rounds=3) == 200
    report("3-second utterance, request to reply", benchmark)


def test_decoding_alone(benchmark: BenchmarkFixture, utterance: Pcm) -> None:
    heard: Callable[[], object] = lambda: transcribe(utterance.samples, utterance.rate, "number")  # noqa: E731
    assert benchmark.pedantic(heard, rounds=100, warmup_rounds=3)
    report("of it recognition", benchmark)
