"""Sberbank Business Online's registry of meters (реестр счётчиков): a line an account, up to twelve blocks of seven.

A line is `ЛС;ФИО;ЕЛС;ФИАС;адрес` and blocks of `тип;номер;название;дата следующей поверки;показание;дата;доп.`;
blocks of one number are zones of one meter.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from billing.exchange.rows import Row
from billing.exchange.standing import MeterReading
from billing.exchange.text import BrokenFile, lines
from billing.exchange.writing import defused, write_lines
from billing.exchange.zones import USUAL, zones_of
from billing.resources import FACTS, Resource
from billing.tables import Organization

HEAD, BLOCK, MOST_BLOCKS = 5, 7, 12
TYPES = {
    "1": ("GAS", "single"), "2": ("ELECTRICITY", "single"), "3": ("ELECTRICITY", "day"), "4": ("ELECTRICITY", "night"),
    "5": ("ELECTRICITY", "peak"), "6": ("ELECTRICITY", "halfpeak"), "7": ("ELECTRICITY", "night"),
    "8": ("HOT_WATER", "single"), "9": ("COLD_WATER", "single"), "10": ("HEAT", "single"), "11": ("SEWAGE", "single"),
    "12": ("IRRIGATION", "single"),
}  # fmt: skip
THREE_ZONES = {"peak": "5", "halfpeak": "6", "night": "7"}
"""With three zones a night is 7, with two it is 4."""


def read(path: Path, company: Organization) -> Iterator[Row]:
    """A row a meter. A type that is not known is left to the loader, which tells of it. Raises BrokenFile."""
    for number, line in lines(path):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split(";")]
        blocks = [cells[at : at + BLOCK] for at in range(HEAD, len(cells), BLOCK)]
        if len(cells) < HEAD or len(blocks) > MOST_BLOCKS:
            raise BrokenFile(f"line {number} is not a registry's: {len(cells)} fields")
        found: dict[tuple[str, str], dict[str, str]] = {}
        for block in blocks:
            kind, serial, _, _, value, day, _ = [*block, *[""] * (BLOCK - len(block))]
            if not serial:
                continue
            resource, zone = TYPES.get(kind, (f"type {kind}", "single"))
            meter = found.setdefault((serial, resource), {"taken_at": day})
            meter[zone] = value
        for (serial, resource), said in found.items():
            yield _row(number, cells[0], serial, resource, said, company)


def write(path: Path, readings: Iterable[MeterReading]) -> int:
    """A month's readings; returns the lines written. Meters of other resources are left out."""
    count = 0
    by_type = {meaning: kind for kind, meaning in reversed(TYPES.items()) if kind not in ("5", "6", "7")}

    def written() -> Iterator[str]:
        nonlocal count
        for _, group in groupby(readings, key=lambda one: one.account.id):
            own = list(group)
            account, house = own[0].account, own[0].house
            address = f"{house.city}, {house.street}, д {house.house}, кв {own[0].premises.unit}"
            fias = f"{house.fias_guid or ''},{own[0].premises.unit}"
            head = [account.number, account.holder_name or "", account.els or "", fias, address]
            blocks: list[str] = []
            for one in own:
                types = THREE_ZONES if len(one.by_zone) == len(THREE_ZONES) else {}
                for zone, value in one.by_zone.items():
                    kind = types.get(zone) or by_type.get((one.meter.resource, zone))
                    if kind is None:
                        continue
                    due, taken = one.meter.next_verification_on, one.first.taken_on
                    name = FACTS[Resource(one.meter.resource)].title
                    verified = f"{due:%d.%m.%Y}" if due else "[]"
                    blocks += [kind, one.meter.serial, name, verified, f"{value:f}", f"{taken:%d.%m.%Y}", ""]
            count += 1
            yield ";".join(defused(cell.replace(";", " ")) for cell in head + blocks[: BLOCK * MOST_BLOCKS])

    write_lines(path, written(), "cp1251")
    return count


def _row(line: int, account: str, serial: str, resource: str, said: dict[str, str], company: Organization) -> Row:
    zones = [zone for zone in said if zone != "taken_at"]
    order = zones_of(company, len(zones)) if len(zones) in USUAL else ()
    cells = {"account": account, "serial": serial, "resource": resource, "taken_at": said["taken_at"]}
    for at, zone in enumerate(order, start=1):
        cells[f"t{at}"] = said.get(zone, "")
    return Row(line, {name: cell for name, cell in cells.items() if cell})
