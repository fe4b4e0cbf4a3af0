"""OAuth 2.0 for account linking (RFC 6749, RFC 7009): a platform's users prove on our page which flat is theirs.

Authlib speaks the protocol; here are the client, the codes and tokens (kept as hashes only), and what a token is worth:
the right to speak for one account.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from flask import Flask
from sqlalchemy import Engine
from sqlmodel import Field, SQLModel, col, delete, select, update
from sqlmodel import Session as Database

from billing import accounts, store
from billing.columns import UtcDateTime
from skill.dialogue.phrases import phrase
from skill.dialogue.turn import Turn
from skill.identity import consent
from skill.settings import Settings

CODE_SECONDS = 600
CODES_KEPT = timedelta(days=1)
"""So long a used code is known as used."""
ACCESS_SECONDS = 30 * 24 * 3600


class OAuthCode(SQLModel, table=True):
    """An authorization code on its way back to the platform: good once and for ten minutes."""

    __tablename__ = "oauth_code"
    code_hash: str = Field(primary_key=True, max_length=64)
    client_id: str = Field(max_length=200)
    redirect_uri: str = Field(max_length=1024)
    account_id: int
    how: str = Field(max_length=20)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OAuthGrant(SQLModel, table=True):
    """The right to speak for an account, held by a platform for one of its users; `resident_id` once that one spoke."""

    __tablename__ = "oauth_grant"
    id: int = Field(default=None, primary_key=True)
    client_id: str = Field(max_length=200)
    account_id: int
    how: str = Field(max_length=20)
    code_hash: str = Field(max_length=64, index=True)
    access_hash: str = Field(unique=True, max_length=64)
    refresh_hash: str = Field(unique=True, max_length=64)
    access_expires_at: datetime = Field(sa_type=UtcDateTime)
    resident_id: int | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True)
class Verified:
    """Who filled in our page: the account, and how it was proved (`billing.tables.accounts.VERIFIED_HOW`)."""

    account_id: int
    how: str


class Client(ClientMixin):
    """The platform, as the settings name it."""

    def __init__(self, settings: Settings) -> None:
        self.client_id = settings.oauth_client_id
        self._secret, self._addresses = settings.oauth_client_secret, settings.oauth_redirect_uris

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self._addresses

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(client_secret.encode(errors="replace"), self._secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class _Code:
    """A code as Authlib asks about it."""

    def __init__(self, row: OAuthCode) -> None:
        self.row = row

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return ""


class _Token(TokenMixin):
    """A grant as Authlib asks about it."""

    def __init__(self, row: OAuthGrant) -> None:
        self.row = row

    def check_client(self, client: Client) -> bool:
        return hmac.compare_digest(self.row.client_id.encode(), client.client_id.encode())

    def get_scope(self) -> str:
        return ""


class Provider(AuthorizationServer):
    """The authorization server of one installation."""

    def __init__(self, app: Flask, engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.engine, self.settings, self.clock = engine, settings, clock
        app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
        app.config["OAUTH2_TOKEN_EXPIRES_IN"] = dict.fromkeys(("authorization_code", "refresh_token"), ACCESS_SECONDS)
        super().__init__(app, self._client, self._save)
        self.register_grant(_CodeGrant)
        self.register_grant(_RefreshGrant)
        self.register_endpoint(_Revocation)

    def _client(self, client_id: str) -> Client | None:
        known = self.settings.oauth_client_id
        return Client(self.settings) if known and hmac.compare_digest(client_id.encode(), known.encode()) else None

    def _save(self, token: dict[str, Any], request: Any) -> None:  # noqa: ANN401 - Authlib's
        """Keep the hashes of a new pair of tokens; a refreshed grant gets them in place of the old ones."""
        fresh: dict[str, Any] = {
            "access_hash": _hash(token["access_token"]),
            "refresh_hash": _hash(token["refresh_token"]),
            "access_expires_at": self.clock() + timedelta(seconds=ACCESS_SECONDS),
        }
        with store.transaction(self.engine) as db:
            if request.refresh_token is not None:
                row = db.get_one(OAuthGrant, request.refresh_token.row.id)
            else:
                code: OAuthCode = request.authorization_code.row
                row = OAuthGrant(
                    client_id=code.client_id,
                    account_id=code.account_id,
                    how=code.how,
                    code_hash=code.code_hash,
                    created_at=self.clock(),
                    **fresh,
                )
            db.add(row.sqlmodel_update(fresh))


class _CodeGrant(grants.AuthorizationCodeGrant):
    server: Provider

    def save_authorization_code(self, code: str, request: Any) -> None:  # noqa: ANN401 - Authlib's
        now = self.server.clock()
        with store.transaction(self.server.engine) as db:
            db.execute(delete(OAuthCode).where(col(OAuthCode.expires_at) < now - CODES_KEPT))
            db.add(
                OAuthCode(
                    code_hash=_hash(code),
                    client_id=request.client.client_id,
                    redirect_uri=request.payload.redirect_uri,
                    account_id=request.user.account_id,
                    how=request.user.how,
                    expires_at=now + timedelta(seconds=CODE_SECONDS),
                )
            )

    def query_authorization_code(self, code: str, client: Client) -> _Code | None:
        """The code, used up by asking; one that comes a second time takes back what the first one got (§4.1.2)."""
        key, now = _hash(code), self.server.clock()
        claim = update(OAuthCode).where(col(OAuthCode.code_hash) == key, col(OAuthCode.used_at).is_(None))
        with store.transaction(self.server.engine) as db:
            fresh = db.connection().execute(claim.values(used_at=now)).rowcount == 1
            row = db.get(OAuthCode, key)
            if row is None or row.client_id != client.client_id:
                return None
            if not fresh:
                for grant in db.exec(select(OAuthGrant).where(OAuthGrant.code_hash == key)).all():
                    _revoke(db, grant, now)
                return None
            return _Code(row) if row.expires_at > now else None

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """It was used up when it was asked for."""

    def authenticate_user(self, authorization_code: _Code) -> Verified:
        return Verified(authorization_code.row.account_id, authorization_code.row.how)


class _RefreshGrant(grants.RefreshTokenGrant):
    server: Provider
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 - Authlib's
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> _Token | None:
        with store.reading(self.server.engine) as db:
            row = db.exec(select(OAuthGrant).where(OAuthGrant.refresh_hash == _hash(refresh_token))).first()
        return _Token(row) if row is not None and row.revoked_at is None else None

    def authenticate_user(self, refresh_token: _Token) -> Verified:
        return Verified(refresh_token.row.account_id, refresh_token.row.how)

    def revoke_old_credential(self, refresh_token: _Token) -> None:
        """Its hashes were replaced when the new pair was kept."""


class _Revocation(RevocationEndpoint):
    server: Provider
    CLIENT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 - Authlib's

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:
        key = _hash(token_string)
        either = (col(OAuthGrant.access_hash) == key) | (col(OAuthGrant.refresh_hash) == key)
        with store.reading(self.server.engine) as db:
            row = db.exec(select(OAuthGrant).where(either)).first()
        return _Token(row) if row is not None else None

    def revoke_token(self, token: _Token, request: object) -> None:
        with store.transaction(self.server.engine) as db:
            _revoke(db, db.get_one(OAuthGrant, token.row.id), self.server.clock())


def attach(db: Database, turn: Turn, *, now: datetime) -> bool:
    """Let the speaker who sends a valid token speak for its account; whether that was done.

    It is done when linking has just ended, or when the token is seen for the first time: a resident who unlinked the
    account by voice is not linked again behind their back.
    """
    row = db.exec(select(OAuthGrant).where(OAuthGrant.access_hash == _hash(turn.access_token))).first()
    if row is None or row.revoked_at is not None or row.access_expires_at <= now or not turn.user_key:
        return False
    if row.resident_id is not None and not turn.linked:
        return False
    resident = accounts.link(
        db, channel=turn.channel, external_id=turn.user_key, account_id=row.account_id, verified_how=row.how, now=now
    )
    if not consent.is_given(db, resident.id):
        asked = phrase("oauth.consent", 0)
        consent.give(db, resident.id, channel=turn.channel, text=asked, utterance="oauth", now=now)
    row.resident_id = resident.id
    db.add(row)
    return True


def take_back(db: Database, resident_id: int, now: datetime, account_id: int | None = None) -> None:
    """The resident leaves a flat, or all of them: grants that platforms hold for it are worth nothing from now on."""
    rows = db.exec(
        select(OAuthGrant).where(OAuthGrant.resident_id == resident_id, col(OAuthGrant.revoked_at).is_(None))
    ).all()
    for row in rows:
        if account_id in (None, row.account_id):
            row.revoked_at = now
            db.add(row)


def _revoke(db: Database, grant: OAuthGrant, now: datetime) -> None:
    """Make a grant worthless and take back the link that was made with it."""
    grant.revoked_at = grant.revoked_at or now
    db.add(grant)
    if grant.resident_id is not None:
        accounts.unlink(db, resident_id=grant.resident_id, account_id=grant.account_id, channel="oauth", now=now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
