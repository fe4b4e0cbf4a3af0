"""What comes into the conversation and what goes out of it, free of any platform."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from speech.recognition import Hypothesis

SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
SUM, SUMMED = "Всего", 2
"""A sentence that begins so says nothing without the one before it."""
OFFER = "offer"
"""The step of a question that only offers to go on («Оплатить сейчас?»): nobody returns to it."""
Kind = Literal["text", "start", "silence", "event", "ping"]
Outcome = Literal["paid", "closed", "expired", "refused", "unavailable"]


@dataclass(frozen=True)
class WindowClosed:
    """The platform's own payment window is gone. invoice: the bill that was in it, as the provider calls it; outcome:
    what became of it as the device says, which proves nothing."""

    invoice: str
    outcome: Outcome


@dataclass(frozen=True)
class Turn:
    """One thing a resident said or did.

    channel: where it came from (`alice`, `api`, `web`, `chat`, …), a key of the identity tables.
    user_key: who speaks, stable on that channel; empty when the platform does not tell.
    session_key: the platform's conversation.
    hypotheses: what was heard or typed, best first; empty for a silence.
    kind: `start` opens the conversation with nothing asked, `silence` is an empty recording, `event` is something the
        device did by itself, `ping` only asks whether we live and never reaches the conversation, `text` is all else.
    turn_key: names this delivery, so that a repeated one has no second effect; None when the platform has no such name.
    sequence: the platform's count of turns in the session, if it counts.
    source: what the books note as the source of a reading (`billing.tables.meters.SOURCES`).
    screen: whether buttons and text can be shown.
    can_link: whether the device can open our page for linking an account.
    access_token: the one our page gave for this speaker, as the platform sends it back.
    linked: the speaker has just finished on that page.
    familiar: the speaker wishes to be spoken to as a friend («ты»).
    can_pay: the device can open the platform's own payment window.
    window: that window was closed; such a turn belongs to no conversation.
    """

    channel: str
    user_key: str
    session_key: str
    hypotheses: tuple[Hypothesis, ...] = ()
    kind: Kind = "text"
    turn_key: str | None = None
    sequence: int | None = None
    source: str = "other"
    screen: bool = True
    can_link: bool = False
    access_token: str = field(default="", repr=False)
    linked: bool = False
    familiar: bool = False
    can_pay: bool = False
    window: WindowClosed | None = None

    @property
    def text(self) -> str:
        """The best hypothesis, empty for a silence."""
        return self.hypotheses[0].text if self.hypotheses else ""


def digest(*parts: str) -> str:
    """A fixed-length name made of parts that may be long or personal."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def session_name(turn: Turn) -> str:
    """The key of the turn's conversation in the database."""
    return digest(turn.channel, turn.user_key, turn.session_key)


def spoken(text: str) -> tuple[Hypothesis, ...]:
    """A typed phrase, or one a platform heard for us, as the only hypothesis."""
    return (Hypothesis(text, 1.0, ()),) if text.strip() else ()


@dataclass(frozen=True)
class Card:
    """A table to look at beside what is said: its title, and rows of a name and a value."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reply:
    """What the resident gets.

    text: shown; spoken too, after `speech.wording` has turned it into words.
    buttons: short phrases that mean the same when pressed and when said.
    end: the conversation is over.
    expecting: what an answer would be (`number`, `yes_no`, `meter`, `account`, `code`, `command`); chooses the grammar.
    slow: the resident asked for slower speech.
    link: a page to open (payment), shown where there is a screen and never read out.
    handoff: a person takes over; a telephone transfers the call.
    card: shown where the platform has cards and a screen; what is needed is in the text too.
    linking: asks who is speaking; a device that can offers our page for linking an account with it.
    invoice: the bill to open the platform's own payment window with, as the provider calls it.
    asks: the question alone, where something else is said around it; empty where the text is nothing but that.
    """

    text: str
    buttons: tuple[str, ...] = ()
    end: bool = False
    expecting: str = "command"
    slow: bool = False
    link: str = ""
    handoff: bool = False
    card: Card | None = None
    linking: bool = False
    invoice: str = ""
    asks: str = ""

    @property
    def question(self) -> str:
        """What it asks, without what is said around that: two sentences at most, or three where a sum is told."""
        alone = self.asks if self.asks in self.text else ""
        told = SENTENCE_END.split(alone or self.text)
        return " ".join(told[-3:] if len(told) > SUMMED and told[-2].startswith(SUM) else told[-2:])

    def to_json(self) -> dict[str, Any]:
        """As kept with an answered turn: what is not there is left out."""
        kept = {name: value for name, value in vars(self).items() if value or name == "text"}
        return kept | {"card": dict(vars(self.card))} if self.card else kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The reverse of `to_json`."""
        card = kept.get("card")
        table = Card(card["title"], tuple((title, value) for title, value in card["rows"])) if card else None
        return cls(**{**kept, "buttons": tuple(kept.get("buttons", ())), "card": table})


