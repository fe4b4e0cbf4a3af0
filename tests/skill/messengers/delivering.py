"""What messengers send, and what was sent to them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from skill.sandbox import Sent

Deliver = Callable[[str, dict[str, Any] | bytes], TestResponse]
REQUESTS = Path("fixtures/requests")
USERS = {
    "telegram": "7000000111",
    "max": "101",
    "whatsapp": "79110000000",
    "viber": "01234567890A=",
    "bot_framework": "directline:dl_user1",
}


def recorded(name: str) -> dict[str, Any]:
    """A body of fixtures/requests: «platform/name»."""
    return json.loads((REQUESTS / f"{name}.json").read_text("utf-8"))


def with_text(channel: str, text: str, number: int) -> dict[str, Any]:
    """What the platform sends for a typed text."""
    body = recorded(f"{channel}/text")
    match channel:
        case "telegram":
            body["update_id"], body["message"]["text"] = number, text
        case "max":
            body["message"]["body"] |= {"mid": f"mid.{number}", "text": text}
        case "whatsapp":
            body["entry"][0]["changes"][0]["value"]["messages"][0] |= {"id": f"wamid.{number}", "text": {"body": text}}
        case "viber":
            body["message_token"], body["message"]["text"] = number, text
        case _:
            body["id"], body["text"] = f"a{number}", text
    return body


def telegram(number: int, **message: Any) -> dict[str, Any]:
    """A message of a private chat with this content."""
    body = recorded("telegram/text")
    body["update_id"] = number
    del body["message"]["text"]
    body["message"] |= message
    return body


def shown(sent: Sent) -> str:
    """The text of a message that was sent."""
    body = sent.body.get("interactive", {}).get("body") or sent.body.get("text")
    return str(body.get("body") or body.get("text") if isinstance(body, dict) else body).replace("\u00a0", " ")
