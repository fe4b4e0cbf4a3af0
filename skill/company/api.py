"""The REST API of the company's own systems: `/api/v1/company/…`, keys with scopes, an OpenAPI document of its own.

An endpoint is a function of this folder with the `endpoint` decorator; its route, its checks and its part
of the OpenAPI document are all made from that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from pydantic import BaseModel, ValidationError
from sqlmodel import Session
from werkzeug.exceptions import Forbidden, Unauthorized

from billing import devices, keys, packets, payments, refunds, store
from billing.devices import UnknownDevice
from billing.packets import BadPacket
from billing.payments import AmountMismatch
from billing.providers.provider import BadWebhook, Event, Provider, ProviderFailed
from billing.tables import ApiKey
from skill.app import Service
from skill.company.bodies import LARGEST_ID
from skill.routes.errors import problem

PREFIX = "/api/v1/company"
LONGEST_KEY = 128


class Refused(Exception):
    """A request that is understood and cannot be done."""

    def __init__(self, status: int, code: str, message: str, facts: object = None) -> None:
        super().__init__(message)
        self.status, self.code, self.facts = status, code, facts


@dataclass(frozen=True)
class Call:
    """What an endpoint works with. body, query: checked; ids: from the path; idempotency_key: of the header.

    gives_back: names of the payment providers that refunds can be asked of.
    """

    db: Session
    key: ApiKey
    now: datetime
    ids: Mapping[str, int] = field(default_factory=dict)
    body: Any = None
    query: Any = None
    idempotency_key: str | None = None
    gives_back: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Endpoint:
    """A route and all that is known of it. path: as in OpenAPI, ids in braces."""

    method: str
    path: str
    scope: str
    run: Callable[[Call], tuple[int, object]]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    statuses: tuple[int, ...] = (200,)
    needs_key: bool = False

    @property
    def rule(self) -> str:
        """The path as Flask writes it: ids that no database takes are not found."""
        return PREFIX + self.path.replace("{", f"<int(min=1,max={LARGEST_ID}):").replace("}", ">")


ENDPOINTS: list[Endpoint] = []


def endpoint(
    method: str,
    path: str,
    scope: str,
    *,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    statuses: tuple[int, ...] = (200,),
    needs_key: bool = False,
) -> Callable[[Callable[[Call], tuple[int, object]]], Callable[[Call], tuple[int, object]]]:
    """Make a function an endpoint. It returns a status and what becomes JSON, or raises Refused."""

    def add(run: Callable[[Call], tuple[int, object]]) -> Callable[[Call], tuple[int, object]]:
        ENDPOINTS.append(Endpoint(method, path, scope, run, body, query, statuses, needs_key))
        return run

    return add


def mount(app: Flask, service: Service, providers: Mapping[str, Provider] | None = None) -> None:
    """Add the company's API, the devices' door, and the webhooks of payment providers by their names."""
    from skill.company import accounts, loading, money, readings, residents  # noqa: F401 - they fill ENDPOINTS
    from skill.company.openapi import document

    blueprint, providers = Blueprint("company", __name__), providers or {}
    gives_back = frozenset(name for name, provider in providers.items() if provider.gives_back)
    for one in ENDPOINTS:
        view = _view(service, one, gives_back)
        blueprint.add_url_rule(one.rule, f"{one.method} {one.path}", view, methods=[one.method])
    blueprint.add_url_rule(f"{PREFIX}/openapi.json", "openapi", lambda: jsonify(document(ENDPOINTS)))
    blueprint.add_url_rule("/api/v1/devices", "devices", _devices(service), methods=["POST"])
    webhook = _webhook(service, providers)
    blueprint.add_url_rule("/api/v1/payments/<provider>/webhook", "webhook", webhook, methods=["POST"])
    app.register_blueprint(blueprint)


def _view(service: Service, one: Endpoint, gives_back: frozenset[str]) -> Callable[..., Response]:
    def view(**ids: int) -> Response:
        open_books = store.reading if one.method == "GET" else store.transaction
        try:
            body = None if one.body is None else one.body.model_validate(request.get_json())
            query = None if one.query is None else one.query.model_validate(request.args.to_dict())
        except ValidationError as wrong:
            with store.reading(service.engine) as db:
                _holder(db, one.scope)  # a stranger is not told what would be right
            return _wrong(wrong)
        key = request.headers.get("Idempotency-Key")
        try:
            with open_books(service.engine) as db:
                holder = _holder(db, one.scope)
                if one.needs_key and not (key and len(key) <= LONGEST_KEY):
                    raise Refused(400, "idempotency_key", f"Idempotency-Key of up to {LONGEST_KEY} signs is needed")
                status, answer = one.run(Call(db, holder, service.clock(), ids, body, query, key, gives_back))
        except Refused as refused:
            response = problem(refused.status, str(refused), refused.code)
            if refused.facts is not None:
                content = response.get_json()
                content["error"]["facts"] = refused.facts
                response.set_data(jsonify(content).get_data())
            return response
        response = jsonify(answer)
        response.status_code = status
        return response

    return view


def _holder(db: Session, scope: str) -> ApiKey:
    """Whose key came with the request: 401 without a valid one, 403 without the scope."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    found = keys.holder(db, key.strip()) if scheme.lower() == "bearer" and key else None
    if found is None:
        raise Unauthorized("a valid key is required")
    if scope not in found.scopes:
        raise Forbidden(f"the key has not the scope {scope}")
    return found


def _wrong(wrong: ValidationError) -> Response:
    first = wrong.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem(400, f"{where}: {first['msg']}" if where else first["msg"], "bad_request")


def _devices(service: Service) -> Callable[[], Response]:
    """A smart meter's packet: its key is in it, or in the header X-Device-Key."""

    def take() -> Response:
        try:
            packet = packets.read(request.get_json(), request.headers.get("X-Device-Key"))
            with store.transaction(service.engine) as db:
                taken = devices.take(db, packet, service.clock())
        except BadPacket as bad:
            return problem(400, str(bad), "bad_packet")
        except UnknownDevice as unknown:
            return problem(401, str(unknown), "unknown_device")
        return jsonify({"kept": taken.kept, "duplicate": taken.duplicate, "late": taken.late, "reset": taken.reset})

    return take


def _webhook(service: Service, providers: Mapping[str, Provider]) -> Callable[[str], Response]:
    """What a provider reports; it is asked to come again (503) only when that can help."""

    def report(provider: str) -> Response:
        known = providers.get(provider)
        if known is None:
            return problem(404, f"no provider {provider}")
        now = service.clock()
        try:
            address = request.remote_addr or ""
            told = known.webhook(dict(request.headers), request.get_data(), now.timestamp(), address)
            with store.transaction(service.engine) as db:
                if isinstance(told, Event):
                    payments.report(db, provider, told, now=now)
                elif told is not None:
                    refunds.report(db, provider, told, now=now)
        except (BadWebhook, AmountMismatch) as bad:
            return problem(400, str(bad), "bad_webhook")
        except LookupError as unknown:
            return problem(404, str(unknown), "unknown_payment")
        except ProviderFailed as failed:
            return problem(503, str(failed), "provider_failed")
        return jsonify({"status": "ok"})

    return report
