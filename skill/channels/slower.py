"""Slower speech where a platform has no pace to set: a pause after every part of what is said."""

import re
from xml.sax.saxutils import escape

PART = re.compile(r"(?<=[.!?…:,])\s+")
BREAK = '<break time="500ms"/> '


def slowed(words: str, limit: int) -> str:
    """The words as SSML of at most `limit` characters, its last parts left out if need be."""
    parts = [escape(part) for part in PART.split(words)]
    while len(parts) > 1 and len(_ssml(parts)) > limit:
        parts.pop()
    return _ssml(parts)


def _ssml(parts: list[str]) -> str:
    return f"<speak>{BREAK.join(parts)}</speak>"
