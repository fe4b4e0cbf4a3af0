"""`zhku record` and `zhku replay`: keep live conversations as files, send files again."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.table import Table
from werkzeug.serving import WSGIRequestHandler, make_server

from skill.app import create_app, open_books
from skill.channels.channel import assistants
from skill.commands.db import load_demo_if_empty
from skill.replay.recording import record as keep
from skill.replay.run import Report, bodies
from skill.replay.run import replay as send
from skill.replay.targets import App, Server, Target
from skill.sandbox import Sandbox
from skill.settings import Settings

console = Console(soft_wrap=True, highlight=False)


def record(
    folder: Annotated[Path, typer.Argument(help="Where the exchanges are kept.")],
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Run the server and keep every exchange of its doors: identifiers, secrets and long numbers masked, names and
    addresses that are said, and voices, as they are.
    """
    settings = Settings()
    engine = open_books(settings)
    load_demo_if_empty(engine, console)
    app = create_app(settings, engine=engine)
    keep(app, engine, folder)
    server = make_server(
        host or settings.host, settings.port if port is None else port, app, threaded=True, request_handler=Discreet
    )
    place = f"http://{server.host}:{server.server_port}"
    console.print(f"Listening at {place}, keeping exchanges in {folder}; stop it with Ctrl+C")
    console.print("Names, addresses and voices in them are not masked: keep the folder to yourself")
    server.serve_forever()


class Discreet(WSGIRequestHandler):
    """Logs calls without what opens a door or a bill: the last parts of paths, and queries."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line: method, door, status."""
        path = self.path.partition("?")[0]
        shown = path if path.startswith("/api/v1/") else "/" + path.strip("/").split("/")[0]
        self.log("info", "%s %s %s %s", self.command, shown, code, size)


def replay(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Bodies or recorded exchanges.")],
    url: Annotated[str, typer.Option(help="A running server; without it, the application on a demo company.")] = "",
    platform: Annotated[str, typer.Option(help="Whose bodies; without it folders and forms decide.")] = "",
    spoil: Annotated[int, typer.Option(min=0, help="Spoiled copies of each body to send besides.")] = 0,
    golden: Annotated[bool, typer.Option(help="Want the recorded answers again.")] = False,
    repeat: Annotated[bool, typer.Option(help="Send each body twice and want the same answer.")] = True,
) -> None:
    """Send a folder of bodies, hold every answer against its platform's contract, show how long answers took."""
    try:
        recorded = bodies(folder, platform)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if url:
        with httpx.Client(timeout=30) as http:
            target: Target = Server(url, Settings(), http)
            try:
                report = send(target, recorded, repeat=repeat, spoil=spoil, golden=golden)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise typer.BadParameter(f"{url} does not answer: {error}") from error
    else:
        with Sandbox() as sandbox, TemporaryDirectory(prefix="zhku-replay-") as books:
            report = send(_app(Path(books), sandbox), recorded, repeat=repeat, spoil=spoil, golden=golden)
    _show(report)
    if url and any(problem.endswith("status 404") for problem in report.problems):
        console.print("A door that answers 404 is shut or has another secret: run this with the settings of the server")
    if report.problems:
        raise typer.Exit(1)


def _app(folder: Path, sandbox: Sandbox) -> App:
    """The application with every door open, on a demo company of its own."""
    doors = {f"{name}_secret": "replay" for name in assistants()}
    own = {"data_dir": folder, "database_url": "", "send_in_background": False}
    settings = Settings().model_copy(update=own | doors | sandbox.settings())
    engine = open_books(settings)
    load_demo_if_empty(engine, console)
    return App(create_app(settings, engine=engine), settings, datetime.now(UTC))


def _show(report: Report) -> None:
    for problem in report.problems:
        console.print(f"[red]✗[/] {problem}")
    table = Table(title=f"{report.bodies} bodies, {report.spoiled} spoiled copies, {len(report.problems)} problems")
    for title in ("platform", "answers", "median, ms", "p95, ms", "p99, ms"):
        table.add_column(title, justify="left" if title == "platform" else "right")
    for platform, answers, *shares in report.percentiles():
        table.add_row(platform, str(answers), *(f"{share * 1e3:.1f}" for share in shares))
    console.print(table)
