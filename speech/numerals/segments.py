"""The documented result of parsing: one Segment for each number said."""

from decimal import Decimal
from typing import NamedTuple


class Segment(NamedTuple):
    """A number said, and how sure its words were."""

    value: Decimal
    """With its sign: Decimal("45231.7")."""
    digits: str
    """As said, leading zeros kept, a dot before the fraction: "0045231.7"."""
    width: int
    """How many digits were said before the point: 7 for "0045231.7"."""
    start: int
    """First word, counted in ``text.split()``."""
    end: int
    """The word after the last."""
    kind: str
    """"cardinal" (a numeral: «двести тридцать один»), "groups" (several put together: «сорок пять двести»), "decimal",
    or "ordinal" («двадцать пятое», which may be a date)."""
    label: str
    """What it was said to be, in English words: "hot", "cold water", "kitchen cold", "day", "t1",
    "meter 2"; empty if nothing was said."""
    unit: str
    """"m3", "l", "kwh", "gcal", "rub" …; empty if none was said."""
    why: tuple[str, ...]
    """The rules used beyond plain composing."""
    repaired: bool
    """Words were misheard, merged or split and had to be guessed: read it back to confirm."""
    corrected: bool
    """The speaker corrected or repeated himself: read it back to confirm."""
