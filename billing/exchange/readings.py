"""Loading readings (показания). Months are loaded in order: a row older than what the books have is bad."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from billing import audit, bulk, checks, limits
from billing.case import Case
from billing.exchange import gis, sberbank_readings
from billing.exchange.live import COLUMNS, LIVE, newest_before, of_other_kinds
from billing.exchange.loading import Bad, Fate, Loader, each
from billing.exchange.rows import BadCell, Row
from billing.exchange.zones import zones_of
from billing.meters import PreviousReading, Shown, previous_of
from billing.resources import Resource
from billing.tables import Meter, Organization, Reading, Register
from billing.windows import Window, month_start, window_for

KEEPING_ORDER = (
    checks.few_values, checks.extra_values, checks.not_a_number, checks.negative, checks.too_many_digits,
    checks.too_many_decimals, checks.less_than_previous, checks.rollover, checks.too_big,
)  # fmt: skip
"""Checks that keep the books consistent; what a resident would be asked about is for the company's own eyes."""
Format = Literal["table", "gis-readings", "sberbank-readings"]
T = ("t1", "t2", "t3")
NOT_YET = sys.maxsize
"""The id of a reading of the file until it is inserted: newer than those in the books."""


@dataclass(frozen=True)
class _Taken:
    """A reading of the file, for those that follow."""

    period: date
    taken_on: date
    value: Decimal
    id: int = NOT_YET
    kind: str = "current"
    status: str = "submitted"
    source: str = "import"


