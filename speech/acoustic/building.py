"""Checkpoint → Vosk model folder: am/, conf/ and graph/."""

import re
from collections.abc import Iterable
from pathlib import Path

from speech.acoustic.frontend import MFCC_CONF
from speech.acoustic.graph import GraphCosts, bigram_fst, lexicon_fst, write_graph
from speech.acoustic.kaldi_format import acoustic_model, transition_model
from speech.acoustic.language import sentences, slots
from speech.acoustic.network import load_checkpoint
from speech.acoustic.vocabulary import lexicon, numbered, words

BLANK_SHIFT = -3.0
GENERATED_SENTENCES = 8000
MODEL_CONF = """--min-active=20
--max-active=2000
--beam=11.0
--lattice-beam=4.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.3
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.5
"""


def example_texts(files: Iterable[Path]) -> list[str]:
    """Sentences found in text, YAML or TSV files: every run of Russian words on a line or between quotes."""
    found = []
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            for piece in re.split(r"[\"\t|:;.,!?«»—]|\s-\s", line.lower()):
                said = " ".join(re.findall("[а-яё]+", re.sub(r"\{\w*\}", " ", piece)))
                if said and not line.lstrip().startswith("#"):
                    found.append(said)
    return found


def build_model(
    checkpoint: Path, folder: Path, examples: Iterable[Path] = (), costs: GraphCosts | None = None,
    blank_shift: float = BLANK_SHIFT, seed: int = 1,
) -> dict[str, int]:  # fmt: skip
    """Write a model folder; returns the sizes of its parts in bytes and the number of its words."""
    network, phones = load_checkpoint(checkpoint)
    texts = example_texts(examples)
    table = lexicon(words(texts), phones)
    numbers = numbered(table)
    outputs = len(phones) + 1
    (folder / "am").mkdir(parents=True, exist_ok=True)
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "am" / "final.mdl").write_bytes(acoustic_model(network, blank_shift))
    (folder / "conf" / "mfcc.conf").write_text(MFCC_CONF)
    (folder / "conf" / "model.conf").write_text(MODEL_CONF)
    said = [*sentences(GENERATED_SENTENCES, seed), *texts, *(c for choices in slots().values() for c in choices)]
    hclr = lexicon_fst(transition_model(outputs), outputs, table, numbers, costs or GraphCosts())
    write_graph(folder / "graph", hclr, bigram_fst(numbers, said), numbers)
    sizes = {p.name: p.stat().st_size for p in sorted(folder.glob("*/*")) if p.is_file()}
    return {**sizes, "words": len(numbers)}
