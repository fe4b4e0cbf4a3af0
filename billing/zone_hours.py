"""When a tariff zone holds (часы тарифных зон): "с одиннадцати вечера до семи утра". The hours are a data file."""

from collections.abc import Sequence
from datetime import time
from functools import cache
from importlib.resources import files

import yaml

Stretch = tuple[time, time]


@cache
def _hours() -> dict[str, dict[str, dict[str, list[Stretch]]]]:
    data = yaml.safe_load((files("billing") / "data" / "zone_hours.yaml").read_text("utf-8"))
    return {
        region: {
            meter: {
                zone: [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in stretches]
                for zone, stretches in zones.items()
            }
            for meter, zones in meters.items()
        }
        for region, meters in data.items()
    }


def hours(zones: Sequence[str], oktmo: str | None = None) -> dict[str, list[Stretch]]:
    """Stretches by zone for a meter with these zones, in asking order; empty for a meter with a single one.

    oktmo: of the house, for regions with hours of their own.
    """
    region = next((name for name in _hours() if oktmo and oktmo.startswith(name)), "usual")
    return _hours()[region].get("-".join(zones), {})


def zone_at(zones: Sequence[str], at: time, oktmo: str | None = None) -> str:
    """The zone that counts at a local time. Raises LookupError when no zone of the meter does."""
    if len(zones) == 1:
        return zones[0]
    for zone, stretches in hours(zones, oktmo).items():
        for start, end in stretches:
            inside = start <= at < end if start < end else at >= start or at < end
            if inside:
                return zone
    raise LookupError(f"no zone of {', '.join(zones)} at {at}")
