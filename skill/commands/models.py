"""`zhku models`: the official Russian Vosk models, for those who want open dictation."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Column, Table

from speech import models

app = typer.Typer(no_args_is_help=True, help="Speech models.")
Name = Annotated[str, typer.Argument(help="As in the list.")]


@app.command("list")
def listing() -> None:
    """List the embedded model and the official ones."""
    table = Table("", Column("name", no_wrap=True), "size", "licence", "for")
    for model in models.listing():
        state = "in use" if model.in_use else "here" if model.installed else ""
        size = f"{model.size / 1e6:.0f} MB" if model.size else ""
        table.add_row(state, model.name, size, model.licence, model.about)
    Console().print(table)


@app.command()
def download(name: Name) -> None:
    """Fetch a model; a transfer that broke off goes on where it stopped."""
    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns) as bar:
            task = bar.add_task(name)
            folder = models.download(name, progress=lambda done, total: bar.update(task, completed=done, total=total))
    except models.ModelError as error:
        raise _failed(error) from error
    typer.echo(f"{folder}\nUse it: zhku models use {name}")


@app.command()
def use(name: Name) -> None:
    """Hear with this model from the next start on (`embedded`: the one inside the package)."""
    try:
        typer.echo(models.use(name))
    except models.ModelError as error:
        raise _failed(error) from error


def _failed(error: models.ModelError) -> typer.Exit:
    typer.echo(str(error), err=True)
    return typer.Exit(1)
