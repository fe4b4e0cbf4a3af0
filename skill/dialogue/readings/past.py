"""Readings of months gone by: what was booked for them, and what was used."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlmodel import col, select

from billing.meters import NOT_MEASURED, LastReading
from billing.resources import FACTS, Resource
from billing.tables import Reading, Register
from skill.dialogue.flat import Flat
from skill.dialogue.meaning.asked import service_name
from skill.dialogue.naming import listed, month_name
from skill.dialogue.talk import Talk
from speech import wording

LIVE = ("submitted", "accepted")
USED = re.compile(
    r"расход|потреб|потрат|потрач|истрат|истрач|израсход|\b(ушло|ушел|ушла|утекло|вышло|нагорело|сожгл|сжег|спалил)"
    r"|\b(намотал|накрутил|набежал|накапал|налил|наж[её]?г|вылил|пролил|слил)"
    r"|сколько (?:это |там |вышло |получил\w+ |всего |в )*(куб|кило|литр|воды|света|газа|тепла|электр)"
)
"""Words that ask for what was used, «е» for «ё»."""


def booked(talk: Talk, flat: Flat, months: Sequence[date], wanted: Sequence[str]) -> list[LastReading]:
    """Measured readings of these months (first days), in the order of the flat's meters."""
    rows = [(row, zone) for row, zone in _rows(talk, flat, months, wanted) if row.kind not in NOT_MEASURED]
    by_register = {(row.meter_id, zone): row for row, zone in rows}
    return [
        LastReading(meter, zone, row.value, row.taken_on, row.period, row.status, row.channel)
        for meter in flat.meters
        for zone in meter.registers
        if (row := by_register.get((meter.id, zone))) is not None
    ]


def used(talk: Talk, flat: Flat, months: Sequence[date], wanted: Sequence[str]) -> str:
    """«холодная вода 10 м³ и электричество 263 кВт⋅ч»: what was used in these months; empty when nothing is known."""
    resource_of = {meter.id: meter.resource for meter in flat.meters}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row, _ in _rows(talk, flat, months, wanted):
        if row.consumption is not None:
            sums[resource_of[row.meter_id]] += row.consumption
    lines = [
        f"{service_name(code)} {wording.quantity(round(sums[code], 1), FACTS[code].unit)}"
        for code in Resource
        if code in sums
    ]
    return listed(lines) if lines else ""


def span(months: Sequence[date], today: date) -> str:
    """«август», «июнь – август», with the year where it is another one."""
    names = [month_name(month) + (f" {month.year} года" if month.year != today.year else "") for month in months]
    return names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}"


def _rows(talk: Talk, flat: Flat, months: Sequence[date], wanted: Sequence[str]) -> list[tuple[Reading, str]]:
    meters = [meter.id for meter in flat.meters if not wanted or meter.resource in wanted]
    query = (
        select(Reading, Register.zone)
        .join(Register, col(Register.id) == col(Reading.register_id))
        .where(
            col(Reading.meter_id).in_(meters),
            col(Reading.period).in_(months),
            col(Reading.status).in_(LIVE),
        )
        .order_by(col(Reading.taken_on), col(Reading.id))
    )
    return list(talk.db.exec(query).all())
