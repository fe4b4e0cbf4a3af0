"""`zhku line`: the telephone line, a process beside the web server with the same books and the same dialogue."""

import asyncio
import gc
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from typing import Annotated

import typer
from prometheus_client import start_http_server
from rich.console import Console
from websockets.asyncio.server import Server

from billing import store
from skill import calls
from skill.app import Service, open_books, utc_now
from skill.channels.telephone import opener
from skill.commands.db import load_demo_if_empty
from skill.dialogue.phrases import phrase
from skill.ready import make_ready
from skill.settings import Settings
from speech.telephony import recording
from speech.telephony.options import Options
from speech.telephony.switchboard import Switchboard

console = Console(stderr=True, soft_wrap=True, highlight=False)
SWITCH_SECONDS = 0.001
FORGET_SECONDS = 24 * 3600


def line(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="AudioSocket port; 0 takes a free one.")] = None,
) -> None:
    """Answer telephone calls that a PBX hands over (AudioSocket)."""
    given = {"line_host": host, "line_audiosocket_port": port}
    settings = Settings().model_copy(update={name: value for name, value in given.items() if value is not None})
    engine = open_books(settings)
    load_demo_if_empty(engine, console)
    make_ready(engine, settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    service = Service(settings, engine, utc_now)
    asyncio.run(_serve(service))
    engine.dispose()


def options(settings: Settings) -> Options:
    """The line's options as the settings say."""
    return Options(
        max_calls=settings.line_max_calls,
        longest_call=settings.line_longest_call_minutes * 60.0,
        words_per_minute=settings.line_words_per_minute,
        voice=settings.voice,
        audio_format=settings.line_audio_format,
        busy=phrase("telephone.busy", 0),
        hearing_threads=settings.line_hearing_threads,
        recordings=settings.line_recordings,
    )


async def _serve(service: Service) -> None:
    """Take calls until told to stop; those going on are handed to the operators."""
    settings = service.settings
    switchboard = Switchboard(opener(service), options(settings))
    await switchboard.workers.warm_up()
    gc.freeze()  # what was loaded stays: looking through it would hold up the frames of every call
    doors = await _opened(switchboard, settings)
    if settings.line_metrics_port:
        start_http_server(settings.line_metrics_port, addr=settings.line_host)
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    while not stopped.is_set():
        await loop.run_in_executor(None, _forget, service)
        with suppress(TimeoutError):
            async with asyncio.timeout(FORGET_SECONDS):
                await stopped.wait()
    for door in doors:
        door.close()
    await switchboard.close()


async def _opened(switchboard: Switchboard, settings: Settings) -> list[asyncio.Server | Server]:
    """The doors that the settings name, each told on the terminal."""
    host = settings.line_host
    doors: dict[str, asyncio.Server | Server] = {
        "Calls": await switchboard.audiosocket(host, settings.line_audiosocket_port)
    }
    if settings.line_websocket_port is not None:
        doors["Calls by WebSocket"] = await switchboard.websocket(
            host, settings.line_websocket_port, settings.line_secret
        )
    if settings.line_vosk_port is not None:
        doors["The vosk-server protocol"] = await switchboard.vosk(host, settings.line_vosk_port)
    if settings.line_wyoming_port is not None:
        doors["Wyoming"] = await switchboard.wyoming(host, settings.line_wyoming_port)
    for name, door in doors.items():
        port = next(iter(door.sockets)).getsockname()[1]
        console.print(f"{name}: listening at [bold]{host}:{port}[/]")
    console.print("How to connect a PBX: speech/telephony/README.md")
    return list(doors.values())


def _forget(service: Service) -> None:
    with store.transaction(service.engine) as db:
        calls.forget(db, now=service.clock(), kept_days=service.settings.calls_kept_days)
    if service.settings.line_recordings is not None:
        oldest = service.clock() - timedelta(days=service.settings.line_recordings_kept_days)
        recording.forget(service.settings.line_recordings, oldest.timestamp())
