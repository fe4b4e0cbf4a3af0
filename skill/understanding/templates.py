"""Sentence templates: `(a|b)` alternatives, `[c]` optional, `<name>` a shared list, `#` starts a comment line.

    [скажи] (сколько|какой) <у_меня> (долг|баланс)

A template stands for all sentences it can produce; `sample` draws some of them, the same ones for the same seed.
"""

import math
import random
import re
from dataclasses import dataclass
from pathlib import Path

_TOKEN = re.compile(r"[()\[\]|]|<[^>]+>|[^()\[\]|<>]+")


class TemplateError(ValueError):
    """A template has an unbalanced bracket or names a list that does not exist."""


@dataclass(frozen=True)
class Node:
    """A choice of sequences; a sequence holds words (str) and further choices."""

    options: tuple[tuple["str | Node", ...], ...]

    def draw(self, rng: random.Random) -> str:
        """One sentence of this template."""
        parts = rng.choices(self.options, weights=[_weight(option) for option in self.options])[0]
        return "".join(part if isinstance(part, str) else part.draw(rng) for part in parts)

    def size(self) -> int:
        """How many sentences the template can produce."""
        return sum(_sequence_size(option) for option in self.options)

    def widest(self) -> int:
        """The most alternatives at any one place: with fewer draws some word is never heard."""
        inner = (part.widest() for option in self.options for part in option if isinstance(part, Node))
        return max([len(self.options), *inner])


def _sequence_size(sequence: tuple["str | Node", ...]) -> int:
    size = 1
    for part in sequence:
        size *= 1 if isinstance(part, str) else part.size()
    return size


def _weight(sequence: tuple["str | Node", ...]) -> float:
    """Richer alternatives are drawn more often, but not in proportion: a rare wording must be heard too."""
    return math.pow(_sequence_size(sequence), 0.3)


def parse(text: str, lists: dict[str, Node] | None = None) -> Node:
    """The template as a tree. Raises TemplateError."""
    tokens = _TOKEN.findall(text)
    node, rest = _choice(tokens, 0, lists or {}, text)
    if rest != len(tokens):
        raise TemplateError(f"a bracket closes that never opened: {text}")
    return node


def _choice(tokens: list[str], at: int, lists: dict[str, Node], text: str) -> tuple[Node, int]:
    options: list[tuple[str | Node, ...]] = []
    sequence: list[str | Node] = []
    while at < len(tokens) and tokens[at] not in (")", "]"):
        token = tokens[at]
        at += 1
        if token in ("|",):
            options.append(tuple(sequence))
            sequence = []
        elif token in ("(", "["):
            inner, at = _choice(tokens, at, lists, text)
            closing = {"(": ")", "[": "]"}[token]
            if at >= len(tokens) or tokens[at] != closing:
                raise TemplateError(f"a bracket is not closed: {text}")
            at += 1
            sequence.append(inner if closing == ")" else Node((*inner.options, ("",))))
        elif token.startswith("<"):
            if token[1:-1] not in lists:
                raise TemplateError(f"no list {token} for: {text}")
            sequence.append(lists[token[1:-1]])
        else:
            sequence.append(token)
    options.append(tuple(sequence))
    return Node(tuple(options)), at


def sample(node: Node, count: int, rng: random.Random) -> list[str]:
    """Up to `count` different sentences of the template, in a stable order."""
    seen: dict[str, None] = {}
    for _ in range(count * 3):
        seen.setdefault(" ".join(node.draw(rng).split()))
        if len(seen) >= min(count, node.size()):
            break
    return [sentence for sentence in seen if sentence]


def read_lines(path: Path) -> list[str]:
    """The template lines of a file, comments and blank lines left out."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def read_lists(path: Path) -> dict[str, Node]:
    """Shared lists, one a line: `name: template`; a list may use the ones above it."""
    lists: dict[str, Node] = {}
    for line in read_lines(path):
        name, _, body = line.partition(":")
        lists[name.strip()] = parse(body.strip(), lists)
    return lists
