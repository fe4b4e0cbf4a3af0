"""Smart meters over MQTT: every message of the subscribed topics goes to `billing.devices`.

Install with `pip install 'zhku-voice[mqtt]'`.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine

from billing import devices, packets, store
from billing.devices import Taken, UnknownDevice
from billing.packets import BadPacket

LARGEST_MESSAGE = 65_536
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Broker:
    """Where to listen. topics: with wildcards, such as waterius/#; a password only together with a user."""

    host: str
    port: int = 1883
    topics: tuple[str, ...] = ("waterius/#",)
    user: str | None = None
    password: str | None = None
    tls: bool = False


def take_message(engine: Engine, payload: bytes, now: datetime) -> Taken | None:
    """One message in its own transaction; None for one that is not a device's, which is only logged."""
    try:
        if len(payload) > LARGEST_MESSAGE:
            raise BadPacket("the message is too long")
        packet = packets.read(json.loads(payload))
        with store.transaction(engine) as db:
            return devices.take(db, packet, now)
    except (BadPacket, UnknownDevice, ValueError, RecursionError) as refused:
        log.warning("a message of a meter was refused: %s", type(refused).__name__)
        return None


def client(engine: Engine, broker: Broker, clock: Callable[[], datetime]) -> paho.Client:
    """A client that reconnects by itself and subscribes again. Run it with `loop_forever()`, or `loop_start()`."""
    own = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
    if broker.user:
        own.username_pw_set(broker.user, broker.password)
    if broker.tls:
        own.tls_set()

    def subscribe(who: paho.Client, *_: object) -> None:
        for topic in broker.topics:
            who.subscribe(topic, qos=1)

    def receive(_who: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        take_message(engine, bytes(message.payload), clock())

    own.on_connect = subscribe
    own.on_message = receive
    own.connect_async(broker.host, broker.port)
    return own
