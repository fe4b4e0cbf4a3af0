"""Keeping live conversations as files: body, answer, sound, and what the books counted before and after."""

import itertools
import json
import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
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
from skill.dialogue.tables import DialogueSession
from skill.identity.masking import SECRET
from skill.replay.masking import mask, tells_secret
from skill.replay.run import OWN, REFUSALS

RECENT = timedelta(hours=1)
COUNTED = ("reading", "payment", "ticket")


def record(app: Flask, engine: Engine, folder: Path) -> None:
    """Keep every exchange of the application's doors in the folder from now on; a refused call is none. While anybody
    is asked for a PIN or a code, no number that anybody says is kept, and no sound.

    Identifiers, secrets and long numbers are masked. What residents say besides (a name, a street), the address in our
    answers and voices stay as they are: the folder and its files are their owner's alone.
    Files are numbered on from those that are there: `00001-alice.json` with platform, request, answer, status and
    books; a recording lies beside as `00001-api.sound`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    numbers = itertools.count(1 + max((int(file.name[:5]) for file in folder.glob("[0-9]*-*")), default=0))

    inner, secrets = app.wsgi_app, set[bytes]()

    def recorded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        platform = _platform(environ["PATH_INFO"])
        if platform is None:
            return inner(environ, start_response)
        raw, earlier = Request(environ).get_data(), books(engine)
        if asks_for_secret(engine):
            secrets.add(raw)  # delivered again, it is asked for no more
        answer = Response.from_app(inner, {**environ, "wsgi.input": BytesIO(raw)}, buffered=True)
        if answer.status_code not in REFUSALS:
            name = folder / f"{next(numbers):05d}-{platform}"
            counts = {"before": earlier, "after": books(engine)}
            _keep(name, platform, raw, answer, counts, secret=raw in secrets)
        return answer(environ, start_response)

    app.wsgi_app = recorded  # type: ignore[method-assign]


def asks_for_secret(engine: Engine) -> bool:
    """Whether a conversation of the last hour waits for an account's number, a PIN or a code."""
    with store.reading(engine) as db:
        newest = db.exec(select(func.max(DialogueSession.updated_at))).one()
        if newest is None:
            return False
        recent = db.exec(select(DialogueSession.state).where(DialogueSession.updated_at >= newest - RECENT)).all()
    return any(state.get("last", {}).get("expecting") in SECRET for state in recent)


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


def _keep(name: Path, platform: str, raw: bytes, answer: Response, counts: Mapping[str, Any], *, secret: bool) -> None:
    exchange: dict[str, Any] = {"platform": platform, "status": answer.status_code, "books": counts}
    try:
        said = json.loads(raw)
        exchange["request"] = mask(said, secret=secret or tells_secret(said))
    except ValueError:
        if not secret:
            _write(name.with_suffix(".sound"), raw)
        exchange["request"] = {"sound": "***" if secret else name.with_suffix(".sound").name}
    exchange["answer"] = mask(answer.get_json(silent=True))
    _write(name.with_suffix(".json"), (json.dumps(exchange, ensure_ascii=False, indent=1) + "\n").encode())


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
