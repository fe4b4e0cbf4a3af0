"""`zhku company`: a company of one's own in the books."""

from pathlib import Path
from typing import Annotated

import typer

from billing import founding, store
from skill.app import open_books
from skill.settings import Settings


def company(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Enter a company, or bring it to what its YAML file says now: days of readings, services, prices, answers."""
    try:
        told = founding.read(file.read_text("utf-8"))
    except (founding.BadCompany, UnicodeDecodeError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(1) from error
    with store.transaction(open_books(Settings())) as db:
        entered = founding.found(db, told)
    typer.echo(f"{entered.name} is in the books; next: zhku import accounts FILE --company {entered.inn}")
