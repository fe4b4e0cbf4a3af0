"""What the checks of a reading look at (Case), and what they find (Finding)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any, Literal

from billing.meters import PreviousReading
from billing.windows import Window, months_between

Level = Literal["block", "confirm", "review"]


@dataclass(frozen=True)
class Finding:
    """code: as in CHECKS; facts: what a sentence needs (values, dates, zones, guess)."""

    code: str
    level: Level
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OtherMeter:
    """A meter the value may belong to instead: hot for cold, kitchen for bathroom.

    previous: its newest value; consumed: what was booked for this period, None before that; average: of a month.
    """

    meter_id: int
    resource: str
    place: str | None
    previous: Decimal
    consumed: Decimal | None = None
    average: Decimal | None = None


@dataclass(frozen=True)
class Case:
    """All that the checks know. Quantities in the resource's unit; previous and averages by zone.

    previous: newest live reading before this period; booked: live readings of this period with their status;
    averages: monthly consumption where three months or more are known; limits: monthly, by code;
    levels: the company's own, by code; other_company: who takes this resource here, when it is not the meter's company;
    ratio: units of the resource in one of the dial's; external: what the company's own billing says of the values.
    """

    resource: str
    zones: tuple[str, ...]
    digits_int: int
    digits_frac: int
    submit_frac: int
    values: Mapping[str, Decimal]
    taken_at: date
    today: date
    window: Window
    limits: Mapping[str, Decimal]
    previous: Mapping[str, PreviousReading] = field(default_factory=dict)
    booked: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)
    averages: Mapping[str, Decimal] = field(default_factory=dict)
    others: tuple[OtherMeter, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)
    is_automatic: bool = False
    archived_on: date | None = None
    next_verification: date | None = None
    other_company: str | None = None
    ratio: Decimal = Decimal(1)
    external: Finding | None = None

    @property
    def months(self) -> int:
        """Billing months this reading covers, at least one."""
        if not self.previous:
            return 1
        newest = max(reading.period for reading in self.previous.values())
        return max(1, months_between(newest, self.window.period))

    def monthly(self, code: str) -> Decimal:
        """A limit scaled to the months covered."""
        return self.limits[code] * self.months

    def taken(self, zone: str) -> Decimal:
        """The value as it would be booked: decimals beyond those accepted are cut off, not rounded.

        A cut value that would fall just below the previous one is the previous one: the dial has not moved back.
        """
        cut = truncated(self.values[zone], self.submit_frac)
        before = self.previous.get(zone)
        if before and cut < before.value <= self.values[zone]:
            return before.value
        if before and self.submit_frac < self.digits_frac and cut == truncated(before.value, self.submit_frac):
            return before.value
        return cut

    def rolled_over(self, zone: str) -> bool:
        """The dial went through zero: it stood near its end, and through zero the consumption is plausible."""
        before = self.previous.get(zone)
        if before is None or self.taken(zone) >= before.value:
            return False
        turn = Decimal(10) ** self.digits_int
        through_zero = (self.taken(zone) + turn - before.value) * self.ratio
        return before.value >= turn * Decimal("0.9") and through_zero <= self.monthly("TOO_BIG")

    def consumed(self, zone: str) -> Decimal | None:
        """Units of the dial since the previous reading; None for a first reading."""
        before = self.previous.get(zone)
        if before is None:
            return None
        turn = Decimal(10) ** self.digits_int if self.rolled_over(zone) else Decimal(0)
        return self.taken(zone) + turn - before.value

    def used(self, zone: str) -> Decimal | None:
        """Consumption of a zone, with the transformation ratio; None for a first reading."""
        consumed = self.consumed(zone)
        return None if consumed is None else consumed * self.ratio

    def total_consumed(self) -> Decimal | None:
        """Consumption of all zones, with the transformation ratio; None when any is a first reading."""
        parts = [self.used(zone) for zone in self.zones]
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else None

    def fits(self, other: OtherMeter, zone: str) -> bool:
        """A zone's value continues another meter plausibly, as it stood before this period."""
        before = other.previous - (other.consumed or 0)
        return 0 <= self.values[zone] - before <= self.monthly("UNUSUAL")

    def plausible(self, zone: str, value: Decimal) -> bool:
        """Not less than before, and not unusually more."""
        before = self.previous.get(zone)
        return before is not None and 0 <= (value - before.value) * self.ratio <= self.monthly("UNUSUAL")

    def goes_back(self, zone: str) -> bool:
        """Less than before, and not through zero."""
        before = self.previous.get(zone)
        return before is not None and self.taken(zone) < before.value and not self.rolled_over(zone)

    def guess(self, zone: str) -> dict[str, Any]:
        """What the resident probably meant: the red digits after a point, or one digit less; nothing when unsure."""
        said = self.values[zone]
        litres = [said.scaleb(-self.digits_frac)] if self.digits_frac else []
        if zone not in self.previous:
            return {"guess": {zone: litres[0]}} if litres and litres[0] < Decimal(10) ** self.digits_int else {}
        digits = str(int(said))
        shorter = [Decimal(digits[:at] + digits[at + 1 :]) for at in reversed(range(len(digits))) if len(digits) > 1]
        fitting = [value for value in litres + shorter if self.plausible(zone, value)]
        if not fitting:
            return {}
        if zone in self.averages:
            expected = self.previous[zone].value + self.averages[zone] * self.months / self.ratio
            fitting.sort(key=lambda value: abs(value - expected))
        return {"guess": {zone: fitting[0]}}


def truncated(value: Decimal, places: int) -> Decimal:
    """Digits beyond `places` cut off."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)
