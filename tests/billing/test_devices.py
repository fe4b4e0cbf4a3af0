"""Smart meters: what they send over HTTP and MQTT, and what becomes of it."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import paho.mqtt.publish
import pytest
from amqtt.broker import Broker as RealBroker
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from billing import devices, mqtt, packets, store
from billing.devices import Taken, UnknownDevice
from billing.packets import BadPacket, Value
from billing.tables import Device, DevicePacket, Meter, Reading
from fixtures.demo_company import DemoSummary

WATERIUS = {
    "ch0": 148.304, "ch1": 125.5, "delta0": 12, "cname0": 1, "cname1": 0, "voltage_low": 0, "good": 1,
    "timestamp": "2026-11-21T09:30:00+0000", "mode": 2, "serial0": "",
}  # fmt: skip


@pytest.fixture
def books(undone_demo: Session, demo: DemoSummary, now: datetime) -> tuple[Session, str]:
    """A device whose input 0 is the hot and input 1 the cold water of the demo flat, and its key."""
    return undone_demo, a_device(undone_demo, demo, now)


def a_device(db: Session, demo: DemoSummary, now: datetime) -> str:
    cold, hot, _ = demo.account.meters
    inputs = {0: (hot.id, "single"), 1: (cold.id, "single")}
    return devices.add(db, organization_id=1, name="стояк", inputs=inputs, now=now)


def send(db: Session, key: str, now: datetime, **changes: Any) -> Taken:
    return devices.take(db, packets.read(WATERIUS | {"key": key} | changes), now)


def kept(db: Session) -> list[tuple[Decimal, str]]:
    return [(row.value, row.status) for row in db.exec(select(DevicePacket).order_by(col(DevicePacket.id)))]


def test_a_waterius_is_understood(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    assert send(db, key, now) == Taken(kept=2)
    assert kept(db) == [(Decimal("148.304"), "KEPT"), (Decimal("125.5"), "KEPT")]
    assert db.exec(select(DevicePacket)).first().taken_at == now


def test_our_plain_json_is_understood(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    packet = packets.read({"key": key, "taken_at": "2026-11-21T12:30:00+03:00", "values": {"1": "125,5"}})
    assert packet.taken_at == now
    assert devices.take(db, packet, now) == Taken(kept=1)


SAURES_METER = {
    "meter_id": 77, "sn": "0012", "input": 1, "meter_name": "ХВС", "type": {"number": 1, "name": "Холодная вода"},
    "state": {"number": 0, "name": ""}, "vals": [125.5], "approve_dt": "2030-04-01",
}  # fmt: skip


@pytest.mark.parametrize(
    "shape",
    [
        SAURES_METER,
        {"meters": [SAURES_METER]},
        {"sensors": [{"sn": "c", "readout_dt": "2026-11-21T12:30:00+03:00", "meters": [SAURES_METER]}]},
        {"status": "ok", "data": {"sensors": [{"sn": "c", "meters": [SAURES_METER]}]}},
    ],
)
def test_a_saures_is_understood_in_every_shape(
    books: tuple[Session, str], now: datetime, shape: dict[str, Any]
) -> None:
    db, key = books
    assert devices.take(db, packets.read(shape, key), now) == Taken(kept=1)
    assert kept(db) == [(Decimal("125.5"), "KEPT")]


def test_tariffs_of_one_input_count_apart() -> None:
    light = {**SAURES_METER, "input": 3, "vals": [6229.4, 1838, None, None], "key": "x"}
    assert packets.read(light).values == (Value(31, Decimal("6229.4")), Value(32, Decimal(1838)))


def test_nothing_is_submitted_unless_it_is_switched_on(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    assert send(db, key, now + timedelta(days=9), timestamp="").submitted == 0
    assert db.exec(select(Reading).where(Reading.period == date(2026, 11, 1))).first() is None


def test_where_it_is_on_the_last_days_of_the_window_submit(
    books: tuple[Session, str], demo: DemoSummary, now: datetime
) -> None:
    db, key = books
    meter = db.get(Meter, demo.account.meters[0].id)
    assert meter is not None
    meter.is_automatic = meter.submits_automatically = True
    assert send(db, key, now).submitted == 0  # the 21st: the window ends on the 30th
    assert send(db, key, now + timedelta(days=8), timestamp="", ch1=126).submitted == 1
    row = db.exec(select(Reading).where(Reading.meter_id == meter.id, Reading.period == date(2026, 11, 1))).one()
    assert (row.value, row.source, row.status) == (Decimal(126), "smart_meter", "submitted")


def test_zones_may_be_sent_one_by_one(undone_demo: Session, demo: DemoSummary, now: datetime) -> None:
    """At the same moment: each is booked with what is known of the other."""
    db, number = undone_demo, next(one.id for one in demo.rich.meters if one.resource == "ELECTRICITY")
    meter = db.get_one(Meter, number)
    meter.is_automatic = meter.submits_automatically = True
    key = devices.add(db, organization_id=1, name="щит", inputs={0: (number, "day"), 1: (number, "night")}, now=now)
    at = now + timedelta(days=8)
    assert devices.take(db, packets.read({"key": key, "ch0": 6229, "ch1": 1838}), now).kept == 2
    for changed in ({"ch0": 6231}, {"ch1": 1840}):
        told = packets.read({"key": key, "timestamp": at.isoformat()} | changed)
        assert devices.take(db, told, at) == Taken(kept=1, submitted=1)
    query = select(Reading.value).where(
        Reading.meter_id == number, Reading.period == date(2026, 11, 1), Reading.status == "submitted"
    )
    assert sorted(db.exec(query).all()) == [1840, 6231]


def test_a_packet_that_comes_twice_is_kept_once(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    send(db, key, now)
    assert send(db, key, now) == Taken(duplicate=2)


def test_a_late_packet_is_kept_but_does_not_count(books: tuple[Session, str], demo: DemoSummary, now: datetime) -> None:
    db, key = books
    send(db, key, now)
    assert send(db, key, now, timestamp="2026-11-20T09:30:00+0000", ch0=147, ch1=124) == Taken(late=2)
    assert devices.newest(db, demo.account.meters[0].id)["single"].value == Decimal("125.5")


def test_a_counter_that_was_reset_does_not_count(books: tuple[Session, str], demo: DemoSummary, now: datetime) -> None:
    db, key = books
    send(db, key, now)
    later = now + timedelta(hours=1)
    assert send(db, key, later, timestamp=later.isoformat(), ch0=0.004, ch1=125.6) == Taken(kept=1, reset=1)
    assert devices.newest(db, demo.account.meters[1].id)["single"].value == Decimal("148.304")


def test_a_counter_below_the_books_was_reset(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    assert send(db, key, now, ch0=141.999, ch1=125) == Taken(kept=1, reset=1)  # the books have 142


def test_inputs_nobody_named_are_counted(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    assert send(db, key, now, ch2=5) == Taken(kept=2, unknown_input=1)


def test_a_clock_that_is_ahead_is_put_right(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    send(db, key, now, timestamp="2026-11-21T12:30:00+0000")
    assert {row.taken_at for row in db.exec(select(DevicePacket))} == {now}


@pytest.mark.parametrize("at", ["2030-01-01T00:00:00+0000", "1970-01-01T00:00:00+0000"])
def test_an_impossible_time_is_refused(books: tuple[Session, str], now: datetime, at: str) -> None:
    db, key = books
    with pytest.raises(BadPacket, match="impossible"):
        send(db, key, now, timestamp=at)


def test_an_unknown_or_revoked_key_is_refused(books: tuple[Session, str], now: datetime) -> None:
    db, key = books
    with pytest.raises(UnknownDevice):
        send(db, "guessed", now)
    devices.revoke(db, db.exec(select(Device.id)).one(), now)
    with pytest.raises(UnknownDevice):
        send(db, key, now)


@pytest.mark.parametrize(
    "message",
    [
        None, [], {}, {"key": "x"}, {"key": "", "ch0": 1}, {"key": 5, "ch0": 1}, {"key": "\ud800", "ch0": 1},
        {"key": "x", "ch0": "many"},
        {"key": "x", "ch0": True}, {"key": "x", "ch0": -1}, {"key": "x", "ch0": 1e300},
        {"key": "x", "ch0": float("nan")}, {"key": "x", "ch0": 1, "timestamp": "yesterday"},
        {"key": "x", "ch0": 1, "timestamp": 5}, {"key": "x", "values": [1]}, {"key": "x", "values": {"a": 1}},
        {"key": "x", "values": {"0": None}}, {"key": "x", "meters": 5}, {"key": "x", "meters": [{}]},
        {"key": "x", "vals": [1]}, {"key": "x", "input": 99, "vals": [1]}, {"key": "x", "input": 1, "vals": []},
        {"key": "x", "input": True, "vals": [1]}, {"key": "x", "data": {"sensors": [1]}},
    ],
)  # fmt: skip
def test_a_packet_that_makes_no_sense_is_refused(message: object) -> None:
    with pytest.raises(BadPacket):
        packets.read(message)


KEYS = st.sampled_from(["key", "ch0", "values", "timestamp", "0", "data", "sensors", "meters", "vals", "input"])
PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text()


NUMBERS = st.text(st.characters(categories=["Nd", "No", "Nl"]), min_size=1, max_size=12)
TIMES = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])).map(str)
OURS = st.fixed_dictionaries(
    {"key": st.just("k"), "values": st.dictionaries(NUMBERS, NUMBERS | st.floats())}, optional={"taken_at": TIMES}
)


@given(st.recursive(PLAIN | OURS, lambda inner: st.lists(inner) | st.dictionaries(KEYS | st.text(), inner)))
@example({"key": "k", "values": {"²": "1"}})
@example({"key": "k", "values": {"9" * 5000: "1"}})
@example({"key": "k", "values": {"1": 1}, "taken_at": "0001-01-01T00:00+14:00"})
def test_no_json_breaks_the_reader(message: object) -> None:
    with contextlib.suppress(BadPacket):
        packets.read(message)


@pytest.fixture
def broker() -> Iterator[int]:
    """A real MQTT broker on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    loop = asyncio.new_event_loop()
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }

    async def start() -> RealBroker:
        own = RealBroker(config)
        await own.start()
        return own

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield port
    asyncio.run_coroutine_threadsafe(server.shutdown(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_packets_come_over_mqtt(demo_books: Engine, demo: DemoSummary, now: datetime, broker: int) -> None:
    with store.transaction(demo_books) as db:
        key = a_device(db, demo, now)
    client = mqtt.client(demo_books, mqtt.Broker("127.0.0.1", broker), lambda: now)
    listening = threading.Event()
    client.on_subscribe = lambda *_: listening.set()
    client.loop_start()
    assert listening.wait(20)
    for payload in ("not json", json.dumps({"key": "wrong", "ch0": 1}), json.dumps(WATERIUS | {"key": key})):
        paho.mqtt.publish.single("waterius/flat", payload, qos=1, hostname="127.0.0.1", port=broker)
    deadline = time.monotonic() + 20
    found: list[tuple[Decimal, str]] = []
    while not found and time.monotonic() < deadline:
        with store.reading(demo_books) as db:
            found = kept(db)
        time.sleep(0.02)
    client.disconnect()
    client.loop_stop()
    assert found == [(Decimal("148.304"), "KEPT"), (Decimal("125.5"), "KEPT")]
