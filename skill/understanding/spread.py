"""Taking apart what is written together in readings: «т1-1200 п/пик-688», «хв98гв76» (`spread.yaml`)."""

import re
from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "spread.yaml"


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    loaded = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple((re.compile(pattern, re.IGNORECASE), instead) for pattern, instead in loaded)


def spread(text: str) -> str:
    """The text with names and numbers apart, so that each is a word of its own.

    >>> spread("п/пик-688")
    'полупик 688'
    """
    for pattern, instead in _patterns():
        text = pattern.sub(instead, text)
    return text
