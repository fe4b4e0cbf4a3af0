"""From parts and roles to readings: groups, decimals, labels, units; corrections are in corrections.py."""

from speech.numerals import codes as c
from speech.numerals.compose import COUNTED, ORDINAL, SCALED, Item
from speech.numerals.corrections import correct

NO_FLIPS: frozenset[str] = frozenset()


class Reading:
    """A number being put together; becomes a Segment."""

    __slots__ = (
        "bracket", "confirmed", "corrected", "digits", "end", "flags", "fraction", "labels", "marker",
        "minus", "parts", "rejected", "repaired", "start", "unit", "why",
    )  # fmt: skip

    def __init__(self, digits: str, start: int, end: int, flags: int) -> None:
        self.digits = digits
        self.fraction: str | None = None
        self.start = start
        self.end = end
        self.flags = flags
        self.parts = [digits]
        self.minus = False
        self.unit: str | None = None
        self.labels: list[str] = []
        self.why: list[str] = []
        self.marker: str | None = None
        """The correction said before it."""
        self.confirmed = False
        self.rejected = False
        self.bracket = False
        self.corrected = False
        self.repaired = False

    @property
    def text(self) -> str:
        sign = "-" if self.minus else ""
        return sign + (self.digits if self.fraction is None else f"{self.digits}.{self.fraction}")


