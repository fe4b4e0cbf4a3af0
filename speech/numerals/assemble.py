"""From parts and roles to readings: groups of one dial, signs, units.

Fractions are in decimals.py, names that are numbers («первый тариф») in names.py, self-corrections in corrections.py.
"""

from typing import cast

from speech.numerals import codes as c
from speech.numerals import decimals, names
from speech.numerals.compose import ORDINAL, Item
from speech.numerals.corrections import correct
from speech.numerals.reading import Reading, part_digits
from speech.numerals.regroup import regroup

NO_FLIPS: frozenset[str] = frozenset()
SMALLER = {"l": ("m3", 3), "kop": ("rub", 2), "wh": ("kwh", 3)}
"""Unit → the unit it is a part of and the decimal places it fills."""


class Assembler:
    """Reads items left to right into ``readings``. ``flips`` names forks to take the other way, ``forks`` those met."""

    def __init__(self, items: list[Item], flips: frozenset[str] = NO_FLIPS) -> None:
        self.flips = flips
        self.forks: set[str] = set()
        self.items = regroup(items, flips, self.forks)
        self.readings: list[Reading] = []
        self.open: Reading | None = None
        """The reading the next part may still belong to."""
        self.into_fraction = False
        self.joined = False
        """«и» was said since the last part."""
        self.between = False
        self.minus = self.rejected = self.bracket = self.confirmed = False
        """Said before the next number."""
        self.marker: str | None = None
        """The correction said before the next number."""
        self.linked: Reading | None = None
        """The number whose unit was the last thing said."""
        self.labels: tuple[str, ...] = ()
        """Labels said since the last number."""
        self.scope = 0
        """Number of readings when the last label was said: a correction reaches no further back."""
        self.noun: c.Role | None = None
        """An index or place noun that waits for its number."""
        self.noun_at = 0
        self.month = False
        """A month was just said: a year may follow."""
        self.last_name = 0
        """The last bare ordinal that was a name."""
        self.named = -2
        """The item that was a bare ordinal naming what follows."""

    def run(self) -> list[Reading]:
        for i, item in enumerate(self.items):
            if item[0] is not None:
                self.on_part(i, item)
            elif item[3] > 0:
                decimals.on_denominator(self, i, item)
            else:
                ON_ROLE[item[3]](self, i, item)
        self.finish()
        return self.readings

    def next_is_part(self, i: int) -> bool:
        return i + 1 < len(self.items) and self.items[i + 1][0] is not None

    # Numbers

    def on_part(self, i: int, item: Item) -> None:
        if (self.noun is not None and names.swallow(self, i, item)) or (self.month and names.is_year(self, item)):
            return
        if item[3] & ORDINAL and names.names_what_follows(self, i, item):
            return
        reading = self.open
        if reading is not None and self.joined:
            self.joined = False
            if decimals.join_with_and(self, i, item, reading):
                return
            reading = self.open
        digits = part_digits(item, self.flips, self.forks)
        if reading is None or ("." in digits and self.into_fraction):
            self.begin(digits, item)
        elif self.into_fraction:
            reading.fraction = (reading.fraction or "") + digits
            reading.end = item[2]
        elif reading.fraction is not None or (reading.rejected and len(digits) > 1):
            self.begin(digits, item)
        else:
            reading.glue(digits, item[2], item[3] & ~ORDINAL)

    def begin(self, digits: str, item: Item) -> None:
        linked = self.linked
        if self.open is not None:
            self.finish()
        reading = self.open = Reading(digits, item[1], item[2], item[3])
        if linked is not None:
            reading.linked, self.linked = linked, None
        if self.labels:
            reading.labels, self.labels = self.labels, ()
        if self.marker is not None:
            reading.marker, self.marker = self.marker, None
        if self.minus or self.rejected or self.bracket or self.confirmed:
            reading.minus, reading.rejected = self.minus, self.rejected
            reading.bracket, reading.confirmed = self.bracket, self.confirmed
            self.minus = self.rejected = self.bracket = self.confirmed = False

    # Signs and separators

    def on_minus(self, i: int, item: Item) -> None:
        self.finish()
        self.minus = True

    def on_sign(self, i: int, item: Item) -> None:
        after_word = i > 0 and self.items[i - 1][3] in (c.LABEL, c.INDEX, c.PLAIN, c.UNIT)
        sign = self.open is None and not after_word
        self.finish()
        self.minus = sign

    def on_break(self, i: int, item: Item) -> None:
        self.finish()
        self.noun = None

    def on_hyphen(self, i: int, item: Item) -> None:
        """A dash; «- 5» at the very beginning is a minus."""
        self.finish()
        self.minus = item[1] == 0 and self.next_is_part(i)

    def on_comma(self, i: int, item: Item) -> None:
        if self.open is not None and self.next_is_part(i):
            self.forks.add("comma point")
            if "comma point" in self.flips and self.open.fraction is None:
                self.into_fraction = True
                return
        self.finish()

    def on_bracket(self, i: int, item: Item) -> None:
        self.finish()
        self.bracket = True

    def on_and(self, i: int, item: Item) -> None:
        if self.open is not None and not self.into_fraction:
            self.joined = True

    def on_between(self, i: int, item: Item) -> None:
        self.finish()
        self.between = True

    def on_unit(self, i: int, item: Item) -> None:
        """A unit closes its number; litres after cubic metres are their fraction."""
        reading = self.open
        self.finish()
        if reading is None:
            if self.linked is None and self.readings and i and self.items[i - 1][3] == c.UNIT:
                self.linked = self.readings[-1]
            return
        reading.unit = cast(c.Role, item[3]).name
        reading.end = item[2]
        self.linked = reading
        whole = reading.linked
        whole_unit, places = SMALLER.get(reading.unit, ("", 0))
        if whole is None or whole.unit != whole_unit or whole.fraction is not None or len(reading.digits) > places:
            return
        self.forks.add("small unit")
        if "small unit" not in self.flips and self.readings[-1] is reading:
            whole.fraction = reading.digits.zfill(places)
            whole.end = item[2]
            whole.why += ("smaller unit is the fraction",)
            self.readings.pop()

    # Corrections

    def on_correction(self, i: int, item: Item) -> None:
        self.finish()
        if self.readings:
            self.marker = cast(c.Role, item[3]).name

    def on_confirm(self, i: int, item: Item) -> None:
        self.finish()
        self.confirmed = bool(self.readings)

    def on_but(self, i: int, item: Item) -> None:
        self.finish()

    def on_not(self, i: int, item: Item) -> None:
        self.finish()
        if i and self.items[i - 1][3] == c.NOT:
            self.marker = "no"
            return
        self.rejected = self.next_is_part(i) and self.items[i + 1][1] == item[2]

    # Closing

    def finish(self) -> None:
        """Close the open reading."""
        reading, self.open = self.open, None
        self.into_fraction = self.joined = False
        self.linked = None
        if reading is None:
            return
        for one in self.finished(reading):
            correct(self.readings, self.scope, one, self.flips, self.forks)

    def finished(self, reading: Reading) -> list[Reading]:
        if len(reading.parts) == 1:
            return [reading]
        if names.one_each(reading):
            labelled = reading.split()
            for one, label in zip(labelled, reading.labels, strict=True):
                one.labels = (label,)
            return labelled
        self.forks.update(("split", "point"))
        if len(reading.parts[-1]) == 1 and len(reading.parts[-2]) > 1:
            reading.why += ("lone last digit",)
        if "0" in reading.parts:
            self.forks.add("zero")
            if "zero" in self.flips:
                reading.compose_zeros()
        if "split" in self.flips:
            return reading.split()
        if "point" in self.flips and reading.fraction is None:
            reading.fraction = reading.parts.pop()
            reading.digits = "".join(reading.parts)
        return [reading]


ON_ROLE = {
    c.PLAIN: Assembler.on_break, c.ANCHOR: Assembler.on_break, c.BREAK: Assembler.on_break,
    c.COMMA: Assembler.on_comma, c.HYPHEN: Assembler.on_hyphen, c.OPEN_BRACKET: Assembler.on_bracket,
    c.AND: Assembler.on_and, c.POINT: decimals.on_point, c.WHOLE: decimals.on_whole,
    c.FRACTION: decimals.on_fraction, c.MINUS: Assembler.on_minus, c.SIGN: Assembler.on_sign,
    c.BETWEEN: Assembler.on_between, c.UNIT: Assembler.on_unit, c.SMALL_UNIT: Assembler.on_unit,
    c.CORRECTION: Assembler.on_correction, c.CONFIRM: Assembler.on_confirm, c.BUT: Assembler.on_but,
    c.NOT: Assembler.on_not,
    c.LABEL: names.on_label, c.INDEX: names.on_index, c.PLACE: names.on_place, c.TIMES: names.on_times,
}  # fmt: skip
