"""A body spoiled in the ways that networks, proxies and new protocol versions spoil bodies."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 2**70, 0.5, 1e308, float("nan"), "", " ", "\0", "\ud800", "ы" * 20_000, "{", "💧",
    [], [None], [[[]]], ["x", 1, {}], {}, {"": ""}, {"text": {"text": []}},
)  # fmt: skip
UNKNOWN = {"новое поле": {"a": [1, None, "x"]}, "x_future": True, "__proto__": {}}


def mutations(raw: bytes, number: int, seed: int = 0) -> Iterator[bytes]:
    """So many spoiled copies of a JSON object, the same ones for the same seed; some are no JSON any more.

    Raises ValueError for what is no JSON object.
    """
    body, chance = json.loads(raw), random.Random(seed)
    if not isinstance(body, dict):
        raise ValueError("only a JSON object can be spoiled")
    ways = WAYS if body else (_extended, _cut)
    for _ in range(number):
        yield chance.choice(ways)(copy.deepcopy(body), chance)


def _dropped(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401 - JSON
    holder, key = chance.choice(list(_places(body)))
    del holder[key]
    return _dumped(body)


def _replaced(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    holder, key = chance.choice(list(_places(body)))
    holder[key] = copy.deepcopy(chance.choice(JUNK))
    return _dumped(body)


def _nothing(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    holder, key = chance.choice(list(_places(body)))
    holder[key] = None
    return _dumped(body)


def _extended(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    holders = [body, *(holder[key] for holder, key in _places(body) if isinstance(holder[key], dict))]
    chance.choice(holders).update(copy.deepcopy(UNKNOWN))
    return _dumped(body)


def _several(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    for _ in range(chance.randint(2, 6)):
        places = list(_places(body))
        if places:
            holder, key = chance.choice(places)
            holder[key] = copy.deepcopy(chance.choice(JUNK))
    return _dumped(body)


def _broken_bytes(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    raw = bytearray(json.dumps(body, ensure_ascii=False).encode())
    for _ in range(chance.randint(1, 4)):
        raw[chance.randrange(len(raw))] = chance.choice((0x00, 0x80, 0xC3, 0xED, 0xFE, 0xFF))
    return bytes(raw)


def _cut(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    raw = json.dumps(body).encode()
    return raw[: chance.randrange(len(raw))]


def _nested(body: Any, chance: random.Random) -> bytes:  # noqa: ANN401
    holder, key = chance.choice(list(_places(body)))
    holder[key] = "@deep@"
    return _dumped(body).replace(b'"@deep@"', b"[" * 5000 + b"]" * 5000)


OFTEN, SELDOM = (_dropped, _replaced, _nothing), (_extended, _several, _broken_bytes, _cut, _nested)
WAYS = (*OFTEN, *OFTEN, *SELDOM)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """Every place in the body that holds a value: its container and key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


def _dumped(body: Any) -> bytes:  # noqa: ANN401
    return json.dumps(body).encode()
