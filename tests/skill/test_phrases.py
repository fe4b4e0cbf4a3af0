"""Every sentence can be filled, fits every channel, and is used."""

import re
import string
from pathlib import Path

import pytest

from skill.dialogue.phrases import phrase, phrases

CODE = "\n".join(file.read_text("utf-8") for file in Path("skill").rglob("*.py"))
LONGEST = 300


@pytest.mark.parametrize("key", sorted(phrases()))
def test_variants_are_short_and_need_the_same_facts(key: str) -> None:
    variants = phrases()[key]
    assert all(0 < len(variant) <= LONGEST for variant in variants)
    wanted = {name.lower() for _, name, _, _ in string.Formatter().parse(" ".join(variants)) if name}
    filled = phrase(key, 0, **dict.fromkeys([*wanted, *(name.capitalize() for name in wanted)], "x"))
    assert "{" not in filled


@pytest.mark.parametrize("key", sorted(phrases()))
def test_every_phrase_is_used(key: str) -> None:
    topic, name, *_ = key.split(".")
    dynamic = rf'f"{topic}\.\{{|f"{topic}\.{name}\.|readings\.\{{kind\}}'
    assert f'"{topic}.{name}' in CODE or re.search(dynamic, CODE), key
