"""Residents who speak to an Alice webhook over kept connections, with little work of their own: one thread for all."""

import json
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

START: dict[str, Any] = json.loads(Path("fixtures/requests/alice/start.json").read_text("utf-8"))
LINKING = ("привязать счёт", "100512", "482913", "да")
"""What makes a stranger the demo company's resident."""
_names = count(1)


@dataclass
class Resident:
    """One speaker with one connection. said: phrases in turn, "" opens a new conversation, {n} counts their rounds."""

    port: int
    path: str
    said: tuple[str, ...]
    _name: str = field(default_factory=lambda: f"resident-{next(_names)}-{time.time_ns()}")
    _turn: int = 0
    _conversation: int = 0
    _message: int = 0
    _request: bytes = b""
    _received: bytes = b""

    def __post_init__(self) -> None:
        self.connection = self._connect()

    def speak(self) -> None:
        """Send the next phrase."""
        rounds, at = divmod(self._turn, len(self.said))
        phrase = self.said[at].format(n=rounds % 9)
        self._turn, self._message = self._turn + 1, self._message + 1
        if not phrase:
            self._conversation, self._message = self._conversation + 1, 0
        self.send(phrase)

    def send(self, phrase: str) -> None:
        """Send a phrase of its own."""
        session = {
            "new": not phrase,
            "session_id": f"{self._name}-{self._conversation}",
            "message_id": self._message,
            "user": {"user_id": self._name},
        }
        body = START | {
            "session": START["session"] | session,
            "request": START["request"] | {"command": phrase, "original_utterance": phrase},
        }
        raw = json.dumps(body, ensure_ascii=False).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}"
        )
        self._request = head.encode() + b"\r\n\r\n" + raw
        self.connection.sendall(self._request)

    def answered(self) -> bool:
        """Read what has come; whether the answer is whole now. A connection that was closed is opened anew."""
        data = self.connection.recv(65536)
        if not data:
            self.connection.close()
            self.connection = self._connect()
            self._received = b""
            self.connection.sendall(self._request)
            return False
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not length or len(body) < int(length):
            return False
        assert head.startswith(b"HTTP/1.1 200"), head
        assert json.loads(body)["response"]["text"]
        self._received = b""
        return True

    def link(self) -> None:
        """Become a resident of the demo account."""
        for phrase in LINKING:
            self._message += 1
            self.send(phrase)
            while not self.answered():
                pass

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def without_pause(residents: list[Resident], seconds: float) -> float:
    """Answers a second when everybody speaks again as soon as they have their answer."""
    started, answers = time.perf_counter(), 0
    for resident in residents:
        resident.speak()
    for resident in _answered(residents, started + seconds):
        answers += 1
        resident.speak()
    return answers / (time.perf_counter() - started)


def at_rate(residents: list[Resident], rate: int, seconds: float) -> list[float]:
    """Seconds from the moment each phrase was due to its answer, when so many come a second; sorted."""
    due_times, late = count(), 60.0
    free, selector = deque(residents), selectors.DefaultSelector()
    started, due, waited = time.perf_counter(), next(due_times) / rate, []
    while len(waited) < int(rate * seconds) and time.perf_counter() < started + seconds + late:
        now = time.perf_counter() - started
        while due <= now and due < seconds and free:
            resident = free.popleft()
            selector.register(resident.connection, selectors.EVENT_READ, (resident, started + due))
            resident.speak()
            due = next(due_times) / rate
        for key, _ in selector.select(max(0.0, min(due - now, 0.1))):
            resident, since = key.data
            selector.unregister(key.fileobj)
            if resident.answered():
                waited.append(time.perf_counter() - since)
                free.append(resident)
            else:
                selector.register(resident.connection, selectors.EVENT_READ, key.data)
    return sorted(waited)


def _answered(residents: list[Resident], until: float) -> Iterator[Resident]:
    selector = selectors.DefaultSelector()
    for resident in residents:
        selector.register(resident.connection, selectors.EVENT_READ, resident)
    while time.perf_counter() < until:
        for key, _ in selector.select(0.5):
            resident, before = key.data, key.data.connection
            whole = resident.answered()
            if resident.connection is not before:
                selector.unregister(before)
                selector.register(resident.connection, selectors.EVENT_READ, resident)
            if whole:
                yield resident
    for resident in residents:  # the last answers are not counted
        while not resident.answered():
            pass
