"""Utility resources (коммунальные ресурсы), tariff zones and the codes that others use for them."""

from dataclasses import dataclass
from enum import StrEnum


class Resource(StrEnum):
    """What a meter counts or a bill charges."""

    COLD_WATER = "COLD_WATER"
    HOT_WATER = "HOT_WATER"
    ELECTRICITY = "ELECTRICITY"
    GAS = "GAS"
    HEAT = "HEAT"
    COLD = "COLD"
    SEWAGE = "SEWAGE"
    IRRIGATION = "IRRIGATION"
    WASTE = "WASTE"
    LIQUID_WASTE = "LIQUID_WASTE"
    DRINKING_WATER = "DRINKING_WATER"


class Zone(StrEnum):
    """Tariff zone of a register by meaning, never by T-index: a three-zone meter's T1 is the peak."""

    SINGLE = "single"
    DAY = "day"
    NIGHT = "night"
    PEAK = "peak"
    HALFPEAK = "halfpeak"


ZONE_SETS: tuple[tuple[Zone, ...], ...] = (
    (Zone.SINGLE,),
    (Zone.DAY, Zone.NIGHT),
    (Zone.PEAK, Zone.HALFPEAK, Zone.NIGHT),
)
"""Zones in the order they are asked and written, by number of tariffs."""


@dataclass(frozen=True)
class ResourceFacts:
    """unit: as printed; okei: its ОКЕИ code; title: Russian name on paper; short: the name in registries."""

    unit: str
    okei: str
    title: str
    short: str


FACTS: dict[Resource, ResourceFacts] = {
    Resource.COLD_WATER: ResourceFacts("м³", "113", "Холодное водоснабжение", "ХВС"),
    Resource.HOT_WATER: ResourceFacts("м³", "113", "Горячее водоснабжение", "ГВС"),
    Resource.ELECTRICITY: ResourceFacts("кВт⋅ч", "245", "Электроэнергия", "ЭЛ"),
    Resource.GAS: ResourceFacts("м³", "113", "Газоснабжение", "ГАЗ"),
    Resource.HEAT: ResourceFacts("Гкал", "233", "Отопление", "ТЕПЛО"),
    Resource.COLD: ResourceFacts("Гкал", "233", "Холодоснабжение", "ХОЛОД"),
    Resource.SEWAGE: ResourceFacts("м³", "113", "Водоотведение", "ВО"),
    Resource.IRRIGATION: ResourceFacts("м³", "113", "Полив", "ПОЛИВ"),
    Resource.WASTE: ResourceFacts("м³", "113", "Обращение с ТКО", "ТКО"),
    Resource.LIQUID_WASTE: ResourceFacts("м³", "113", "Жидкие бытовые отходы", "ЖБО"),
    Resource.DRINKING_WATER: ResourceFacts("м³", "113", "Питьевая вода", "ПВ"),
}


WATER = (Resource.COLD_WATER.value, Resource.HOT_WATER.value)
"""What sewage rests on, and what residents mix up."""
OTHER_SERVICES = (
    "MAINTENANCE", "CAPITAL_REPAIR", "COMMON_COLD_WATER", "COMMON_HOT_WATER", "COMMON_ELECTRICITY", "COMMON_SEWAGE",
    "HOT_WATER_CARRIER", "INTERCOM", "ANTENNA", "PARKING", "OTHER",
)  # fmt: skip
"""What a bill charges beside the resources: содержание жилья, капремонт, общедомовые нужды (КР на СОИ) …"""

CHARGEABLE: tuple[str, ...] = (*(resource.value for resource in Resource), *OTHER_SERVICES)


def one_of(column: str, values: type[StrEnum] | tuple[str, ...], *, optional: bool = False) -> str:
    """SQL of a check that the column holds one of the values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IS NULL OR {column} IN ({listed})" if optional else f"{column} IN ({listed})"
