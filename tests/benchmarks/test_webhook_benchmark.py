"""A webhook under load, whole server against whole server: latency at 50 requests a second, throughput beside aliceio.

python -m venv aliceio && aliceio/bin/pip install aliceio
ZHKU_ALICEIO_PYTHON=aliceio/bin/python pytest tests/benchmarks/test_webhook_benchmark.py -m slow -s

aliceio needs an older pydantic than ours, hence an environment of its own. Its skill only echoes; ours understands,
looks into the books and keeps the dialogue in the database. Both get the same phrases from this process.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.benchmarks.residents import Resident, at_rate, without_pause

pytestmark = pytest.mark.slow
KINDS = {
    "greeting": ("",),
    "help": ("помощь",),
    "small talk": ("спасибо",),
    "stranger's question": ("какой тариф на холодную воду",),
    "dates": ("до какого числа передавать показания", "нет"),
    "balance": ("сколько я должен", "нет"),
    "reading asked": ("холодная вода 12{n}", "отмена"),
    "reading booked": ("холодная вода 12{n}", "да", "хватит"),
    "mix": ("", "сколько я должен", "нет", "холодная вода 12{n}", "да", "хватит", "помощь", "спасибо"),
}
STRANGERS = {"greeting", "help", "small talk", "stranger's question"}
SPEAKERS, SECONDS, WARM_SECONDS, RATE = 8, 6.0, 2.0, 50


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """A server process, from the moment it takes connections."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def speakers(port: int, path: str, kind: str, number: int = SPEAKERS) -> list[Resident]:
    found = [Resident(port, path, KINDS[kind]) for _ in range(number)]
    for resident in found:
        if kind not in STRANGERS:
            resident.link()
    return found


def throughput(port: int, path: str, kind: str) -> float:
    """Answers a second with so many residents who speak without a pause."""
    residents = speakers(port, path, kind)
    without_pause(residents, WARM_SECONDS)
    return without_pause(residents, SECONDS)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Our server with the demo company; its port."""
    port = free_port()
    settings = {
        "ZHKU_DATA_DIR": str(tmp_path_factory.mktemp("server")),
        "ZHKU_ALICE_SECRET": "secret",
        "ZHKU_DATABASE_URL": "",
    }
    with running([sys.executable, "-m", "skill.cli", "serve", "--port", str(port)], port, **settings):
        yield port


@pytest.mark.parametrize("kind", KINDS)
def test_latency_at_fifty_requests_a_second(ours: int, kind: str) -> None:
    found = at_rate(speakers(ours, "/alice/secret", kind, RATE), RATE, SECONDS)
    median, p99 = found[len(found) // 2], found[int(len(found) * 0.99)]
    print(f"\n{kind} at {RATE} turns a second: median {median * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms")  # noqa: T201 - a report
    assert len(found) == int(RATE * SECONDS)


@pytest.mark.skipif("ZHKU_ALICEIO_PYTHON" not in os.environ, reason="no environment with aliceio is named")
def test_throughput_beside_a_bare_echo(ours: int) -> None:
    port = free_port()
    echo = str(Path(__file__).parent / "aliceio_echo.py")
    with running([os.environ["ZHKU_ALICEIO_PYTHON"], echo, str(port)], port):
        for kind in KINDS:
            theirs, own = throughput(port, "/alice", kind), throughput(ours, "/alice/secret", kind)
            print(f"\n{kind}: {own:.0f} answers a second, aliceio's echo {theirs:.0f}, ratio {own / theirs:.2f}")  # noqa: T201
            assert own > 0
