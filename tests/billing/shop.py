"""ЮKassa's API on this machine, as its documentation says: it refuses what ЮKassa refuses, and knows a repeated key."""

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SHOP_ID, SECRET = "123456", "test_secret"
TOKEN = "22e18a2f-000f-5000-a000-1db6312b7767"
THEIRS, STRANGER = "185.71.76.5", "203.0.113.9"
"""An address of ЮKassa's networks, and one that is not."""
KEPT = {"type": "bank_card", "id": TOKEN, "saved": True, "title": "Bank card *4477"}


class Shop:
    """asked: what was sent, in order: path, idempotence key, body. payments, refunds: by their ids."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.refund_status = "succeeded"
        self.charge_status = "succeeded"
        self.down = False
        self._keys: dict[str, dict[str, Any]] = {}

    def pay(self, payment_id: str) -> bytes:
        """The payer pays; the notification that goes out, whose sum is a lie that nobody should believe."""
        self.payments[payment_id] |= {
            "status": "succeeded", "paid": True, "receipt_registration": "succeeded", "payment_method": KEPT,
        }  # fmt: skip
        return notice("payment.succeeded", payment_id)

    def cancel(self, payment_id: str) -> bytes:
        """The payer gives up."""
        details = {"party": "yoo_money", "reason": "expired_on_confirmation"}
        self.payments[payment_id] |= {"status": "canceled", "cancellation_details": details}
        return notice("payment.canceled", payment_id)

    def take(self, path: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """A POST: the same key gets the same answer."""
        self.asked.append((path, key, body))
        if not 0 < len(key) <= 64:
            return 400, {"type": "error", "code": "invalid_request", "parameter": "Idempotence-Key"}
        if path == "/payments" and "payment_order" not in body:
            return 400, {"type": "error", "code": "invalid_request", "parameter": "payment_order"}
        if key not in self._keys:
            self._keys[key] = self._refund(body) if path == "/refunds" else self._payment(body)
        return 200, self._keys[key]

    def _payment(self, body: dict[str, Any]) -> dict[str, Any]:
        own = {
            "id": str(uuid.uuid4()), "status": "pending", "paid": False, "amount": body["amount"],
            "created_at": "2026-11-21T09:30:00.000Z", "test": True, "refundable": False,
        }  # fmt: skip
        if "payment_method_id" in body:
            own |= {"status": self.charge_status, "payment_method": KEPT}
        elif body.get("payment_method_data", {}).get("type") == "sbp":
            own["confirmation"] = {"type": "qr", "confirmation_data": f"https://qr.nspk.ru/{own['id']}"}
        else:
            page = f"https://yoomoney.ru/checkout/payments/v2/contract?orderId={own['id']}"
            own["confirmation"] = {"type": "redirect", "confirmation_url": page}
        self.payments[str(own["id"])] = own
        return own

    def _refund(self, body: dict[str, Any]) -> dict[str, Any]:
        own = {"id": str(uuid.uuid4()), "status": self.refund_status, **body}
        self.refunds[str(own["id"])] = own
        return own


def notice(event: str, named: str) -> bytes:
    """A notification; only its id is to be believed."""
    lie = {"id": named, "status": "succeeded", "amount": {"value": "1.00", "currency": "RUB"}}
    return json.dumps({"type": "notification", "event": event, "object": lie}).encode()


@contextmanager
def opened() -> Iterator[Shop]:
    """The shop, listening."""
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(*shop.take(self.path, self.headers["Idempotence-Key"], body))

        def do_GET(self) -> None:
            kind, _, named = self.path.strip("/").partition("/")
            found = (shop.refunds if kind == "refunds" else shop.payments).get(named)
            self._answer(*(200, found) if found else (404, {"type": "error", "code": "not_found"}))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            known = "Basic " + base64.b64encode(f"{SHOP_ID}:{SECRET}".encode()).decode()
            if self.headers["Authorization"] != known:
                status, content = 401, {"type": "error", "code": "invalid_credentials"}
            if shop.down:
                status, content = 500, {"type": "error", "code": "internal_server_error"}
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shop.url = f"http://127.0.0.1:{server.server_port}"
    yield shop
    server.shutdown()
    server.server_close()
