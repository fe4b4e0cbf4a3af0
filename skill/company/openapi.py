"""The OpenAPI document of the company's API, made from its endpoints."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from billing.keys import SCOPES
from skill.company.api import LONGEST_KEY, PREFIX, Endpoint
from skill.company.bodies import LARGEST_ID

PROBLEM = {"$ref": "#/components/responses/problem"}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole document."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for one in endpoints:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "zhku-voice for the company's own systems", "version": "1"},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": f"Scopes: {', '.join(SCOPES)}."}
            },
            "responses": {
                "problem": {
                    "description": "Refused: `error` for the developer, `text` for people.",
                    "content": {"application/json": {"schema": _PROBLEM_SCHEMA}},
                }
            },
        },
    }


_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["error", "text"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "facts": {}},
        },
        "text": {"type": "string"},
    },
}


def _operation(one: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    refused = (400, 401, 403, 404, 409, 413, 415)
    operation: dict[str, Any] = {
        "operationId": one.run.__name__,
        "summary": (one.run.__doc__ or "").strip().splitlines()[0],
        "description": f"Scope {one.scope}.",
        "parameters": [*_ids(one.path), *_query(one.query, schemas)],
        "responses": {
            **{
                str(status): {
                    "description": "Done.",
                    "content": {"application/json": {"schema": {"type": ["object", "array"]}}},
                }
                for status in one.statuses
            },
            **{str(status): PROBLEM for status in refused},
        },
    }
    if one.needs_key:
        schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY}
        operation["parameters"].append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema})
    if one.body is not None:
        content = {"application/json": {"schema": _schema(one.body, schemas)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _ids(path: str) -> list[dict[str, Any]]:
    schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in re.findall(r"\{(\w+)\}", path)]


def _query(model: type[BaseModel] | None, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if model is None:
        return []
    whole = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(whole.pop("$defs", {}))
    required = whole.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in whole["properties"].items()
    ]


def _schema(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    whole = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(whole.pop("$defs", {}))
    schemas[model.__name__] = whole
    return {"$ref": f"#/components/schemas/{model.__name__}"}
