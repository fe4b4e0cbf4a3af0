"""`zhku worker`: what is done by the clock and what is to be sent, apart from the web server."""

import signal
import threading
from functools import partial

import typer

from skill import jobs
from skill.app import Service, open_books, utc_now
from skill.outbox import Sender
from skill.settings import Settings


def worker() -> None:
    """Send messages and do what is due by the clock, until stopped. Any number may run, `zhku serve` beside them."""
    settings = Settings()
    service = Service(settings, open_books(settings), utc_now)
    stopped = threading.Event()
    sender = Sender(service.engine, settings, utc_now, partial(jobs.run_due, service))

    def stop(*_: object) -> None:
        stopped.set()
        sender.nudge()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    typer.echo("zhku-voice worker: reminders, standing orders, messages; stop it with Ctrl+C", err=True)
    sender.run(stopped)
