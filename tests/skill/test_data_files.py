"""The data files of the conversation: a name that stands twice would silently lose what was written first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import skill

FILES = sorted((Path(skill.__file__).parent / "dialogue").rglob("*.yaml"))
SHORT = Path(skill.__file__).parent / "dialogue" / "meaning" / "short"


def names(node: yaml.Node) -> Iterator[tuple[str, yaml.Mark]]:
    """Every name that stands twice in one mapping, and where."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen and key.value != "<<":
                yield key.value, key.start_mark
            seen.add(key.value)
            yield from names(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from names(value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_name_stands_twice(file: Path) -> None:
    root = yaml.compose(file.read_text("utf-8"))
    assert root is not None
    assert list(names(root)) == []


def test_what_points_and_what_is_said_have_names_of_their_own() -> None:
    """Both are looked up in one table."""
    pointing, said = (yaml.safe_load((SHORT / f"{name}.yaml").read_text("utf-8")) for name in ("pointing", "said"))
    assert not pointing.keys() & said.keys()
