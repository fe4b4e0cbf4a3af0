"""Отопление: the formulas 2, 2(1), 3 and 3(1) of ПП РФ 06.05.2011 № 354, приложение № 2. Pure functions.

Without a house meter: S × N × T in the months of the heating period, or S × N × K × T all the year, with K the part of
the year that is heated. With one: (Vᵢ + S × (Vᴰ − ΣV) / ΣS) × T, where Vᵢ is what the flat's own meter counted; a flat
without a meter takes the average of those that have one, by area, and nothing where none has (then it is S / ΣS × Vᴰ).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from billing.charges import SEVEN_PLACES, Line, MeterVolume, meter_facts, of_house, share
from billing.tariffs import Prices

MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class HouseHeat:
    """A month of a house: volume is Гкал by its meter, area all flats together, m²; own: Гкал of flats with meters of
    their own, by account; metered_area: of those flats; meters: their parts, by account."""

    volume: Decimal
    area: Decimal
    own: Mapping[int, Decimal] = field(default_factory=dict)
    metered_area: Decimal = Decimal(0)
    meters: Mapping[int, Sequence[MeterVolume]] = field(default_factory=dict)

    def of_flat(self, account_id: int, area: Decimal) -> Decimal:
        """Гкал of a flat by formula 3 or 3(1), to seven places; never below zero."""
        counted = sum(self.own.values(), Decimal(0))
        a_metre = counted / self.metered_area if self.metered_area else Decimal(0)
        all_flats = counted + a_metre * (self.area - self.metered_area)
        own = self.own.get(account_id, a_metre * area)
        volume = own + area * (self.volume - all_flats) / self.area
        return max(Decimal(0), volume).quantize(SEVEN_PLACES, ROUND_HALF_UP)


def by_norm(
    code: str, title: str, area: Decimal, norm: Decimal, prices: Prices, heated_months: int = MONTHS_OF_YEAR
) -> Line:
    """S × N × T; with heated_months below twelve the bill of every month of the year, S × N × K × T."""
    volume = (area * norm * heated_months / MONTHS_OF_YEAR).quantize(SEVEN_PLACES, ROUND_HALF_UP)
    facts = {"basis": "heating_norm", "area": f"{area:f}", "norm": f"{norm:f}", "heated_months": heated_months}
    return of_house(code, title, volume, prices, facts, method="N")


def by_house(code: str, title: str, account_id: int, area: Decimal, house: HouseHeat, prices: Prices) -> Line:
    """Formula 3 or 3(1): the house's meter, with the flats' own meters where there are any."""
    volume = house.of_flat(account_id, area)
    meters = house.meters.get(account_id, ())
    facts = {
        "basis": "heating_meter",
        "area": f"{area:f}",
        "house_area": f"{house.area:f}",
        "house_volume": f"{house.volume:f}",
        "flats_volume": f"{sum(house.own.values(), Decimal(0)):f}",
        "meters": [meter_facts(one) for one in meters],
    }
    method = "A" if any(one.how == "average" for one in meters) else "M"
    return of_house(code, title, volume, prices, facts, method)


def by_last_year(
    code: str, title: str, area: Decimal, house_area: Decimal, year_volume: Decimal, prices: Prices
) -> Line:
    """All the year in equal parts: a twelfth of what the house's meter counted last year, by area."""
    volume = share(year_volume / MONTHS_OF_YEAR, area, house_area)
    facts = {
        "basis": "heating_year",
        "area": f"{area:f}",
        "house_area": f"{house_area:f}",
        "year_volume": f"{year_volume:f}",
    }
    return of_house(code, title, volume, prices, facts, method="O")
