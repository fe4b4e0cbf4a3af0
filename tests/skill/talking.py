"""Somebody to talk with, a clock that stands still, and a look into the books."""

import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine

from billing import accounts, readings, store
from skill.dialogue.engine import converse
from skill.dialogue.turn import Reply, Turn, spoken
from skill.settings import Settings

UNHURRIED = 60.0
"""Seconds for an answer: no test depends on how busy the machine is, but those of late answers."""


@dataclass
class Clock:
    """Stands still unless told to go on."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Untouched:
    """What a file of books holds now, to be put back later; engines stay open on it, a late turn may still write."""

    def __init__(self, books: Path) -> None:
        self._books, self._copy = books, books.with_name(f"untouched-{books.name}")
        self._over(books, self._copy)

    def put_back(self) -> None:
        self._over(self._copy, self._books)

    @staticmethod
    def _over(source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target, timeout=60)) as old:
            whole.backup(old)


@dataclass
class Resident:
    """Somebody who talks on the text channel."""

    engine: Engine
    settings: Settings
    clock: Clock
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    session: str = "s"
    last: Reply = field(default_factory=lambda: Reply(""))

    def says(self, text: str) -> str:
        """Say something; the answer."""
        turn = Turn("chat", self.name, self.session, hypotheses=spoken(text), kind="text" if text else "start")
        self.last = converse(self.engine, turn, now=self.clock(), settings=self.settings)
        return self.last.text.replace("\u00a0", " ")


def linked(engine: Engine, channel: str, user: str, account_id: int, now: datetime) -> int:
    """Let a channel's user speak for an account; the resident's id."""
    with store.transaction(engine) as db:
        return accounts.link(
            db, channel=channel, external_id=user, account_id=account_id, verified_how="operator", now=now
        ).id


@dataclass
class Ledger:
    """What the books say of the demo account."""

    engine: Engine
    account: int

    def newest(self) -> dict[str, Decimal]:
        """The newest reading of each meter: «COLD_WATER» or «ELECTRICITY day» → value."""
        with store.reading(self.engine) as db:
            rows = readings.last_readings(db, self.account)
        return {f"{row.meter.resource} {row.register}".removesuffix(" single"): row.value for row in rows}
