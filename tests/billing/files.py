"""Files to load into the demo company's books, as of one Saturday noon."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billing.exchange.loading import Loader, Report, load_file
from tests.conftest import NOW

TODAY = date(2026, 11, 21)
ON_SQLITE = pytest.mark.parametrize("demo_url", ["sqlite"], indirect=True)
"""For many rows that differ only in how they are read."""
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def written(folder: Path, text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def load(engine: Engine, loader: Loader, path: Path, **how: bool) -> Report:
    return load_file(engine, loader, path, now=NOW, **how)
