"""`zhku serve`: gunicorn with the model loaded once and shared by its processes."""

from contextlib import ExitStack
from importlib.resources import files
from typing import Annotated, Any

import typer
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from rich.console import Console
from sqlalchemy import Engine

from skill import metrics
from skill.app import create_app, open_books, utc_now
from skill.channels.channel import assistants
from skill.commands.db import load_demo_if_empty
from skill.dialogue.engine import forget
from skill.sandbox import Sandbox, Sent
from skill.settings import Settings
from skill.understanding import understand
from speech import recognition

console = Console()


class Server(BaseApplication):
    """Gunicorn around one application; its processes share the loaded model and open their own connections."""

    def __init__(self, app: Flask, engine: Engine, settings: Settings) -> None:
        self._app, self._engine, self._settings = app, engine, settings
        super().__init__()

    def load_config(self) -> None:
        """Settings in gunicorn's words."""
        chosen: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.workers,
            "threads": self._settings.threads,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 15,
            "loglevel": "warning",
            "post_fork": self._forked,
            "child_exit": _buried,
            "when_ready": self._ready,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:  # noqa: ANN401 - gunicorn types it as any kind of WSGI or ASGI application
        """The application."""
        return self._app

    def _forked(self, server: Arbiter, worker: Worker) -> None:
        self._engine.dispose(close=False)

    def _ready(self, server: Arbiter) -> None:
        host, port = server.LISTENERS[0].sock.getsockname()[:2]
        _greet(f"http://{host}:{port}", self._settings)


def _buried(server: Arbiter, worker: Worker) -> None:  # noqa: ARG001 - gunicorn's signature
    metrics.process_ended(int(worker.pid))


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Play the messengers' clouds here, open every door.")
    ] = False,
) -> None:
    """Run the server; an empty store gets the demo company."""
    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    with ExitStack() as clouds:
        if sandbox:
            given |= clouds.enter_context(_sandbox()).settings() | {
                f"{name}_secret": "sandbox" for name in assistants()
            }
        _run(Settings().model_copy(update=given))


def _run(settings: Settings) -> None:
    engine = open_books(settings)
    load_demo_if_empty(engine, console)
    forget(engine, now=utc_now(), settings=settings)
    recognition.preload()
    understand("да")  # loads the model that the processes then share
    app = create_app(settings, engine=engine)
    engine.dispose()
    Server(app, engine, settings).run()


def _sandbox() -> Sandbox:
    """The clouds, with the recorded numbers as voice messages, telling the console what they were sent."""
    recorded = {file.name: file.read_bytes() for file in files("fixtures").joinpath("speech").iterdir()}

    def tell(sent: Sent) -> None:
        said = sent.body.get("text") or sent.body.get("interactive") or f"{len(sent.file)} bytes of sound"
        console.print(f"[bold green]→ {sent.channel}[/] {sent.what}: ", end="")
        console.print(said, markup=False, highlight=False, soft_wrap=True)

    return Sandbox(recordings=recorded, tell=tell)


def _greet(address: str, settings: Settings) -> None:
    console.print(f"\nzhku-voice listens at [bold]{address}[/]  (the page for typing and speaking)")
    console.print("Try:", style="bold")
    for command in (
        f"curl {address}/healthz",
        f"TOKEN=$(zhku tokens issue --account 100512 --name me) && curl {address}/api/v1/utterance "
        '-H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" '
        """-d '{"text": "передай показания холодная вода"}'""",
        f"""curl {address}/alice/{settings.secret_of_alice} -H "Content-Type: application/json" """
        """-d '{"session":{"new":true,"session_id":"s","message_id":0,"application":{"application_id":"me"}},"""
        """"request":{"type":"SimpleUtterance","command":"","original_utterance":"запусти навык"},"version":"1.0"}'""",
    ):
        console.print(f"  {command}", soft_wrap=True, highlight=False, markup=False)
