"""The pytest plugin `zhku_voice`: contracts of the platforms and replay of bodies, for any project's webhook.

    def test_the_answer_fits_alice(zhku_check, client):
        zhku_check("alice", client.post("/hook", json=body).get_json())

    def test_spoiled_bodies(zhku_spoiled, client):
        for raw in zhku_spoiled(Path("start.json").read_bytes(), 200):
            assert client.post("/hook", data=raw).status_code < 500

Fixtures import what they need when they are used: the plugin is loaded in every run of pytest.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from skill.replay.run import Report
    from skill.replay.targets import Target


@pytest.fixture(scope="session")
def zhku_check() -> Callable[[str, object], None]:
    """Fail unless the answer is one that the platform takes."""
    from skill.channels.limits import contracts

    def check(platform: str, answer: object) -> None:
        if platform not in contracts():
            pytest.fail(f"no such platform: {platform}; known are {', '.join(sorted(contracts()))}", pytrace=False)
        problems = contracts()[platform].problems(answer)
        if problems:
            pytest.fail(f"{platform} would refuse the answer:\n" + "\n".join(problems), pytrace=False)

    return check


@pytest.fixture(scope="session")
def zhku_spoiled() -> Callable[[bytes, int], Iterator[bytes]]:
    """So many spoiled copies of a body, the same ones in every run."""
    from skill.replay.mutations import mutations

    return mutations


@pytest.fixture(scope="session")
def zhku_replay() -> "Callable[[Target, Path], Report]":
    """Send a folder of bodies to a target, each twice; fail if any answer is none that the platform takes."""
    from skill.replay.run import bodies, replay

    def send(target: "Target", folder: Path) -> "Report":
        report = replay(target, bodies(folder))
        if report.problems:
            pytest.fail("\n".join(report.problems), pytrace=False)
        return report

    return send
