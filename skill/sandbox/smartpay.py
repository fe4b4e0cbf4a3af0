"""SmartPay as its documentation says: bills made, asked after, paid and cancelled; it refuses what SmartPay refuses."""

import time
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify, request
from jsonschema import Draft202012Validator

Answer = tuple[Response, int]
TOKEN, SERVICE = "sandbox-smartpay", "27"
TEXT = {"type": "string", "minLength": 1}
KOPECKS = {"type": "integer", "minimum": 1}
LINE = {
    "type": "object",
    "required": [
        "position_id", "name", "quantity", "item_amount", "currency", "item_code", "item_price", "tax_type",
    ],
    "properties": {
        "position_id": {"type": "integer", "minimum": 1},
        "name": {**TEXT, "maxLength": 128},
        "quantity": {"type": "object", "required": ["value", "measure"], "properties": {"measure": TEXT}},
        "item_amount": KOPECKS,
        "item_price": KOPECKS,
        "currency": {"const": "RUB"},
        "item_code": TEXT,
        "tax_type": {"type": "integer", "minimum": 0},
    },
}  # fmt: skip
ORDER = {
    "type": "object",
    "required": [
        "order_id", "order_date", "service_id", "amount", "currency", "purpose", "description", "language",
        "tax_system", "order_bundle",
    ],
    "properties": {
        "order_id": TEXT,
        "order_date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"},
        "service_id": {"const": SERVICE},
        "amount": KOPECKS,
        "currency": {"const": "RUB"},
        "purpose": TEXT,
        "description": TEXT,
        "language": {"const": "ru-RU"},
        "tax_system": {"type": "integer", "minimum": 0, "maximum": 5},
        "order_bundle": {"type": "array", "minItems": 1, "items": LINE},
    },
}  # fmt: skip
PURCHASER = {
    "type": "object",
    "anyOf": [{"required": ["email"]}, {"required": ["phone"]}],
    "properties": {"email": {**TEXT, "maxLength": 100}, "phone": {**TEXT, "maxLength": 50}},
}
BILL = Draft202012Validator(
    {
        "type": "object",
        "required": ["ptype", "invoice"],
        "properties": {
            "ptype": {"enum": [0, 1]},
            "invoice": {
                "type": "object",
                "required": ["order"],
                "properties": {"order": ORDER, "purchaser": PURCHASER},
            },
        },
    }
)
"""«Создание счета на оплату»."""


@dataclass
class SmartPay:
    """invoices: bills as they were asked for, by id; statuses: how they stand; slow: seconds before every answer."""

    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    slow: float = 0

    def bills(self) -> Answer:
        """POST /invoices."""
        if refusal := self._refusal():
            return refusal
        asked: Any = request.get_json(silent=True)
        if problems := [error.message for error in BILL.iter_errors(asked)] or _sums(asked):
            return _error(400, "; ".join(problems))
        order = asked["invoice"]["order"]
        if self._of_order(order["service_id"], order["order_id"]):
            return _error(400, "order_id is taken")
        made = str(3_000_000 + len(self.invoices))
        self.invoices[made], self.statuses[made] = asked["invoice"], "created"
        return jsonify({"error": _none(), "invoice_id": made}), 200

    def bill(self, invoice_id: str) -> Answer:
        """GET /invoices/{id} tells, POST pays as the window does, DELETE cancels."""
        if refusal := self._refusal():
            return refusal
        if invoice_id == "0":
            invoice_id = self._of_order(request.args.get("service_id", ""), request.args.get("order_id", ""))
        if invoice_id not in self.invoices:
            return _error(404, "no such invoice")
        if request.method != "GET" and self.statuses[invoice_id] != "created":
            return _error(400, "the invoice is over")
        if request.method != "GET":
            self.statuses[invoice_id] = "confirmed" if request.method == "POST" else "reversed"
        told = {"invoice_id": invoice_id, "invoice_status": self.statuses[invoice_id]}
        return jsonify({"error": _none(), **told, "invoice": self.invoices[invoice_id]}), 200

    def _refusal(self) -> Answer | None:
        time.sleep(self.slow)
        known = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        return None if known else _error(401, "the token is not valid")

    def _of_order(self, service: str, order: str) -> str:
        """The bill of an order, empty without one."""
        for made, invoice in self.invoices.items():
            if (invoice["order"]["service_id"], invoice["order"]["order_id"]) == (service, order):
                return made
        return ""


def _sums(asked: dict[str, Any]) -> list[str]:
    """What does not add up in the basket."""
    order = asked["invoice"]["order"]
    lines = order["order_bundle"]
    found = [f"{line['name']}: not its price" for line in lines if _price(line) != line["item_amount"]]
    if sum(line["item_amount"] for line in lines) != order["amount"]:
        found.append("the basket is not worth the amount")
    if len({line["position_id"] for line in lines} | {line["item_code"] for line in lines}) != 2 * len(lines):
        found.append("positions or codes repeat")
    return found


def _price(line: dict[str, Any]) -> int:
    return int(line["item_price"] * line["quantity"]["value"])


def _none() -> dict[str, str]:
    return {"error_code": "0", "error_description": "", "user_message": ""}


def _error(status: int, why: str) -> Answer:
    error = {"error_code": str(status), "error_description": why, "user_message": "Оплата недоступна"}
    return jsonify({"error": error}), status
