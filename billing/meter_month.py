"""A meter in a month: what it gives to the month's bill, its reading or an estimate (ПП 354 п. 59), and what it sets
right in months that were billed before."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from billing import law
from billing.charges import MeterVolume
from billing.recalculation import LITRE, Past, average_volume, spread
from billing.windows import month_start

WHOLE = Fraction(1)


@dataclass(frozen=True)
class LateReading:
    """A reading of an earlier month that came after its bill: consumption and months covered by zone."""

    period: date
    read: dict[str, tuple[Decimal, int]]


@dataclass
class MeterMonth:
    """A meter in a month. read: consumption and months covered by zone, empty when there is no reading that counts.

    stands: in use this month; one that is not only sets past months right, or is `lost`: taken away in one of the last
    months, and the law's average holds on (п. 59 а). part: of the month it is charged for, where another goes on
    counting after it. late: readings of billed months; history:
    monthly volumes by zone before this month, newest first; failed: its verification has run out (ПП 354 п. 81(12)),
    readings made after it do not count. replaced: the meters whose place it took, in the month `since`: what a later
    month was charged by them was charged because nobody knew yet, and gives way to its own readings.
    """

    account_id: int
    meter_id: int
    resource: str
    period: date
    zones: tuple[str, ...]
    failed: bool
    stands: bool = True
    lost: bool = False
    part: Fraction = WHOLE
    read: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    late: list[LateReading] = field(default_factory=list)
    history: dict[str, list[Decimal]] = field(default_factory=dict)
    replaced: frozenset[int] = frozenset()
    since: date | None = None

    @property
    def is_plain(self) -> bool:
        """Read, and for this month alone: no past month matters."""
        return bool(self.read) and not self.late and all(months == 1 for _, months in self.read.values())

    def volumes(self, past: Mapping[date, Past]) -> list[MeterVolume]:
        """What it gives to this month: of a reading over several estimated months, the last month's part."""
        if self.read:
            return [
                MeterVolume(self.meter_id, zone, spread(volume, len(self._unread(past, self.period, months)) + 1)[1])
                for zone, (volume, months) in self.read.items()
            ]
        return self.by_average(past) or self.by_norm(final=self.failed)

    def by_average(self, past: Mapping[date, Past]) -> list[MeterVolume]:
        """The average of past months; nothing where they are too few, or it has stood for enough months already."""
        averages = {zone: average_volume(self.history.get(zone, [])) for zone in self.zones}
        known = {zone: _part_of(volume, self.part) for zone, volume in averages.items() if volume is not None}
        if len(known) < len(self.zones) or self.is_long_silent(past):
            return []
        return [MeterVolume(self.meter_id, zone, volume, "average", self.failed) for zone, volume in known.items()]

    def by_norm(self, *, final: bool) -> list[MeterVolume]:
        """Its place in a month that is charged by the norm."""
        return [MeterVolume(self.meter_id, zone, Decimal(0), "norm", final) for zone in self.zones]

    def is_long_silent(self, past: Mapping[date, Past]) -> bool:
        """Not read for more months than the average stands for (п. 59)."""
        return not self.read and self._estimates_in_a_row(past) >= law.estimates().average_periods

    def real_volumes_of(self, past: Mapping[date, Past]) -> dict[date, dict[tuple[int, str], Decimal | None]]:
        """For months charged by estimate: the part of a reading that was used in them, None for what it displaces.

        For one charged by a reading: what a replaced meter counted after it, until it was taken away, and what the new
        one did from then on.
        """
        real: dict[date, dict[tuple[int, str], Decimal | None]] = defaultdict(dict)
        for one in (*self.late, LateReading(self.period, self.read)):
            for zone, (volume, months) in one.read.items():
                unread = self._unread(past, one.period, months)
                if one.period == self.period:
                    unread = [*unread, self.period]
                elif not unread and (counted := self._counted_in(past, one.period, zone)) is not None:
                    real[one.period][self.meter_id, zone] = counted + volume
                for month, part in zip(unread, _parts(volume, len(unread)), strict=True):
                    if month != self.period and not self._is_final(past[month]):
                        real[month] |= dict.fromkeys(self._stale(past[month]))
                        real[month][self.meter_id, zone] = part
        return real

    def _unread(self, past: Mapping[date, Past], last: date, months: int) -> list[date]:
        """Billed months that a reading of the month `last` covers and that were charged without one, oldest first."""
        covered = (month_start(last, -ago) for ago in reversed(range(months)))
        return [month for month in covered if month in past and self._was_estimated(past[month])]

    def _estimates_in_a_row(self, past: Mapping[date, Past]) -> int:
        count = 0
        while (month := month_start(self.period, -count - 1)) in past and self._was_estimated(past[month]):
            count += 1
        return count

    def _counted_in(self, past: Mapping[date, Past], month: date, zone: str) -> Decimal | None:
        """What a billed month was charged by its reading; None when it was not, and cannot be.

        The month it came in was billed by the meter it replaced: nothing yet. Where the law took no reading of that
        one, the estimate was for the whole month.
        """
        if month not in past:
            return None
        meters = past[month].meters
        read = [one.volume for one in meters if (one.meter_id, one.zone, one.how) == (self.meter_id, zone, "reading")]
        if not read and (month != self.since or any(one.final for one in meters if one.meter_id in self.replaced)):
            return None
        return sum(read, Decimal(0))

    def _was_estimated(self, month: Past) -> bool:
        own = any(one.meter_id == self.meter_id and one.how != "reading" for one in month.meters)
        return own or bool(self._stale(month))

    def _stale(self, month: Past) -> list[tuple[int, str]]:
        """Estimates, by meter and zone, on meters that it had replaced before that month began."""
        if self.since is None or month.period <= self.since:
            return []
        return [
            (one.meter_id, one.zone) for one in month.meters if one.meter_id in self.replaced and one.how != "reading"
        ]

    def _is_final(self, month: Past) -> bool:
        return any(one.meter_id == self.meter_id and one.final for one in month.meters)


def _part_of(volume: Decimal, part: Fraction) -> Decimal:
    return (volume * part.numerator / part.denominator).quantize(LITRE, ROUND_HALF_UP)


def _parts(volume: Decimal, months: int) -> list[Decimal]:
    """A volume by month, oldest first."""
    if not months:
        return []
    each, last = spread(volume, months)
    return [each] * (months - 1) + [last]
