"""Tokens between the Bot Framework's service and a bot: theirs checked, ours fetched."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from skill.settings import Settings

ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
ALGORITHMS = ["RS256", "RS384", "RS512"]
SKEW_SECONDS = 300
KEPT_SECONDS, ASK_AGAIN_SECONDS = 24 * 3600, 3600
EARLY_SECONDS = 300
log = structlog.get_logger()


@dataclass
class Keys:
    """The service's public keys, kept a day; an unknown one makes us look again, once an hour at most."""

    url: str
    found: list[dict[str, Any]] = field(default_factory=list)
    fetched: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, kid: str, now: float) -> dict[str, Any] | None:
        """The key of that id; None if the service has none. Raises httpx.HTTPError."""
        with self.lock:
            known = next((key for key in self.found if key.get("kid") == kid), None)
            age = now - self.fetched
            if age > KEPT_SECONDS or (known is None and age > ASK_AGAIN_SECONDS):
                self.found, self.fetched = self._fetch(), now
            return next((key for key in self.found if key.get("kid") == kid), None)

    def _fetch(self) -> list[dict[str, Any]]:
        with httpx.Client(timeout=10) as http:
            metadata = http.get(self.url).raise_for_status().json()
            return list(http.get(metadata["jwks_uri"]).raise_for_status().json()["keys"])


@cache
def keys_of(url: str) -> Keys:
    """The keys of one metadata document, shared by the process."""
    return Keys(url)


def issued_by_the_service(token: str, settings: Settings, *, channel: str, service: str, now: datetime) -> bool:
    """Whether the service signed the token for our bot, with a key endorsed for the channel, for this service URL.

    Nothing is believed while the service's keys cannot be fetched.
    """
    try:
        kid = str(jws.extract_compact(token.encode()).headers().get("kid", ""))
        key = keys_of(settings.bot_metadata).key(kid, now.timestamp())
        if key is None or channel not in key.get("endorsements", ()):
            return False
        claims = jwt.decode(token, RSAKey.import_key(key), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    except httpx.HTTPError as error:
        log.error("keys of Bot Framework not fetched", reason=type(error).__name__)
        return False
    meant = claims.get("iss") == ISSUER and claims.get("aud") == settings.bot_app_id
    return meant and _in_time(claims, now.timestamp()) and bool(service) and claims.get("serviceurl") == service


def access_token(http: httpx.Client, settings: Settings) -> str:
    """Our own token for calls to the service, kept until shortly before it ends. Raises httpx.HTTPError."""
    with _lock:
        kept = _tokens.get(settings.bot_app_id)
        if kept is not None and kept[1] > time.monotonic():
            return kept[0]
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.bot_app_id,
            "client_secret": settings.bot_password,
            "scope": SCOPE,
        }
        answer = http.post(f"{settings.bot_login}/{settings.bot_tenant}/oauth2/v2.0/token", data=form)
        granted = answer.raise_for_status().json()
        token = str(granted["access_token"])
        _tokens[settings.bot_app_id] = token, time.monotonic() + float(granted["expires_in"]) - EARLY_SECONDS
        return token


_lock = threading.Lock()
_tokens: dict[str, tuple[str, float]] = {}
"""Our tokens by app id, each with the moment until which it is used."""


def _in_time(claims: dict[str, Any], moment: float) -> bool:
    starts, ends = claims.get("nbf", 0), claims.get("exp", 0)
    if not isinstance(starts, int | float) or not isinstance(ends, int | float):
        return False
    return starts - SKEW_SECONDS <= moment <= ends + SKEW_SECONDS
