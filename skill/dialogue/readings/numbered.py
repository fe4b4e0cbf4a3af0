"""Meters named by their place in the list that was just told («первый», «1 - 125, 2 - 148») or by the end of their own
number («на 552 заканчивается»), and numbers of the account itself, which no meter shows."""

import re
from dataclasses import replace
from itertools import islice

from billing import accounts
from billing.meters import MeterView
from skill.dialogue.flat import account_of
from skill.dialogue.meaning.addressing import ORDER
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.readings.draft import Entry, entries_of
from skill.dialogue.readings.gathering import SERIAL, Gathering
from skill.dialogue.readings.objections import READ_BACK
from skill.understanding.enumerated import items
from skill.understanding.serials import serials
from skill.understanding.slots import extract

PLACE = re.compile(
    rf"{LEADS}(?:это |на |по |номер |самый )*(?:(?P<order>перв|втор|трет|четверт)\w{{2,4}}|(?P<last>последн\w+)"
    r"|(?P<count>один|одна|два|две|три|четыре|[1-9]))(?: (?:счетчик\w*|прибор\w*|по счету|из них|по списку))*"
)
STREET = 4
"""Longer words of an address tell the street."""
COUNTS = {"один": 0, "одна": 0, "два": 1, "две": 1, "три": 2, "четыре": 3}


def numbered(gathering: Gathering, entries: list[Entry]) -> list[Entry]:
    """The entries, those of a list with the meters at their places.

    Where two values at least, or one that another meter would show, are not what the books expect at their places, the
    order is another one: then the values stand alone, and which meter each belongs to is found out or asked.
    """
    listed = listed_last(gathering)
    told = [(rank, entries_of(extract("submit_reading", item))) for rank, item in items(gathering.talk.turn.text)]
    if not told or len(told) > len(listed):
        return entries
    placed = [_at(listed[rank - 1], said) for rank, said in told]
    if any(not one.fits(gathering.flat.meter(one.meter)) for one in placed):
        return entries
    odd = [entry for entry in placed if not _expected(gathering, entry)]
    elsewhere = any(gathering.books.likely(Entry(loose=list(one.loose)), meter) for one in odd for meter in listed)
    return entries if elsewhere or len(odd) > 1 else placed


def by_serial(gathering: Gathering, entries: list[Entry]) -> list[Entry]:
    """The entries with the meters whose numbers are said; as they were where a number fits none or several."""
    ends = serials(gathering.talk.turn.text) or _bare_serial(gathering, entries)
    fitting = [[meter for meter in gathering.flat.meters if meter.serial.endswith(end)] for end in ends]
    if not ends or any(len(some) != 1 for some in fitting):
        return entries
    meters = [some[0] for some in fitting]
    if not any(entry.gives for entry in entries) or _bare_serial(gathering, entries):
        return [_at(meter, []) for meter in meters]
    if all(entry.is_bare for entry in entries):
        values = [value for entry in entries for value in entry.loose]
        if len(values) == sum(len(meter.registers) for meter in meters):
            told = iter(values)
            return [_at(meter, [Entry(loose=list(islice(told, len(meter.registers))))]) for meter in meters]
    if len(meters) != len(entries):
        return entries
    placed = [_at(meter, [entry]) for meter, entry in zip(meters, entries, strict=True)]
    agreed = all(entry.fits(meter) for entry, meter in zip(entries, meters, strict=True))
    return placed if agreed else entries


def _bare_serial(gathering: Gathering, entries: list[Entry]) -> list[str]:
    """A number said to «which meter» that no meter may show, but the end of one's own is."""
    values = [value for entry in entries for value in entry.loose]
    if gathering.step not in {"which", "rest"} or len(values) != 1 or len(values[0]) < SERIAL:
        return []
    shown = any(gathering.books.likely(Entry(loose=list(values)), meter) for meter in gathering.flat.meters)
    return [] if shown or not entries[0].is_bare else values


def chosen(gathering: Gathering) -> list[Entry]:
    """The meter that an answer to «which one» means by its place («вторая»); empty for any other answer."""
    found = PLACE.fullmatch(plain(gathering.talk.turn.text)) if gathering.step in {"which", "rest"} else None
    if found is None or (found["count"] and not (gathering.asked and gathering.asked.gives)):
        return []
    listed, count = listed_last(gathering), found["count"] or ""
    place = COUNTS.get(count, int(count) - 1 if count.isdecimal() else 0)
    at = len(listed) - 1 if found["last"] else ORDER[found["order"]] if found["order"] else place
    return [_at(listed[at], [])] if at < len(listed) else []


def listed_last(gathering: Gathering) -> list[MeterView]:
    """The meters in the order in which the open question tells them, else all of the flat."""
    flat, asked = gathering.flat, gathering.asked
    if gathering.step == "rest":
        return flat.left()
    if gathering.step != "which":
        return flat.meters
    return gathering.fitting(asked) if asked is not None and asked.meter is None else flat.left() or flat.meters


def without_account(gathering: Gathering, entries: list[Entry]) -> list[Entry]:
    """«100512 хвс 125», «Лесная 5-12 хвс 125»: the account's number, or its address, before the readings of meters that
    are named is no reading."""
    bare = [entry for entry in entries if entry.is_bare]
    if not bare or len(bare) == len(entries) or entries[: len(bare)] != bare:
        return entries
    account = account_of(gathering.talk)
    address = accounts.address_of(gathering.talk.db, account)
    street = [word[:-2] for word in plain(address.street).split() if len(word) > STREET]
    told = {account.number}
    if any(stem in plain(gathering.talk.turn.text) for stem in street):
        told |= {address.house, address.flat}
    return [entry for entry in entries if entry not in bare or not told.issuperset(entry.loose)]


def _at(meter: MeterView, said: list[Entry]) -> Entry:
    """What is said of a meter at its place; its own name may be said too («1. холодная 125»)."""
    resource = next((entry.resource for entry in said if entry.resource), meter.resource)
    place = next((entry.place for entry in said if entry.place), meter.place)
    values = {register: value for entry in said for register, value in entry.values.items()}
    return Entry(meter.id, resource, place, [value for entry in said for value in entry.loose], values)


def _expected(gathering: Gathering, entry: Entry) -> bool:
    """Whether the books have nothing to ask about the values at this meter."""
    meter = gathering.flat.meter(entry.meter)
    trial = replace(entry, loose=list(entry.loose), values=dict(entry.values))
    trial.settle(meter)
    if trial.missing(meter):
        return True
    return all(one.level == "review" or one.code in READ_BACK for one in gathering.books.findings(trial))
