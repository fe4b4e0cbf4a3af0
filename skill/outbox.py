"""Messages on their way to messengers: written down first, sent after, again until the platform takes or refuses them.

The table is the truth: a message is queued under the name of the turn that it answers, once, whatever is delivered
twice; one receiver's messages go out in order.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from sqlalchemy import JSON, Column, Engine, Index, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select
from sqlmodel import Session as Database

from billing import store
from billing.columns import UtcDateTime
from billing.providers.provider import ProviderFailed
from skill import checkout
from skill.app import Service
from skill.carriers import CARRIERS
from skill.carriers.carrier import Letter
from skill.channels.body import Body
from skill.channels.calls import clients
from skill.channels.channel import Arrival, Verdict, messengers
from skill.dialogue.person import handoffs
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.turn import Reply, Turn, digest, session_name
from skill.settings import Settings

WAITING, SENT, REFUSED = "waiting", "sent", "refused"
CLAIM_SECONDS, SEND_SECONDS = 60, 20
MOST_ATTEMPTS = 12
LONGEST_PAUSE_SECONDS = 1800
POLL_SECONDS, LOOK_SECONDS, KEEP_SECONDS = 2.0, 60.0, 3600.0
SETTLED_SECONDS = 3.0
"""How long the background leaves a process that has just started to those who wait at its doors."""
AT_ONCE = 50
log = structlog.get_logger()


class OutgoingMessage(SQLModel, table=True):
    """A message for a messenger. `body` is emptied once it is sent; the row stays so that nothing is sent twice."""

    __tablename__ = "outgoing_message"
    __table_args__ = (Index("ix_outgoing_message_state_due_at", "state", "due_at"),)
    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=64)
    channel: str = Field(max_length=20)
    receiver: str = Field(max_length=64)
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = Field(default=WAITING, max_length=10)
    attempts: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


def put(db: Database, turn: Turn, messages: list[Body], *, now: datetime) -> None:
    """Queue the messages that answer a turn; the same turn again queues nothing."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    receiver = digest(turn.channel, turn.user_key)
    for number, message in enumerate(messages):
        row = OutgoingMessage(
            key=digest(turn.channel, turn.user_key, turn.turn_key or now.isoformat(), str(number)),
            channel=turn.channel,
            receiver=receiver,
            body=message,
            due_at=now,
            created_at=now,
        )
        values = row.model_dump(exclude={"id"})
        db.connection().execute(insert(OutgoingMessage).values(**values).on_conflict_do_nothing(index_elements=["key"]))


def drop(db: Database, channel: str, user_key: str) -> None:
    """Send a receiver nothing of what waits, and keep nothing of it."""
    waiting = update(OutgoingMessage).where(
        col(OutgoingMessage.receiver) == digest(channel, user_key), col(OutgoingMessage.state) == WAITING
    )
    db.execute(waiting.values(state=REFUSED, body={}))


def push(db: Database, handoff: Handoff, *, now: datetime) -> bool:
    """Queue what the operator said for the messenger of the conversation; False where it waits for the next turn."""
    messenger = messengers().get(handoff.channel)
    if messenger is None or not handoff.reach:
        return False
    said = handoffs.unheard(db, handoff.session_key)
    turn = Turn(handoff.channel, handoff.reach["user"], "", turn_key=f"operator:{handoff.id}:{now.isoformat()}")
    put(db, turn, messenger.write(Reply("\n".join(said)), Arrival(turn, handoff.reach["to"])), now=now)
    return True


def is_led(db: Database, arrival: Arrival) -> bool:
    """Whether a person is wanted in the conversation, or leads it."""
    return handoffs.current(db, session_name(arrival.turn)) is not None


def reachable(db: Database, arrival: Arrival) -> None:
    """Remember where a conversation that a person leads is written to."""
    handoff = handoffs.current(db, session_name(arrival.turn))
    if handoff is not None:
        handoff.reach = {"user": arrival.turn.user_key, "to": arrival.to}
        db.add(handoff)


def forget(db: Database, before: datetime) -> None:
    """Delete what was sent or refused before that moment."""
    old = delete(OutgoingMessage).where(col(OutgoingMessage.created_at) < before)
    db.execute(old.where(col(OutgoingMessage.state) != WAITING))


