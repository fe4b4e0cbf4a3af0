"""How long understanding takes: a turn of many different utterances, and the start of the process."""

import subprocess
import sys
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from skill.understanding.evaluate import read_labelled
from skill.understanding.recognise import recall

ROWS = read_labelled(Path(__file__).parents[1] / "skill" / "understanding_sentences.tsv")


def test_understanding_an_utterance(benchmark: BenchmarkFixture) -> None:
    rows = iter(ROWS * 1000)

    def understand_next() -> None:
        recall.__wrapped__(next(rows).utterance, None)

    benchmark(understand_next)


def test_start(benchmark: BenchmarkFixture) -> None:
    command = [sys.executable, "-c", "from skill.understanding import understand; understand('привет')"]
    benchmark.pedantic(lambda: subprocess.run(command, check=True), rounds=3)
