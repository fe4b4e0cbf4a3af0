"""Paying inside Salute: POLICY_RUN_APP opens SmartPay's window, PAY_DIALOG_FINISHED comes when it is gone.

From Sber's documentation (developers.sber.ru, Салют → Монетизация → Платежи → «Прием платежей через SmartApp API»,
sections «Вызов платежного сценария» and «Формат результата оплаты»): what both hold. The envelope of POLICY_RUN_APP and
the numbers of `response_code` are told by Sber's own client library. Not to be found in public: which devices have the
window; `response_code` 7 says that this one has none, and the resident gets the link.
"""

from skill.channels.body import Body, find, name, part, text
from skill.dialogue.turn import Outcome, WindowClosed

FINISHED, SYSTEM = "PAY_DIALOG_FINISHED", "payment_app"
OUTCOMES: dict[str, Outcome] = {"0": "paid", "4": "expired", "5": "refused", "7": "unavailable"}
"""1: a fault; 2: the app was closed; 3: another window is open; 6: nothing is known. Each is a window closed."""


def able(body: Body) -> bool:
    """Whether the window can be asked for: it is seen, and it is told whose app it serves."""
    seen = find(body, "payload", "device", "capabilities", "screen", "available") is True
    return seen and bool(name(body, "payload", "app_info", "projectId"))


def finished(body: Body) -> WindowClosed | None:
    """The window that was closed; None in any other body."""
    action = part(body, "payload", "server_action")
    if FINISHED not in (text(action, "action_id"), text(action, "type")):
        return None
    told = part(action, "parameters", "payment_response") or part(action, "payload", "payment_response")
    return WindowClosed(name(told, "invoice_id"), OUTCOMES.get(name(told, "response_code"), "closed"))


def opening(invoice: str, body: Body) -> Body:
    """What POLICY_RUN_APP holds: the payment application and our bill, for the device as it came. It has no words."""
    served = {"projectId": name(body, "payload", "app_info", "projectId")}
    action = {"app_info": {"systemName": SYSTEM}, "parameters": {"invoice_id": invoice, "app_info": served}}
    return {"device": _device(part(body, "payload", "device")), "server_action": action}


def _device(told: Body) -> Body:
    """Its names, and what it can do; nothing that may be null."""
    found = {what: find(one, "available") for what, one in part(told, "capabilities").items()}
    can = {what: {"available": there} for what, there in found.items() if isinstance(there, bool)}
    return {**{key: value for key, value in told.items() if isinstance(value, str)}, "capabilities": can}
