"""From sentences to a model: read the templates, draw sentences, blur some of them, learn."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from skill.understanding import features, noise
from skill.understanding.learning import Lesson, train
from skill.understanding.model import Model
from skill.understanding.templates import Node, parse, read_lines, read_lists, sample

HERE = Path(__file__).parent
SENTENCES = HERE / "sentences"
LISTS = HERE / "lists.txt"
OPENERS = HERE / "openers.txt"
CLOSERS = HERE / "closers.txt"
CONTRASTS = HERE / "contrasts.txt"
OUT_OF_SCOPE = "out_of_scope"
_TURNS = (
    "не {no} а {yes}", "{no} не надо {yes}", "{no} знаю мне {yes}", "не {no} мне просто {yes}", "нет не {no} {yes}",
    "{no} потом сначала {yes}", "{no} не интересует скажите {yes}", "я не про {no} а {yes}",
    "хотел {no} но сначала {yes}",
)  # fmt: skip
_MOST_WORDS = 48
_OPEN_CLASS = 3.0  # all the rest of the world is one intent: measured, it needs the weight
_BARE = frozenset({"yes", "no", "repeat", "slower", "back", "stop", "thanks", "greeting", "help", "operator"})


@dataclass(frozen=True)
class Template:
    """One line of a sentences file: the intent it stands for and the tree of its wordings."""

    intent: str
    line: str
    node: Node


def read_templates(folders: Iterable[Path]) -> Iterator[Template]:
    """Every template of the folders, the file's name is the intent. Raises TemplateError."""
    for folder in folders:
        own = folder / "lists.txt"
        lists = read_lists(LISTS) | (read_lists(own) if own.exists() else {})
        for path in sorted(folder.glob("*.txt")):
            if path != own:
                for line in read_lines(path):
                    yield Template(path.stem, line, parse(line, lists))


def _drawn(template: Template, most: int, rng: random.Random) -> list[str]:
    count = min(most, 2 + int(1.5 * template.node.size() ** 0.5))
    return sample(template.node, max(count, min(2 * template.node.widest(), _MOST_WORDS)), rng)


def _varied(sentence: str, intent: str, rng: random.Random, openers: Node, closers: Node) -> str:
    """With an address or a politeness around it, as people speak."""
    if rng.random() < 0.5:
        sentence = f"{openers.draw(rng)} {sentence}"
    if rng.random() < (0.15 if intent in _BARE else 0.3):
        sentence = f"{sentence} {closers.draw(rng)}"
    return " ".join(sentence.split())


def draw_sentences(templates: list[Template], most: int = 24, seed: int = 7) -> list[tuple[str, Template, float]]:
    """Training sentences with the template they came from and their weight: plain, framed, mistyped, misheard."""
    rng = random.Random(seed)
    lists = read_lists(LISTS)
    openers, closers = (parse("|".join(read_lines(path)), lists) for path in (OPENERS, CLOSERS))
    drawn: list[tuple[str, Template, float]] = []
    for template in templates:
        sentences = _drawn(template, most, rng)
        share = min(1.0, 3.0 / len(sentences)) if sentences else 1.0
        for sentence in sentences:
            framed = _varied(sentence, template.intent, rng, openers, closers)
            drawn.append((sentence, template, share))
            drawn.append((framed, template, share))
            drawn.append((noise.typed(framed if rng.random() < 0.4 else sentence, rng), template, share * 0.7))
            drawn.append((noise.misheard(framed if rng.random() < 0.4 else sentence, rng), template, share * 0.7))
    return drawn


def contrasts(intents: set[str], seed: int = 7) -> Iterator[Template]:
    """Sentences that turn one intent's wish away and name another's (`contrasts.txt`)."""
    rng = random.Random(seed)
    wishes = {name: node for name, node in read_lists(CONTRASTS).items() if name in intents}
    for turn in _TURNS:
        for yes in wishes:
            others = [name for name in wishes if name != yes]
            for no in rng.sample(others, min(3, len(others))):
                line = turn.format(no=wishes[no].draw(rng), yes=wishes[yes].draw(rng))
                yield Template(yes, line, parse(line))


def known_stems(templates: list[Template], seed: int = 7) -> Counter[str]:
    """In how many templates of the trade a word stem occurs; what is outside speaks of other things."""
    rng = random.Random(seed)
    count: Counter[str] = Counter()
    for template in templates:
        if template.intent != OUT_OF_SCOPE:
            count.update({stem for sentence in _drawn(template, 40, rng) for stem in features.stems(sentence)})
    for path in (OPENERS, CLOSERS):
        for line in read_lines(path):
            count.update(dict.fromkeys(features.stems(line), 5))
    return count


def build(extra: Iterable[Path] = (), labelled: Iterable[tuple[str, str]] = (), seed: int = 7) -> Model:
    """The model of the built-in sentences, those of extra folders, and labelled utterances: (intent, text).

    Deterministic: the same sentences give the same weights.
    """
    templates = list(read_templates([SENTENCES, *extra]))
    templates += [Template(intent, text, Node(((text,),))) for intent, text in labelled]
    templates += contrasts({template.intent for template in templates}, seed)
    stems = known_stems(templates, seed)
    often = frozenset(stem for stem, count in stems.items() if count > 1)
    intents = tuple(sorted({template.intent for template in templates}))
    column = {intent: i for i, intent in enumerate(intents)}
    totals = dict.fromkeys(intents, 0.0)
    drawn = draw_sentences(templates, seed=seed)
    for _, template, share in drawn:
        totals[template.intent] += share
    mean = sum(totals.values()) / len(totals)
    lessons = [
        Lesson(
            features.index(features.names(sentence, often)),
            column[template.intent],
            share * (mean / totals[template.intent]) ** 0.5 * (_OPEN_CLASS if template.intent == OUT_OF_SCOPE else 1.0),
        )
        for sentence, template, share in drawn
    ]
    return train(lessons, intents, often, seed=seed)
