"""The Flask application: thin routes that read a body, converse, and write the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules

from flask import Flask
from sqlalchemy import Engine

from billing import law, store
from skill import checkout, metrics, paywindow, routes
from skill.dialogue.engine import converse
from skill.dialogue.turn import Reply, Turn
from skill.migrations import VERSION_TABLE, VERSIONS
from skill.settings import Settings
from skill.understanding import recognise

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Service:
    """What every route needs: the settings, the books and the clock."""

    settings: Settings
    engine: Engine
    clock: Clock

    def reply_to(self, turn: Turn) -> Reply:
        """Take one turn of a conversation."""
        with metrics.turn_seconds.labels(turn.channel).time():
            reply = paywindow.closed(self, turn)
            if reply is None:
                reply = converse(self.engine, turn, now=self.clock(), settings=self.settings)
        metrics.turns.labels(turn.channel).inc()
        return paywindow.opened(self, turn, reply) or checkout.opened(self, turn, reply)


def open_books(settings: Settings) -> Engine:
    """Connect to the database, bring both its parts to the newest version, take the company's own law and sentences.

    Raises billing.law.BadLawFile, OSError.
    """
    law.use_own(settings.law_file)
    engine = store.connect(settings.database)
    store.migrate(engine)
    store.migrate(engine, VERSIONS, VERSION_TABLE)
    recognise.use_company(settings.data_dir / recognise.COMPANY_FOLDER)
    return engine


def create_app(settings: Settings | None = None, *, engine: Engine | None = None, clock: Clock = utc_now) -> Flask:
    """The application on the given books; without them, on those that the settings name."""
    settings = settings or Settings()
    app = Flask("skill", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_json_bytes
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, the base class has not
    service = Service(settings, engine or open_books(settings), clock)
    for door in iter_modules(routes.__path__):
        import_module(f"{routes.__name__}.{door.name}").mount(app, service)
    return app