class Sender:
    """Sends what is due. Any number of processes may do so at once: a message is claimed before it is sent."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        clock: Callable[[], datetime],
        by_the_clock: Callable[[], object] = lambda: None,
    ) -> None:
        """by_the_clock: what else is done about every minute."""
        self._engine, self._settings, self._clock = engine, settings, clock
        self._by_the_clock = by_the_clock
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        """See to what is due in the background of this process, unless that is being done already."""
        if self._thread is not None or not self._settings.send_in_background:
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run_once_settled, name="outbox", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Something is due."""
        self.start()
        self.nudge()

    def nudge(self) -> None:
        """Look again now, if this process looks at all."""
        self._wake.set()

    def send_due(self) -> int:
        """Send everything that is due now; how many messages were tried."""
        tried = 0
        with clients(self._settings, SEND_SECONDS) as https:
            while due := self._due():
                before = tried
                for row in due:
                    if self._claim(row):
                        self._send(https(row.channel), row)
                        tried += 1
                if tried == before:
                    break
        return tried

    def keep_connected(self) -> None:
        """Do what the platforms want done every hour."""
        with clients(self._settings, SEND_SECONDS) as https:
            for messenger in messengers().values():
                if messenger.keep is None or not messenger.enabled(self._settings):
                    continue
                try:
                    messenger.keep(https(messenger.name), self._settings)
                except (httpx.HTTPError, ValueError) as error:
                    log.warning("not kept connected", channel=messenger.name, reason=type(error).__name__)

    def run(self, stopped: threading.Event | None = None) -> None:
        """See to what is due, until told to stop."""
        kept = looked = float("-inf")
        while stopped is None or not stopped.is_set():
            try:
                if time.monotonic() - kept > KEEP_SECONDS:
                    kept = time.monotonic()
                    self.keep_connected()
                    self._forget()
                if time.monotonic() - looked > LOOK_SECONDS:
                    looked = time.monotonic()
                    self._by_the_clock()
                self.send_due()
            except SQLAlchemyError as error:  # the database may come back: the messages are still there
                log.error("outbox cannot be read", reason=type(error).__name__)
            except Exception as error:  # nothing ends the thread: there would be no other
                log.error("outbox failed", exc_info=error)
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def _run_once_settled(self) -> None:
        self._wake.wait(SETTLED_SECONDS)  # what falls due in the meantime goes out at once
        self.run()

    def _forget(self) -> None:
        before = self._clock() - timedelta(days=self._settings.turns_kept_days)
        with store.transaction(self._engine) as db:
            forget(db, before)

    def _due(self) -> list[OutgoingMessage]:
        """The first waiting message of every receiver, if it is due."""
        earlier = aliased(OutgoingMessage)
        blocked = select(earlier.id).where(
            earlier.receiver == OutgoingMessage.receiver, earlier.id < OutgoingMessage.id, earlier.state == WAITING
        )
        query = select(OutgoingMessage).where(
            OutgoingMessage.state == WAITING, col(OutgoingMessage.due_at) <= self._clock(), ~blocked.exists()
        )
        with store.reading(self._engine) as db:
            return list(db.exec(query.order_by(col(OutgoingMessage.id)).limit(AT_ONCE)).all())

    def _claim(self, row: OutgoingMessage) -> bool:
        """Whether this process may send the message now; another one that saw it too may not."""
        mine = update(OutgoingMessage).where(
            col(OutgoingMessage.id) == row.id,
            col(OutgoingMessage.due_at) == row.due_at,
            col(OutgoingMessage.state) == WAITING,
        )
        with store.transaction(self._engine) as db:
            later = self._clock() + timedelta(seconds=CLAIM_SECONDS)
            done = db.connection().execute(mine.values(due_at=later, attempts=row.attempts + 1))
        return done.rowcount == 1

    def _send(self, http: httpx.Client, row: OutgoingMessage) -> None:
        try:
            verdict = self._deliver(http, row)
        except (httpx.HTTPError, ProviderFailed, OSError, ValueError, KeyError) as error:  # unreachable, or no answer
            verdict = Verdict(again_in=0)
            log.warning("message not sent", channel=row.channel, attempts=row.attempts + 1, reason=type(error).__name__)
        except Exception as error:  # a fault of ours in one message: the others go out, and it is given up in the end
            verdict = Verdict(again_in=0)
            log.error("message not sent", channel=row.channel, attempts=row.attempts + 1, exc_info=error)
        with store.transaction(self._engine) as db:
            self._settle(db, row.id, verdict)

    def _deliver(self, http: httpx.Client, row: OutgoingMessage) -> Verdict:
        carrier = CARRIERS.get(row.channel)
        if carrier is None:
            return messengers()[row.channel].send(http, self._settings, row.body)
        if not carrier.enabled(self._settings):
            return Verdict(refused="the carrier is switched off")
        link = str(row.body["link"])
        if row.body["payment"]:
            service = Service(self._settings, self._engine, self._clock)
            link = checkout.begin(service, int(row.body["payment"]), link, row.channel) or link
        text = str(row.body["text"]).replace("{link}", link)
        return carrier.send(http, self._settings, Letter(row.body["to"], text, row.key[:32], row.body["subject"]))

    def _settle(self, db: Database, number: int, verdict: Verdict) -> None:
        row = db.exec(select(OutgoingMessage).where(OutgoingMessage.id == number)).one()
        if verdict.again_in is not None and row.attempts < MOST_ATTEMPTS:
            pause = max(verdict.again_in, min(2.0**row.attempts, LONGEST_PAUSE_SECONDS))
            row.due_at = self._clock() + timedelta(seconds=pause)
        elif verdict.refused or verdict.again_in is not None:
            log.error("message refused", channel=row.channel, attempts=row.attempts, reason=verdict.refused)
            row.state, row.body = REFUSED, {}
        else:
            row.state, row.body = SENT, {}
        db.add(row)