@dataclass
class Session:
    """The state of one conversation, kept in the database between turns.

    scene, step: the topic whose question is open and which of its questions; empty when none is.
    draft: what the scene has gathered so far.
    aside: the phrase that was put off until another topic is done (readings until an account is linked).
    then: what else was asked for in the same breath, to be taken up when the first of it is done.
    account_id: the account spoken about.
    resident_id: who spoke in it last, as far as that is known.
    misses: phrases in a row that were not understood.
    said: how often each phrase was used, so that variants take turns.
    last: the last reply.
    suspended: topics with an open question that another topic interrupted: scene, step, draft, question and flat.
    put_off: the last of them that is not asked again any more, until another question opens.
    told: the last reply that told or asked something, for «повтори»; question: the open question, as it was asked.
    told_of: names of the phrases of the last answer, for «по какому закону».
    about: what was asked last (intent, slots, text), for «а за свет?».
    returns: how often in a row an interrupted question was asked again.
    anger: signs of anger and failures so far; they shorten the way to a person.
    slow: the resident asked for slower speech.
    unlocked: the PIN was given in this conversation.
    """

    scene: str = ""
    step: str = ""
    draft: dict[str, Any] = field(default_factory=dict)
    aside: str = ""
    then: list[str] = field(default_factory=list)
    account_id: int | None = None
    resident_id: int | None = None
    misses: int = 0
    said: dict[str, int] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    suspended: list[dict[str, Any]] = field(default_factory=list)
    put_off: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    told_of: list[str] = field(default_factory=list)
    question: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    returns: int = 0
    anger: int = 0
    slow: bool = False
    unlocked: bool = False

    def kept(self) -> dict[str, Any]:
        """As kept in the database: what is not there is left out."""
        return {name: value for name, value in vars(self).items() if value}

    def close(self) -> None:
        """Leave the open topic."""
        self.scene, self.step, self.draft = "", "", {}

    def forget(self) -> None:
        """Nothing waits to be taken up any more."""
        self.suspended, self.put_off, self.aside, self.then = [], {}, "", []

    def waits(self) -> bool:
        """Whether a question was put off that can be taken up: it is about the flat that is spoken of."""
        return bool(self.put_off) and self.put_off.get("flat") == self.account_id

    def put_by(self) -> None:
        """Leave everything at once, for a danger or a person; readings that were begun are kept for «продолжим»."""
        self.suspend()
        begun = [kept for kept in [self.put_off, *self.suspended] if kept.get("scene") == "readings"]
        self.forget()
        self.put_off = begun[-1] if begun and begun[-1]["draft"].get("entries") else {}

    def suspend(self) -> None:
        """Leave the open topic so that its question can be taken up again."""
        if self.scene and self.step != OFFER:
            asked = self.question or self.last
            kept = {"scene": self.scene, "step": self.step, "draft": self.draft, "last": asked, "flat": self.account_id}
            self.suspended = [*self.suspended[-2:], kept]
        self.close()

    def resume(self) -> Reply:
        """Take up the topic suspended last, of the flat it was about; its question, without what was said before it."""
        kept = self.suspended.pop()
        self.account_id = kept["flat"] or self.account_id
        self.scene, self.step, self.draft = kept["scene"], kept["step"], kept["draft"]
        last = Reply.from_json(kept["last"])
        return replace(last, text=last.question, asks="")
