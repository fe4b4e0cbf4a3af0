"""Sentences as data: `phrases/<topic>.yaml` maps a key to a sentence, variants that take turns, or more keys."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

TWICE = re.compile(r"(?<!\.)\.\.(?!\.)")
"""The full stop of an abbreviation and of its sentence; three of them are meant."""
Phrases = dict[str, tuple[str, ...]]


@cache
def phrases() -> Phrases:
    """All sentences of all topics under `topic.key`, each a tuple of variants with `{placeholders}`."""
    found: Phrases = {}
    for file in sorted(files("skill.dialogue").joinpath("phrases").iterdir(), key=lambda entry: entry.name):
        topic = file.name.removesuffix(".yaml")
        found |= dict(_flat(topic, yaml.safe_load(file.read_text("utf-8"))))
    return found


def _flat(key: str, entry: str | list[str] | dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(entry, dict):
        for name, inner in entry.items():
            yield from _flat(f"{key}.{name}", inner)
    else:
        yield key, (entry,) if isinstance(entry, str) else tuple(entry)


def phrase(key: str, uses: int, **facts: str) -> str:
    """The variant of `key` whose turn it is after `uses` uses, filled with facts.

    A fact that ends in an abbreviation («коп.») ends the sentence as well.
    Raises KeyError for an unknown phrase or a fact that is missing.
    """
    variants = phrases()[key]
    return TWICE.sub(".", variants[uses % len(variants)].format(**facts))
