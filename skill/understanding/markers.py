"""Words that name a slot's value («гор», «кухня», «ночь»), found in an utterance with their places."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from skill.understanding.text import is_number, plain, sound

_FILE = Path(__file__).parent / "words.yaml"
_LETTERS = re.compile(r"[а-яa-z0-9]+")
_LONGEST_CUT = 3
_EXACT = 4
_PARTICLES = frozenset(
    re.findall(r"\w+", "то по на не а и за до из от о с в у к я мы вы ты он да но же ли бы что как или")
)
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_CUTTABLE = frozenset({"resource", "zone", "place", "channel_to"})
_MISTYPED = frozenset({"cold_water", "hot_water", "electricity", "heat"})
_SHORTEST_MISTYPED = 5
_NO_ZONE_BEFORE = ("добр", "сегодняшн", "данный", "этот", "весь", "целый", "каждый", "текущий", "тот", "последний")


@dataclass(frozen=True, slots=True)
class Marker:
    """A word of a slot: what it means and which words of `text.split()` it takes (end exclusive)."""

    slot: str
    meaning: str
    start: int
    end: int
    word: str


@dataclass(frozen=True)
class _Lexicon:
    whole: dict[str, tuple[str, str]]
    beginnings: dict[str, tuple[str, str]]


_files: tuple[Path, ...] = (_FILE,)


def use(extra: Path | None) -> None:
    """Take words from another file of the same form as well (None: only the built-in ones). Raises OSError."""
    global _files
    if extra is not None:
        extra.stat()
    _files = (_FILE,) if extra is None else (_FILE, extra)
    _lexicon.cache_clear()
    meaning.cache_clear()


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    lexicon = _Lexicon({}, {})
    for file in _files:
        for slot, meanings in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            for meant, forms in meanings.items():
                for form in forms.split():
                    target = lexicon.beginnings if form.endswith("*") else lexicon.whole
                    target[_key(form.rstrip("*"), whole=not form.endswith("*"))] = (slot, meant)
    return lexicon


def _key(word: str, *, whole: bool = True) -> str:
    """Short words must be spelt as they are: «мая» is not «моя»."""
    return "=" + word if whole and len(word) <= _EXACT else sound(word)


@lru_cache(maxsize=20_000)
def meaning(word: str) -> tuple[str, str] | None:
    """Slot and meaning of one word as it sounds, or None."""
    lexicon, word = _lexicon(), _DRAWN_OUT.sub(r"\1", word)
    if is_number(word):
        return None
    if hit := lexicon.whole.get(_key(word)):
        return hit
    key = sound(word)
    return next((lexicon.beginnings[key[:n]] for n in range(len(key), 2, -1) if key[:n] in lexicon.beginnings), None)


def words(text: str) -> list[str]:
    """The words of `text.split()` in plain letters, signs taken off; a word of signs alone is empty."""
    return ["".join(_LETTERS.findall(plain(word))) for word in text.split()]


@lru_cache(maxsize=20_000)
def nearly(word: str) -> tuple[str, str] | None:
    """Slot and meaning of a word with one slip: a letter lost, added, changed or swapped with the next."""
    key = sound(word)
    if len(key) < _SHORTEST_MISTYPED or is_number(word):
        return None
    for beginning, hit in _lexicon().beginnings.items():
        if hit[1] in _MISTYPED and len(beginning) >= _SHORTEST_MISTYPED and _one_slip(key, beginning):
            return hit
    return None


def _one_slip(key: str, beginning: str) -> bool:
    """Whether the key begins with the beginning but for one slip."""
    at = next((i for i, (a, b) in enumerate(zip(key, beginning, strict=False)) if a != b), len(beginning))
    rest, wanted = key[at:], beginning[at:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return any(one.startswith(end) for one, end in (
        (rest, wanted[1:]), (rest[1:], wanted), (rest[1:], wanted[1:]), (swapped, wanted)
    ))  # fmt: skip


def markers(text: str, *, mistyped: bool = False) -> list[Marker]:
    """All markers of a text in order; a word that recognition cut in pieces is put together again.

    `mistyped`: words with one wrong letter count as well.
    """
    parts = words(text)
    found: list[Marker] = []
    at = 0
    while at < len(parts):
        marker = _at(parts, at)
        if marker is None and mistyped and (hit := nearly(parts[at])):
            marker = Marker(*hit, at, at + 1, parts[at])
        if marker is None:
            at += 1
        else:
            found.append(marker)
            at = marker.end
    return found


def _is_no_zone(parts: list[str], at: int) -> bool:
    """«добрый день», «день добрый», «на сегодняшний день»."""
    before, after = "".join(parts[max(at - 1, 0) : at]), "".join(parts[at + 1 : at + 2])
    return before.startswith(_NO_ZONE_BEFORE) or after.startswith("добр")


def _at(parts: list[str], at: int) -> Marker | None:
    if not parts[at] or (parts[at] in ("день", "дня") and _is_no_zone(parts, at)):
        return None
    if hit := meaning(parts[at]):
        return Marker(*hit, at, at + 1, parts[at])
    for count in range(2, _LONGEST_CUT + 1):
        piece = "".join(parts[at : at + count])
        if at + count <= len(parts) and len(parts[at]) <= 5 and parts[at] not in _PARTICLES and (hit := _cut(piece)):
            return Marker(*hit, at, at + count, piece)
    return None


def _cut(piece: str) -> tuple[str, str] | None:
    hit = meaning(piece)
    return hit if hit and hit[0] in _CUTTABLE and not any(char.isdigit() for char in piece) else None
