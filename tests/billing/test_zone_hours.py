"""Which zone an hour belongs to, at its edges."""

from datetime import time

import pytest

from billing import zone_hours

TWO = ("day", "night")
THREE = ("peak", "halfpeak", "night")


@pytest.mark.parametrize(
    ("zones", "at", "zone"),
    [
        (TWO, "06:59", "night"),
        (TWO, "07:00", "day"),
        (TWO, "22:59", "day"),
        (TWO, "23:00", "night"),
        (TWO, "00:00", "night"),
        (THREE, "06:59", "night"),
        (THREE, "07:00", "peak"),
        (THREE, "10:00", "halfpeak"),
        (THREE, "17:00", "peak"),
        (THREE, "21:00", "halfpeak"),
        (THREE, "23:00", "night"),
        (("single",), "12:00", "single"),
    ],
)
def test_zones_by_the_hour(zones: tuple[str, ...], at: str, zone: str) -> None:
    assert zone_hours.zone_at(zones, time.fromisoformat(at)) == zone


@pytest.mark.parametrize("zones", [TWO, THREE])
def test_every_minute_has_exactly_one_zone(zones: tuple[str, ...]) -> None:
    def length(start: time, end: time) -> int:
        minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
        return minutes if minutes > 0 else minutes + 24 * 60

    assert sum(length(*one) for stretches in zone_hours.hours(zones).values() for one in stretches) == 24 * 60
    for hour in range(24):
        for minute in (0, 30, 59):
            zone_hours.zone_at(zones, time(hour, minute))


def test_a_meter_with_other_zones_has_no_hours() -> None:
    assert zone_hours.hours(("day", "evening")) == {}
    with pytest.raises(LookupError):
        zone_hours.zone_at(("day", "evening"), time(12))
