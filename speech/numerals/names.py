"""Labels, and numbers that name and do not count: «первый тариф», «т один», «второй этаж», «три раза»."""

from itertools import pairwise
from typing import TYPE_CHECKING, cast

from speech.numerals import codes as c
from speech.numerals.compose import ORDINAL, SCALED, Item
from speech.numerals.reading import Reading

if TYPE_CHECKING:
    from speech.numerals.assemble import Assembler

LONGEST_ADDRESS = 4
LARGEST_NAME = 20
"""«двадцать первый» and larger stays a number before a plain noun."""
MOST = {"times": 100, "date": 31, "month": 31, "month_name": 0, "time": 9999, "person": 100}
YEARS = range(2000, 2100)
"""The largest number such a word takes away: «двести тридцать один раз…» keeps its number."""
KINDS = (
    frozenset(("hot", "cold", "gas", "electricity", "heat")),
    frozenset(("day", "night", "peak", "halfpeak")),
    frozenset(("kitchen", "bathroom", "toilet")),
)
"""Labels of one kind name different meters: «холодная и горячая двести триста»."""
ALWAYS = frozenset(("tariff", "t", "zone"))
"""Nouns whose small number is always their name; a meter's is one only before another number."""


def on_label(state: "Assembler", _: int, item: Item) -> None:
    state.finish()
    if not state.labels:
        state.scope = len(state.readings)
        state.between = False
    state.labels += (cast(c.Role, item[3]).name,)


def one_each(reading: Reading) -> bool:
    """Whether every label of one kind has its own part: «день ночь двести триста»."""
    labels = set(reading.labels)
    return len(reading.labels) == len(reading.parts) == len(labels) and any(labels <= kind for kind in KINDS)


def names_what_follows(state: "Assembler", i: int, item: Item) -> bool:
    """«первый тариф», «второй двести», «первым делом»: a bare ordinal before a noun or a number is a name."""
    value, _, _, _, own = item
    if value != own or own > LARGEST_NAME:
        return False
    if i + 1 == len(state.items):
        return _names_what_came(state, own)
    after = state.items[i + 1]
    noun = after[3] in (c.LABEL, c.INDEX, c.PLACE, c.TIMES, c.FRACTION) or (after[3] == c.PLAIN and state.open is None)
    if after[0] is None and not noun:
        return False
    state.forks.add("name")
    if "name" in state.flips:
        return False
    state.finish()
    state.scope = len(state.readings)
    state.labels += (_index_label("tariff" if after[3] == c.INDEX and _name(after) in ALWAYS else "", str(value)),)
    state.named, state.last_name = i, own
    return True


def _names_what_came(state: "Assembler", own: int) -> bool:
    """«двести по первому триста по второму»: the last ordinal goes on where the names before left off."""
    if state.last_name + 1 != own or own == 1:
        return False
    state.finish()
    state.labels += (str(own),)
    return True


def on_index(state: "Assembler", i: int, item: Item) -> None:
    """«тариф», «т», «номер», «счётчик»: their number names them; «1 тариф» too when a number follows."""
    if state.named == i - 1:
        return
    reading = state.open
    if (
        reading is not None
        and not reading.labels
        and reading.digits in "1234"
        and not reading.flags & SCALED
        and state.next_is_part(i)
    ):
        state.forks.add("name")
        if "name" not in state.flips:
            state.labels += (_index_label(_name(item), reading.digits),)
            state.open = None
            state.scope = len(state.readings)
            return
    if reading is not None and _names_next(reading, _name(item)) and state.next_is_part(i):
        name = reading.parts.pop()
        reading.digits = "".join(reading.parts)
        state.finish()
        state.labels = (_index_label(_name(item), name),)
        state.scope = len(state.readings)
        return
    state.finish()
    state.scope = len(state.readings)
    if state.noun is None or int(state.noun) != c.PLACE:
        state.noun = cast(c.Role, item[3])
    state.noun_at = item[2]


def _names_next(reading: Reading, noun: str) -> bool:
    """«1 тариф 200 2 тариф 300»: whether the last part is the next name after the reading's own."""
    if len(reading.parts) < 2 or reading.fraction is not None or not reading.parts[-1].isdigit():
        return False
    return reading.labels == (_index_label(noun, str(int(reading.parts[-1]) - 1)),)


def on_place(state: "Assembler", i: int, item: Item) -> None:
    """«этаж», «квартира»: part of an address, said after its number or before it."""
    if state.named == i - 1:
        return
    reading = state.open
    after_number = (
        reading is not None
        and len(reading.digits) <= LONGEST_ADDRESS
        and (not state.next_is_part(i) or reading.flags & ORDINAL)
    )
    if after_number and _name(item) != "kv":
        _drop_open(state)
        return
    state.finish()
    if after_number:
        return
    state.noun, state.noun_at = cast(c.Role, item[3]), item[2]


def on_times(state: "Assembler", _: int, item: Item) -> None:
    """«раз», «минут», «числа»: take the number before them away."""
    reading = state.open
    small = reading is not None and len(reading.parts) == 1 and len(reading.digits) < 5
    if reading is not None and small and int(reading.digits) <= MOST[_name(item)]:
        _drop_open(state)
    else:
        state.finish()
    state.month = _name(item) in ("month", "month_name")


def swallow(state: "Assembler", i: int, item: Item) -> bool:
    """Whether the part is the number an index or place noun waits for."""
    noun, state.noun = state.noun, None
    if noun is None or item[1] > state.noun_at + 1:
        return False
    if int(noun) == c.INDEX:
        if not isinstance(item[0], int) or not 0 < item[0] < 10:
            return False
        if noun.name not in ALWAYS and not _another_number(state, i, noun.name):
            return False
    state.forks.add("name")
    if "name" in state.flips:
        return False
    if int(noun) == c.INDEX:
        state.labels += (_index_label(noun.name, str(item[0])),)
    return True


def is_year(state: "Assembler", item: Item) -> bool:
    """«за октябрь 2026»."""
    state.month = False
    year = str(item[0])
    if state.open is not None or len(year) != 4 or not year.isdecimal() or int(year) not in YEARS:
        return False
    state.forks.add("name")
    return "name" not in state.flips


def _another_number(state: "Assembler", i: int, noun: str) -> bool:
    """Whether the number named comes right after: «счётчик один двести», «номер один пять», not «один два три»."""
    after = state.items[i + 1 : i + 4]
    if not after:
        return False
    if after[0][0] is None:
        separated = after[0][3] in (c.LABEL, c.BREAK, c.COMMA, c.HYPHEN)
        return separated and any(item[0] is not None for item in after[1:])
    lone = len(after) == 1 or after[1][0] is None
    return len(str(after[0][0])) > 1 or (noun == "number" and lone)


def _drop_open(state: "Assembler") -> None:
    state.forks.add("name")
    if "name" in state.flips:
        state.finish()
    else:
        state.open = None
        state.into_fraction = state.joined = False


def _index_label(noun: str, number: str) -> str:
    """«тариф два», «т два», «вторая зона» are all "t2"; «счётчик два» is "meter 2"; «второй» alone is "2"."""
    if noun in ALWAYS:
        return "t" + number
    return f"{noun} {number}".strip()


def _name(item: Item) -> str:
    return cast(c.Role, item[3]).name


def labels_behind(readings: list[Reading], left: tuple[str, ...]) -> None:
    """«двести холодная, триста горячая»: when labels follow their numbers, move them one number back."""
    if not left or readings[0].labels or any(not reading.labels for reading in readings[1:]):
        return
    for reading, following in pairwise(readings):
        reading.labels = following.labels
    readings[-1].labels = left
