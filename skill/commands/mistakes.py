"""A mistake at the terminal is told in one line, not with a traceback: a wrong setting, a taken port, no database."""

import os
from tomllib import TOMLDecodeError
from typing import Any

import typer
from alembic.util import CommandError
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import ArgumentError, OperationalError
from typer.core import TyperGroup

from billing.law import BadLawFile
from skill.settings import unknown

WRONG_SETTINGS = 2


class Plainly(TyperGroup):
    """The commands, whose plain mistakes end them with exit code 1, wrong settings with 2. Faults of ours still come
    with their traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own context, which it has moved
        """Run a command."""
        try:
            for slip in unknown(os.environ):
                _tell(f"no such setting, it counts for nothing: {slip}")
            return super().invoke(ctx)
        except ValidationError as wrong:
            if wrong.title != "Settings":
                raise
            _tell("; ".join(f"ZHKU_{str(one['loc'][0]).upper()}: {one['msg']}" for one in wrong.errors()))
            raise typer.Exit(WRONG_SETTINGS) from None
        except (SettingsError, TOMLDecodeError, BadLawFile) as wrong:
            _tell(f"wrong settings: {wrong}")
            raise typer.Exit(WRONG_SETTINGS) from None
        except ArgumentError as wrong:
            _tell(f"ZHKU_DATABASE_URL: {wrong}")
            raise typer.Exit(WRONG_SETTINGS) from None
        except OperationalError as failed:
            _tell(f"the database: {failed.orig}")
        except CommandError as failed:
            _tell(f"the database's tables: {failed}")
        except OSError as failed:
            _tell(f"{failed.filename}: {failed.strerror}" if failed.filename else failed.strerror or str(failed))
        raise typer.Exit(1)


def _tell(message: str) -> None:
    """In one line, however many the library makes."""
    typer.echo(" ".join(message.split()), err=True)
