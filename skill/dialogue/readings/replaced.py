"""A meter named by the value that was wrong: «вместо ста двадцати надо сто восемнадцать», «замените 245 на 254»."""

from decimal import Decimal

from skill.dialogue.readings.draft import Entry, as_said
from skill.dialogue.readings.gathering import Gathering
from skill.understanding.put_right import wrong_values


def of_replaced(gathering: Gathering, entries: list[Entry]) -> list[Entry]:
    """The right value with the meter and register whose value was wrong: written down this month, or just read back."""
    if not entries or not all(entry.is_bare for entry in entries):
        return entries
    wrong = {Decimal(value) for value in wrong_values(gathering.talk.turn.text)}
    right = [value for entry in entries for value in entry.loose if Decimal(value) not in wrong]
    if not wrong or len(right) != 1:
        return entries
    drafted = {
        (entry.meter, register): Decimal(value)
        for entry in gathering.draft.entries
        for register, value in entry.values.items()
    }
    booked = {
        (meter.id, register): last.value
        for meter in gathering.flat.meters
        for register, last in meter.last.items()
        if last.period == gathering.flat.period
    }
    fitting = [place for place, value in (booked | drafted).items() if value in wrong]
    if len(fitting) != 1 or fitting[0][0] is None:
        return entries
    number, register = fitting[0]
    meter = gathering.flat.meter(number)
    others = {zone: as_said(value) for (of, zone), value in (booked | drafted).items() if of == number}
    return [Entry(meter.id, meter.resource, meter.place, values=others | {register: right[0]})]
