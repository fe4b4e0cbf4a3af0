"""The flat as one turn sees it: whose meters can be spoken about today, and what to call them."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import select

from billing import accounts, meters, windows
from billing.meters import MeterView
from billing.tables import Account, Premises, Property
from skill.dialogue.draft import Entry
from skill.dialogue.naming import listed, meter_name, resource_name
from skill.dialogue.talk import Talk


class Flat:
    """The meters of the account spoken about, with the local date and the period readings go to."""

    def __init__(self, talk: Talk) -> None:
        self.account = account_of(talk)
        self.today: date = windows.local_date(talk.now, _house(talk, self.account))
        self.meters: list[MeterView] = meters.meters_of(talk.db, self.account.id, self.today)
        self.window = windows.window_for(talk.db, self.account, self.today)
        self.period: date = self.window.period

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

    def left(self) -> list[MeterView]:
        """Meters that still want a reading for this period."""
        return [
            meter
            for meter in self.meters
            if not meter.is_automatic and any(_behind(meter, register, self.period) for register in meter.registers)
        ]


def account_of(talk: Talk) -> Account:
    """The account spoken about: the one chosen before, else the first linked. Raises LookupError without one."""
    linked = accounts.accounts_of(talk.db, talk.resident.id) if talk.resident else []
    if not linked:
        raise LookupError("no account is linked")
    chosen = next((account for account in linked if account.id == talk.session.account_id), linked[0])
    talk.session.account_id = chosen.id
    return chosen


def _house(talk: Talk, account: Account) -> Property:
    return talk.db.exec(select(Property).join(Premises).where(Premises.id == account.premises_id)).one()


def _behind(meter: MeterView, register: str, period: date) -> bool:
    last = meter.last.get(register)
    return last is None or last.period < period
