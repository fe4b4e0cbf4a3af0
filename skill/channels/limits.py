"""The table of every platform's limits (`contracts/<platform>.yaml`), and the one validator of what goes out.

A contract is a JSON Schema of the answer with three keywords of ours: `maxBytes` (UTF-8 bytes of a string, or of the
value as compact JSON), `maxSpoken` (characters without Alice's sound tags) and `sayable` (no unfilled template, no
word of a programming language).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from skill.channels.body import find

TAGS = re.compile(r"<speaker[^>]*>|sil\s*<\[\d+\]>")
UNSAYABLE = re.compile(
    r"\b(?:undefined|null|NaN|nan|None|True|False|Infinity|Traceback)\b|\[object Object\]|\{\w*\}|\[\]"
)


@dataclass(frozen=True)
class Capabilities:
    """What a platform can take: characters of a text and of a button's title, buttons, seconds until it gives up
    (0: it does not wait for the answer)."""

    text: int
    title: int
    buttons: int
    seconds: float


@dataclass(frozen=True)
class Contract:
    """One platform's table. `request` and `answer` are paths that tell its bodies from those of other platforms."""

    name: str
    capabilities: Capabilities
    request: tuple[str, ...]
    answer: tuple[str, ...]
    validator: Draft202012Validator

    def problems(self, answer: object) -> list[str]:
        """What the platform would refuse, each with its place in the answer; empty for a valid one."""
        return self.problems_of(json.dumps(answer, ensure_ascii=False))

    def problems_of(self, written: str) -> list[str]:
        """The same for an answer that is written as JSON already."""
        return list(_problems(self.name, written))


@cache
def contracts() -> dict[str, Contract]:
    """Every platform's contract by its name, those with the most telling paths first."""
    found = []
    for file in files("skill.channels").joinpath("contracts").iterdir():
        table = yaml.safe_load(file.read_text("utf-8"))
        found.append(
            Contract(
                name=file.name.removesuffix(".yaml"),
                capabilities=Capabilities(**table["capabilities"]),
                request=tuple(table["known_by"]["request"]),
                answer=tuple(table["known_by"]["answer"]),
                validator=_Validator(table["schema"]),
            )
        )
    return {contract.name: contract for contract in sorted(found, key=lambda one: (-len(one.answer), one.name))}


@lru_cache(maxsize=2048)
def _problems(platform: str, written: str) -> tuple[str, ...]:
    """The same answer is checked once."""
    errors = contracts()[platform].validator.iter_errors(json.loads(written))
    found = sorted(errors, key=lambda error: error.json_path)
    return tuple(f"{error.json_path}: {error.message[:200]}" for error in found)


def capabilities(platform: str) -> Capabilities:
    """The limits that its writer keeps to."""
    return contracts()[platform].capabilities


def platform_of(body: object, side: str) -> str | None:
    """Which platform a `request` or an `answer` belongs to; None if it looks like no platform's."""
    fitting = [one for one in contracts().values() if all(_has(body, path) for path in getattr(one, side))]
    return max(fitting, key=lambda one: len(getattr(one, side))).name if fitting else None


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, cut at the end of a sentence or a word."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    for mark in (". ", "? ", "! ", " "):
        if mark in cut:
            return cut[: cut.rindex(mark) + 1].rstrip()
    return cut


def pieces(text: str, limit: int) -> list[str]:
    """The whole text in pieces of at most `limit` characters, cut where a sentence or a word ends."""
    found = []
    while text:
        piece = clip(text, limit)
        found.append(piece)
        text = text[len(piece) :].strip()
    return found


def _has(body: object, path: str) -> bool:
    """Whether the path is there; `key=value|other` asks for one of these values, `key|other` for one of two keys."""
    where, _, wanted = path.partition("=")
    for alternative in where.split("|"):
        *way, last = alternative.split(".")
        holder = find(body, *way)
        if isinstance(holder, dict) and last in holder and (not wanted or holder[last] in wanted.split("|")):
            return True
    return False


def _max_bytes(_validator: object, limit: int, value: Any, _schema: object) -> Iterator[ValidationError]:  # noqa: ANN401
    whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    size = len(whole.encode("utf-8", errors="replace"))
    if size > limit:
        yield ValidationError(f"{size} bytes, at most {limit} are allowed")


def _max_spoken(_validator: object, limit: int, value: Any, _schema: object) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(value, str) and len(TAGS.sub("", value)) > limit:
        yield ValidationError(f"{len(TAGS.sub('', value))} spoken characters, at most {limit} are allowed")


def _sayable(_validator: object, wanted: bool, value: Any, _schema: object) -> Iterator[ValidationError]:  # noqa: ANN401
    if wanted and isinstance(value, str) and (found := UNSAYABLE.search(value)):
        yield ValidationError(f"{found.group()!r} is not fit to be said")


_Validator = extend(  # type: ignore[no-untyped-call]  # the library has no annotations here
    Draft202012Validator, {"maxBytes": _max_bytes, "maxSpoken": _max_spoken, "sayable": _sayable}
)
