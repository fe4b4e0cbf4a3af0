"""What a resident has said of their readings so far: entries that gather a meter and its values, one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from billing.meters import MeterView
from skill.dialogue.naming import place_name
from skill.understanding.slots import extract

ZONES = ("day", "night", "peak", "halfpeak")


@dataclass
class Entry:
    """One meter's reading in the making.

    meter: its id once it is known; resource, place: what was said of it until then.
    loose: values said before it was known which register they belong to.
    values: register → value as written digits.
    sure: codes of the books' doubts to which the resident said yes.
    guess: what the open question offers as meant: `{"values": …}` or, for another meter, `{"meter": id}`.
    refused: codes of findings whose guess the resident did not mean.
    rejected: values that were read back and taken for wrong; a yes instead of a new value brings them back.
    stopped: values that the books did not take, until others are said.
    """

    meter: int | None = None
    resource: str | None = None
    place: str | None = None
    loose: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    sure: list[str] = field(default_factory=list)
    guess: dict[str, Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)

    @property
    def gives(self) -> bool:
        """Whether a value was said."""
        return bool(self.loose or self.values)

    @property
    def tells(self) -> bool:
        """Whether anything was said: a value, or which meter."""
        return bool(self.gives or self.resource or self.place)

    @property
    def is_bare(self) -> bool:
        """Whether values were said without their meter."""
        return bool(self.loose) and not (self.values or self.resource or self.place)

    def fits(self, meter: MeterView) -> bool:
        """Whether what was said of the meter may mean this one."""
        return (
            self.resource in (None, meter.resource)
            and self.place in (None, meter.place)
            and (len(self.loose) <= len(meter.registers))
            and set(self.values) <= set(meter.registers)
        )

    def settle(self, meter: MeterView) -> None:
        """The meter is known: loose values take its empty registers in order."""
        self.meter, self.resource, self.place = meter.id, meter.resource, meter.place
        for register in self.missing(meter):
            if self.loose:
                self.values[register] = self.loose.pop(0)
        self.loose = []

    def missing(self, meter: MeterView) -> list[str]:
        """Registers that have no value yet."""
        return [register for register in meter.registers if register not in self.values]

    def decimals(self) -> dict[str, Decimal]:
        """The values as the books take them."""
        return {register: Decimal(value) for register, value in self.values.items()}

    def take(self, other: "Entry", meter: MeterView | None) -> None:
        """Take over what was said later of the same meter: into its empty registers, or instead of what they hold."""
        if meter and not set(other.values) <= set(meter.registers):  # «день 6100» of a meter without zones
            values = list(other.values.values()) if len(other.values) == 1 else []
            other = replace(other, values={}, loose=[*values, *other.loose])
        if other.loose and meter and (not self.missing(meter) or len(other.loose) == len(meter.registers)):
            self.values = {}
        if other.values and not self.values:  # «ночь 1837» after a no: the day was right
            self.values = dict(self.rejected)
        self.values |= other.values
        self.loose = other.loose or self.loose
        self.resource, self.place = other.resource or self.resource, other.place or self.place
        self.forget()

    def forget(self) -> None:
        """The value is another one now: whatever was said of the old one counts no more."""
        self.sure, self.refused, self.guess, self.rejected, self.stopped = [], [], {}, {}, {}

    def of_any(self) -> "Entry":
        """What was said, free of the meter it was settled for."""
        loose = [value for register, value in self.values.items() if register not in ZONES]
        zones = {register: value for register, value in self.values.items() if register in ZONES}
        return Entry(resource=self.resource, place=self.place, loose=[*loose, *self.loose], values=zones)

    def repeated(self, said: "list[Entry]") -> bool:
        """Whether the only value said is the one that the books did not take."""
        if any(one.resource not in (None, self.resource) or one.place not in (None, self.place) for one in said):
            return False
        values = [value for entry in said for value in [*entry.values.values(), *entry.loose]]
        return len(values) == 1 and values[0] in self.stopped.values()


def as_said(value: Decimal) -> str:
    """A value of the books in the form of what residents say: «125», «125.4»."""
    return format(value.normalize(), "f")


@dataclass
class Draft:
    """The entries of one submission, in the order said. booked: ids of the meters written down just before."""

    entries: list[Entry] = field(default_factory=list)
    booked: list[int] = field(default_factory=list)

    @classmethod
    def load(cls, kept: dict[str, Any]) -> "Draft":
        """From the session."""
        return cls([Entry(**entry) for entry in kept.get("entries", ())], list(kept.get("booked", ())))

    def dump(self) -> dict[str, Any]:
        """For the session."""
        return {"entries": [asdict(entry) for entry in self.entries], "booked": self.booked}

    def about(self, said: Entry) -> Entry | None:
        """The entry that a phrase naming its meter speaks of."""
        for known in self.entries:
            if said.resource is not None and known.resource == said.resource and said.place in (None, known.place):
                return known
        return None


def entries_of(slots: dict[str, Any]) -> list[Entry]:
    """The readings in the slots of one phrase: values with their meters; zones of one meter make one entry."""
    entries: list[Entry] = []
    for value, resource, zone, place in _rows(slots):
        entry = next((old for old in entries if zone and old.resource == resource and old.place == place), None)
        if entry is None:
            entry = Entry(resource=resource, place=place)
            entries.append(entry)
        if value is not None and zone:
            entry.values[zone] = value
        elif value is not None:
            entry.loose.append(value)
    return _joined(entries)


def meters_named(text: str, meters: Iterable[MeterView]) -> list[MeterView]:
    """The meters that a phrase names, with or without a number."""
    said = entries_of(extract("submit_reading", text))
    spoken = [Entry(resource=one.resource, place=one.place) for one in said if one.resource or one.place]
    return [meter for meter in meters if any(one.fits(meter) for one in spoken)]


def _rows(slots: dict[str, Any]) -> Iterator[tuple[str | None, str | None, str | None, str | None]]:
    values: list[str | None] = list(slots.get("values", ()))
    columns = [_column(slots.get(name), len(values)) for name in ("resource", "zone", "place")]
    length = max(len(values), *(len(column) for column in columns))
    padded = [column + [None] * (length - len(column)) for column in (values, *columns)]
    for value, resource, zone, place in zip(*padded, strict=True):
        yield (
            value,
            resource.upper() if resource else None,
            zone if zone in ZONES else None,
            place_name(place) if place else None,
        )


def _column(slot: str | list[str] | None, length: int) -> list[str | None]:
    """One slot said of all values, or a list parallel to them."""
    if isinstance(slot, list):
        return list(slot)
    return [slot] * max(length, 1) if slot else []


def _joined(entries: list[Entry]) -> list[Entry]:
    """Values of the same nameless meter in one phrase belong together («день сто, ночь двести» said bare)."""
    joined: list[Entry] = []
    for entry in entries:
        last = joined[-1] if joined else None
        if last and entry.resource is None and last.resource == "ELECTRICITY" and entry.place is None and entry.loose:
            last.loose += entry.loose
        elif last and last.resource == entry.resource == "ELECTRICITY" and last.place == entry.place:
            last.loose += entry.loose
            last.values |= entry.values
        else:
            joined.append(entry)
    return joined
