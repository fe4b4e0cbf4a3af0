"""Text of files that others made: which encoding it has, its lines, and files that came in a ZIP."""

import codecs
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

CHUNK = 65_536
SAMPLE = 16_384
CODE_PAGES = ("cp1251", "cp866", "koi8-r")
COMMON_LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ"
"""Russian letters, the commonest first."""
WEIGHTS = {
    sign: len(COMMON_LETTERS) - at + (letter == sign)
    for at, letter in enumerate(COMMON_LETTERS)
    for sign in (letter, letter.upper())
}
ASCII = bytes(range(128))
LARGEST_UNPACKED = 1_073_741_824


class BrokenFile(ValueError):
    """The file as a whole cannot be loaded: not a table, no needed column, sums that do not agree."""


def encoding_of(path: Path) -> str:
    """UTF-8 where all of it is that, else the Russian code page in which its letters are those of Russian words."""
    decoder, is_utf8, sample = codecs.getincrementaldecoder("utf-8")(), True, bytearray()
    with path.open("rb") as file:
        chunk = file.read(CHUNK)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in chunk:
            raise BrokenFile("this is not a text file")
        if chunk.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        while chunk and (is_utf8 or len(sample) < SAMPLE):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
            sample += chunk.translate(None, ASCII)
            chunk = file.read(CHUNK)
    return "utf-8" if is_utf8 else max(CODE_PAGES, key=lambda page: _likeness(bytes(sample[:SAMPLE]), page))


def lines(path: Path, encoding: str | None = None) -> Iterator[tuple[int, str]]:
    """Lines of a text file with their numbers, whatever its encoding."""
    with path.open(encoding=encoding or encoding_of(path), newline=None, errors="replace") as text:
        for number, line in enumerate(text, start=1):
            yield number, line.rstrip("\n")


@contextmanager
def unpacked(path: Path) -> Iterator[dict[Path, str]]:
    """The files in a ZIP with their names there, in the order of these; the file itself if it is none.

    Raises BrokenFile.
    """
    if path.suffix.lower() != ".zip":
        yield {path: path.name}
        return
    with TemporaryDirectory(prefix="zhku-unpacked-") as folder:
        try:
            with zipfile.ZipFile(path) as packed:
                yield _unpack(packed, Path(folder))
        except zipfile.BadZipFile as broken:
            raise BrokenFile(f"not a ZIP: {broken}") from broken


def _unpack(packed: zipfile.ZipFile, folder: Path) -> dict[Path, str]:
    """Members under names of ours: theirs may lead out of the folder."""
    members = sorted((one for one in packed.infolist() if not one.is_dir()), key=lambda one: one.filename)
    if sum(one.file_size for one in members) > LARGEST_UNPACKED:
        raise BrokenFile("the ZIP holds more than a gigabyte")
    found = {}
    for number, member in enumerate(members):
        target_path = folder / f"{number}{Path(member.filename).suffix.lower()}"
        found[target_path] = member.filename
        with packed.open(member) as source, target_path.open("wb") as target:
            shutil.copyfileobj(source, target)
    return found


def _likeness(sample: bytes, page: str) -> int:
    """How much the bytes look like Russian in a code page: common letters count for it, other signs against."""
    return sum(WEIGHTS.get(sign, -len(COMMON_LETTERS)) for sign in sample.decode(page, errors="replace"))
