"""`zhku settings`: every setting with its value and meaning."""

import re

from rich.console import Console
from rich.table import Column, Table

from skill.settings import Settings

SECRET = re.compile(r"secret|password|_token$|verify_token|database_url|authorization|sms_url|sms_body")


def settings() -> None:
    """List every setting, as it is now; secrets are shown as set or not."""
    now = Settings()
    table = Table(Column("variable", no_wrap=True), Column("value", overflow="fold"), "meaning")
    for name, field in Settings.model_fields.items():
        table.add_row(f"ZHKU_{name.upper()}", _shown(name, getattr(now, name)), field.description or "")
    Console().print(table)


def _shown(name: str, value: object) -> str:
    if SECRET.search(name):
        return "set" if value else ""
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value if value is not None else "")
