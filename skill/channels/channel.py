"""What a platform's file offers the routes: one record, found by the name `CHANNEL`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from skill import channels
from skill.channels.body import LONGEST_PHRASE, Body
from skill.dialogue.turn import Reply, Turn
from skill.settings import Settings
from speech.recognition import Hypothesis


@dataclass(frozen=True)
class Assistant:
    """A platform that is answered in the HTTP body, at `/<name>/<secret>`.

    read: the turn in a body; never raises.
    write: the answer to that body, within the platform's limits (`contracts/<name>.yaml`).
    secret: the last part of the path, empty when the channel is switched off.
    ours: whether the body was meant for one of our skills.
    browser: the origin of the platform's debugger, if that calls from a browser.
    """

    name: str
    read: Callable[[Body], Turn]
    write: Callable[[Reply, Turn, Body], Body]
    secret: Callable[[Settings], str]
    ours: Callable[[Body, Settings], bool] = lambda _body, _settings: True
    browser: str = ""


@cache
def assistants() -> dict[str, Assistant]:
    """Every assistant by its name."""
    return {found.name: found for found in _records() if isinstance(found, Assistant)}


def phrases(candidates: Iterable[str]) -> tuple[Hypothesis, ...]:
    """The different non-empty phrases, best first; an overlong one is cut."""
    unique = dict.fromkeys(text.strip()[:LONGEST_PHRASE].strip() for text in candidates)
    return tuple(Hypothesis(text, 1.0, ()) for text in unique if text)


def _records() -> list[object]:
    modules = (import_module(f"{channels.__name__}.{module.name}") for module in iter_modules(channels.__path__))
    return [module.CHANNEL for module in modules if hasattr(module, "CHANNEL")]
