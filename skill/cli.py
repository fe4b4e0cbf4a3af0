"""The command `zhku`."""

import typer

from skill import log
from skill.commands import chat, db, demo, models, serve, tokens

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False, help=__doc__)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("chat")(chat.chat)
app.add_typer(db.app, name="db")
app.add_typer(models.app, name="models")
app.add_typer(tokens.app, name="tokens")


def main() -> None:
    """Entry point of the command."""
    log.configure()
    app()


if __name__ == "__main__":
    main()
