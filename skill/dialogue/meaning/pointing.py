"""Short phrases that mean what was said before them, by their words (the folder `short`)."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from skill.dialogue.meaning.plain import LEADS, plain

RULED = ("matters", "rules", "rules_of_accounts", "house", "office")
"""Files of topics that a rule answers, in the order in which they are looked through."""


def points_at(name: str, text: str) -> bool:
    """Whether a phrase only points at what was said: `much`, `why`, `when`, `roubles`.

    >>> points_at("much", "А это много?"), points_at("much", "много воды")
    (True, False)
    """
    return fits(table()["pointing"][name]["words"], plain(text))


def meaning_of(kind: str, text: str) -> str | None:
    """The first meaning of one kind (`remarks`, `answers`, `anytime`, `always`) that a plain phrase fits.

    >>> meaning_of("answers", "все верно")
    'yes'
    """
    if not fits(table()["any"][kind], text):
        return None
    return next((name for name, words in table()[kind].items() if fits(words, text)), None)


def fits(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the whole of a plain phrase is of that form."""
    found = _looked_through(text)
    if (fit := found.get(pattern.pattern)) is None:
        fit = found[pattern.pattern] = pattern.fullmatch(text) is not None
    return fit


@lru_cache(maxsize=2048)
def _looked_through(text: str) -> dict[str, bool]:
    """Of a phrase, the patterns that it was held against so far and whether it fits: it is asked in turn after turn."""
    del text
    return {}


@lru_cache(maxsize=2048)
def matters_of(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The topics of rules whose words a plain phrase fits, in order, with the intents they go before."""
    return tuple(
        (name, matter["over"]) for name, matter in table()["matters"].items() if matter["words"].fullmatch(text)
    )


@cache
def table() -> dict[str, Any]:
    """The files: names of meanings → their words; for what points also the intents after which they mean which."""
    lists = ("remarks", "answers", "anytime", "always", "further")
    written = {kind: _file(kind) for kind in lists}
    compiled = {kind: {name: _compiled(words) for name, words in names.items()} for kind, names in written.items()}
    of_any = {kind: _compiled([word for words in names.values() for word in words]) for kind, names in written.items()}
    pointing = {
        name: {"words": _compiled(entry["words"]), "after": entry["after"]} for name, entry in _file("pointing").items()
    }
    pointing |= {name: {"words": _compiled(patterns), "after": {}} for name, patterns in _file("said").items()}
    matters = {
        name: {"words": _compiled(entry["words"]), "over": frozenset(entry["over"])}
        for file in RULED
        for name, entry in _file(file).items()
    }
    again = _file("again")
    rests_on = {intent: re.compile(words) for intent, words in again["rests_on"].items()}
    things = {name: re.compile(words) for name, words in _file("things").items()}
    return {
        **compiled,
        "any": of_any,
        "matters": matters,
        "pointing": pointing,
        "things": things,
        "again": again["again"],
        "rests_on": rests_on,
    }


def _file(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(f"short/{name}.yaml").read_text("utf-8"))
    return loaded


def _compiled(patterns: list[str]) -> re.Pattern[str]:
    """One for all: much cheaper than to try each of them."""
    return re.compile(LEADS + f"(?:{'|'.join(pattern.removeprefix('L') for pattern in patterns)})")
