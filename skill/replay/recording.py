"""Keeping live conversations as files: body, answer, sound, and what the books counted before and after."""

import itertools
import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from sqlalchemy import Engine, func
from sqlmodel import SQLModel, select
from werkzeug.wrappers import Request, Response

from billing import store
from skill.channels.channel import assistants, messengers
from skill.replay.masking import mask
from skill.replay.run import OWN, REFUSALS

COUNTED = ("reading", "payment", "ticket")


def record(app: Flask, engine: Engine, folder: Path) -> None:
    """Keep every exchange of the application's doors in the folder from now on, personal data masked; a refused call is
    none.

    Files are numbered on from those that are there: `00001-alice.json` with platform, request, answer, status and
    books; a recording lies beside as `00001-api.sound`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers = itertools.count(1 + max((int(file.name[:5]) for file in folder.glob("[0-9]*-*")), default=0))

    inner = app.wsgi_app

    def recorded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        platform = _platform(environ["PATH_INFO"])
        if platform is None:
            return inner(environ, start_response)
        raw, earlier = Request(environ).get_data(), books(engine)
        answer = Response.from_app(inner, {**environ, "wsgi.input": BytesIO(raw)}, buffered=True)
        if answer.status_code not in REFUSALS:
            name = folder / f"{next(numbers):05d}-{platform}"
            _keep(name, platform, raw, answer, {"before": earlier, "after": books(engine)})
        return answer(environ, start_response)

    app.wsgi_app = recorded  # type: ignore[method-assign]


def books(engine: Engine) -> dict[str, int]:
    """How many rows the books have that a conversation can add."""
    counted = [SQLModel.metadata.tables[name] for name in COUNTED if name in SQLModel.metadata.tables]
    with store.reading(engine) as db:
        return {table.name: db.exec(select(func.count()).select_from(table)).one() for table in counted}


def _platform(path: str) -> str | None:
    first = path.strip("/").split("/")[0]
    if path.startswith("/api/v1/"):
        return OWN
    return first if first in assistants() or first in messengers() else None


def _keep(name: Path, platform: str, raw: bytes, answer: Response, counts: Mapping[str, Any]) -> None:
    exchange: dict[str, Any] = {"platform": platform, "status": answer.status_code, "books": counts}
    try:
        exchange["request"] = mask(json.loads(raw))
    except ValueError:
        name.with_suffix(".sound").write_bytes(raw)
        exchange["request"] = {"sound": name.with_suffix(".sound").name}
    exchange["answer"] = mask(answer.get_json(silent=True))
    name.with_suffix(".json").write_text(json.dumps(exchange, ensure_ascii=False, indent=1) + "\n", "utf-8")
