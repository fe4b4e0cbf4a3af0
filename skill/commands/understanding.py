"""`zhku understanding`: measure how residents are understood, label what was not, and learn it."""

from pathlib import Path
from typing import Annotated

import typer
from rich import print as show
from rich.console import Console
from rich.table import Table

from billing import store
from skill.app import open_books
from skill.settings import Settings
from skill.understanding import recognise, unknown
from skill.understanding.build import SENTENCES
from skill.understanding.build import build as learn
from skill.understanding.evaluate import Report, evaluate
from skill.understanding.model import save

app = typer.Typer(help="Measure and train the understanding of residents' sentences.", no_args_is_help=True)

Labelled = Annotated[
    Path, typer.Argument(help="Tab-separated labelled utterances.", exists=True, dir_okay=False, show_default=False)
]


def _own(settings: Settings) -> Path:
    """Where the company keeps sentences, words and the model of its own."""
    return settings.data_dir / recognise.COMPANY_FOLDER


@app.command()
def report(
    labelled: Labelled,
    model: Annotated[Path | None, typer.Option(help="A model built before; the one in use if not given.")] = None,
    errors: Annotated[bool, typer.Option(help="Also list every utterance that was misunderstood.")] = False,
) -> None:
    """Understand every row of a labelled file and print the accuracy by intent and by style."""
    if model is None:
        recognise.use_company(_own(Settings()))
    else:
        recognise.reload(model)
    result = _measured(labelled)
    if errors:
        typer.echo("\n".join(f"{wanted} -> {got}: {utterance}" for wanted, got, utterance in result.misses))


def _measured(labelled: Path) -> Report:
    try:
        result = evaluate(labelled)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo("\n".join(result.lines()))
    return result


@app.command("unknown")
def listing(limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50) -> None:
    """List what residents said and nothing understood, numbers and names masked."""
    table = Table("id", "said", "asked", "guess")
    with store.reading(open_books(Settings())) as db:
        for row in unknown.waiting(db, limit):
            table.add_row(str(row.id), row.text, row.asked, f"{row.guess} {row.confidence:.2f}")
    Console().print(table)


@app.command()
def label(
    utterance: Annotated[int, typer.Argument(help="Its id in the list of unknown ones.")],
    intent: Annotated[str, typer.Argument(help="What it means.")],
) -> None:
    """Say what an utterance means; the next build learns it."""
    settings = Settings()
    known = {file.stem for folder in (SENTENCES, _own(settings)) for file in folder.glob("*.txt")}
    if intent not in known - {"lists"}:
        raise typer.BadParameter(f"no intent {intent}; there are {', '.join(sorted(known - {'lists'}))}")
    with store.transaction(open_books(settings)) as db:
        if not unknown.label(db, utterance, intent):
            typer.echo(f"no unknown utterance {utterance}", err=True)
            raise typer.Exit(1)


@app.command()
def build(
    out: Annotated[Path | None, typer.Option(help="Where the model goes; the company's folder if not given.")] = None,
    extra: Annotated[
        list[Path] | None, typer.Option(help="A further folder of own sentences; may be repeated.")
    ] = None,
    own: Annotated[bool, typer.Option(help="Learn the company's sentences and labelled utterances too.")] = True,
    check: Annotated[Path | None, typer.Option(help="Labelled utterances to measure the new model with.")] = None,
) -> None:
    """Train the model anew (a few minutes), take it, and tell how well it does; servers take it when they start."""
    settings = Settings()
    folders, labelled = list(extra or ()), list[tuple[str, str]]()
    if own:
        folders.append(_own(settings))
        with store.reading(open_books(settings)) as db:
            labelled = unknown.labelled(db)
    out = out or _own(settings) / "model.npz"
    out.parent.mkdir(parents=True, exist_ok=True)
    save(learn(folders, labelled), out)
    show(f"Written {out} ({out.stat().st_size // 1024} KiB).")
    recognise.reload(out)
    if labelled:
        learned = sum(recognise.understand(text).intent == intent for intent, text in labelled)
        show(f"Labelled utterances understood now: {learned} of {len(labelled)}.")
    if check is not None:
        _measured(check)


@app.command()
def ask(text: Annotated[str, typer.Argument(help="What a resident says.")]) -> None:
    """Show what an utterance is understood as."""
    if not text.strip():
        raise typer.BadParameter("nothing is said")
    recognise.use_company(_own(Settings()))
    understood = recognise.understand(text)
    show({"intent": understood.intent, "slots": understood.slots, "confidence": understood.confidence})
    show({"alternatives": dict(understood.alternatives)})
