"""Which number belongs to which meter, register and place: «ванная хол 96 гор 71, свет день 1112 ночь 703».

A number takes the words before it, or, where people name after («96 холодная, 71 горячая»), the words after it. A place
holds until the next one, a resource until the next one; earlier readings, flat numbers, ages and dates are left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from skill.understanding.markers import Marker, words
from speech.numerals import Segment

_BEFORE_NOT_A_READING = re.compile(
    r"(?:кв|квартир\w*|дом|дома|д|подъезд\w*|этаж\w*|лицев\w*|лс|улиц\w*|корпус|ул|мне|телефон\w*|тел|заявк\w*"
    r"|договор\w*|номер)$"
)
_AFTER_NOT_A_READING = re.compile(
    r"(?:кв|квартир\w*|этаж\w*|лет|год\w*|годик\w*|подъезд\w*|руб\w*|минут\w*|час|часов|часа|дн\w+|день|месяц\w*"
    r"|раза?|штук\w*|человек\w*|числа|счетчик\w*|показан\w*|прибор\w*|тариф\w*|зон\w*|цифр\w*|комнат\w*|проц\w*|г)$"
)
_SMALL_ONLY = re.compile(r"(?:счетчик|показан|прибор|тариф|зон|цифр|день|дн|раз)")
_EARLIER = re.compile(
    r"(?:было|была|были|прошл\w*|раньше|предыдущ\w*|том|старое|старые|прежн\w*|последн\w*|передавал\w*)$"
)
_NOW = re.compile(r"(?:сейчас|теперь|стало|стала|щас|сегодня|нынче|новое|новые|нов\w*|текущ\w*|показыва\w*)$")
_EARLIER_PERIOD = re.compile(
    r"\bв (?:\w+ ){1,2}(?:было|была|стояло|передавал\w*)|прошл\w+ месяц .*(?:этот|сейчас|теперь|стало)\b"
)
_THREE_ZONES = ("peak", "night", "halfpeak")


@dataclass
class Row:
    """One number and what was said of it."""

    value: str
    resource: str | None = None
    zone: str | None = None
    place: str | None = None


@dataclass
class _Stretch:
    """The words between two numbers: markers by slot."""

    named: dict[str, str] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)


def of_earlier(parts: list[str]) -> bool:
    """«в октябре было 512»: the period belongs to the earlier reading."""
    return bool(_EARLIER_PERIOD.search(" ".join(parts)))


def written(segment: Segment) -> str:
    """The number with a dot, without sign and leading zeros."""
    whole, _, rest = segment.digits.lstrip("-+").partition(".")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def assign(text: str, numbers: Sequence[Segment], found: list[Marker], taken: frozenset[int]) -> list[Row]:
    """The readings of an utterance in order."""
    parts = words(text)
    numbers = [one for one in numbers if one.kind != "ordinal" and not taken.intersection(range(one.start, one.end))]
    numbers = [one for one in numbers if not _is_about_else(parts, one)]
    numbers = _without_earlier(parts, numbers)
    marks = [m for m in _tariff_marks(found, parts) if not any(n.start <= m.start < n.end for n in numbers)]
    marks = [m for m in marks if m.slot in ("resource", "zone", "place")]
    gaps = _gaps(parts, numbers, marks)
    rows = [Row(written(one)) for one in numbers]
    after = _named_after(gaps)
    kept: dict[str, str] = {}
    for i, row in enumerate(rows):
        own = {slot: word for slot, word in gaps[i + after].named.items() if slot != "place"}
        where = gaps[i + (after and "place" not in gaps[0].named)].named.get("place")
        _hold(kept, own | ({"place": where} if where else {}))
        row.resource, row.zone, row.place = kept.get("resource"), kept.get("zone"), kept.get("place")
    _zones_after(rows, gaps)
    if len(rows) == 1:
        _complete(rows[0], gaps)
    for slot in ("resource", "zone", "place"):
        _deal_out(rows, slot, gaps)
    return _merge_zones(rows)


def _zones_after(rows: list[Row], gaps: list[_Stretch]) -> None:
    """«свет 7788 (день), 3344 (ночь)»: each zone follows its number, whatever stands before."""
    if "zone" not in gaps[0].named and all("zone" in gap.named for gap in gaps[1:]):
        for row, gap in zip(rows, gaps[1:], strict=True):
            row.resource, row.zone = "electricity", gap.named["zone"]


def _deal_out(rows: list[Row], slot: str, gaps: list[_Stretch]) -> None:
    """«хвс/гвс 46/31, в ванной хвс/гвс 88/70»: names in a row go to the numbers after them in turn.

    Names before all numbers (or after) are dealt out again and again; one name after all goes to each.
    """
    if len(rows) < 2:
        return
    named = [i for i, gap in enumerate(gaps) if slot in gap.listed]
    if len(named) == 1 and named[0] in (0, len(rows)):
        names = gaps[named[0]].listed[slot]
        if len(rows) % len(names) == 0 and (len(names) > 1 or named[0]):
            _give(rows, slot, names * (len(rows) // len(names)))
        return
    for at in named:
        names = gaps[at].listed[slot]
        if len(names) > 1 and not any(at < other < at + len(names) for other in named):
            _give(rows[at : at + len(names)], slot, names)


def _give(rows: list[Row], slot: str, names: list[str]) -> None:
    if len(rows) == len(names):
        for row, name in zip(rows, names, strict=True):
            setattr(row, slot, name)
            if slot == "zone":
                row.resource = "electricity"


def _hold(kept: dict[str, str], own: dict[str, str]) -> None:
    """New words replace the held ones; a new resource ends a zone, a zone means electricity."""
    if "resource" in own:
        kept.pop("zone", None)
    kept.update(own)
    if "zone" in own:
        kept["resource"] = "electricity"


def _complete(row: Row, gaps: list[_Stretch]) -> None:
    """A single number has all words of the utterance to itself."""
    for stretch in reversed(gaps):
        row.resource = row.resource or stretch.named.get("resource")
        row.place = row.place or stretch.named.get("place")
        row.zone = row.zone or stretch.named.get("zone")
    if row.zone:
        row.resource = "electricity"


def _merge_zones(rows: list[Row]) -> list[Row]:
    if {"peak"} & {row.zone for row in rows} or {"halfpeak"} & {row.zone for row in rows}:
        for row in rows:
            row.resource = row.resource or "electricity"
    return rows


def _tariff_marks(found: list[Marker], parts: list[str]) -> list[Marker]:
    """T1 and T2 are day and night, but with a T3 peak and night; the T3 itself is half-peak."""
    names = [re.sub(r"[тt]", "т", part) for part in parts]
    tariffs = {i: name for i, name in enumerate(names) if re.fullmatch(r"т[123]", name)}
    if not tariffs:
        return found
    meanings = (
        dict(zip(("т1", "т2", "т3"), _THREE_ZONES, strict=True))
        if "т3" in tariffs.values()
        else {"т1": "day", "т2": "night"}
    )
    others = [marker for marker in found if marker.start not in tariffs]
    return sorted(
        [*others, *(Marker("zone", meanings[name], i, i + 1, name) for i, name in tariffs.items())],
        key=lambda m: m.start,
    )


def _gaps(parts: list[str], numbers: Sequence[Segment], marks: list[Marker]) -> list[_Stretch]:
    """The words before the first number, between numbers, and after the last."""
    edges = [0, *(n.end for n in numbers)], [*(n.start for n in numbers), len(parts)]
    gaps = []
    both_zones = {m.meaning for m in marks if m.slot == "zone"}
    for start, end in zip(*edges, strict=True):
        stretch = _Stretch()
        for mark in (m for m in marks if start <= m.start < end):
            if mark.slot == "zone" and len(numbers) < len(both_zones):
                continue
            stretch.named[mark.slot] = mark.meaning
            if mark.meaning not in stretch.listed.setdefault(mark.slot, []):
                stretch.listed[mark.slot].append(mark.meaning)
        gaps.append(stretch)
    return gaps


def _named_after(gaps: list[_Stretch]) -> bool:
    """Nothing before the first number, something after each: the words follow their numbers."""
    key = {"resource", "zone"} if any({"resource", "zone"} & gap.named.keys() for gap in gaps) else {"place"}
    return (
        not key & gaps[0].named.keys()
        and bool(key & gaps[-1].named.keys())
        and all(key & gap.named.keys() for gap in gaps[1:])
    )


def _is_about_else(parts: list[str], number: Segment) -> bool:
    before = parts[number.start - 1] if number.start else ""
    after = parts[number.end] if number.end < len(parts) else ""
    numbered = number.start > 1 and parts[number.start - 2] == "номер" and before.startswith(("счетчик", "прибор"))
    if numbered or _BEFORE_NOT_A_READING.match(before):
        return True
    if not _AFTER_NOT_A_READING.match(after):
        return False
    return number.value < 10 if _SMALL_ONLY.match(after) else True


def _without_earlier(parts: list[str], numbers: list[Segment]) -> list[Segment]:
    """«было 310, сейчас 318»: the earlier reading is not the one handed in."""
    if len(numbers) < 2:
        return numbers
    keep, last_end = [], 0
    for number in numbers:
        around = parts[last_end : number.start]
        earlier = [i for i, word in enumerate(around) if _EARLIER.match(word)]
        now = [i for i, word in enumerate(around) if _NOW.match(word)]
        keep.append(not earlier or bool(now and now[-1] > earlier[-1]))
        last_end = number.end
    return [number for number, kept in zip(numbers, keep, strict=True) if kept] if any(keep) else numbers
