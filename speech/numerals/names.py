"""Labels, and numbers that name something instead of counting it: «первый тариф», «т один», «второй этаж», «три раза»."""

from itertools import pairwise
from typing import TYPE_CHECKING, cast

from speech.numerals import codes as c
from speech.numerals.compose import ORDINAL, SCALED, Item
from speech.numerals.reading import Reading

if TYPE_CHECKING:
    from speech.numerals.assemble import Assembler

LARGEST_NAME = 20
"""«двадцать первый» and larger stays a number before a plain noun."""
MOST = {"times": 100, "date": 31, "time": 9999, "person": 100}
"""The largest number such a word takes away: «двести тридцать один раз…» keeps its number."""
KINDS = (
    frozenset(("hot", "cold", "gas", "electricity", "heat")),
    frozenset(("day", "night", "peak", "halfpeak")),
    frozenset(("kitchen", "bathroom", "toilet")),
)
"""Labels of one kind name different meters: «холодная и горячая двести триста»."""
ALWAYS = frozenset(("tariff", "t", "zone"))
"""Nouns whose small number is always their name; a meter's is one only before another number."""


def on_label(self: "Assembler", _: int, item: Item) -> None:
    self.finish()
    if not self.labels:
        self.scope = len(self.readings)
        self.between = False
    self.labels.append(cast(c.Role, item[3]).name)


def one_each(reading: Reading) -> bool:
    """Whether every label of one kind has its own part: «день ночь двести триста»."""
    labels = set(reading.labels)
    return len(reading.labels) == len(reading.parts) == len(labels) and any(labels <= kind for kind in KINDS)


def names_what_follows(self: "Assembler", i: int, item: Item) -> bool:
    """«первый тариф», «второй двести», «первым делом»: a bare ordinal before a noun or a number is a name."""
    value, _, _, _, own = item
    if value != own or own > LARGEST_NAME or i + 1 == len(self.items):
        return False
    after = self.items[i + 1]
    noun = after[3] in (c.LABEL, c.INDEX, c.PLACE, c.TIMES, c.FRACTION) or (after[3] == c.PLAIN and self.open is None)
    if after[0] is None and not noun:
        return False
    self.forks.add("name")
    if "name" in self.flips:
        return False
    self.finish()
    self.scope = len(self.readings)
    self.labels.append(_index_label("tariff" if after[3] == c.INDEX and _name(after) in ALWAYS else "", str(value)))
    self.named = i
    return True


def on_index(self: "Assembler", i: int, item: Item) -> None:
    """«тариф», «т», «номер», «счётчик»: their number names them; «1 тариф» too when a number follows."""
    if self.named == i - 1:
        return
    reading = self.open
    if reading is not None and reading.digits in "1234" and not reading.flags & SCALED and self.next_is_part(i):
        self.forks.add("name")
        if "name" not in self.flips:
            self.labels.append(_index_label(_name(item), reading.digits))
            self.open = None
            self.scope = len(self.readings)
            return
    self.finish()
    self.scope = len(self.readings)
    if self.noun is None or int(self.noun) != c.PLACE:
        self.noun = cast(c.Role, item[3])
    self.noun_at = item[2]


def on_place(self: "Assembler", i: int, item: Item) -> None:
    """«этаж», «квартира»: part of an address, said after its number or before it."""
    if self.named == i - 1:
        return
    reading = self.open
    after_number = reading is not None and (not self.next_is_part(i) or reading.flags & ORDINAL)
    if after_number and _name(item) != "kv":
        _drop_open(self)
        return
    self.finish()
    if after_number:
        return
    self.noun, self.noun_at = cast(c.Role, item[3]), item[2]


def on_times(self: "Assembler", _: int, item: Item) -> None:
    """«раз», «минут», «числа»: take the number before them away."""
    reading = self.open
    small = reading is not None and len(reading.parts) == 1 and len(reading.digits) < 5
    if reading is not None and small and int(reading.digits) <= MOST[_name(item)]:
        _drop_open(self)
    else:
        self.finish()


def swallow(self: "Assembler", i: int, item: Item) -> bool:
    """Whether the part is the number an index or place noun waits for."""
    noun, self.noun = self.noun, None
    if noun is None or item[1] > self.noun_at + 1:
        return False
    if int(noun) == c.INDEX:
        if not isinstance(item[0], int) or not 0 < item[0] < 10:
            return False
        if noun.name not in ALWAYS and not _another_number(self, i):
            return False
    self.forks.add("name")
    if "name" in self.flips:
        return False
    if int(noun) == c.INDEX:
        self.labels.append(_index_label(noun.name, str(item[0])))
    return True


def _another_number(self: "Assembler", i: int) -> bool:
    """Whether a number of several digits, or a label, comes right after: «счётчик один двести», not «один два три»."""
    if i + 1 == len(self.items):
        return False
    after = self.items[i + 1]
    if after[0] is None:
        return after[3] in (c.LABEL, c.BREAK, c.COMMA, c.HYPHEN) and any(
            it[0] is not None for it in self.items[i + 2 :]
        )
    return len(str(after[0])) > 1


def _drop_open(self: "Assembler") -> None:
    self.forks.add("name")
    if "name" in self.flips:
        self.finish()
    else:
        self.open = None
        self.into_fraction = self.joined = False


def _index_label(noun: str, number: str) -> str:
    """«тариф два», «т два», «вторая зона» are all "t2"; «счётчик два» is "meter 2"; «второй» alone is "2"."""
    if noun in ALWAYS:
        return "t" + number
    return f"{noun} {number}".strip()


def _name(item: Item) -> str:
    return cast(c.Role, item[3]).name


def labels_behind(readings: list[Reading], left: list[str]) -> None:
    """«двести холодная, триста горячая»: when labels follow their numbers, move them one number back."""
    if not left or readings[0].labels or any(not reading.labels for reading in readings[1:]):
        return
    for reading, following in pairwise(readings):
        reading.labels = following.labels
    readings[-1].labels = left
