"""Where bodies are sent: a server somewhere, or the application in this process."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx
from flask import Flask

from skill.channels.channel import assistants
from skill.sandbox import signing
from skill.settings import Settings


@dataclass(frozen=True)
class Answer:
    """status, body and seconds of one call."""

    status: int
    body: bytes
    seconds: float


class Target(Protocol):
    """Something that takes a platform's body."""

    def send(self, platform: str, raw: bytes) -> Answer:
        """Deliver the bytes as the platform does, signed."""
        ...


def address(platform: str, settings: Settings) -> str:
    """The path of a platform's webhook with its secret."""
    known = assistants().get(platform)
    return f"/{platform}/{known.secret(settings)}" if known else f"/{platform}"


@dataclass(frozen=True)
class Server:
    """A running server; the settings are those it runs with, for the secrets."""

    url: str
    settings: Settings
    http: httpx.Client

    def send(self, platform: str, raw: bytes) -> Answer:
        headers = signing.headers(platform, raw, self.settings, now=time.time())
        started = time.perf_counter()
        answer = self.http.post(
            self.url.rstrip("/") + address(platform, self.settings),
            content=raw,
            headers={"Content-Type": "application/json", **headers},
        )
        return Answer(answer.status_code, answer.content, time.perf_counter() - started)


@dataclass(frozen=True)
class App:
    """The application itself, at the moment `now`."""

    app: Flask
    settings: Settings
    now: datetime

    def send(self, platform: str, raw: bytes) -> Answer:
        headers = signing.headers(platform, raw, self.settings, now=self.now.timestamp())
        started = time.perf_counter()
        answer = self.app.test_client().post(
            address(platform, self.settings), data=raw, headers=headers, content_type="application/json"
        )
        return Answer(answer.status_code, answer.get_data(), time.perf_counter() - started)
