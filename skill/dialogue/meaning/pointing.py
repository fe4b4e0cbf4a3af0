"""Short phrases that mean what was said before them, by their words (`context.yaml`)."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from skill.dialogue.meaning.plain import LEADS, plain


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
    return next((name for name, words in table()[kind].items() if fits(words, text)), None)


def fits(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the whole of a plain phrase is of that form."""
    return pattern.fullmatch(text) is not None


@cache
def table() -> dict[str, Any]:
    """The file: names of meanings → their words; for what points also the intents after which they mean which."""
    loaded = yaml.safe_load(files(__package__).joinpath("context.yaml").read_text("utf-8"))
    lists = ("remarks", "answers", "anytime", "always")
    compiled = {kind: {name: _compiled(patterns) for name, patterns in loaded[kind].items()} for kind in lists}
    pointing = {
        name: {"words": _compiled(entry["words"]), "after": entry["after"]}
        for name, entry in loaded["pointing"].items()
    }
    matters = {
        name: {"words": _compiled(entry["words"]), "over": entry["over"]} for name, entry in loaded["matters"].items()
    }
    rests_on = {intent: re.compile(words) for intent, words in loaded["rests_on"].items()}
    return {**compiled, "matters": matters, "pointing": pointing, "again": loaded["again"], "rests_on": rests_on}


def _compiled(patterns: list[str]) -> re.Pattern[str]:
    """One for all: much cheaper than to try each of them."""
    return re.compile(LEADS + f"(?:{'|'.join(pattern.removeprefix('L') for pattern in patterns)})")
