"""What a carrier is to the outbox."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from skill.channels.channel import Verdict
from skill.settings import Settings


@dataclass(frozen=True)
class Letter:
    """A message to an e-mail address or a telephone number (+7…). name: the same letter has the same, however often it
    is sent; subject: e-mails have one."""

    to: str
    text: str
    name: str
    subject: str = ""


@dataclass(frozen=True)
class Carrier:
    """enabled: whether it is set up. send: a letter delivered; raises httpx.HTTPError or OSError when out of reach."""

    name: str
    enabled: Callable[[Settings], bool]
    send: Callable[[httpx.Client, Settings, Letter], Verdict]
