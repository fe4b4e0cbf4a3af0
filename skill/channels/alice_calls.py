"""Who calls as Alice: the networks of Yandex, and its signature on purchases. The protocol has no other proof."""

import base64
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from skill.channels.body import Body, text
from skill.channels.channel import Call
from skill.settings import Settings

PURCHASE = "Purchase.Confirmation"


def authentic(call: Call, settings: Settings) -> bool:
    """Whether the call comes from Yandex, where the settings want to know: any network is let in otherwise."""
    return not settings.alice_from_yandex_only or _is_yandex(call.address)


def is_paid_by_yandex(request: Body, settings: Settings) -> bool:
    """Whether a purchase carries Yandex's signature of its `signed_data` (RSA, SHA-256); everything else passes.

    Without Yandex's key in the settings no purchase is believed, but none is refused either.
    """
    if text(request, "type") != PURCHASE or not settings.alice_purchase_key:
        return True
    key = load_pem_public_key(settings.alice_purchase_key.encode())
    if not isinstance(key, RSAPublicKey):
        return False
    try:
        given = base64.b64decode(text(request, "signature"), validate=True)
        key.verify(given, text(request, "signed_data").encode(), PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


def _is_yandex(address: str) -> bool:
    try:
        caller: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    return any(caller in network for network in _networks())


@cache
def _networks() -> tuple[IPv4Network, ...]:
    table = yaml.safe_load(files("skill.channels").joinpath("networks.yaml").read_text("utf-8"))
    return tuple(map(IPv4Network, table["yandex"]))
