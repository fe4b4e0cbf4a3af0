"""`zhku import`, `zhku export`, `zhku bill`, `zhku keys`, `zhku devices`: the company's side of the books."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine
from sqlmodel import col, func, select

from billing import billrun, devices, keys, store, windows
from billing.exchange.export import KINDS, fits, usual_name
from billing.exchange.export import export as export_file
from billing.exchange.kinds import LOADERS, loader
from billing.exchange.loading import AlreadyLoaded, HasBadRows, Report, load_file
from billing.exchange.payments import FORMATS
from billing.exchange.registries import layout_in
from billing.exchange.text import BrokenFile
from billing.tables import Account, Meter, Organization, Register
from billing.windows import month_start
from skill.app import open_books, utc_now
from skill.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The company's side of the books.")
keys_app = typer.Typer(no_args_is_help=True, help="Keys of the company's own systems.")
devices_app = typer.Typer(no_args_is_help=True, help="Smart meters.")
app.add_typer(keys_app, name="keys")
app.add_typer(devices_app, name="devices")
console = Console()
SHOWN = 20
LONGEST_INPUT = 4
NO_COMPANY = "no company is in the books yet: `zhku serve` or `zhku db demo` puts the demo company there"
REGISTRIES = (*FORMATS, "tochka")
"""Kinds of which a day without a payment is an honest file."""

Company = Annotated[str, typer.Option(help="INN of the company; may be left out when there is one.")]
Month = Annotated[str, typer.Argument(help="YYYY-MM")]


Kind = StrEnum("Kind", {name: name for name in LOADERS})  # type: ignore[misc]  # of a table, not of literals
Outgoing = StrEnum("Outgoing", {name: name for name in KINDS})  # type: ignore[misc]  # likewise


@app.command("import")
def import_file(
    kind: Kind,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    company: Company = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, change nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Load nothing if any row is bad.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Load a file that was loaded before.")] = False,
    bad_rows: Annotated[
        Path | None, typer.Option(help="Write the bad rows with their reasons here (CSV).", dir_okay=False)
    ] = None,
    layout: Annotated[
        Path | None,
        typer.Option(help="Of payments: a YAML file that says what stands where.", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Load the good rows of a file, or of a ZIP of files; bad ones are told. Loading it twice changes nothing."""
    if layout is not None and kind != "payments":
        raise typer.BadParameter(f"only payments have a layout of one's own, not {kind}", param_hint="--layout")
    engine = open_books(Settings())
    own, now = _company(engine, company), utc_now()
    with _bar(f"{kind} {file.name}", None) as (progress, task):
        try:
            report = load_file(
                engine,
                loader(kind, own, now, None if layout is None else layout_in(layout)),
                file,
                now=now,
                dry_run=dry_run,
                strict=strict,
                force=force,
                bad_rows=bad_rows,
                progress=lambda done: progress.advance(task, done),
            )
        except AlreadyLoaded:
            _stop(f"{file.name} was loaded before; --force loads it again")
        except HasBadRows as strict_load:
            _tell_bad(strict_load.report)
            _stop(f"nothing was loaded: {strict_load}")
        except BrokenFile as broken:
            _stop(f"nothing was loaded: {broken}")
    if not report.rows and kind not in REGISTRIES:
        _stop(f"no row of {kind} is in {file.name}")
    _tell(report, dry_run)
    if report.bad:
        raise typer.Exit(1)


@app.command("export")
def export_month(
    kind: Outgoing,
    month: Month,
    to: Annotated[
        Path | None, typer.Option(help="File to write: .csv or .xlsx, registries .txt.", dir_okay=False)
    ] = None,
    company: Company = "",
    service: Annotated[str, typer.Option(help="The company's code at «Система Город», for gorod-debts.")] = "",
) -> None:
    """Write accounts, meters, a month's readings, charges or payments, or today's debts, for another system."""
    engine = open_books(Settings())
    own = _company(engine, company)
    period = _period(month)
    path = to or Path(usual_name(kind, own, period))
    today = windows.day_in(own.timezone, utc_now())
    if not fits(kind, path):
        raise typer.BadParameter(
            f"{kind} is not written as {path.suffix or 'a file without an ending'}", param_hint="--to"
        )
    with store.reading(engine) as db:
        rows = export_file(db, kind, own, period, path, today, service)
    typer.echo(f"{rows} rows in {path}")


@app.command()
def bill(month: Month, company: Company = "") -> None:
    """Issue the receipts of a month that is over, the oldest first; accounts that have one are left alone."""
    engine = open_books(Settings())
    own = _company(engine, company)
    period = _period(month)
    with store.reading(engine) as db:
        try:
            billrun.check_month(db, own, period, utc_now())
        except billrun.WrongMonth as wrong:
            _stop(str(wrong))
        count = db.exec(select(func.count()).select_from(Account).where(Account.organization_id == own.id)).one()
    with _bar(f"receipts of {month}", count) as (progress, task):
        report = billrun.run(engine, own.id, period, month_start(period, 1), lambda done: progress.advance(task, done))
    typer.echo(f"{report.issued} issued, {report.skipped} were there")
    if report.old_key_rate is not None:
        typer.echo(f"penalties use the key rate of {report.old_key_rate}: add newer ones (ZHKU_LAW_FILE)", err=True)
    for number, reason in report.problems:
        typer.echo(f"account {number}: {reason}", err=True)
    if report.problems:
        raise typer.Exit(1)


