"""A gateway and a mail server that take letters, and somebody on the telephone."""

import email
from dataclasses import dataclass, field
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine

from billing import store
from skill import letters
from skill.app import Service
from skill.dialogue.turn import Reply, Turn, spoken
from tests.skill.talking import Clock

PHONE = "+79123456789"
CALLER = "+79001112233"


@dataclass
class Gateway:
    """An SMS gateway: what it took; the statuses it answers first; what it says."""

    url: str = ""
    taken: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    says: str = '{"status": "OK"}'


@dataclass
class Mailbox:
    """A mail server: what it took, and the answers it gives to recipients first."""

    port: int = 0
    taken: list[Any] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        self.taken.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"


def put(engine: Engine, clock: Clock, carrier: str, to: str, name: str = "a") -> None:
    with store.transaction(engine) as db:
        letters.put(db, carrier, to, "Привет, {link}", name=name, now=clock(), subject="Тема", link="https://x.example")


class Caller:
    """Somebody on the telephone, who sees nothing."""

    def __init__(self, service: Service, number: str = CALLER) -> None:
        self._service, self._number, self._count = service, number, 0

    def __call__(self, text: str) -> Reply:
        self._count += 1
        turn = Turn("telephone", self._number, "call", spoken(text), turn_key=str(self._count), screen=False)
        return self._service.reply_to(turn)
