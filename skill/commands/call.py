"""`zhku call`: have Asterisk call a resident and say something, by hand or from a company's own schedule."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import typer

from billing import store
from skill import outgoing_calls
from skill.app import open_books, utc_now
from skill.settings import Settings


def call(
    number: Annotated[str, typer.Argument(help="The resident's telephone number.", show_default=False)],
    message: Annotated[str, typer.Argument(help="What is said first; nothing personal.", show_default=False)],
    zone: Annotated[str, typer.Option(help="Time zone of the resident; nobody is called at night.")] = "Europe/Moscow",
) -> None:
    """Call a resident and say the message; then the conversation is as in any call. Prints the call's UUID."""
    settings, now = Settings(), utc_now()
    try:
        local = now.astimezone(ZoneInfo(zone))
        with store.transaction(open_books(settings)) as db:
            made = outgoing_calls.order(db, settings, number, message, now=now, local=local)
    except (outgoing_calls.NoCall, httpx.HTTPError, ZoneInfoNotFoundError, OSError) as error:
        typer.echo(f"no call: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(made)
