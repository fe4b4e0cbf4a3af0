"""`zhku chat`: talk to it in the terminal."""

import getpass
import secrets
from typing import Annotated

import typer
from rich.console import Console

from skill.app import open_books, utc_now
from skill.commands.db import load_demo_if_empty
from skill.dialogue.engine import converse
from skill.dialogue.turn import Turn, spoken
from skill.settings import Settings


def chat(user: Annotated[str, typer.Option(help="Who is speaking; the default is the login name.")] = "") -> None:
    """Talk to it in the terminal; an empty line or Ctrl-D leaves."""
    settings, console = Settings(), Console()
    engine = open_books(settings)
    load_demo_if_empty(engine, console)
    session, who = secrets.token_hex(8), user or getpass.getuser()
    turn = Turn("chat", who, session, kind="start")
    while True:
        reply = converse(engine, turn, now=utc_now(), settings=settings)
        console.print(f"[bold green]zhku[/]  {reply.text}")
        if reply.buttons:
            console.print("      " + "  ".join(f"[dim]\\[{title}][/]" for title in reply.buttons))
        if reply.end:
            return
        try:
            line = console.input("[bold]вы[/]    ")
        except EOFError:
            return
        if not line.strip():
            return
        turn = Turn("chat", who, session, hypotheses=spoken(line))
