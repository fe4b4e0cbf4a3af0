"""The headers with which each platform proves that a webhook call is its own."""

import hashlib
import hmac
import json

from skill.channels.cloudtokens import ISSUER
from skill.sandbox import bots
from skill.settings import Settings


def headers(channel: str, raw: bytes, settings: Settings, *, now: float) -> dict[str, str]:
    """What the platform would send with the raw body; nothing for those that sign nothing. now: POSIX seconds."""
    match channel:
        case "telegram":
            return {"X-Telegram-Bot-Api-Secret-Token": settings.telegram_secret}
        case "max":
            return {"X-Max-Bot-Api-Secret": settings.max_secret}
        case "whatsapp":
            return {"X-Hub-Signature-256": "sha256=" + _hmac(raw, settings.whatsapp_app_secret)}
        case "viber":
            return {"X-Viber-Content-Signature": _hmac(raw, settings.viber_token)}
        case "bot_framework" if settings.bot_app_id:
            claims = {"iss": ISSUER, "aud": settings.bot_app_id, "nbf": now - 60, "exp": now + 3600}
            return {"Authorization": f"Bearer {bots.token(claims | {'serviceurl': _service(raw)})}"}
    return {}


def _hmac(raw: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def _service(raw: bytes) -> str:
    try:
        return str(json.loads(raw).get("serviceUrl", "")).encode("utf-8", "replace").decode()
    except (ValueError, AttributeError, RecursionError):
        return ""
