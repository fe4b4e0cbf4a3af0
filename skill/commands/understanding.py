"""`zhku understanding`: measure how residents are understood, and learn new sentences."""

from pathlib import Path
from typing import Annotated

import typer
from rich import print as show

from skill.understanding import recognise
from skill.understanding.build import build as learn
from skill.understanding.evaluate import evaluate
from skill.understanding.model import save

app = typer.Typer(help="Measure and train the understanding of residents' sentences.", no_args_is_help=True)


@app.command()
def report(
    labelled: Annotated[Path, typer.Argument(help="Tab-separated labelled utterances.", exists=True, dir_okay=False)],
    model: Annotated[Path | None, typer.Option(help="A model built before; the built-in one if not given.")] = None,
    errors: Annotated[bool, typer.Option(help="Also list every utterance that was misunderstood.")] = False,
) -> None:
    """Understand every row of a labelled file and print the accuracy by intent and by style."""
    recognise.reload(model)
    try:
        result = evaluate(labelled)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo("\n".join(result.lines()))
    if errors:
        typer.echo("\n".join(f"{wanted} -> {got}: {utterance}" for wanted, got, utterance in result.misses))


@app.command()
def build(
    out: Annotated[Path, typer.Option(help="Where the model is written.")] = recognise.WEIGHTS,
    extra: Annotated[
        list[Path] | None, typer.Option(help="A folder of own sentences and labelled utterances; may be repeated.")
    ] = None,
) -> None:
    """Train the model from the built-in sentences and those of the extra folders (a minute or two)."""
    save(learn(extra or ()), out)
    show(f"Written {out} ({out.stat().st_size // 1024} KiB).")


@app.command()
def ask(text: Annotated[str, typer.Argument(help="What a resident says.")]) -> None:
    """Show what an utterance is understood as."""
    understood = recognise.understand(text)
    show({"intent": understood.intent, "slots": understood.slots, "confidence": understood.confidence})
    show({"alternatives": dict(understood.alternatives)})
