"""`zhku password`: the login of the operators' page, shown or set."""

import os
from typing import Annotated

import typer

from skill.settings import Settings

SHORTEST = 8


def password(
    change: Annotated[bool, typer.Option("--set", help="Ask for a new one and keep it in the data folder.")] = False,
) -> None:
    """Show the password of the operators' page, or set another; a running server takes it when it starts again."""
    settings = Settings()
    if settings.console_password:
        typer.echo("The password is the value of ZHKU_CONSOLE_PASSWORD; change it there.")
        return
    shown = settings.password_of_console
    if not change:
        typer.echo(shown)
        return
    new = str(typer.prompt("New password", hide_input=True, confirmation_prompt=True)).strip()
    if len(new) < SHORTEST or not new.isascii():
        typer.echo(f"at least {SHORTEST} characters, letters of the Latin alphabet, digits and signs", err=True)
        raise typer.Exit(1)
    file = settings.data_dir / "console_password"
    fresh = file.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(new)
    fresh.replace(file)
    typer.echo("Kept. Start the server again for it to count.")
