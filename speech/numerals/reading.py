"""A number while it is put together."""

from speech.numerals.compose import COUNTED, SCALED, Item

MILLION = 10**6


class Reading:
    """One number being put together from its parts; becomes a Segment."""

    __slots__ = (
        "bare_fraction", "bracket", "confirmed", "corrected", "digits", "end", "flags", "fraction", "labels", "linked",
        "marker", "minus", "parts", "rejected", "start", "unit", "why",
    )  # fmt: skip

    def __init__(self, digits: str, start: int, end: int, flags: int) -> None:
        self.fraction: str | None = None
        if "." in digits:
            digits, _, self.fraction = digits.partition(".")
        self.digits = digits
        self.start = start
        self.end = end
        self.flags = flags
        self.parts = [digits]
        self.unit: str | None = None
        self.labels: tuple[str, ...] = ()
        self.why: tuple[str, ...] = ()
        self.marker: str | None = None
        """The correction said before it."""
        self.confirmed = False
        """«да», «повторяю» said before it."""
        self.minus = self.rejected = self.bracket = self.bare_fraction = self.corrected = False
        """Said before it: «минус», «не», a bracket; only «шесть десятых» was said; the speaker corrected it."""
        self.linked: Reading | None = None
        """The number whose unit was said just before: «двенадцать кубов» before «пятьсот литров»."""

    @property
    def text(self) -> str:
        sign = "-" if self.minus else ""
        return sign + (self.digits if self.fraction is None else f"{self.digits}.{self.fraction}")

    def glue(self, digits: str, end: int, flags: int) -> None:
        """Put the next group of the same dial behind it."""
        whole, point, fraction = digits.partition(".")
        self.parts.append(whole)
        self.digits += whole
        self.fraction = fraction if point else None
        self.end = end
        self.flags |= flags

    def split(self) -> "list[Reading]":
        """Each part a number of its own."""
        found = []
        for part in self.parts:
            one = Reading(part, self.start, self.end, self.flags)
            one.why = (*self.why, "groups read apart")
            found.append(one)
        found[0].minus, found[0].labels, found[0].marker = self.minus, self.labels, self.marker
        found[-1].fraction, found[-1].unit = self.fraction, self.unit
        return found

    def compose_zeros(self) -> None:
        """«сто ноль пять» as 105: zeros said inside the round number before them."""
        composed: list[str] = []
        for part in self.parts:
            round_zeros = len(composed[-1]) - len(composed[-1].rstrip("0")) if composed else 0
            if composed and round_zeros > 1 and part == "0":
                composed.append(part)
            elif len(composed) > 1 and set(composed[-1]) == {"0"}:
                zeros = composed.pop()
                left = composed[-1]
                width = len(zeros + part)
                fits = left.endswith("0" * width)
                composed[-1:] = [left[:-width] + zeros + part] if fits else [left, zeros, part]
            else:
                composed.append(part)
        self.parts = composed
        self.digits = "".join(composed)


def part_digits(item: Item, flips: frozenset[str], forks: set[str]) -> str:
    """A part's digits; «тыщ пять» counts thousands though the scale came first."""
    value, _, _, flags, _ = item
    if not flags & SCALED or not isinstance(value, int):
        return str(value)
    if flags & COUNTED:
        scale = 10 ** ((len(str(value)) - 1) // 3 * 3)
        if 0 < value - scale < 100:
            return str((value - scale) * scale)
    if value >= MILLION and 0 < value % MILLION < 1000:
        forks.add("million")
        if "million" in flips:
            return str(value - value % 1000 + value % 1000 * 1000)
    return str(value)
