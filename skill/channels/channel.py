"""What a platform's file offers the routes: one record, found by the name `CHANNEL`."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import httpx
from sqlmodel import Session as Database
from werkzeug.datastructures import Headers

from skill import channels
from skill.channels.body import LONGEST_PHRASE, Body, items, text
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis

STRESS = "\N{COMBINING ACUTE ACCENT}"
UNPLACED = Hypothesis("…", 0.0, ())
"""Words that a platform heard and could not place: worth nothing, so that they are asked for again."""
CODE = re.compile(r"[{\[].*|(?!/)[^а-яё]*", re.IGNORECASE | re.DOTALL)
"""What a button sends that is no phrase: JSON, or nothing in Russian but a command (`/help`)."""


@dataclass(frozen=True)
class Assistant:
    """A platform that is answered in the HTTP body, at `/<name>/<secret>`.

    read: the turn in a body; never raises.
    write: the answer to that body, within the platform's limits (`contracts/<name>.yaml`).
    secret: the last part of the path, empty when the channel is switched off.
    ours: whether the body was meant for one of our skills.
    authentic: what else must come with the call than the secret path.
    apart: the phrase for a body that is answered beside the conversation; empty for one that belongs into it.
    dated: the answer with what the moment of the call adds to it.
    browser: the origin of the platform's debugger, if that calls from a browser.
    """

    name: str
    read: Callable[[Body], Turn]
    write: Callable[[Reply, Turn, Body], Body]
    secret: Callable[[Settings], str]
    ours: Callable[[Body, Settings], bool] = lambda _body, _settings: True
    authentic: "Callable[[Call, Settings], bool]" = lambda _call, _settings: True
    apart: Callable[[Turn, Body], str] = lambda _turn, _body: ""
    dated: Callable[[Body, Body, datetime], Body] = lambda answer, _body, _now: answer
    browser: str = ""


@dataclass(frozen=True)
class Call:
    """A webhook request before anything in it is believed: the raw bytes, headers (any case), query, the time, and the
    caller's address (behind proxies of ours: as the outermost of them saw it)."""

    raw: bytes
    headers: Headers
    query: Mapping[str, str]
    now: datetime
    address: str = ""


@dataclass(frozen=True)
class Arrival:
    """One turn in a messenger's webhook.

    to: where its answer goes, in the platform's words.
    voice: where its recording is, empty for none; `seconds` and `transcription` where the platform tells them.
    aside: messages that are owed whatever the reply (a pressed button acknowledged).
    unread: the phrase for what cannot be read (a picture, a sticker); the conversation stays where it is.
    formerly: another name of the speaker, under which they may have been linked before.
    """

    turn: Turn
    to: Body
    voice: Body = field(default_factory=dict)
    aside: tuple[Body, ...] = ()
    unread: str = ""
    formerly: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of a message sent: taken, or to be sent again after so many seconds, or refused for good."""

    again_in: float | None = None
    refused: str = ""


@dataclass(frozen=True)
class Till:
    """Paying inside a messenger (касса).

    invoice: the messages with which the bill behind a reply's link is paid there. concerns: whether a body is about
    money. asked: the HTTP answer to the platform's question before it takes money, empty where it asks none. paid: the
    reply to money that came, now booked; None where none did.
    """

    invoice: Callable[[Database, Settings, Reply, Arrival], list[Body]]
    concerns: Callable[[Body], bool]
    asked: Callable[[Database, Settings, Body, datetime], Body]
    paid: Callable[[Database, Settings, Body, datetime], tuple[Reply, Arrival] | None]


@dataclass(frozen=True)
class Poll:
    """Asking a messenger for its updates, where it cannot call us.

    possible: whether the token is set. begin: have the platform call nobody: it answers no questions while it does.
    ask: what has come since the marker, and the next marker; held open for so many seconds while nothing has.
    Both raise httpx.HTTPError, and ValueError for an answer that is none.
    """

    possible: Callable[[Settings], bool]
    begin: Callable[[httpx.Client, Settings], object]
    ask: Callable[[httpx.Client, Settings, int | None, int], tuple[list[Body], int | None]]


@dataclass(frozen=True)
class Messenger:
    """A platform that calls `/<name>` and gets its answers by calls of ours.

    enabled: whether what `authentic` compares with is set.
    authentic: whether the platform itself sent the call, judged by the raw bytes.
    read: the turns in a body, in order; what asks for no answer is left out.
    write: the messages for a reply, within the platform's limits (`contracts/<name>.yaml`).
    send: one message delivered. Raises httpx.HTTPError where the platform cannot be reached.
    fetch: the bytes of a recording. Raises httpx.HTTPError.
    at_once: which of the messages travels in the HTTP answer, and the rest.
    handshake: the answer to the platform's GET that checks the address; None refuses it.
    keep: what must be done every hour to stay connected. Raises httpx.HTTPError.
    till: how bills are paid there.
    poll: how to ask for what it would deliver.
    """

    name: str
    enabled: Callable[[Settings], bool]
    authentic: Callable[[Call, Settings], bool]
    read: Callable[[Body], list[Arrival]]
    write: Callable[[Reply, Arrival], list[Body]]
    send: Callable[[httpx.Client, Settings, Body], Verdict]
    fetch: Callable[[httpx.Client, Settings, Body], bytes] | None = None
    at_once: Callable[[Body, list[Body]], tuple[Body, list[Body]]] = lambda _body, messages: ({}, messages)
    handshake: Callable[[Mapping[str, str], Settings], str | None] | None = None
    keep: Callable[[httpx.Client, Settings], object] | None = None
    till: Till | None = None
    poll: Poll | None = None


@cache
def messengers() -> dict[str, Messenger]:
    """Every messenger by its name."""
    return {found.name: found for found in _records() if isinstance(found, Messenger)}


@cache
def assistants() -> dict[str, Assistant]:
    """Every assistant by its name."""
    return {found.name: found for found in _records() if isinstance(found, Assistant)}


def phrases(candidates: Iterable[str]) -> tuple[Hypothesis, ...]:
    """The different non-empty phrases, best first; an overlong one is cut, stress marks are dropped."""
    plain = (one.replace(STRESS, "").strip()[:LONGEST_PHRASE].strip() for one in candidates)
    return tuple(Hypothesis(one, 1.0, ()) for one in dict.fromkeys(plain) if one)


def pressed(sent: str, title: str) -> str:
    """The phrase that a pressed button stands for: what it sends, or its title where it sends a code (`confirm_17`),
    whose digits are no reading."""
    return title if CODE.fullmatch(sent.strip()) else sent


def title_of(rows: object, key: str, sent: str) -> str:
    """What stands on the button of a keyboard that sends this under the key; empty where none does."""
    buttons = (one for row in (rows if isinstance(rows, list) else ()) for one in items({"row": row}, "row"))
    return next((text(one, "text") for one in buttons if text(one, key) == sent), "")


def open_title() -> str:
    """The title of the button that opens a reply's link."""
    return phrase("channels.open", 0)


def link_of(reply: Reply) -> str:
    """The page that the reply opens; none while the server has no public address to make one with."""
    return reply.link if reply.link.startswith(("https://", "http://")) else ""


def with_link(reply: Reply) -> str:
    """The reply's text for a platform where a link is part of the text."""
    return f"{reply.text}\n{link_of(reply)}" if link_of(reply) else reply.text


def _records() -> list[object]:
    modules = (import_module(f"{channels.__name__}.{module.name}") for module in iter_modules(channels.__path__))
    return [module.CHANNEL for module in modules if hasattr(module, "CHANNEL")]
