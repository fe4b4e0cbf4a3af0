"""A provider for trying things out: takes no money, signs its webhooks as a real one would."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode

from billing.providers.provider import BadWebhook, Event, Order, RefundAnswer, RefundOrder, Started

SIGNATURE = "X-Zhku-Signature"
LONGEST_TIME = 12
FRESH_SECONDS = 300
STATUSES = ("PROCESSING", "WITHDRAWN", "DONE", "ERROR")


class Sandbox:
    """secret: signs webhooks with HMAC-SHA256 over time and body; page: address of a page that plays the bank."""

    name = "sandbox"
    gives_back = True

    def __init__(self, secret: str, page: str = "/pay/sandbox") -> None:
        if not secret:
            raise ValueError("the sandbox needs a secret to sign with")
        self._secret = secret.encode()
        self._page = page

    def start(self, order: Order) -> Started:
        """The same order always has the same name."""
        external_id = self._name(order.key)
        return Started(external_id, f"{self._page}/{external_id}?{urlencode({'back': order.return_url})}")

    def signed(self, event: Event, now: float) -> tuple[dict[str, str], bytes]:
        """Headers and body of the webhook that reports an event."""
        body = json.dumps(
            {
                "payment": event.external_id,
                "status": event.status,
                "kopecks": event.kopecks,
                "reason": event.reason,
                "token": event.token,
                "title": event.title,
            }
        ).encode()
        return {SIGNATURE: f"t={int(now)},v1={self._signature(str(int(now)), body)}"}, body

    def charge(self, order: Order, token: str) -> Event:
        """Always paid at once, by whatever was kept."""
        return Event(self._name(order.key), "DONE", order.kopecks)

    def ask(self, external_id: str) -> Event:
        """The sandbox remembers nothing: what it was told, it has reported."""
        return Event(external_id, "PROCESSING")

    def webhook(self, headers: Mapping[str, str], body: bytes, now: float, address: str) -> Event | None:
        """Check time and signature, then read."""
        given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE.lower(), "")
        parts = dict(part.partition("=")[::2] for part in given.split(","))
        at = parts.get("t", "")
        if not at.isdecimal() or len(at) > LONGEST_TIME or abs(now - int(at)) > FRESH_SECONDS:
            raise BadWebhook("the webhook is not signed, or too old")
        if not hmac.compare_digest(parts.get("v1", "").encode(), self._signature(at, body).encode()):
            raise BadWebhook("the signature is wrong")
        return _read(body)

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Always at once."""
        return RefundAnswer("sbx-refund-" + hashlib.sha256(order.key.encode()).hexdigest()[:16], done=True)

    def _name(self, key: str) -> str:
        return "sbx-" + hashlib.sha256(key.encode()).hexdigest()[:24]

    def _signature(self, at: str, body: bytes) -> str:
        return hmac.new(self._secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _read(body: bytes) -> Event:
    try:
        told = json.loads(body)
        kept = str(told.get("token") or ""), str(told.get("title") or "")
        event = Event(str(told["payment"]), told["status"], told.get("kopecks"), told.get("reason"), *kept)
    except (ValueError, KeyError, TypeError, AttributeError) as unreadable:
        raise BadWebhook("the body cannot be read") from unreadable
    if event.status not in STATUSES or not (event.kopecks is None or isinstance(event.kopecks, int)):
        raise BadWebhook("the body makes no sense")
    return event
