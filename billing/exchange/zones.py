"""T1, T2, T3 of files and the zones they mean."""

from billing.resources import Zone
from billing.tables import Organization

USUAL: dict[int, tuple[Zone, ...]] = {
    1: (Zone.SINGLE,),
    2: (Zone.DAY, Zone.NIGHT),
    3: (Zone.PEAK, Zone.NIGHT, Zone.HALFPEAK),
}
"""Zones in the order of T1, T2, T3: a three-zone meter's T1 is the peak and T3 the half-peak."""


def zones_of(company: Organization, tariffs: int) -> tuple[str, ...]:
    """Zones by T-index as a company's files number them."""
    own = company.zone_index.get(str(tariffs))
    if isinstance(own, dict):
        return tuple(sorted(own, key=lambda zone: own[zone]))
    return tuple(zone.value for zone in USUAL[tariffs])
