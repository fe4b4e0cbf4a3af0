"""The flat as one turn sees it: whose meters can be spoken about today, and what to call them."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from billing import meters, windows
from billing.accounts import Home
from billing.meters import MeterView
from billing.tables import Account
from billing.windows import Window
from skill.dialogue.naming import listed, meter_name, place_name, resource_name
from skill.dialogue.readings.draft import Entry
from skill.dialogue.talk import Talk


class Flat:
    """The meters of the account spoken about, with the local date and the period readings go to; each looked up when
    it is first asked for."""

    def __init__(self, talk: Talk) -> None:
        self._db = talk.db
        self.home = home_of(talk)
        self.today: date = windows.day_in(self.home.timezone, talk.now)

    @cached_property
    def meters(self) -> list[MeterView]:
        """What works today, by resource and place."""
        return meters.meters_of(self._db, self.home.account_id, self.today)

    def read_again(self) -> None:
        """Readings were booked: the meters show something else now."""
        self.__dict__.pop("meters", None)

    @cached_property
    def window(self) -> Window:
        """When readings are taken, whatever the resource."""
        rules = windows.rules_for(self._db, self.home.organization_id, self.home.property_id, None)
        return windows.window_on(rules, self.today)

    @property
    def period(self) -> date:
        """First day of the month that readings count for."""
        return self.window.period

    def meter(self, number: int | None) -> MeterView:
        """The meter with this id. Raises LookupError if it is not of this flat."""
        for meter in self.meters:
            if meter.id == number:
                return meter
        raise LookupError(f"meter {number} is not of this account")

    def knows(self, number: int | None) -> bool:
        """Whether the id is one of this flat's meters (it may have been replaced since the last turn)."""
        return any(meter.id == number for meter in self.meters)

    def name(self, meter: MeterView) -> str:
        """What to call the meter so that it is not taken for another of this flat."""
        return meter_name(meter, self.meters)

    def names(self, some: Sequence[MeterView], conjunction: str = "и") -> str:
        """«холодная вода, горячая вода и газ»."""
        return listed([self.name(meter) for meter in some], conjunction)

    def buttons(self, some: Sequence[MeterView]) -> tuple[str, ...]:
        """A phrase for each meter that means it when said."""
        return tuple(meter_name(meter, self.meters, "short") for meter in some[:5])

    def asked_name(self, entry: Entry) -> str:
        """What to call a meter that was asked for and is not here."""
        words = [resource_name(entry.resource)] if entry.resource else []
        return " ".join([*words, entry.place or ""]).strip() or "такой счётчик"

    def hanging(self, place: object) -> list[MeterView]:
        """The meters of a place, as understanding names it; all of them where it names none, or none hangs there."""
        name = place_name(place) if isinstance(place, str) else None
        return [meter for meter in self.meters if name and meter.place == name] or self.meters

    def left(self) -> list[MeterView]:
        """Meters that still want a reading for this period."""
        return [
            meter
            for meter in self.meters
            if not meter.is_automatic and any(_behind(meter, register, self.period) for register in meter.registers)
        ]


def home_of(talk: Talk) -> Home:
    """The flat spoken about: the one chosen before, else the first linked. Raises LookupError without one."""
    if not talk.flats:
        raise LookupError("no account is linked")
    chosen = next((home for home in talk.flats if home.account_id == talk.session.account_id), talk.flats[0])
    talk.session.account_id = chosen.account_id
    return chosen


def account_of(talk: Talk) -> Account:
    """The account of the flat spoken about. Raises LookupError without one."""
    return talk.db.get_one(Account, home_of(talk).account_id)


def _behind(meter: MeterView, register: str, period: date) -> bool:
    last = meter.last.get(register)
    return last is None or last.period < period
