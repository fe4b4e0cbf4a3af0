"""`zhku check`: hold an answer against its platform's table of limits."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from skill.channels.limits import contracts, platform_of

console = Console(soft_wrap=True, highlight=False)


def check(
    body: Annotated[str, typer.Argument(help="A file with the JSON answer; - reads standard input.")],
    platform: Annotated[str, typer.Option(help="Whose table; without it the answer's form decides.")] = "",
) -> None:
    """Say what a platform would refuse in an answer; exit 1 if anything, 2 if there is no such answer."""
    try:
        raw = sys.stdin.buffer.read() if body == "-" else Path(body).read_bytes()
        answer = json.loads(raw)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"no JSON there: {error}") from error
    name = platform or platform_of(answer, "answer")
    if name not in contracts():
        known = ", ".join(sorted(contracts()))
        raise typer.BadParameter(f"name the platform with --platform: {known}", param_hint="--platform")
    problems = contracts()[name].problems(answer)
    for problem in problems:
        console.print(f"[red]{name}[/] ", end="")
        console.print(problem, markup=False)
    if problems:
        raise typer.Exit(1)
    console.print(f"[green]{name}[/] fits")
