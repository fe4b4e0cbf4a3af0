"""`zhku models`: the official Russian Vosk models, for those who want open dictation."""

import typer

app = typer.Typer(no_args_is_help=True, help="Speech models.")
