"""«Ты» instead of «вы», for residents who asked their platform for it (`familiar.yaml`)."""

import re
from functools import cache
from importlib.resources import files

import yaml


def familiar(text: str) -> str:
    """The same reply said to a friend.

    >>> familiar("Назовите ваш счётчик.")
    'Назови твой счётчик.'
    """
    phrases, words = _tables()
    for pattern, said in phrases:
        for polite in dict.fromkeys(pattern.findall(text)):
            text = text.replace(polite, _like(polite, said))
    return re.sub(r"[А-Яа-яё]+", lambda found: _like(found[0], words.get(found[0].lower(), found[0])), text)


@cache
def _tables() -> tuple[list[tuple[re.Pattern[str], str]], dict[str, str]]:
    loaded = yaml.safe_load(files("skill.dialogue").joinpath("familiar.yaml").read_text("utf-8"))
    phrases = [(re.compile(re.escape(polite), re.IGNORECASE), said) for polite, said in loaded["phrases"].items()]
    return phrases, loaded["words"]


def _like(found: str, said: str) -> str:
    """With a capital where there was one."""
    return said[:1].upper() + said[1:] if found[:1].isupper() else said
