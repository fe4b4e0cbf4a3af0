"""The table of platforms says yes only where a test proves it, and names every platform."""

import re
from pathlib import Path

from skill.channels.channel import assistants, messengers

README = Path("skill/channels/README.md").read_text("utf-8")
OWN_DOORS = {"api", "widget"}


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def promised() -> set[tuple[str, str]]:
    """Platform and column of every yes."""
    table, _ = README.split("## Proofs")
    head = next(line for line in table.splitlines() if line.startswith("| `platform`"))
    columns = [cell.strip() for cell in head.strip("|").split("|")][2:]
    found = [(cells[0].strip("`"), dict(zip(columns, cells[2:], strict=True))) for cells in rows(table)[1:]]
    return {(platform, column) for platform, cells in found for column, cell in cells.items() if cell == "yes"}


def proofs() -> dict[tuple[str, str], list[str]]:
    """The tests behind each yes."""
    _, table = README.split("## Proofs")
    return {(cells[0].strip("`"), cells[1]): re.findall(r"test_\w+", cells[2]) for cells in rows(table)}


def test_every_platform_is_in_the_table() -> None:
    assert {platform for platform, _ in promised()} == {*assistants(), *messengers(), *OWN_DOORS}


def test_every_yes_has_its_proof_and_every_proof_its_yes() -> None:
    assert set(proofs()) == promised()


def test_every_named_test_exists() -> None:
    written = "".join(file.read_text("utf-8") for file in Path("tests/skill").rglob("test_*.py"))
    existing = set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    assert {name for names in proofs().values() for name in names} - existing == set()
