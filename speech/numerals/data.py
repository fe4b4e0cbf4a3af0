"""The package's data files: tab-separated, lines that begin with # are comments."""

FOLDER = __file__.removesuffix("data.py")


def lines(name: str) -> list[str]:
    """The lines of a data file without comments."""
    with open(FOLDER + name, encoding="utf-8") as file:  # noqa: PTH123  # pathlib would be a third of the import time
        return [line for line in file.read().splitlines() if line and line[0] != "#"]
