"""How well labelled utterances are understood: by intent, by style, and slots."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skill.understanding.recognise import OUT_OF_SCOPE, understand

_COLUMNS = ("id", "intent", "slots", "channel", "style", "utterance", "alt_intents")


@dataclass(frozen=True)
class Labelled:
    """One labelled utterance; `also` are intents that are acceptable beside the first."""

    intent: str
    slots: dict[str, Any]
    channel: str
    style: str
    utterance: str
    also: tuple[str, ...]


@dataclass
class Score:
    """Counts of utterances: all, intent right, intent right or acceptable, slots wholly right."""

    total: int = 0
    strict: int = 0
    lenient: int = 0
    slots: int = 0

    def percent(self, name: str) -> float:
        """A count as per cent of all."""
        return 100.0 * int(getattr(self, name)) / max(self.total, 1)

    def __str__(self) -> str:
        return (
            f"{self.total:5d} {self.percent('strict'):6.1f} {self.percent('lenient'):6.1f} {self.percent('slots'):6.1f}"
        )


@dataclass
class Report:
    """All scores; `misses` are (wanted, understood, utterance), `slot_misses` (wanted, found, utterance)."""

    overall: Score = field(default_factory=Score)
    intents: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    styles: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    refused: int = 0
    misses: list[tuple[str, str, str]] = field(default_factory=list)
    slot_misses: list[tuple[dict[str, Any], dict[str, Any], str]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report as text."""
        kept = self.overall.total - self.intents.get(OUT_OF_SCOPE, Score()).total
        head = f"{'':24s} rows strict lenient slots (per cent)"
        rows = [head, f"{'all':24s}{self.overall}", f"refused though good: {self.refused} of {kept}"]
        for title, scores in (("by intent", self.intents), ("by style", self.styles)):
            rows += ["", title, *(f"{name:24s}{score}" for name, score in sorted(scores.items()))]
        confused = Counter((wanted, got) for wanted, got, _ in self.misses)
        rows += [
            "",
            "misses",
            *(f"{count:3d} {wanted} understood as {got}" for (wanted, got), count in confused.most_common()),
        ]
        return rows


def read_labelled(path: Path) -> list[Labelled]:
    """Rows of a tab-separated file with the columns id, intent, slots, channel, style, utterance, alt_intents.

    Raises ValueError naming the line that does not fit, or where the heading is another or nothing is below it.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) < 2 or lines[0].split("\t") != list(_COLUMNS):
        raise ValueError(f"{path.name} is no file of labelled utterances: {', '.join(_COLUMNS)}")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(_COLUMNS):
            raise ValueError(f"{path.name}:{number}: {len(cells)} columns instead of {len(_COLUMNS)}")
        row = dict(zip(_COLUMNS, cells, strict=True))
        slots, also = json.loads(row["slots"]), tuple(json.loads(row["alt_intents"]))
        rows.append(Labelled(row["intent"], slots, row["channel"], row["style"], row["utterance"], also))
    return rows


def evaluate(path: Path) -> Report:
    """Understand every row of a labelled file and count. Raises OSError, ValueError."""
    report = Report()
    for row in read_labelled(path):
        found = understand(row.utterance, row.channel)
        right = found.intent == row.intent
        for score in (report.overall, report.intents[row.intent], report.styles[row.style]):
            score.total += 1
            score.strict += right
            score.lenient += right or found.intent in row.also
            score.slots += found.slots == row.slots
        report.refused += found.intent == OUT_OF_SCOPE and row.intent != OUT_OF_SCOPE
        if not right:
            report.misses.append((row.intent, found.intent, row.utterance))
        if found.slots != row.slots:
            report.slot_misses.append((row.slots, found.slots, row.utterance))
    return report
