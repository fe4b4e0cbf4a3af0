"""Utterances that need no model: dangers (`rules.yaml`)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from skill.understanding.text import plain

_FILE = Path(__file__).parent / "rules.yaml"
_NOT_WORDS = re.compile(r"[^а-яa-z0-9,.]+|(?<!\d)[.,]|[.,](?!\d)")


@dataclass(frozen=True, slots=True)
class Rule:
    """An intent that holds wherever `match` is found and `unless` is not."""

    intent: str
    match: re.Pattern[str]
    unless: re.Pattern[str] | None


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    loaded = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Rule(intent, re.compile(rule["match"]), re.compile(rule["unless"]) if "unless" in rule else None)
        for intent, rules in loaded.items()
        for rule in rules
    )


def ruled(text: str) -> str | None:
    """The intent that a rule gives the utterance, if any does."""
    line = " ".join(_NOT_WORDS.sub(" ", plain(text)).split())
    for rule in _rules():
        if rule.match.search(line) and not (rule.unless and rule.unless.search(line)):
            return rule.intent
    return None
