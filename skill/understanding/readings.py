"""Which number belongs to which meter, register and place: «ванная хол 96 гор 71, свет день 1112 ночь 703».

A number takes the words before it, or, where people name after («96 холодная, 71 горячая»), the words after it. A place
holds until the next one, a resource until the next one; earlier readings, flat numbers, ages and dates are left out.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from skill.understanding.handed_in import handed_in
from skill.understanding.markers import Marker, words
from skill.understanding.text import is_number
from speech.numerals import Segment

_EARLIER_PERIOD = re.compile(
    r"\bв (?:\w+ ){1,2}(?:было|была|стояло|передавал\w*)|прошл\w+ месяц .*(?:этот|сейчас|теперь|стало)\b"
)
_MISSED = re.compile(
    r"\b(?:забы\w+|пропуст\w+|прозева\w+|проворон\w+|не (?:пере|по|с)да\w+|не успел\w*|месяц назад"
    r"|с (?:\w+[рлн]я|мая|марта|августа))\b"
)
_SEASONS = ("summer", "winter", "autumn", "spring")
_ALIKE = re.compile(r"\bодинаков|\bстолько же\b")
_BOTH_WATERS = re.compile(r"\bоб(?:е|оих|ои) вод")
_EXCEPT = frozenset({"не", "без", "кроме"})
_LATER = re.compile(
    r"(?:вода |воду |счетчик )?(?:у (?:меня|нас) )?"
    r"(?:потом|позже|попозже|завтра|отдельно|нету|пока|до(?:пишу|шлю|бавлю|скажу)|(?:при|со|вы)?(?:шлю|скину)"
    r"|(?:так\w+|т[аоу]|тот) же(?! (?:сам\w+ )?#)"
    r"|не (?:вижу|знаю|видно|менял\w*|изменил\w*|снял\w*|списал\w*|смотрел\w*|успел\w*|буду|надо|нужно))\b"
)
_UNITS = {"kwh": "electricity", "gcal": "heat"}
_TARIFF = re.compile(r"[тt][123]")
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


def of_period(parts: list[str], period: str) -> bool:
    """Whether readings are handed in for the period: «в октябре было 512», «забыл в прошлом месяце» are not of now."""
    said = " ".join(parts)
    if _EARLIER_PERIOD.search(said) or _MISSED.search(said):
        return False
    return period not in _SEASONS or "за" in parts


def written(segment: Segment) -> str:
    """The number with a dot, without sign and leading zeros; «300 литров» are three tenths."""
    whole, _, rest = segment.digits.lstrip("-+").partition(".")
    if segment.unit != "rub" and any("smaller unit" in why for why in segment.why):
        rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def assign(text: str, numbers: Sequence[Segment], found: list[Marker], taken: frozenset[int]) -> list[Row]:
    """The readings of an utterance in order."""
    parts = words(text)
    numbers = [one for one in numbers if one.kind != "ordinal" and not taken.intersection(range(one.start, one.end))]
    numbers = handed_in(text, parts, [_behind_tariff(parts, one) for one in numbers])
    marks = [m for m in _tariff_marks(found, parts) if not any(n.start <= m.start < n.end for n in numbers)]
    marks = [m for m in marks if m.slot in ("resource", "zone", "place") and not _is_put_off(parts, m)]
    gaps = _gaps(parts, numbers, marks)
    rows = [Row(written(one), _UNITS.get(one.unit)) for one in numbers]
    if len(rows) == 1 and (each := _for_each(parts, numbers[0], rows[0], gaps)):
        return each
    if own := _in_clauses(text, numbers, marks):
        _name_rows(rows, own)
        return _merge_zones(rows)
    after = _named_after(gaps)
    placed = after and "place" not in gaps[0].named
    _name_rows(rows, [_own(gaps[i + after], gaps[i + placed]) for i in range(len(rows))])
    _zones_after(rows, gaps)
    if len(rows) == 1:
        _complete(rows[0], gaps)
    for slot in ("resource", "zone", "place"):
        _deal_out(rows, slot, gaps)
    return _merge_zones(rows)


def _own(words: _Stretch, where: _Stretch) -> dict[str, str]:
    """The names of a number; its place may be said elsewhere: «на кухне 46 холодная, 31 горячая»."""
    return {slot: name for slot, name in words.named.items() if slot != "place"} | {
        slot: name for slot, name in where.named.items() if slot == "place"
    }


def _name_rows(rows: list[Row], own: list[dict[str, str]]) -> None:
    """What is said of one number holds for the next ones until other words come."""
    kept: dict[str, str] = {}
    for row, named in zip(rows, own, strict=True):
        _hold(kept, named)
        row.resource, row.zone, row.place = kept.get("resource", row.resource), kept.get("zone"), kept.get("place")


def _for_each(parts: list[str], number: Segment, row: Row, gaps: list[_Stretch]) -> list[Row]:
    """«и хвс и гвс по 88», «на кухне и в ванной одинаково по сто»: one number for each of several meters."""
    before = parts[number.start - 1] if number.start else ""
    if before != "по" and not _ALIKE.search(" ".join(parts)):
        return []
    listed = {slot: [name for gap in gaps for name in gap.listed.get(slot, [])] for slot in ("place", "resource")}
    if len(listed["resource"]) < 2 and _BOTH_WATERS.search(" ".join(parts)):
        listed["resource"] = ["cold_water", "hot_water"]
    several = [slot for slot, names in listed.items() if len(names) > 1]
    if len(several) != 1:
        return []
    _complete(row, gaps)
    rows = [replace(row) for _ in listed[several[0]]]
    _give(rows, several[0], listed[several[0]])
    return rows


def _in_clauses(text: str, numbers: Sequence[Segment], marks: list[Marker]) -> list[dict[str, str]]:
    """«71 холодная, 66 горячая, свет 3090»: each number with the names of its own clause, if each has some there.

    None where names of one kind stand before all the numbers, or behind all: those need no commas.
    """
    ends = [i for i, piece in enumerate(text.split()) if piece.endswith((",", ";", "."))]
    of_number = [bisect_left(ends, number.end - 1) for number in numbers]
    if len(numbers) < 2 or len(set(of_number)) < len(numbers):
        return []
    own: list[dict[str, str]] = []
    sides: set[bool] = set()
    for number, clause in zip(numbers, of_number, strict=True):
        named = [mark for mark in marks if bisect_left(ends, mark.start) == clause]
        if not any(mark.slot != "place" for mark in named) or len({mark.slot for mark in named}) < len(named):
            return []
        sides.update(mark.start < number.start for mark in named)
        own.append({mark.slot: mark.meaning for mark in named})
    kinds = {frozenset(named) & {"resource", "zone"} for named in own}
    return own if len(sides) > 1 or len(kinds) > 1 else []


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


def _behind_tariff(parts: list[str], number: Segment) -> Segment:
    """«т1 тысяча восемьсот»: the name of the tariff is no part of the number."""
    named = number.end - number.start > 1 and _TARIFF.fullmatch(parts[number.start])
    return number._replace(start=number.start + 1) if named else number


def _is_put_off(parts: list[str], mark: Marker) -> bool:
    """«холодную потом», «не горячая»: named, and not handed in."""
    before = "".join(parts[max(mark.start - 1, 0) : mark.start])
    after = " ".join("#" if is_number(part) else part for part in parts[mark.end : mark.end + 5])
    return before in _EXCEPT or bool(_LATER.match(after))


def _tariff_marks(found: list[Marker], parts: list[str]) -> list[Marker]:
    """T1 and T2 are day and night, but with a T3 peak and night; the T3 itself is half-peak."""
    names = [re.sub(r"[тt]", "т", part) for part in parts]
    tariffs = {i: name for i, name in enumerate(names) if _TARIFF.fullmatch(name)}
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
    if len(numbers) == 1:  # «ночные восемь тысяч, а днём сплю»: what follows is something else
        both_zones = {m.meaning for m in marks if m.slot == "zone" and m.start < numbers[0].start} or both_zones
    for start, end in zip(*edges, strict=True):
        stretch = _Stretch()
        for mark in (m for m in marks if start <= m.start < end):
            if mark.slot == "zone" and (len(numbers) < len(both_zones) or mark.meaning not in both_zones):
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
