"""What the model looks at: words, their sounds, neighbours, and pieces of the utterance with and without spaces.

Pieces across word borders hear through wrongly cut words («дом офон», «на помнить»). A feature is a number below
`SIZE` (hashed): no dictionary has to be stored or loaded.
"""

from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from skill.understanding.concepts import concepts
from skill.understanding.text import NUMBER, ORDINAL, sound, tokens

SIZE = 1 << 17
STEM = 5
_LONGEST = 120

Features = NDArray[np.int64]


def stems(text: str) -> list[str]:
    """The sound stems of the words of a text, numbers left out: what counts as a known or unknown word."""
    return [sound(word)[:STEM] for word in tokens(text) if word not in (NUMBER, ORDINAL) and len(word) > 2]


def names(text: str, known: frozenset[str] | set[str] | None = None) -> list[str]:
    """The features of a text by name. `known` holds the stems of the trade; words outside are counted."""
    words = tokens(text)
    keys = [sound(word) for word in words]
    short = [key[:STEM] for key in keys]
    found = [f"w{word}" for word in words]
    found += [f"s{stem}" for stem in short]
    framed = ["^", *short, "$"]
    found += [f"b{a} {b}" for a, b in pairwise(framed)]
    found += [f"j{a} {b}" for a, b in zip(framed, framed[2:], strict=False)]
    joined = "^" + "".join(keys)[:_LONGEST] + "$"
    found += [f"3{joined[i : i + 3]}" for i in range(len(joined) - 2)]
    spaced = f" {' '.join(keys)[:_LONGEST]} "
    found += [f"4{spaced[i : i + 4]}" for i in range(len(spaced) - 3)]
    meant = sorted(set(concepts(words)))
    found += [f"c{one}" for one in meant]
    found += [f"p{a} {b}" for i, a in enumerate(meant) for b in meant[i + 1 :]]
    found.append(f"n{min(sum(word == NUMBER for word in words), 4)}")
    found.append(f"l{min(len(words), 4) if len(words) < 6 else 4 + len(words) // 6}")
    if known is not None:
        strange = sum(stem not in known for word, stem in zip(words, short, strict=True) if len(word) > 2)
        found.append(f"u{min(strange, 5)}")
        found.append(f"f{min(int(5 * strange / max(len(words), 1)), 4)}")
        found += [f"h{a}" for a, b in pairwise(framed) if b not in known and b not in "$#№"]
    return found


def index(found: list[str]) -> Features:
    """Feature names as row numbers of the model, each once."""
    return np.unique(np.fromiter((crc32(name.encode()) % SIZE for name in found), dtype=np.int64, count=len(found)))
