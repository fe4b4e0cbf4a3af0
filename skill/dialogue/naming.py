"""What meters, registers and months are called in sentences (`words.yaml`)."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from billing.meters import MeterView

Case = Literal["nom", "gen", "acc", "short"]


@cache
def _words() -> dict[str, Any]:
    return dict(yaml.safe_load(files("skill.dialogue").joinpath("words.yaml").read_text("utf-8")))


def meter_name(meter: MeterView, among: Iterable[MeterView], case: Case = "nom") -> str:
    """«холодная вода», with its place where meters share the resource, with the serial's end as a last resort."""
    name = str(_words()["resources"][meter.resource][case])
    twins = [other for other in among if other.resource == meter.resource and other.id != meter.id]
    if not twins:
        return name
    if meter.place and all(other.place != meter.place for other in twins):
        return f"{name} {_where(meter.place)}"
    return f"{name}, номер на {meter.serial[-4:]}"


def resource_name(resource: str, case: Case = "nom") -> str:
    """«холодная вода» for `COLD_WATER`."""
    return str(_words()["resources"][resource][case])


def days_aloud(days: str) -> str:
    """«с понедельника по четверг» for «пн-чт»; what is written otherwise stays.

    >>> days_aloud("пн-чт"), days_aloud("сб-вс"), days_aloud("ежедневно")
    ('с понедельника по четверг', 'суббота и воскресенье', 'ежедневно')
    """
    first, _, last = (part.strip() for part in re.sub(r"\s*[–—-]\s*", "-", days.lower()).partition("-"))
    known = _words()
    order = [*known["days"]]
    if first in order and last in order and order.index(last) - order.index(first) == 1:
        return f"{known['days'][first]} и {known['days'][last]}"
    if first in order and last in order:
        return f"с {known['days_gen'][first]} по {known['days_acc'][last]}"
    return str(known["days"].get(days.strip().lower(), days))


def in_weekday(day: date) -> str:
    """«в понедельник», «во вторник».

    >>> in_weekday(date(2026, 11, 24))
    'во вторник'
    """
    name = list(_words()["days_acc"].values())[day.weekday()]
    return f"{'во' if name.startswith('вт') else 'в'} {name}"


def register_name(register: str) -> str:
    """«день», «ночь», «пик», «полупик»; empty for the only register of a meter."""
    return str(_words()["registers"][register])


def place_name(key: str) -> str:
    """The place's name in the books for the key that understanding gives; the key itself if it has no other name."""
    return str(_words()["places"].get(key, {}).get("name", key))


def month_name(period: date, *, genitive: bool = False) -> str:
    """«ноябрь» or «ноября»."""
    return str(_words()["months_gen" if genitive else "months"][period.month - 1])


def channel_name(channel: str) -> str:
    """« через Алису», « по телефону»: the way something came, with the space before it; empty for an unknown one."""
    way = _words()["channels"].get(channel, "")
    return f" {way}" if way else ""


def listed(names: list[str], conjunction: str = "и") -> str:
    """«а, б и в»."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def capital(sentence: str) -> str:
    """The sentence with its first letter raised."""
    return sentence[:1].upper() + sentence[1:]


def _where(place: str) -> str:
    for known in _words()["places"].values():
        if place.lower() in {known["name"], known["where"]}:
            return str(known["where"])
    return f"({place})"