def part_digits(item: Item, flips: frozenset[str] = NO_FLIPS) -> str:
    """A part's digits; «тыщ пять» counts thousands though the scale came first."""
    value, _, _, flags, _ = item
    if flags & COUNTED and isinstance(value, int):
        scale = 10 ** ((len(str(value)) - 1) // 3 * 3)
        tail = value - scale
        if 0 < tail < 100 and value // scale == 1:
            return str(tail * scale)
    return str(value)


class Assembler:
    """Reads items left to right; ``readings`` is the result. ``flips`` names forks to take the other way."""

    def __init__(self, items: list[Item], flips: frozenset[str] = NO_FLIPS) -> None:
        self.items = items
        self.flips = flips
        self.forks: set[str] = set()
        self.readings: list[Reading] = []
        self.open: Reading | None = None
        """The reading the next part may still belong to."""
        self.into_fraction = False
        self.whole = False
        self.last: Item | None = None
        """The last part put into the open reading."""
        self.joiner: str | None = None
        """«и» seen since the last part."""
        self.minus = False
        self.reject = False
        self.bracket = False
        self.marker: str | None = None
        self.confirmed: str | None = None
        self.named = -2
        """The item that was a bare ordinal before its noun."""
        self.noun_at = 0
        self.noun: c.Role | None = None
        """An index or place noun that waits for its number."""
        self.labels: list[str] = []
        self.between = False
        self.scope = 0
        """Number of readings when the last label was said: a correction reaches no further back."""
        self.run()

    def run(self) -> None:
        for i, item in enumerate(self.items):
            if item[0] is not None:
                self.on_part(i, item)
            elif item[3] > 0:
                self.on_denominator(i, item[3])
            else:
                ON_ROLE[item[3]](self, i, item)
        self.finish()

    # Numbers

    def on_part(self, i: int, item: Item) -> None:
        flags = item[3]
        if self.noun is not None and self.swallow(i, item):
            return
        if flags & ORDINAL and self.is_name(i, item):
            return
        reading = self.open
        if reading is not None and self.joiner:
            reading = self.join_with_and(i, item, reading)
        if reading is None:
            self.begin(item)
        elif self.into_fraction:
            reading.fraction = (reading.fraction or "") + str(item[0])
            reading.end = item[2]
        elif "." in reading.digits or reading.fraction is not None:
            self.begin(item)
        else:
            self.glue(reading, item)
        self.last = item
        self.joiner = None

    def begin(self, item: Item) -> None:
        self.finish()
        digits, _, fraction = part_digits(item, self.flips).partition(".")
        reading = Reading(digits, item[1], item[2], item[3])
        reading.fraction = fraction or None
        reading.minus, self.minus = self.minus, False
        reading.rejected, self.reject = self.reject, False
        reading.bracket, self.bracket = self.bracket, False
        reading.marker, self.marker = self.marker, None
        reading.confirmed, self.confirmed = self.confirmed is not None, None
        reading.labels, self.labels = self.labels, []
        self.open = reading

    def glue(self, reading: Reading, item: Item) -> None:
        """The next group of the same dial."""
        digits, _, fraction = part_digits(item, self.flips).partition(".")
        last = self.last
        if last is not None and last[3] & SCALED and isinstance(last[0], int) and not fraction:
            tail = _tail(last)
            if tail and len(tail) + len(digits) <= 3 and (tail[0] == "0" or len(tail) == 1):
                filled = self.fill_triad(reading, last, tail + digits, item)
                if filled:
                    return
        reading.parts.append(digits)
        reading.digits += digits
        reading.fraction = fraction or None
        reading.end = item[2]
        reading.flags |= item[3] & ~ORDINAL

    def fill_triad(self, reading: Reading, last: Item, tail: str, item: Item) -> bool:
        """«сорок пять тысяч ноль три один»: digits said one by one fill the places after the thousand."""
        value = int(last[0]) // 1000 * 1000 + int(tail)  # type: ignore[arg-type]  # a scaled part holds an int
        if len(tail) < 3 and tail[0] != "0":
            following = len(tail)
            for nxt in self.items[self.items.index(item) + 1 :]:
                if nxt[0] is None or following >= 3:
                    break
                following += len(str(nxt[0]))
            if following != 3:
                return False
        digits = str(value)
        reading.digits = reading.digits[: -len(reading.parts[-1])] + digits
        reading.parts[-1] = digits
        reading.end = item[2]
        reading.why.append("digits fill the thousand")
        zeros = len(tail) - len(str(int(tail))) if int(tail) else len(tail)
        self.last = (value, last[1], item[2], last[3], zeros)
        return True

    def join_with_and(self, i: int, item: Item, reading: Reading) -> Reading | None:
        """«двенадцать и пять» is 12.5, «тысяча и один» is 1001, «сто и двести» are two."""
        digits = str(item[0])
        self.joiner = None
        if self.between or reading.fraction is not None or item[3] & (ORDINAL | SCALED):
            return None
        denominated = i + 1 < len(self.items) and self.items[i + 1][3] > c.DENOMINATOR
        if denominated:
            self.into_fraction = True
        elif reading.flags & SCALED and reading.digits.endswith("000") and len(digits) <= 3:
            digits = reading.digits[: -len(digits)] + digits
            reading.digits, reading.parts[-1], reading.end = digits, digits, item[2]
            reading.why.append("«и» inside the number")
            self.last = item
            return reading
        elif (len(digits) == 1 or digits[0] == "0") and "." not in digits:
            self.forks.add("and")
            if "and" in self.flips:
                return None
            self.into_fraction = True
            reading.why.append("«и» before the fraction")
        else:
            return None
        return reading

    def on_denominator(self, i: int, code: int) -> None:
        places = code - c.DENOMINATOR
        reading = self.open
        if reading is None or places > 12:
            if reading is not None:
                self.finish()
            return
        if self.into_fraction or self.whole:
            digits = reading.fraction or "0"
            reading.fraction = digits.zfill(places)
        else:
            self.split_fraction(reading, places)
        reading.why.append("denominator")
        reading.end = self.items[i][2]
        self.open, closed = None, reading
        self.close(closed)

    def split_fraction(self, reading: Reading, places: int) -> None:
        """«двенадцать пять десятых», «двадцать пять десятых»: the numerator is the tail smaller than the denominator."""
        last = reading.parts.pop()
        number, limit = int(last), 10**places
        numerator = number % limit if number >= limit else number
        rest = number - numerator
        reading.digits = "".join(reading.parts) + (str(rest) if rest else "") or "0"
        reading.parts.append(str(rest) if rest else "")
        previous = self.readings[-1] if self.readings else None
        reading.fraction = str(numerator).zfill(places)
        if reading.digits == "0" and previous is not None and previous.unit and previous.fraction is None:
            if reading.start == previous.end + 1 and not reading.labels:
                previous.fraction, reading.fraction = reading.fraction, None
                reading.rejected = True

    def on_point(self, i: int, item: Item) -> None:
        if self.open is None and self.readings and self.readings[-1].unit and self.readings[-1].fraction is None:
            if self.readings[-1].end + 1 == item[1]:
                self.open = self.readings.pop()
        if self.open is not None and self.open.fraction is None and self.number_follows(i):
            self.into_fraction = True
            self.joiner = None
            self.open.why.append("decimal point said")
        else:
            self.finish()

    def number_follows(self, i: int) -> bool:
        for item in self.items[i + 1 :]:
            if item[0] is not None:
                return True
            if item[3] not in (c.POINT, c.AND, c.WHOLE):
                return False
        return False

    def on_whole(self, i: int, item: Item) -> None:
        if self.open is not None and self.open.fraction is None:
            self.whole = self.into_fraction = True
            self.joiner = None
            self.open.end = item[2]

    def on_fraction(self, i: int, item: Item) -> None:
        if self.open is not None and self.open.fraction is None:
            self.open.fraction = item[3].name  # type: ignore[attr-defined]  # a Role
            self.open.end = item[2]
            self.open.why.append("half or quarter")
            self.finish()

    # Signs and separators

    def on_minus(self, i: int, item: Item) -> None:
        self.finish()
        self.minus = True

    def on_sign(self, i: int, item: Item) -> None:
        if self.open is None and (i == 0 or self.items[i - 1][3] not in (c.LABEL, c.INDEX, c.PLAIN)):
            self.minus = True
        self.finish()

    def on_break(self, i: int, item: Item) -> None:
        self.finish()
        self.noun = None

    def on_comma(self, i: int, item: Item) -> None:
        self.finish()

    def on_bracket(self, i: int, item: Item) -> None:
        self.finish()
        self.bracket = True

    def on_and(self, i: int, item: Item) -> None:
        if self.open is not None and not self.into_fraction:
            self.joiner = "and"

    def on_between(self, i: int, item: Item) -> None:
        self.finish()
        self.between = True

    def on_unit(self, i: int, item: Item) -> None:
        name = item[3].name  # type: ignore[attr-defined]  # a Role
        reading = self.open
        self.finish()
        if reading is None or reading not in self.readings:
            return
        reading.unit = name
        if name in SMALLER and len(self.readings) > 1:
            whole_unit, places = SMALLER[name]
            whole = self.readings[-2]
            adjacent = reading.start - whole.end <= 2
            if whole.unit == whole_unit and whole.fraction is None and adjacent and len(reading.digits) <= places:
                self.forks.add("small unit")
                if "small unit" not in self.flips:
                    whole.fraction = reading.digits.zfill(places)
                    whole.end = item[2]
                    whole.why.append("smaller unit is the fraction")
                    self.readings.pop()
                    return
        reading.end = reading.end

    def on_label(self, i: int, item: Item) -> None:
        self.finish()
        if not self.labels:
            self.scope = len(self.readings)
            self.between = False
        self.labels.append(item[3].name)  # type: ignore[attr-defined]  # a Role

    # Names that are numbers

    def on_index(self, i: int, item: Item) -> None:
        if self.named == i - 1:
            return
        last = self.last
        if self.open is not None and last is not None and self.open.parts and len(self.open.parts) == 1:
            follows = i + 1 < len(self.items) and self.items[i + 1][0] is not None
            if follows and self.open.digits in "1234" and not self.open.flags & SCALED:
                self.labels.append(self.open.digits)
                self.open = None
                self.scope = len(self.readings)
                return
        self.finish()
        self.scope = len(self.readings)
        self.noun, self.noun_at = item[3], item[2]  # type: ignore[assignment]  # a Role

    def on_place(self, i: int, item: Item) -> None:
        if self.named == i - 1:
            return
        follows = i + 1 < len(self.items) and self.items[i + 1][0] is not None
        if self.open is not None and (not follows or self.open.flags & ORDINAL):
            self.open = None
            return
        self.finish()
        self.noun, self.noun_at = item[3], item[2]  # type: ignore[assignment]  # a Role

    def swallow(self, i: int, item: Item) -> bool:
        noun, self.noun = self.noun, None
        assert noun is not None
        if item[1] > self.noun_at + 1:
            return False
        if int(noun) == c.PLACE:
            return True
        follows = i + 1 < len(self.items) and self.items[i + 1][0] is not None
        small = isinstance(item[0], int) and 0 < item[0] < 10
        if small and (follows or noun.name != "meter"):
            self.labels.append(f"{noun.name} {item[0]}")
            return True
        return False

    def is_name(self, i: int, item: Item) -> bool:
        """«первый тариф», «второй двести»: a bare ordinal before a noun or a number names it."""
        if item[2] - item[1] != 1 or not isinstance(item[0], int) or item[0] > 20 or i + 1 == len(self.items):
            return False
        after = self.items[i + 1]
        noun = after[3] in (c.LABEL, c.INDEX, c.PLACE, c.TIMES) or (after[3] == c.PLAIN and self.open is None)
        if after[0] is None and not noun:
            return False
        self.finish()
        self.labels.append(str(item[0]))
        self.scope = len(self.readings)
        self.named = i
        return True

    def on_times(self, i: int, item: Item) -> None:
        if self.open is not None and len(self.open.parts) == 1:
            self.open = None
            return
        self.finish()

    # Corrections

    def on_correction(self, i: int, item: Item) -> None:
        self.finish()
        if len(self.readings) > self.scope:
            self.marker = item[3].name  # type: ignore[attr-defined]  # a Role

    def on_confirm(self, i: int, item: Item) -> None:
        self.finish()
        if self.readings:
            self.confirmed = item[3].name  # type: ignore[attr-defined]  # a Role

    def on_but(self, i: int, item: Item) -> None:
        self.finish()

    def on_not(self, i: int, item: Item) -> None:
        self.finish()
        self.reject = i + 1 < len(self.items) and self.items[i + 1][0] is not None

    # Closing

    def finish(self) -> None:
        """Close the open reading."""
        reading, self.open = self.open, None
        self.joiner = None
        if reading is not None:
            self.close(reading)
        self.into_fraction = self.whole = False
        self.last = None

    def close(self, reading: Reading) -> None:
        self.into_fraction = self.whole = False
        correct(self.readings, self.scope, reading, self.flips, self.forks)


ON_ROLE = {
    c.ANCHOR: Assembler.on_break, c.BREAK: Assembler.on_break, c.PLAIN: Assembler.on_break, c.COMMA: Assembler.on_comma, c.HYPHEN: Assembler.on_break,
    c.UNIT: Assembler.on_unit, c.LABEL: Assembler.on_label, c.AND: Assembler.on_and, c.POINT: Assembler.on_point,
    c.WHOLE: Assembler.on_whole, c.FRACTION: Assembler.on_fraction, c.MINUS: Assembler.on_minus, c.SIGN: Assembler.on_sign,
    c.CORRECTION: Assembler.on_correction, c.CONFIRM: Assembler.on_confirm, c.BUT: Assembler.on_but, c.NOT: Assembler.on_not,
    c.INDEX: Assembler.on_index, c.PLACE: Assembler.on_place, c.TIMES: Assembler.on_times, c.BETWEEN: Assembler.on_between,
    c.OPEN_BRACKET: Assembler.on_bracket,
}  # fmt: skip

SMALLER = {"l": ("m3", 3), "kop": ("rub", 2), "wh": ("kwh", 3)}
"""Unit → the unit it is a part of and the decimal places it fills."""


def _tail(item: Item) -> str:
    """The digits said after the last scale word, with their zeros: «тысяча ноль пять» → «05»."""
    value = int(item[0] or 0) % 1000
    return "0" * item[4] + (str(value) if value else "")
