"""`zhku demo`: the main job from end to end on this machine: a real server, a recorded voice, a spoken answer."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from urllib.parse import unquote

import httpx
import typer
from rich.console import Console
from sqlalchemy import Engine

from billing import readings, store
from fixtures import demo_company
from skill.app import open_books, utc_now
from skill.identity import tokens
from skill.settings import Settings

START_SECONDS = 60
RECORDING = "number_125.wav"
WANTED = {"COLD_WATER": Decimal(125), "HOT_WATER": Decimal("148.4")}
ALICE = ("", "передай показания горячая вода 148,4", "{account}", "{bill_code}", "да", "да", "хватит")

console = Console(highlight=False, soft_wrap=True)


def demo(
    out: Annotated[Path, typer.Option(help="Where the spoken answer is written.", dir_okay=False)] = Path(
        "zhku-demo.wav"
    ),
) -> None:
    """Load the demo company, hand in readings by voice and through Alice, look into the books."""
    if not out.parent.is_dir():
        raise typer.BadParameter(f"no folder {out.parent}", param_hint="--out")
    with TemporaryDirectory(prefix="zhku-demo-") as folder:
        settings = Settings(data_dir=Path(folder), database_url="", alice_secret="", alice_skill_ids=frozenset())
        engine = open_books(settings)
        with store.transaction(engine) as db:
            account = demo_company.load(db, utc_now(), WANTED).account
            token = tokens.issue(db, channel="api", name="demo", now=utc_now(), account_id=account.id)
        console.print(f"The demo company is loaded; we live at {account.address}, account {account.number}.")
        with _server(folder) as address, httpx.Client(base_url=address, timeout=30) as client:
            _by_voice(client, token, out)
            _by_alice(client, settings.secret_of_alice, {"account": account.number, "bill_code": account.bill_code})
        booked = _booked(engine, account.id)
        engine.dispose()
    console.rule("In the books")
    for resource, value in WANTED.items():
        found = booked.get(resource)
        console.print(f"{resource:<11} {found}  {'as said' if found == value else f'but {value} was said'}")
    if any(booked.get(resource) != value for resource, value in WANTED.items()):
        raise typer.Exit(1)


def _by_voice(client: httpx.Client, token: str, out: Path) -> None:
    """A recorded human number through the audio door."""
    console.rule("By voice")
    headers = {"Authorization": f"Bearer {token}"}
    _say(client, "передай показания холодной воды", headers)
    recording = files("fixtures").joinpath("speech", RECORDING).read_bytes()
    started = time.perf_counter()
    answer = client.post(
        "/api/v1/audio", content=recording, headers={**headers, "Accept": "audio/wav"}
    ).raise_for_status()
    took = time.perf_counter() - started
    out.write_bytes(answer.content)
    heard, text = (unquote(answer.headers[f"X-Zhku-{name}"]) for name in ("Heard", "Text"))
    _print(f"♪ {RECORDING} → {heard}", text, took)
    console.print(f"        (that answer, spoken: {out}, {len(answer.content)} bytes)")
    _say(client, "да", headers)


def _say(client: httpx.Client, text: str, headers: dict[str, str]) -> None:
    started = time.perf_counter()
    answer = client.post("/api/v1/utterance", json={"text": text}, headers=headers).raise_for_status()
    _print(text, answer.json()["text"], time.perf_counter() - started)


def _by_alice(client: httpx.Client, secret: str, facts: dict[str, str]) -> None:
    """A new user of the Alice skill links the account and hands in a reading."""
    console.rule("Through Alice")
    for number, line in enumerate(ALICE):
        text = line.format(**facts)
        started = time.perf_counter()
        answer = client.post(f"/alice/{secret}", json=_alice_body(text, number)).raise_for_status()
        _print(text or "(starts the skill)", answer.json()["response"]["text"], time.perf_counter() - started)


def _alice_body(text: str, number: int) -> dict[str, Any]:
    command = re.sub(r"(\d),(\d)", r"\1 \2", text).lower()
    return {
        "version": "1.0",
        "meta": {"locale": "ru-RU", "timezone": "Europe/Moscow", "interfaces": {"screen": {}}},
        "session": {
            "new": number == 0,
            "message_id": number,
            "session_id": "demo-session",
            "skill_id": "demo-skill",
            "application": {"application_id": "DEMO-SPEAKER"},
        },
        "request": {"type": "SimpleUtterance", "command": command, "original_utterance": text or "запусти навык"},
    }


def _booked(engine: Engine, account: int) -> dict[str, Decimal]:
    with store.reading(engine) as db:
        return {row.meter.resource: row.value for row in readings.last_readings(db, account)}


def _print(said: str, answered: str, seconds: float) -> None:
    console.print(f"[bold]  вы[/]    {said}")
    console.print(f"[bold green]  zhku[/]  {answered}  [dim]{seconds * 1000:.0f} ms[/]")


@contextmanager
def _server(folder: str) -> Iterator[str]:
    """`zhku serve` on a free port, with its data in the folder; yields its address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHKU_")}
    environment |= {"ZHKU_DATA_DIR": folder, "ZHKU_PORT": "0", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "skill.cli", "serve"]
    log = Path(folder) / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=subprocess.STDOUT)  # noqa: S603 - ours
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server says it listens. Raises RuntimeError if it ends or stays silent."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"http://\S+:\d+", log.read_text("utf-8"))
        if found:
            return found[0]
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8')}")
