"""Checkpoint → Vosk model folder: am/, conf/ and graph/."""

from dataclasses import dataclass
from pathlib import Path

from speech.acoustic.corpus import read_corpus
from speech.acoustic.frontend import MFCC_CONF
from speech.acoustic.graph import grammar_fst, write_graph
from speech.acoustic.kaldi_format import acoustic_model, transition_model, word_boundaries
from speech.acoustic.language import sentences, slots
from speech.acoustic.lexicon_tree import GraphCosts, lexicon_fst
from speech.acoustic.network import BLANK_SHIFT, load_checkpoint
from speech.acoustic.patterns import heard_whole, pattern_sentences
from speech.acoustic.vocabulary import common_words, lexicon, numbered, words

GENERATED_SENTENCES = 32000
PATTERN_SAMPLES = 5
TRANSCRIPT_COPIES = 4
SLOT_COPIES = 10
NEVER_ALONE = ("_genitive", "_dative", "_prepositional")
"""Slots in cases that are no answer by themselves: nobody says «мае»."""
SEEN_AT_LEAST = 4
MODEL_CONF = """--min-active=20
--max-active=1200
--beam=11.0
--lattice-beam=4.0
--phone-determinize=false
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.29
--endpoint.rule2.max-relative-cost=4.0
--endpoint.rule3.min-trailing-silence=0.5
--endpoint.rule4.min-trailing-silence=1.5
"""


@dataclass(frozen=True)
class Texts:
    """What the n-gram and the vocabulary are made of, beside the recipe's own sentences and words.

    patterns     folders of pattern files (speech.acoustic.patterns)
    transcripts  corpora of speech about our matters; what held-out speakers (corpus/speaker) say is left out
    """

    patterns: tuple[Path, ...] = ()
    transcripts: tuple[Path, ...] = ()
    held_out: frozenset[str] = frozenset()

    def sentences(self, seed: int) -> list[str]:
        said = [line for folder in self.patterns for line in pattern_sentences(folder, PATTERN_SAMPLES, seed)]
        for folder in self.transcripts:
            spoken = (r for r in read_corpus(folder) if f"{folder.name}/{r.speaker}" not in self.held_out)
            said += [recording.transcript for recording in spoken] * TRANSCRIPT_COPIES
        return heard_whole(said)


def build_model(
    checkpoint: Path, folder: Path, texts: Texts | None = None, costs: GraphCosts | None = None,
    blank_shift: float = BLANK_SHIFT, seed: int = 1,
) -> dict[str, int]:  # fmt: skip
    """Write a model folder; returns the sizes of its parts in bytes and the number of its words."""
    network, phones = load_checkpoint(checkpoint)
    said = (texts or Texts()).sentences(seed)
    vocabulary = words(common_words(said, SEEN_AT_LEAST))
    table = lexicon(vocabulary, phones)
    numbers = numbered(table)
    outputs = len(phones) + 1
    (folder / "am").mkdir(parents=True, exist_ok=True)
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "am" / "final.mdl").write_bytes(acoustic_model(network, blank_shift))
    (folder / "conf" / "mfcc.conf").write_text(MFCC_CONF)
    (folder / "conf" / "model.conf").write_text(MODEL_CONF)
    choices = [choice for name, several in slots().items() if not name.endswith(NEVER_ALONE) for choice in several]
    said += [*sentences(GENERATED_SENTENCES, seed), *choices * SLOT_COPIES, *vocabulary]
    hclr = lexicon_fst(transition_model(outputs), outputs, table, numbers, costs or GraphCosts())
    write_graph(folder / "graph", hclr, grammar_fst(numbers, said), numbers, word_boundaries(outputs))
    sizes = {p.name: p.stat().st_size for p in sorted(folder.glob("*/*")) if p.is_file()}
    return {**sizes, "words": len(numbers)}
