"""The steps from recordings to a Vosk model folder; each is one command and does only what is still to be done."""

import json
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from speech.acoustic import corpus

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Corpora = Annotated[list[Path], typer.Argument(help="corpus folders")]
HeldOut = Annotated[Path | None, typer.Option(help="file of speakers kept out of training, one CORPUS/SPEAKER a line")]


def _speakers(listed: Path | None) -> frozenset[str]:
    """The speakers of a held-out list; none without a list."""
    return frozenset(listed.read_text(encoding="utf-8").split("\n")) - {""} if listed else frozenset()


@app.command()
def features(
    layout: Annotated[str, typer.Argument(help="voxforge-features, manifest, voxforge, common-voice or golos")],
    recordings: Annotated[Path, typer.Argument(help="folder as its publisher lays it out")],
    out: Annotated[Path, typer.Argument(help="corpus folder to write")],
    jobs: int = 2,
) -> None:
    """Make a corpus (cepstra and transcripts) of recorded speech."""
    from speech.acoustic import sources

    if corpus.is_complete(out):
        return
    if layout == "voxforge-features":
        count = corpus.write_corpus(out, track(sources.voxforge_features(recordings), layout))
    elif layout in sources.LAYOUTS:
        found = list(sources.LAYOUTS[layout](recordings))
        with ProcessPoolExecutor(jobs) as pool:
            made = track(pool.map(sources.record, found, chunksize=20), layout, total=len(found))
            count = corpus.write_corpus(out, sources.kept(made))
    else:
        raise typer.BadParameter(f"unknown layout {layout!r}: voxforge-features, {', '.join(sources.LAYOUTS)}")
    typer.echo(f"{out}: {count} utterances")


@app.command()
def synthesise(
    engine: Annotated[str, typer.Argument(help="espeak, festival or rhvoice")],
    out: Annotated[Path, typer.Argument(help="corpus folder to write")],
    count: int = 3000,
    seed: int = 1,
    patterns: Annotated[Path | None, typer.Option(help="folder of pattern files, to be said as well")] = None,
) -> None:
    """Make a corpus of synthetic speech saying what residents say."""
    from speech.acoustic import synthesis
    from speech.acoustic.patterns import pattern_sentences

    if corpus.is_complete(out):
        return
    if engine not in synthesis.ENGINES:
        raise typer.BadParameter(f"unknown engine {engine!r}: {', '.join(synthesis.ENGINES)}")
    written = pattern_sentences(patterns, 2, seed) if patterns else []
    made = corpus.write_corpus(out, track(synthesis.ENGINES[engine](count, seed, written), engine, total=count))
    typer.echo(f"{out}: {made} utterances")


@app.command()
def align(
    checkpoint: Annotated[Path, typer.Argument(help="a trained checkpoint")], corpora: Corpora, jobs: int = 2
) -> None:
    """Find where each word lies, so that training can cut words out and join them."""
    from speech.acoustic import alignment
    from speech.acoustic.material import Material

    material = Material()
    for folder in corpora:
        material.add(folder)
    for folder in corpora:
        count = alignment.align_corpus(folder, checkpoint, material.level(), jobs)
        typer.echo(f"{folder}: {count} utterances aligned")


@app.command()
def train(
    out: Annotated[Path, typer.Argument(help="folder of the run: model.pt, epochN.pt, state.pt, progress.jsonl, .png")],
    corpora: Corpora,
    held_out: HeldOut = None,
    start: Annotated[Path | None, typer.Option(help="checkpoint to start from; its shape is kept")] = None,
    epochs: int = 12,
    rate: float = 2e-3,
    discriminate: Annotated[float, typer.Option(help="weight of telling number words apart; 3 is plenty")] = 0.0,
    width: int = 448,
    bottleneck: int = 96,
    batch_frames: int = 16000,
    threads: int = 2,
    bfloat16: Annotated[bool, typer.Option(help="only where /proc/cpuinfo shows avx512_bf16 or amx")] = False,
    seed: int = 1,
) -> None:
    """Train a network, or go on with the run in the folder."""
    from speech.acoustic import curve, training
    from speech.acoustic.network import Shape

    schedule = training.Schedule(
        epochs, rate, batch_frames=batch_frames, discriminate=discriminate, bfloat16=bfloat16, seed=seed
    )
    trainer = training.prepare_run(
        out, corpora, _speakers(held_out), Shape(width, bottleneck), schedule, start, threads
    )
    for measured in trainer.run():
        curve.draw(out / "progress.jsonl", out / "progress.png")
        typer.echo(json.dumps(measured))


