"""`zhku poll`: messengers without a public address: we ask them for what was written to the bot."""

import signal
import threading
from functools import partial

import typer
from rich.console import Console

from skill import jobs
from skill.app import Service, open_books, utc_now
from skill.channels.channel import Messenger, Poll, messengers
from skill.commands.db import load_demo_if_empty
from skill.delivery import Delivery
from skill.hearing import Hearing
from skill.outbox import Sender
from skill.polling import Poller
from skill.ready import make_ready
from skill.settings import Settings


def poll() -> None:
    """Ask Telegram and MAX for messages instead of being called. One process; `zhku serve` may run beside it."""
    settings = Settings()
    asked = [(one, one.poll) for one in messengers().values() if one.poll is not None and one.poll.possible(settings)]
    if settings.public_url:
        raise SystemExit("ZHKU_PUBLIC_URL is set, so messengers call this server: `zhku serve` answers them")
    if not asked:
        raise SystemExit("nothing to ask: set ZHKU_TELEGRAM_TOKEN or ZHKU_MAX_TOKEN")
    service = Service(settings, open_books(settings), utc_now)
    load_demo_if_empty(service.engine, Console(stderr=True))
    make_ready(service.engine, settings)
    _run(service, asked)


def _run(service: Service, asked: list[tuple[Messenger, Poll]]) -> None:
    settings, stopped, refusals = service.settings, threading.Event(), list[str]()
    hearing = Hearing(settings.hearing_at_once, settings.hearing_queue)
    sender = Sender(service.engine, settings, utc_now, partial(jobs.run_due, service))

    def keep_asking(poller: Poller) -> None:
        try:
            poller.run(stopped)
        except PermissionError as refused:
            refusals.append(str(refused))
            stopped.set()
            sender.nudge()

    def stop(*_: object) -> None:
        stopped.set()
        sender.nudge()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    for messenger, way in asked:
        poller = Poller(messenger, way, Delivery(service, messenger, hearing, sender), settings, utc_now)
        threading.Thread(target=keep_asking, args=(poller,), name=f"poll {messenger.name}", daemon=True).start()
        typer.echo(f"asking {messenger.name} for messages; stop it with Ctrl+C", err=True)
    sender.run(stopped)
    if refusals:
        raise SystemExit("; ".join(refusals))
