"""What smart meters send, over HTTP and MQTT: waterius, Saures, and plain JSON of our own, read into one shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any

THOUSANDTH = Decimal("0.001")
INPUTS, TARIFFS = 8, 4
LONGEST_NUMBER = 9
SAURES = {"vals", "meters", "sensors", "data"}
"""A message with one of these is of Saures."""


class BadPacket(ValueError):
    """The packet cannot be read; the message says why."""


@dataclass(frozen=True)
class Value:
    """What an input counted, in the meter's unit."""

    input: int
    value: Decimal


@dataclass(frozen=True)
class Packet:
    """A message of a device, whatever its dialect. taken_at: None when the device has no clock."""

    key: str
    values: tuple[Value, ...]
    taken_at: datetime | None
    battery_low: bool = False


def waterius(message: Mapping[str, Any]) -> Packet:
    """The JSON of a waterius, over HTTP or MQTT: ch0, ch1 … in cubic metres, key, timestamp. Raises BadPacket."""
    values = tuple(
        Value(number, _decimal(message[f"ch{number}"], f"ch{number}"))
        for number in range(INPUTS)
        if message.get(f"ch{number}") is not None
    )
    return _packet(message, values, message.get("timestamp"), battery_low=bool(message.get("voltage_low")))


def plain(message: Mapping[str, Any]) -> Packet:
    """Our own JSON: {"key", "taken_at", "values": {"0": "123.456"}}. Raises BadPacket."""
    given = message.get("values")
    if not isinstance(given, Mapping) or not all(_is_number(str(number)) for number in given):
        raise BadPacket("values is not an object of inputs")
    values = tuple(Value(int(number), _decimal(value, f"values.{number}")) for number, value in given.items())
    return _packet(message, values, message.get("taken_at"))


def saures(message: Mapping[str, Any]) -> Packet:
    """What Saures tells of its controllers, with our key beside it: `data.sensors[].meters[]`, `sensors`, `meters`, or
    one meter alone; each meter has `input` and `vals`. Raises BadPacket.

    A meter of several tariffs counts on inputs of its own: tariff 2 of input 3 is input 32.
    """
    sensors = _listed(_inside(message, "data", "sensors") or message.get("sensors") or [message])
    values: list[Value] = []
    read_at = message.get("readout_dt")
    for sensor in sensors:
        read_at = sensor.get("readout_dt") or read_at
        for meter in _listed(sensor.get("meters") or [sensor]):
            values += _of_saures(meter)
    return _packet(message, values, read_at)


def read(message: object, key: str | None = None) -> Packet:
    """A packet in any dialect; key: what came beside it, for devices that put none in. Raises BadPacket."""
    if not isinstance(message, Mapping):
        raise BadPacket("the message is not an object")
    if key is not None and "key" not in message:
        message = {**message, "key": key}
    if "values" in message:
        return plain(message)
    return saures(message) if SAURES & message.keys() else waterius(message)


def _packet(message: Mapping[str, Any], values: Sequence[Value], at: object, *, battery_low: bool = False) -> Packet:
    key = message.get("key")
    if not isinstance(key, str) or not key or not key.isascii():
        raise BadPacket("key is missing")
    if not values:
        raise BadPacket("there are no values")
    return Packet(key, tuple(values), _instant(at), battery_low)


def _instant(at: object) -> datetime | None:
    if at is None or at == "":
        return None
    if not isinstance(at, str):
        raise BadPacket("the time is not text")
    try:
        moment = datetime.fromisoformat(at)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadPacket(f"the time cannot be read: {at[:40]}") from None


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


def _decimal(value: object, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise BadPacket(f"{name} is not a number")
    try:
        exact = Decimal(repr(value) if isinstance(value, float) else str(value).replace(",", "."))
    except InvalidOperation:
        raise BadPacket(f"{name} is not a number") from None
    if not exact.is_finite() or not 0 <= exact < Decimal(10) ** 12:
        raise BadPacket(f"{name} is not a reading")
    return exact.quantize(THOUSANDTH, ROUND_DOWN)


def _of_saures(meter: Mapping[str, Any]) -> list[Value]:
    number, vals = meter.get("input"), meter.get("vals")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < INPUTS:
        raise BadPacket("input is not a number of an input")
    if not isinstance(vals, list) or not 1 <= len(vals) <= TARIFFS:
        raise BadPacket("vals is not a list of values")
    told = [(at, value) for at, value in enumerate(vals, start=1) if value is not None]
    if len(vals) == 1:
        return [Value(number, _decimal(value, "vals")) for _, value in told]
    return [Value(number * 10 + at, _decimal(value, f"vals.{at}")) for at, value in told]


def _inside(message: Mapping[str, Any], *names: str) -> object:
    found: object = message
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _listed(found: object) -> list[Mapping[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise BadPacket("the list of meters cannot be read")
    return found
