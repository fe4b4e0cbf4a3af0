"""`zhku db`: the database."""

import typer
from rich.console import Console
from sqlalchemy import Engine

from billing import store
from fixtures import demo_company
from skill.app import open_books, utc_now
from skill.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The database.")


@app.command()
def upgrade() -> None:
    """Bring the tables to the newest version."""
    open_books(Settings())
    typer.echo("the database is up to date")


@app.command()
def demo() -> None:
    """Load the demo company: three houses, 60 flats, 24 months of readings."""
    if not load_demo_if_empty(open_books(Settings()), Console(), asked=True):
        typer.echo("the database is not empty: nothing was loaded", err=True)
        raise typer.Exit(1)


def load_demo_if_empty(engine: Engine, console: Console, *, asked: bool = False) -> bool:
    """Load the demo company into an empty store and say how to enter it; whether it was loaded.

    asked: it was asked for by name; else a PostgreSQL, which somebody has set up for a company, stays empty.
    """
    if not store.is_empty(engine):
        return False
    if engine.dialect.name != "sqlite" and not asked:
        console.print("The books are empty: `zhku company FILE` enters a company, `zhku db demo` the demo company.")
        return False
    with store.transaction(engine) as db:
        account = demo_company.load(db, utc_now()).account
    console.print(f"The demo company is loaded. One account: {account.number}, code on its bill: {account.bill_code}.")
    return True
