"""Reading what a platform sent. Whatever is missing, null or of another type counts as absent; nothing here raises
but `parse`."""

import json
import math
import re
from typing import Any

Body = dict[str, Any]

LONGEST_PHRASE = 1024
LONGEST_NAME = 1024
UNSAFE = re.compile("[\ud800-\udfff\0]")
"""Half characters and NUL: JSON may carry them, UTF-8 and PostgreSQL may not."""
WRITTEN_UNSAFE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)|\0")
"""How they are written in the bytes; a pair of halves that make one character is found too."""


class NotABody(ValueError):
    """The bytes are not a JSON object; the message says why."""


def parse(raw: bytes) -> Body:
    """The JSON object in the bytes of a request, broken UTF-8 read around. Raises NotABody."""
    try:
        body = json.loads(raw.decode("utf-8-sig", errors="replace"), parse_constant=lambda _: None, strict=False)
        if WRITTEN_UNSAFE.search(raw):
            body = _safe(body)
    except (ValueError, RecursionError) as error:
        raise NotABody("the body is not JSON") from error
    if not isinstance(body, dict):
        raise NotABody("the body must be a JSON object")
    return body


def find(holder: object, *path: str) -> Any:  # noqa: ANN401 - JSON
    """What lies at the path of keys; None if anything on the way is missing or no object."""
    for key in path:
        if not isinstance(holder, dict):
            return None
        holder = holder.get(key)
    return holder


def part(holder: object, *path: str) -> Body:
    """The object at the path, or an empty one."""
    found = find(holder, *path)
    return found if isinstance(found, dict) else {}


def items(holder: object, *path: str) -> list[Body]:
    """The objects in the list at the path."""
    found = find(holder, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def texts(holder: object, *path: str) -> list[str]:
    """The strings in the list at the path."""
    found = find(holder, *path)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def text(holder: object, *path: str) -> str:
    """The string at the path, or an empty one."""
    found = find(holder, *path)
    return found if isinstance(found, str) else ""


def name(holder: object, *path: str) -> str:
    """An identifier at the path: platforms send them as strings and as numbers, Dialogflow's copies as 55.0."""
    found = find(holder, *path)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found) if abs(found) < 2**64 else ""
    return found[:LONGEST_NAME] if isinstance(found, str) else ""


def count(holder: object, *path: str) -> int | None:
    """A counter at the path: a whole number from 0 that fits a database column."""
    found = find(holder, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**31 else None


def number(holder: object, *path: str) -> int | float | None:
    """The finite number at the path."""
    found = find(holder, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return found if isinstance(found, int) or math.isfinite(found) else None


def _safe(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return UNSAFE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_safe(item) for item in value]
    if isinstance(value, dict):
        return {_safe(key): _safe(item) for key, item in value.items()}
    return value