@dataclass
class _Known:
    """A meter of the batch: registers by zone; by register its newest month, readings by month, readings of other kinds
    (the initial value, a control), and the rows of the batch's months."""

    meter: Meter
    registers: dict[str, int] = field(default_factory=dict)
    newest: dict[int, date] = field(default_factory=dict)
    history: dict[int, dict[date, Shown]] = field(default_factory=lambda: defaultdict(dict))
    others: dict[int, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    current: dict[tuple[int, date], sqlalchemy.Row[Any] | _Taken] = field(default_factory=dict)

    def before(self, register: int, period: date) -> PreviousReading | None:
        """What a month's reading is counted from."""
        others = (row for row in self.others[register] if row.period <= period)
        return previous_of([*self.history[register].values(), *others], period)


@dataclass(frozen=True)
class _Trace:
    """A change for the trail, before its reading has an id: at is its place among the inserts."""

    at: int
    account_id: int
    before: dict[str, str]
    after: dict[str, str]

    def change(self, reading_id: int, channel: str) -> audit.Change:
        action = "replace" if self.before else "submit"
        return audit.Change(
            "system", channel, action, "reading", reading_id, self.account_id, self.before or None, self.after
        )


class ReadingsLoader(Loader):
    """Columns period, account, serial, resource, t1…t3, taken_at. One row a meter and month."""

    kind = "readings"

    def __init__(self, company: Organization, now: datetime, form: Format = "table", channel: str = "import") -> None:
        super().__init__(company, now)
        self._form = form
        self._channel = channel
        self._limits: dict[str, dict[str, Decimal]] = {}
        self._first_id = NOT_YET
        """Of the readings that this load inserted: what has it, or a later one, stands in the same file."""

    def rows(self, path: Path) -> Iterator[Row]:
        """Rows of the file in its format."""
        match self._form:
            case "gis-readings":
                return gis.read_readings(path)
            case "sberbank-readings":
                return sberbank_readings.read(path, self._company)
        return super().rows(path)

    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """Insert new readings, replace submitted ones, leave those that say the same."""
        known = self._known(db, batch)
        inserts: list[dict[str, Any]] = []
        traces: list[_Trace] = []
        fates = each(batch, lambda row: self._take(db, row, known, inserts, traces))
        if inserts:
            ids = bulk.add(db, Reading, inserts)
            self._first_id = min(self._first_id, *ids)
            audit.record_all(db, self._now, (trace.change(ids[trace.at], self._channel) for trace in traces))
        return fates

    def _take(
        self,
        db: Session,
        row: Row,
        known: dict[tuple[str, str], _Known],
        inserts: list[dict[str, Any]],
        traces: list["_Trace"],
    ) -> Fate:
        own = known.get((row.text("serial"), row.resource()))
        if own is None:
            raise BadCell(f"no meter {row.text('serial')} of {row.resource()}")
        taken = row.day("taken_at")
        period = row.month("period") if "period" in row.cells else month_start(taken or self._today)
        taken = taken or min(period, self._today)
        self._check_past(db, own.meter, period, taken)
        values = self._values(row, own)
        there = {zone: own.current.get((register, period)) for zone, register in own.registers.items()}
        if values and all(
            zone in values and reading is not None and reading.value == values[zone] for zone, reading in there.items()
        ):
            return "unchanged"
        if any(reading is not None and reading.status == "accepted" for reading in there.values()):
            raise BadCell("the month's reading is billed already")
        if any(reading is not None and self._of_this_file(reading) for reading in there.values()):
            raise BadCell("the month is twice in the file, with different values")
        if any(month > period for month in own.newest.values()):
            raise BadCell("a later month is in the books: load months in their order")
        case = self._case(own, values, period, taken)
        findings = checks.run(case, KEEPING_ORDER)
        if findings and findings[-1].level == "block" and findings[-1].code != "TOO_BIG":
            raise BadCell(findings[-1].code + _facts(findings[-1].facts))
        replaced = [reading for reading in there.values() if reading is not None]
        if replaced:
            gone = [reading.id for reading in replaced]
            db.execute(update(Reading).where(col(Reading.id).in_(gone)).values(status="superseded"))
        before = {zone: str(reading.value) for zone, reading in there.items() if reading is not None}
        after = {zone: str(case.taken(zone)) for zone in own.registers}
        traces.append(_Trace(len(inserts), own.meter.account_id, before, after))
        for zone, register in own.registers.items():
            inserts.append(self._insert(own, case, zone, register, bool(findings)))
            own.newest[register] = period
            own.history[register][period] = own.current[register, period] = _Taken(period, taken, case.taken(zone))
        return "changed" if replaced else "added"

    def _check_past(self, db: Session, meter: Meter, period: date, taken: date) -> None:
        """As of readings that are told: none of tomorrow, none of a month later than what today's count for."""
        if taken > self._today:
            raise BadCell(f"DATE_IN_FUTURE taken_at={taken}")
        if period > month_start(self._today) and period > (newest := window_for(db, meter, self._today).period):
            raise BadCell(f"the month is in the future: readings of today count for {newest:%Y-%m}")

    def _of_this_file(self, reading: sqlalchemy.Row[Any] | _Taken) -> bool:
        return reading.id >= self._first_id and reading.source == "import"

    def _values(self, row: Row, own: _Known) -> dict[str, Decimal]:
        said = [row.number(name) for name in T]
        zones = zones_of(self._company, len(own.registers))
        return {
            zones[at] if at < len(zones) else f"t{at + 1}": value for at, value in enumerate(said) if value is not None
        }

    def _case(self, own: _Known, values: dict[str, Decimal], period: date, taken: date) -> Case:
        meter = own.meter
        found = {zone: own.before(register, period) for zone, register in own.registers.items()}
        if meter.resource not in self._limits:
            self._limits[meter.resource] = limits.limits_for(meter.resource, 1)
        return Case(
            resource=meter.resource,
            zones=tuple(own.registers),
            digits_int=meter.digits_int,
            digits_frac=meter.digits_frac,
            submit_frac=meter.digits_frac,
            values=values,
            taken_at=taken,
            today=taken,
            window=Window(period, period, True, period, False),
            limits=self._limits[meter.resource],
            previous={zone: reading for zone, reading in found.items() if reading is not None},
        )

    def _insert(self, own: _Known, case: Case, zone: str, register: int, review: bool) -> dict[str, Any]:
        consumed = case.consumed(zone)
        return {
            "meter_id": own.meter.id,
            "register_id": register,
            "period": case.window.period,
            "taken_on": case.taken_at,
            "value": case.taken(zone),
            "consumption": None if consumed is None else (consumed * own.meter.ratio).quantize(Decimal("0.001")),
            "months": case.months,
            "kind": "current",
            "status": "submitted",
            "rolled_over": case.rolled_over(zone),
            "needs_review": review,
            "confirmed": "",
            "channel": self._channel,
            "source": "import",
            "submitted_at": self._now,
        }

    def _known(self, db: Session, batch: Sequence[Row]) -> dict[tuple[str, str], _Known]:
        """Meters, registers and newest readings of a batch: a few queries, whatever its size."""
        serials = {row.cells["serial"] for row in batch if "serial" in row.cells}
        meters = db.exec(
            select(Meter)
            .where(
                Meter.organization_id == self.organization_id,
                col(Meter.resource).in_(list(Resource)),  # named, so that the index of serial numbers serves
                col(Meter.serial).in_(serials),
            )
            .order_by(col(Meter.id))
            .with_for_update()  # residents' bookings wait, and find what was loaded
        ).all()
        known = {(meter.serial, meter.resource): _Known(meter) for meter in meters}
        by_id = {own.meter.id: own for own in known.values()}
        by_register: dict[int, _Known] = {}
        registers = select(Register.id, Register.meter_id, Register.zone).where(col(Register.meter_id).in_(by_id))
        for register, meter_id, zone in db.exec(registers).all():
            by_id[meter_id].registers[zone] = register
            by_register[register] = by_id[meter_id]
        periods = [period for row in batch if (period := _period(row)) is not None]
        if periods:
            self._add_history(db, by_register, min(periods), max(periods))
            for other in of_other_kinds(db, list(by_id), max(periods)):
                by_register[other.register_id].others[other.register_id].append(other)
        return known

    def _add_history(self, db: Session, by_register: dict[int, _Known], first: date, last: date) -> None:
        newest = (
            select(Reading.register_id, func.max(Reading.period))
            .where(col(Reading.register_id).in_(by_register), *LIVE)
            .group_by(col(Reading.register_id))
        )
        for register, period in db.exec(newest).all():
            by_register[register].newest[register] = period
        within = sqlalchemy.select(*COLUMNS).where(
            col(Reading.register_id).in_(by_register),
            col(Reading.period) >= first,
            col(Reading.period) <= last,
            *LIVE,
        )
        for reading in [*db.execute(within).all(), *newest_before(db, list(by_register), first)]:
            own = by_register[reading.register_id]
            own.history[reading.register_id][reading.period] = reading
            if reading.period >= first:
                own.current[reading.register_id, reading.period] = reading


def _period(row: Row) -> date | None:
    try:
        if "period" in row.cells:
            return row.month("period")
        taken = row.day("taken_at")
    except BadCell:
        return None
    return month_start(taken) if taken else None


def _facts(facts: dict[str, Any]) -> str:
    shown = {name: str(value) for name, value in facts.items() if name in ("value", "previous", "missing", "extra")}
    return "".join(f" {name}={value}" for name, value in shown.items())
