"""Words of one meaning under one name: «плачу», «оплатить», «внести денежку» all speak of paying (`concepts.yaml`)."""

from functools import lru_cache
from pathlib import Path

import yaml

from skill.understanding.text import sound

_FILE = Path(__file__).parent / "concepts.yaml"


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], dict[str, str]]:
    """Whole words and beginnings of words (as they sound), each with its concept."""
    whole: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    for name, forms in yaml.safe_load(_FILE.read_text(encoding="utf-8")).items():
        for form in forms.split():
            if form.endswith("*"):
                beginnings[sound(form[:-1])] = name
            else:
                whole[sound(form)] = name
    return whole, beginnings


@lru_cache(maxsize=50_000)
def concept(word: str) -> str | None:
    """The concept of one word, the longest beginning first."""
    whole, beginnings = _table()
    key = sound(word)
    if key in whole:
        return whole[key]
    return next((beginnings[key[:size]] for size in range(len(key), 1, -1) if key[:size] in beginnings), None)


def concepts(words: list[str]) -> list[str]:
    """The concepts of the words, in order; words without one are left out."""
    return [name for word in words if (name := concept(word)) is not None]
