"""`zhku tokens`: personal tokens for Siri Shortcuts, Home Assistant and other plain callers."""

from datetime import UTC
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import col, select

from billing import accounts, store
from skill.app import open_books, utc_now
from skill.dialogue.tables import ApiToken
from skill.identity import tokens
from skill.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Personal bearer tokens.")


@app.command()
def issue(
    account: Annotated[str, typer.Option(help="Number of the account the token speaks for.")],
    name: Annotated[str, typer.Option(help="Whose it is, for the list.")],
) -> None:
    """Print a new token; it is shown this once."""
    with store.transaction(open_books(Settings())) as db:
        found = accounts.find(db, account)
        if len(found) != 1:
            typer.echo(f"{len(found) or 'no'} accounts have the number {account}", err=True)
            raise typer.Exit(1)
        typer.echo(tokens.issue(db, channel="api", name=name, now=utc_now(), account_id=found[0].id))


@app.command("list")
def listing() -> None:
    """List the tokens, without their secret."""
    table = Table("id", "name", "channel", "issued", "revoked")
    with store.reading(open_books(Settings())) as db:
        for row in db.exec(select(ApiToken).where(ApiToken.channel == "api").order_by(col(ApiToken.id))):
            revoked = row.revoked_at.astimezone(UTC).date().isoformat() if row.revoked_at else ""
            table.add_row(str(row.id), row.name, row.channel, row.created_at.date().isoformat(), revoked)
    Console().print(table)


@app.command()
def revoke(token: Annotated[int, typer.Argument(help="Its id in the list.")]) -> None:
    """Make a token worthless."""
    with store.transaction(open_books(Settings())) as db:
        if not tokens.revoke(db, token, now=utc_now()):
            typer.echo(f"no valid token {token}", err=True)
            raise typer.Exit(1)
