"""Signed tokens of the clouds (RS256 JWT): Bot Framework's and Google's checked, our own for Bot Framework fetched."""

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
GOOGLE = frozenset({"https://accounts.google.com", "accounts.google.com"})
SCOPE = "https://api.botframework.com/.default"
ALGORITHMS = ["RS256", "RS384", "RS512"]
SKEW_SECONDS = 300
KEPT_SECONDS, ASK_AGAIN_SECONDS = 24 * 3600, 3600
EARLY_SECONDS = 300
PAUSE_SECONDS = 60
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
                self.fetched = now - ASK_AGAIN_SECONDS + PAUSE_SECONDS  # unless the keys come
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
    """Whether the service signed the token for our bot, with a key endorsed for the channel, for this service URL."""
    checked = checked_claims(token, settings.bot_metadata, now)
    if checked is None:
        return False
    claims, key = checked
    meant = claims.get("iss") == ISSUER and claims.get("aud") == settings.bot_app_id
    endorsed = channel in key.get("endorsements", ())
    return meant and endorsed and bool(service) and claims.get("serviceurl") == service


def issued_by_google(token: str, settings: Settings, *, now: datetime) -> bool:
    """Whether Google signed the token for our address, for the one service account that may call it.

    Anybody can have Google sign a token for any address: the account tells Dialogflow's from theirs.
    """
    checked = checked_claims(token, settings.google_metadata, now)
    if checked is None:
        return False
    claims, _ = checked
    caller = claims.get("email") == settings.dialogflow_caller and claims.get("email_verified") is True
    return claims.get("iss") in GOOGLE and claims.get("aud") == settings.dialogflow_audience and caller


def signed_by_google(token: str, settings: Settings, *, now: datetime) -> bool:
    """Whether Google signed an Assistant's call for our project (header `google-assistant-signature`)."""
    checked = checked_claims(token, settings.google_metadata, now)
    return checked is not None and checked[0].get("iss") in GOOGLE and checked[0].get("aud") == settings.actions_project


def checked_claims(token: str, metadata: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The claims of a token and the key that signed it; None unless one of the issuer's keys did, and it is in time.

    metadata: the issuer's OpenID configuration. Nothing is believed while its keys cannot be fetched.
    """
    try:
        kid = str(jws.extract_compact(token.encode()).headers().get("kid", ""))
        key = keys_of(metadata).key(kid, now.timestamp())
        if key is None:
            return None
        claims = jwt.decode(token, RSAKey.import_key(key), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    except httpx.HTTPError as error:
        log.error("keys not fetched", issuer=metadata, reason=type(error).__name__)
        return None
    return (claims, key) if _in_time(claims, now.timestamp()) else None


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