@app.command()
def grow(
    checkpoint: Annotated[Path, typer.Argument(help="a trained checkpoint")],
    out: Annotated[Path, typer.Argument(help="checkpoint to write")],
    width: int = 448,
    bottleneck: int = 96,
    seed: int = 1,
) -> None:
    """Make a wider network that begins where a smaller one ended; train it with --start."""
    from speech.acoustic import checkpoints
    from speech.acoustic.network import Shape

    checkpoints.grow(checkpoint, out, Shape(width, bottleneck), seed)


@app.command()
def average(
    out: Annotated[Path, typer.Argument(help="checkpoint to write")],
    weighted: Annotated[list[str], typer.Argument(help="checkpoints of one shape, each CHECKPOINT:SHARE")],
) -> None:
    """Make the weighted mean of some checkpoints."""
    from speech.acoustic import checkpoints

    pairs = [one.rpartition(":") for one in weighted]
    checkpoints.average([Path(path) for path, _, _ in pairs], [float(share) for _, _, share in pairs], out)


@app.command()
def build(
    checkpoint: Annotated[Path, typer.Argument(help="a trained checkpoint")],
    out: Annotated[Path, typer.Argument(help="Vosk model folder to write")],
    patterns: Annotated[list[Path] | None, typer.Option(help="folder of pattern files, for n-gram and words")] = None,
    transcripts: Annotated[list[Path] | None, typer.Option(help="corpus whose transcripts are for them too")] = None,
    held_out: HeldOut = None,
) -> None:
    """Make a Vosk model folder: am/final.mdl, conf/ and graph/."""
    from speech.acoustic import building

    texts = building.Texts(tuple(patterns or ()), tuple(transcripts or ()), _speakers(held_out))
    for name, size in building.build_model(checkpoint, out, texts).items():
        typer.echo(f"{name:18} {size:>10}")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(help="Vosk model folder")],
    recordings: Annotated[list[Path], typer.Argument(help="folders with manifest.tsv of file, transcript, kind")],
    numbers: Annotated[bool, typer.Option(help="hear numbers only, else the model's own graph")] = True,
    errors: Annotated[int, typer.Option(help="confusions to show of each kind")] = 0,
) -> None:
    """Measure the share of utterances wholly right: clean, over an A-law line, in noise."""
    import vosk  # type: ignore[import-untyped]  # has no annotations

    from speech.acoustic import evaluation
    from speech.acoustic.language import number_words, reading

    vosk.SetLogLevel(-1)
    rng = random.Random(1)
    grammar = [*(reading(rng) for _ in range(1500)), *sorted(number_words()), *["[unk]"] * 80] if numbers else None
    hear = evaluation.listener(vosk.Model(str(model)), grammar)
    spoken = [item for folder in recordings for item in evaluation.read_test(folder)]
    table = Table("condition", "kind", "n", "right %", "CPU s a second")
    for condition in evaluation.CONDITIONS:
        for kind, tally in evaluation.evaluate(spoken, hear, condition).items():
            cost = f"{tally.cpu / tally.seconds:.4f}"
            table.add_row(condition, kind, str(tally.total), f"{100 * tally.share:.1f}", cost)
            for (wanted, heard), count in tally.confusions.most_common(errors):
                table.add_row("", "", str(count), f"{wanted} → {heard}", "")
    Console().print(table)


if __name__ == "__main__":
    app()
