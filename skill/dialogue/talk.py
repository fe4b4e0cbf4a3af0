"""What a scene sees of one turn, and what a scene is."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

from sqlmodel import Session as Database

from billing import accounts
from billing.accounts import Home, Speaker
from billing.tables import Account, Resident
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply, Session, Turn, digest
from skill.identity import links
from skill.settings import Settings
from skill.understanding import Understanding


@dataclass
class Talk:
    """One turn as scenes see it: the open transaction, the clock, what was said, and the state of the conversation.

    scene: the topic whose question is open.
    beside: the reply is not what the open question is about: `help`, or a `remark` that need not be repeated either.
    stalled: the answer to the open question has led nowhere.
    erased: the speaker has had the conversation erased: nothing of this turn is kept either.
    flat_named: the reply begins with the flat that it is about.
    flat_meant: the flat that the phrase names, once that is known.
    sentences: names of the phrases said in this turn, in their order.
    """

    db: Database
    now: datetime
    turn: Turn
    session: Session
    settings: Settings
    resident: Resident | Speaker | None
    scene: "Scene | None" = None
    beside: Literal["", "help", "remark"] = ""
    stalled: bool = False
    erased: bool = False
    flat_named: bool = False
    flat_meant: Account | None = None
    sentences: list[str] = field(default_factory=list)
    _flats: list[Home] | None = field(default=None, repr=False)

    @property
    def flats(self) -> list[Home]:
        """The flats that the resident may speak for; looked up once a turn."""
        if self._flats is None:
            self._flats = accounts.homes_of(self.db, self.resident.id) if self.resident else []
        return self._flats

    def is_now(self, resident: Resident | Speaker | None) -> None:
        """Who is speaking, or what they may speak for, has changed in this turn."""
        self.resident, self._flats = resident, None

    @property
    def key(self) -> str:
        """Names this turn in the books: the delivery's name, or a new one on a channel that has none."""
        return digest(self.turn.channel, self.turn.user_key, self.turn.turn_key or secrets.token_hex(16))

    def say(self, key: str, **facts: str) -> str:
        """The next variant of a phrase, so that nobody hears the same words twice in a row."""
        uses = self.session.said.get(key, 0)
        self.session.said[key] = uses + 1
        self.sentences.append(key)
        return phrase(key, uses, **facts)

    def bill(self, account_id: int, kopecks: int = 0, payment_id: int = 0, *, ahead: bool = False) -> str:
        """The address of an account's bill, which knows whom it was given."""
        who = self.resident.id if self.resident else 0
        return links.to_bill(self.settings, account_id, kopecks, payment_id, who, int(ahead))

    def reply(self, key: str, *, buttons: tuple[str, ...] = (), expecting: str = "command", **facts: str) -> Reply:
        """A reply of one phrase."""
        return Reply(self.say(key, **facts), buttons=buttons, expecting=expecting)


def remark(talk: Talk, reply: Reply) -> Reply:
    """A reply beside the open question, which need not be repeated either."""
    talk.beside = "remark"
    return still_open(talk, reply)


def still_open(talk: Talk, reply: Reply) -> Reply:
    """The reply, listening on for the answer to the question that is open, with its buttons."""
    if not talk.session.scene or not talk.session.last:
        return reply
    last = Reply.from_json(talk.session.last)
    return replace(reply, buttons=last.buttons, expecting=last.expecting)


def after(text: str, reply: Reply) -> Reply:
    """The reply with a sentence put before it."""
    return replace(reply, text=f"{text} {reply.text}", asks=reply.asks or reply.text)


def carried(done: Reply, reply: Reply) -> Reply:
    """The reply with what the one before it shows beside its words: a link, a card, a bill to pay."""
    link, card, invoice = reply.link or done.link, reply.card or done.card, reply.invoice or done.invoice
    return replace(reply, link=link, card=card, invoice=invoice)


class Scene(Protocol):
    """A topic of conversation (one file in `scenes`, an object named `SCENE`).

    name: its key in the session and in `phrases`.
    intents: what opens it.
    anywhere: those of them that are answered from any point without leaving the open topic (help, repeat).
    """

    name: str
    intents: frozenset[str]
    anywhere: frozenset[str]

    def begin(self, talk: Talk, said: Understanding) -> Reply:
        """The resident asks for this topic."""
        ...

    def answer(self, talk: Talk, said: Understanding) -> Reply | None:
        """The resident answers this topic's open question; None: it is no answer to it."""
        ...

    def help(self, talk: Talk) -> str | None:
        """What can be said at this point of the topic; None: nothing particular."""
        ...
