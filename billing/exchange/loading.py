"""Loading a file: in batches, in one transaction, every bad row reported with its reason."""

import csv
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from billing import audit, windows
from billing.exchange.rows import BadCell, Row, table
from billing.exchange.text import BrokenFile, unpacked
from billing.store import transaction
from billing.tables import Account, ImportRun, Meter, Organization

BATCH = 1000
SHOWN_BAD_ROWS = 100
Fate = Literal["added", "changed", "unchanged"]
Taken = TypeVar("Taken")


class AlreadyLoaded(Exception):
    """This very file was loaded before; `force` loads it again, which changes nothing that is as it says."""


class _OnlyTried(Exception):
    """Ends a dry run: nothing of it stays."""


@dataclass(frozen=True)
class Bad:
    """Why a row was not loaded."""

    reason: str


@dataclass
class Report:
    """What became of a file's rows. bad_rows: line and reason of the first hundred; all are in the file of bad rows."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    bad_rows: list[tuple[int, str]] = field(default_factory=list)


class HasBadRows(Exception):
    """Nothing was loaded, because a row is bad and the load was to be strict; report: which rows are."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{report.bad} bad rows")
        self.report = report


class Loader(ABC):
    """Puts rows of one kind into a company's books; today is where the company is."""

    kind: str

    def __init__(self, company: Organization, now: datetime) -> None:
        self.organization_id = company.id
        self._company = company
        self._now = now
        self._today = windows.day_in(company.timezone, now)

    def rows(self, path: Path) -> Iterator[Row]:
        """Rows of a CSV or XLSX file with the columns of the kind."""
        return table(path, self.kind)

    @abstractmethod
    def load(self, db: Session, batch: Sequence[Row]) -> list[Fate | Bad]:
        """What became of every row of the batch, in its order."""


def load_file(
    engine: Engine,
    loader: Loader,
    path: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    strict: bool = False,
    force: bool = False,
    bad_rows: Path | None = None,
    progress: Callable[[int], object] | None = None,
) -> Report:
    """Load a file, or the files in a ZIP, in one transaction; bad rows are left out, or `strict` stops everything.

    bad_rows: a CSV to write them to, line, reason and cells. Raises BrokenFile, AlreadyLoaded, HasBadRows.
    """
    digest = _digest(path)
    report = Report()
    with _BadRowsFile(bad_rows) as rejected, suppress(_OnlyTried), transaction(engine) as db:
        if not force and _known(db, loader, digest):
            raise AlreadyLoaded(path.name)
        with unpacked(path) as parts:
            rows = chain.from_iterable(
                _rows(loader, part, name if len(parts) > 1 else "") for part, name in parts.items()
            )
            while batch := list(islice(rows, BATCH)):
                for row, fate in zip(batch, loader.load(db, batch), strict=True):
                    _count(report, row, fate, rejected)
                db.expire_all()
                if progress is not None:
                    progress(len(batch))
        if strict and report.bad:
            raise HasBadRows(report)
        if dry_run:
            raise _OnlyTried
        if report.bad < report.rows:  # a file of which nothing was taken may come again
            _remember(db, loader, path, digest, report, now)
    return report


def each(batch: Sequence[Row], take: Callable[[Row], Taken]) -> list[Taken | Bad]:
    """What becomes of every row of a batch: a bad one leaves the others alone."""
    fates: list[Taken | Bad] = []
    for row in batch:
        try:
            fates.append(take(row))
        except BadCell as bad:
            fates.append(Bad(str(bad)))
    return fates


def put(row: SQLModel, said: Mapping[str, Any]) -> dict[str, str]:
    """Set what a file says otherwise; what stood there before, empty if it says nothing new."""
    differs = {name: value for name, value in said.items() if getattr(row, name) != value}
    before = {name: str(getattr(row, name)) for name in differs}
    for name, value in differs.items():
        setattr(row, name, value)
    return before


def change(db: Session, row: Account | Meter, said: Mapping[str, Any], now: datetime) -> Fate:
    """Set what a file says otherwise, and keep the change in the trail."""
    before = put(row, said)
    if not before:
        return "unchanged"
    after = {name: str(said[name]) for name in before}
    audit.record_row(db, row, now, "system", "import", "change", after, before)
    return "changed"


def _rows(loader: Loader, part: Path, name: str) -> Iterator[Row]:
    """Rows of a file; one of several is named where it is broken."""
    try:
        yield from loader.rows(part)
    except BrokenFile as broken:
        raise BrokenFile(f"{name}: {broken}" if name else str(broken)) from broken


def _count(report: Report, row: Row, fate: Fate | Bad, rejected: "_BadRowsFile") -> None:
    report.rows += 1
    if isinstance(fate, Bad):
        report.bad += 1
        rejected.write(row, fate.reason)
        if len(report.bad_rows) < SHOWN_BAD_ROWS:
            report.bad_rows.append((row.line, fate.reason))
    else:
        setattr(report, fate, getattr(report, fate) + 1)


def _known(db: Session, loader: Loader, digest: str) -> ImportRun | None:
    return db.exec(
        select(ImportRun).where(
            ImportRun.organization_id == loader.organization_id,
            ImportRun.kind == loader.kind,
            ImportRun.digest == digest,
        )
    ).first()


def _remember(db: Session, loader: Loader, path: Path, digest: str, report: Report, now: datetime) -> None:
    run = _known(db, loader, digest) or ImportRun(
        organization_id=loader.organization_id, kind=loader.kind, digest=digest, file_name=path.name, loaded_at=now,
        rows=0, added=0, changed=0, unchanged=0, bad=0,
    )  # fmt: skip
    for name in ("rows", "added", "changed", "unchanged", "bad"):
        setattr(run, name, getattr(report, name))
    run.loaded_at = now
    db.add(run)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _BadRowsFile:
    """The file of bad rows, if one is wanted."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = None if path is None else path.open("w", encoding="utf-8-sig", newline="")
        self._writer = None if self._file is None else csv.writer(self._file, delimiter=";")
        if self._writer is not None:
            self._writer.writerow(["line", "reason", "row"])

    def __enter__(self) -> "_BadRowsFile":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, row: Row, reason: str) -> None:
        if self._writer is not None:
            self._writer.writerow([row.line, reason, "; ".join(f"{name}={cell}" for name, cell in row.cells.items())])
