"""`zhku serve`: Granian with the model loaded once and shared by its processes."""

import gc
import socket
from contextlib import ExitStack
from importlib.resources import files
from typing import Annotated, Any

import typer
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from rich.console import Console

from skill.app import create_app, open_books, utc_now
from skill.channels.channel import assistants
from skill.commands.db import load_demo_if_empty
from skill.dialogue.record import forget
from skill.ready import make_ready
from skill.sandbox import Sandbox, Sent
from skill.settings import Settings

console = Console()
GRACE_SECONDS = 15
"""What a turn that is being answered gets when the server stops."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Play the messengers' clouds and a bank here, open every door.")
    ] = False,
) -> None:
    """Run the server; an empty SQLite store gets the demo company."""
    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings()
    with ExitStack() as clouds:
        if sandbox:
            given |= clouds.enter_context(_sandbox()).settings() | open_doors(settings)
        _run(settings.model_copy(update=given))


def open_doors(settings: Settings) -> dict[str, str]:
    """Secrets of the doors that are shut; those that are set stay."""
    doors = (f"{name}_secret" for name in [*assistants(), "payment_sandbox"])
    return {door: "sandbox" for door in doors if not getattr(settings, door)}


def _run(settings: Settings) -> None:
    engine = open_books(settings)
    load_demo_if_empty(engine, console)
    forget(engine, now=utc_now(), settings=settings)
    make_ready(engine, settings)
    app = create_app(settings, engine=engine)
    engine.dispose()  # the processes inherit no connection
    port = _free_port(settings.host, settings.port)
    server = Granian(
        "zhku",
        address=settings.host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=settings.workers,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.error,
    )
    server.on_startup(lambda: _greet(f"http://{settings.host}:{port}", settings))
    gc.freeze()  # what the processes share is never looked through for garbage, nor copied by it
    server.serve(target_loader=lambda: _awake(app), wrap_loader=False)


def _awake(app: Flask) -> Flask:
    """The application in a process of its own: messages left over from the last run go out unasked."""
    app.extensions["zhku_sender"].start()
    return app


def _free_port(host: str, port: int) -> int:
    """The port itself, or a free one for 0. Raises OSError when it is taken: the processes, which share it, would not
    notice."""
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return int(probe.getsockname()[1])


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
