"""Check 22: the company's own billing looks at a reading before it is taken (внешняя проверка).

POST of a JSON question to the address in the table external_check; the answer is `{"level": "ok"}`, or a level "block",
"confirm" or "review" with a "code" and a "message" for the resident. No answer in time, or none that can be read, means
that the check is skipped: residents do not wait for a company's broken server, and for a while it is not asked again.
A smart speaker gives three seconds to the whole turn: a timeout_ms of about 1000 suits it.
"""

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from billing.case import Finding

log = logging.getLogger(__name__)
LEVELS = ("block", "confirm", "review")
REMEMBERED_SECONDS = 120.0
"""So long an answer holds: a reading is looked at when it is read back, and again when it is booked."""
RESTED_SECONDS = 30.0
REMEMBERED = 1000
LONGEST = 200
Question = Mapping[str, Any]


@dataclass(frozen=True)
class Server:
    """Where a company answers: a row of external_check. timeout_ms: for the whole answer, 3000 at most."""

    url: str
    token: str | None
    timeout_ms: int


class Answers:
    """What companies answered lately, and whose server is not asked for a while. Shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Finding | None]] = OrderedDict()
        self._resting: dict[str, float] = {}

    def find(self, server: Server, question: Question) -> Finding | None:
        """What the company says of a reading; None when it has nothing against it, or cannot be asked."""
        key = f"{server.url} {json.dumps(question, sort_keys=True)}"
        with self._lock:
            now = time.monotonic()
            if key in self._known and self._known[key][0] > now:
                return self._known[key][1]
            if self._resting.get(server.url, 0.0) > now:
                return None
        try:
            finding = ask(server, question)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
            log.warning("external check skipped: %s", type(failure).__name__)
            with self._lock:
                self._resting[server.url] = time.monotonic() + RESTED_SECONDS
            return None
        with self._lock:
            self._resting.pop(server.url, None)
            self._known[key] = (time.monotonic() + REMEMBERED_SECONDS, finding)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return finding


def ask(server: Server, question: Question) -> Finding | None:
    """Ask once. Raises httpx.HTTPError, or ValueError for an answer of another shape."""
    seconds = server.timeout_ms / 1000
    headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
    timeout = httpx.Timeout(seconds, connect=seconds / 3, read=seconds * 2 / 3)
    response = httpx.post(server.url, json=dict(question), headers=headers, timeout=timeout)
    response.raise_for_status()
    answer = response.json()
    level = answer.get("level") if isinstance(answer, dict) else None
    if level == "ok":
        return None
    if level not in LEVELS:
        raise ValueError("the answer has no level")
    facts = {name: str(answer.get(name, ""))[:LONGEST] for name in ("code", "message")}
    return Finding("EXTERNAL", level, facts)


answers = Answers()
