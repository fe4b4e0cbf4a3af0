"""What must not stay in a recording: names that platforms give of people, devices and sessions, tokens, telephones,
times. What somebody says in words of their own is not searched for names and streets."""

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from skill.identity.masking import kept, without_phones
from skill.log import masked
from speech.numerals import segments

URL_PATH = re.compile(r"(https?://[^/\s]+)/\S+")
SECRET_WORD = re.compile(r"(?i)\b(пин|код)")
ALREADY = re.compile(r"\w+-[0-9a-f]{8}")
FIRST_NUMBER, NUMBERS = 10**12, 10**9
"""Numeric identifiers are mapped into this range, and those in it are taken as mapped."""


def mask(value: Any, key: str = "", holder: str = "", *, secret: bool = False) -> Any:  # noqa: ANN401 - JSON
    """The JSON value with identifiers, secrets and moments masked; a masked one comes back unchanged.

    key: under which the value lies; holder: the key of the object around it. secret: a PIN or a code may be said in it,
    so that no number stays, in digits, in words or word by word.
    """
    if isinstance(value, dict):
        return {name: mask(inner, name, key, secret=secret) for name, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner, key, holder, secret=secret) for inner in value]
    if isinstance(value, bool) or value is None or value == "":
        return value
    words = _words()
    if key in words["secret"] or (key == "name" and holder in words["persons"]):
        return "***"
    if key in words["moments"]:
        return "***" if isinstance(value, str) else 0
    if key in words["personal"]:
        return _named(value, key)
    if secret and key not in words["protocol"]:
        value = kept(value, "code") if isinstance(value, str) else 0
    if isinstance(value, str):
        return URL_PATH.sub(r"\1/***", value) if key in ("url", "link") else masked(without_phones(value))
    return value


def tells_secret(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a request speaks of a PIN or a code with numbers beside it."""
    if isinstance(value, dict | list):
        return any(map(tells_secret, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and SECRET_WORD.search(value) is not None and bool(segments(value))


@cache
def _words() -> dict[str, frozenset[str]]:
    table = yaml.safe_load(files("skill.replay").joinpath("masking.yaml").read_text("utf-8"))
    return {name: frozenset(keys) for name, keys in table.items()}


def _named(value: str | float, key: str) -> str | float:
    """The identifier's other name."""
    number = int(hashlib.sha256(str(value).encode()).hexdigest()[:8], 16)
    if isinstance(value, str):
        return value if ALREADY.fullmatch(value) else f"{key}-{number:08x}"
    return value if FIRST_NUMBER <= value < FIRST_NUMBER + NUMBERS else FIRST_NUMBER + number % NUMBERS