@keys_app.command("issue")
def issue_key(
    name: Annotated[str, typer.Argument(help="Whose it is, for the list.")],
    scope: Annotated[list[str], typer.Option(help=", ".join(keys.SCOPES))],
    company: Company = "",
) -> None:
    """Print a new key; it is shown this once."""
    if wrong_scopes := set(scope) - set(keys.SCOPES):
        _stop(f"no scope {', '.join(sorted(wrong_scopes))}; scopes are {', '.join(keys.SCOPES)}")
    engine = open_books(Settings())
    own = _company(engine, company)
    try:
        with store.transaction(engine) as db:
            typer.echo(keys.issue(db, organization_id=own.id, name=name, scopes=scope, now=utc_now()))
    except ValueError as wrong:
        _stop(str(wrong))


@keys_app.command("list")
def list_keys() -> None:
    """List the keys, without their secret."""
    table = Table("id", "name", "scopes", "issued", "revoked")
    with store.reading(open_books(Settings())) as db:
        for row in keys.listing(db):
            revoked = row.revoked_at.date().isoformat() if row.revoked_at else ""
            table.add_row(str(row.id), row.name, " ".join(row.scopes), row.created_at.date().isoformat(), revoked)
    console.print(table)


@keys_app.command("revoke")
def revoke_key(key: Annotated[int, typer.Argument(help="Its id in the list.")]) -> None:
    """Make a key worthless."""
    with store.transaction(open_books(Settings())) as db:
        if not keys.revoke(db, key, utc_now()):
            _stop(f"no valid key {key}")


@devices_app.command("add")
def add_device(
    name: Annotated[str, typer.Argument(help="Where it stands, for the list.")],
    meter: Annotated[list[str], typer.Option(help="INPUT:SERIAL or INPUT:SERIAL:ZONE, once for every input.")],
    company: Company = "",
) -> None:
    """Let a smart meter's device send; prints its key, this once."""
    engine = open_books(Settings())
    own = _company(engine, company)
    with store.transaction(engine) as db:
        inputs = {}
        for said in meter:
            number, serial, zone = [*said.split(":"), "single"][:3] if said.count(":") else ("", "", "")
            found = db.exec(select(Meter).where(Meter.organization_id == own.id, Meter.serial == serial)).all()
            if not number.isdecimal() or len(number) > LONGEST_INPUT or len(found) != 1:
                _stop(f"{said}: not INPUT:SERIAL of one meter")
            zones = db.exec(select(Register.zone).where(Register.meter_id == found[0].id)).all()
            if zone not in zones:
                _stop(f"{said}: the meter's zones are {', '.join(zones)}")
            inputs[int(number)] = (found[0].id, zone)
        typer.echo(devices.add(db, organization_id=own.id, name=name, inputs=inputs, now=utc_now()))


@devices_app.command("listen")
def listen(
    host: Annotated[str, typer.Argument(help="The MQTT broker.")],
    port: int = 1883,
    topic: Annotated[list[str] | None, typer.Option(help="With wildcards; waterius/# when left out.")] = None,
    user: str | None = None,
    password: Annotated[str | None, typer.Option(envvar="ZHKU_MQTT_PASSWORD")] = None,
    tls: bool = False,
) -> None:
    """Take packets from an MQTT broker until stopped (needs the extra `mqtt`)."""
    try:
        from billing import mqtt
    except ModuleNotFoundError:
        _stop("install the extra first: pip install 'zhku-voice[mqtt]'")
    broker = mqtt.Broker(host, port, tuple(topic or ["waterius/#"]), user, password, tls)
    mqtt.client(open_books(Settings()), broker, utc_now).loop_forever(retry_first_connection=True)


def _company(engine: Engine, inn: str) -> Organization:
    with store.reading(engine) as db:
        query = select(Organization).order_by(col(Organization.id))
        found = db.exec(query.where(Organization.inn == inn) if inn else query).all()
    if len(found) != 1:
        known = ", ".join(f"{row.inn} {row.name}" for row in found)
        _stop(f"name one company with --company INN: {known}" if found else f"no company {inn}" if inn else NO_COMPANY)
    return found[0]


def _period(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        _stop(f"not a month: {month} (YYYY-MM)")


def _tell(report: Report, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    counts = f"{report.added} {would}added, {report.changed} {would}changed, {report.unchanged} as they were"
    typer.echo(f"{report.rows} rows: {counts}, {report.bad} bad")
    _tell_bad(report)


def _tell_bad(report: Report) -> None:
    for line, reason in report.bad_rows[:SHOWN]:
        typer.echo(f"line {line}: {reason}", err=True)
    if report.bad > SHOWN:
        typer.echo(f"… and {report.bad - SHOWN} more: see --bad-rows", err=True)


@contextmanager
def _bar(title: str, total: int | None) -> Iterator[tuple[Progress, TaskID]]:
    """A bar while it takes long; rows so far where the total is not known."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress, progress.add_task(title, total=total)


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
