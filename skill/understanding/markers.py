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
_DOUBLED = re.compile(r"(.)\1+")
_CUTTABLE = frozenset({"resource", "zone", "place", "channel_to", "month", "weekday", "day"})
_PREPOSITIONS = frozenset({"в", "с", "у", "к", "о", "от", "по", "на", "но"})
_LONGEST_REST = 8
"""«в анная», «по чту»: what looks like a preposition may be the beginning of a short word."""
_MISTYPED = frozenset({"cold_water", "hot_water", "electricity", "heat", "halfpeak"})
_CALENDAR = ("month", "weekday")
_SHORTEST_MISTYPED = 5
_MISTYPED_PLACES = frozenset({"toilet", "corridor"})
_TIMES_OF_DAY = frozenset({"день", "дня", "днем", "ночи", "ночью"})
_NO_ZONE_BEFORE = (
    "добр", "сегодняшн", "данный", "этот", "весь", "целый", "каждый", "текущий", "тот", "последний", "через", "какой",
    "втор", "трет", "один", "опозда", "спокойн", "прошл", "этой",
)  # fmt: skip
_FALSE_FRIENDS = "sounds_alike"


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
    places: frozenset[str]
    """Long whole names of places, as they sound."""
    starts: frozenset[tuple[str, str]]
    """Meanings with the first letters of their forms as they are written, one letter and two."""
    friends: tuple[str, ...]
    """Beginnings of words that only sound like one of ours, as they are written."""


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
    whole: dict[str, tuple[str, str]] = {}
    beginnings: dict[str, tuple[str, str]] = {}
    starts: set[tuple[str, str]] = set()
    friends: list[str] = []
    for file in _files:
        for slot, meanings in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            if slot == _FALSE_FRIENDS:
                friends += meanings.split()
                continue
            for meant, forms in meanings.items():
                for form in forms.split():
                    starts.update({(meant, form[:1]), (meant, form[:2])})
                    target = beginnings if form.endswith("*") else whole
                    target[_key(form.rstrip("*"), whole=not form.endswith("*"))] = (slot, meant)
    places = frozenset(key for key, hit in whole.items() if hit[0] == "place" and len(key) >= _SHORTEST_MISTYPED)
    return _Lexicon(whole, beginnings, places, frozenset(starts), tuple(friends))


def _key(word: str, *, whole: bool = True) -> str:
    """Short words must be spelt as they are: «мая» is not «моя»."""
    return "=" + word if whole and len(word) <= _EXACT else sound(word)


@lru_cache(maxsize=20_000)
def meaning(word: str) -> tuple[str, str] | None:
    """Slot and meaning of one word as it sounds, or None."""
    lexicon, word = _lexicon(), _DRAWN_OUT.sub(r"\1", word)
    if is_number(word) or word.startswith(lexicon.friends):
        return None
    if hit := lexicon.whole.get(_key(word)) or lexicon.whole.get(_key(_DOUBLED.sub(r"\1", word))):
        return hit
    key = sound(word)
    return next((lexicon.beginnings[key[:n]] for n in range(len(key), 2, -1) if key[:n] in lexicon.beginnings), None)


def words(text: str) -> list[str]:
    """The words of `text.split()` in plain letters, signs taken off; a word of signs alone is empty."""
    return ["".join(_LETTERS.findall(plain(word))) for word in text.split()]


@lru_cache(maxsize=20_000)
def nearly(word: str) -> tuple[str, str] | None:
    """Slot and meaning of a word with one slip: a letter lost, added, changed or swapped with the next."""
    key, lexicon = sound(word), _lexicon()
    if len(key) < _SHORTEST_MISTYPED or is_number(word) or word.startswith(lexicon.friends):
        return None
    for beginning, hit in lexicon.beginnings.items():
        named = (hit[1] in _MISTYPED_PLACES or hit[0] in _CALENDAR) and (hit[1], word[:1]) in lexicon.starts
        if len(beginning) >= _SHORTEST_MISTYPED and (hit[1] in _MISTYPED or named) and _one_slip(key, beginning):
            return hit
    return next(
        (lexicon.whole[one] for one in lexicon.places if key[0] == one[0] and key in _slips(key, one)),
        None,
    )


def _one_slip(key: str, beginning: str) -> bool:
    """Whether the key begins with the beginning but for one slip."""
    return any(key.startswith(slip) for slip in _slips(key, beginning))


def _slips(key: str, wanted: str) -> list[str]:
    """What was wanted with a letter lost, added, changed or swapped where the key first differs.

    The first letter is not changed, the last one neither lost nor changed: those are other words.
    """
    at = next((i for i, (a, b) in enumerate(zip(key, wanted, strict=False)) if a != b), min(len(key), len(wanted)))
    said, left, right = key[at : at + 1], wanted[:at], wanted[at:]
    slips = [left + said + right, left + right[1:2] + right[:1] + right[2:]]
    if len(right) > 1:
        slips += [left + right[1:]] + [left + said + right[1:]] * (at > 0)
    return slips


def markers(text: str, *, mistyped: bool = False) -> list[Marker]:
    """All markers of a text in order; a word that recognition cut in pieces is put together again.

    `mistyped`: words with one wrong letter count as well.
    """
    parts = words(text)
    found: list[Marker] = []
    at = 0
    while at < len(parts):
        if _is_of_digits(parts, at):
            at += 1
            continue
        marker = _at(parts, at)
        if marker is None and (hit := nearly(parts[at])) and (mistyped or hit[0] in _CALENDAR):
            marker = Marker(*hit, at, at + 1, parts[at])
        if marker is None:
            at += 1
        else:
            found.append(marker)
            at = marker.end
    return found


def _is_no_zone(parts: list[str], at: int) -> bool:
    """«добрый день», «день добрый», «на сегодняшний день», «сегодня ночью»."""
    before, after = "".join(parts[max(at - 1, 0) : at]), "".join(parts[at + 1 : at + 2])
    when = before in ("сегодня", "вчера") and parts[at] in ("ночью", "днем")
    return when or before.startswith(_NO_ZONE_BEFORE) or after.startswith("добр")


def _is_of_digits(parts: list[str], at: int) -> bool:
    """«Красные цифры», «красные и чёрные цифры» are on the dial."""
    return parts[at].startswith("красн") and any(part.startswith("цифр") for part in parts[at + 1 : at + 4])


def _at(parts: list[str], at: int) -> Marker | None:
    if not parts[at] or (parts[at] in _TIMES_OF_DAY and _is_no_zone(parts, at)):
        return None
    if hit := meaning(parts[at]):
        return Marker(*hit, at, at + 1, parts[at])
    for count in range(2, _LONGEST_CUT + 1):
        piece = "".join(parts[at : at + count])
        if at + count > len(parts) or len(parts[at]) > 5 or len(set(parts[at : at + count])) == 1:  # «э э» hesitates
            break
        if parts[at] in _PARTICLES and not (count == 2 and _may_be_cut(parts[at], parts[at + 1])):
            break
        if hit := _cut(piece):
            return Marker(*hit, at, at + count, piece)
    return None


def _may_be_cut(preposition: str, rest: str) -> bool:
    return preposition in _PREPOSITIONS and 1 < len(rest) <= _LONGEST_REST and meaning(rest) is None


def _cut(piece: str) -> tuple[str, str] | None:
    hit = meaning(piece)
    if hit and (hit[1], piece[:2]) not in _lexicon().starts:
        return None
    return hit if hit and hit[0] in _CUTTABLE and not any(char.isdigit() for char in piece) else None
