"""The command `zhku`."""

import typer

from skill import log
from skill.commands import (
    books,
    call,
    chat,
    check,
    company,
    db,
    demo,
    line,
    mistakes,
    models,
    password,
    poll,
    replay,
    serve,
    settings,
    tokens,
    understanding,
    worker,
)

app = typer.Typer(cls=mistakes.Plainly, no_args_is_help=True, pretty_exceptions_show_locals=False, help=__doc__)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("line")(line.line)
app.command("poll")(poll.poll)
app.command("call")(call.call)
app.command("worker")(worker.worker)
app.command("chat")(chat.chat)
app.command("check")(check.check)
app.command("record")(replay.record)
app.command("replay")(replay.replay)
app.command("company")(company.company)
app.command("settings")(settings.settings)
app.command("password")(password.password)
app.add_typer(books.app)
app.add_typer(db.app, name="db")
app.add_typer(models.app, name="models")
app.add_typer(tokens.app, name="tokens")
app.add_typer(understanding.app, name="understanding")


def main() -> None:
    """Entry point of the command."""
    log.configure()
    app()


if __name__ == "__main__":
    main()
