"""The line as it is run: `zhku line` in a process of its own, on books of its own."""

import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from billing import accounts, store
from skill import calls
from skill.app import open_books, utc_now
from skill.settings import Settings

START_SECONDS = 120
COMMAND = "from skill.commands.line import line; line(None, 0)"


@dataclass(frozen=True)
class Line:
    """A running line: its process, port and books."""

    process: "subprocess.Popen[bytes]"
    port: int
    engine: Engine
    settings: Settings

    def announced(self, number: str) -> str:
        """A call that the dialplan has announced, from a resident of the demo flat."""
        call = str(uuid.uuid4())
        with store.transaction(self.engine) as db:
            account = accounts.find(db, "100512")[0]
            now, how = utc_now(), "operator"
            accounts.link(db, channel="telephone", external_id=number, account_id=account.id, verified_how=how, now=now)
            calls.announce(db, call, number, utc_now())
        return call

    def next_step(self, call: str) -> str:
        """What the dialplan is told about a call that has left us."""
        with store.reading(self.engine) as db:
            return calls.next_step(db, call)

    def holds(self) -> tuple[int, int, int]:
        """Open descriptors, threads, and resident memory in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        threads, memory = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("Threads", "VmRSS"))  # type: ignore[index]
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir())), threads, memory // 1024


@contextmanager
def running_line(folder: Path) -> Iterator[Line]:
    """The line, its books in `folder`; ended if it still runs."""
    environment = os.environ | {"ZHKU_DATA_DIR": str(folder), "ZHKU_DATABASE_URL": ""}
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen([sys.executable, "-c", COMMAND], env=environment, stdout=log, stderr=log)
        settings = Settings(data_dir=folder, database_url="")
        port = _port(folder / "log", process)
        engine = open_books(settings)
        try:
            yield Line(process, port, engine, settings)
        finally:
            engine.dispose()
            process.terminate()
            process.wait(30)


def _port(log: Path, process: "subprocess.Popen[bytes]") -> int:
    for _ in range(START_SECONDS * 10):
        found = re.search(r"Calls: listening at [\d.]+:(\d+)", log.read_text())
        if found:
            return int(found[1])
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise TimeoutError(log.read_text())
