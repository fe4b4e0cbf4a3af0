"""Bot Framework's token service: its keys, its tokens for webhook calls, and the tokens it gives to bots."""

import secrets
from functools import cache
from typing import Any

from flask import Blueprint, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey

CHANNELS = [
    "emulator",
    "directline",
    "directlinespeech",
    "msteams",
    "webchat",
    "skype",
    "telegram",
    "facebook",
    "slack",
    "line",
    "email",
    "sms",
    "alexa",
    "kik",
    "groupme",
    "cortana",
    "outlook",
    "m365extensions",
    "omnichannel",
    "webex",
    "test",
]
blueprint = Blueprint("bots", __name__)
granted: set[str] = set()
"""Tokens that bots were given and may call with."""


@cache
def key() -> RSAKey:
    """The service's signing key, made once a process."""
    return RSAKey.generate_key(2048, {"kid": "sandbox"}, private=True)


def token(claims: dict[str, Any], *, signed_with: RSAKey | None = None, kid: str = "sandbox") -> str:
    """A webhook call's token with these claims."""
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, signed_with or key(), algorithms=["RS256"])


@blueprint.get("/metadata")
def metadata() -> Response:
    """The OpenID configuration."""
    return jsonify({"issuer": "https://api.botframework.com", "jwks_uri": request.url_root + "bots/keys"})


@blueprint.get("/keys")
def keys() -> Response:
    """The public keys, each with the channels that it speaks for."""
    return jsonify({"keys": [{**key().as_dict(private=False), "endorsements": CHANNELS}]})


@blueprint.post("/<tenant>/oauth2/v2.0/token")
def grant(tenant: str) -> tuple[Response, int]:  # noqa: ARG001 - part of the address
    """A bot asks for a token."""
    form = request.form
    if form.get("grant_type") != "client_credentials" or not form.get("client_secret"):
        return jsonify({"error": "invalid_client"}), 401
    given = secrets.token_hex(16)
    granted.add(given)
    return jsonify({"token_type": "Bearer", "expires_in": 3600, "access_token": given}), 200
