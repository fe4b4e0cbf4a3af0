"""Which of an utterance's numbers are handed in: not ages, flats and accounts, not earlier readings, not the use.

«в прошлый раз 310, сейчас 318, значит 8 кубов» hands in 318 alone.
"""

import re
from collections.abc import Sequence

from skill.understanding.markers import meaning
from skill.understanding.restated import once
from skill.understanding.serials import serial_numbers
from speech.numerals import Segment

_BEFORE = re.compile(
    r"(?:кв|квартир\w*|дом|дома|д|подъезд\w*|этаж\w*|лицев\w*|лс|улиц\w*|корпус|ул|телефон\w*|тел|заявк\w*"
    r"|договор\w*|номер|абонент\w*|пин|код|паспорт\w*|пломб\w*)$"
)
_AFTER = re.compile(
    r"(?:кв|квартир\w*|этаж\w*|лет|год\w*|годик\w*|подъезд\w*|руб\w*|минут\w*|час|часов|часа|дн\w+|день|месяц\w*"
    r"|раза?|штук\w*|человек\w*|числа|счетчик\w*|показан\w*|прибор\w*|тариф\w*|зон\w*|цифр\w*|комнат\w*|проц\w*|утра|вечера|г"
    r"|горячих|холодных)$"
)
_SMALL_ONLY = re.compile(r"(?:счетчик|показан|прибор|тариф|зон|цифр|день|дн|раз|горяч|холодн)")
_ACCOUNT = re.compile(
    r"(?:лицев\w*|личн\w*|абонентск\w*)(?: мой| мо[ей]м\w*)? счет\w{0,2}(?: номер| №)?$|(?:^| )л ?с(?: номер)?$"
)
_OLD_METER = re.compile(r"(?<!по )(?<!к )(?<!на )\bсчетчик(?:у|ам)$")
_EARLIER = re.compile(
    r"(?:было|была|были|был|прошл\w*|раньше|предыдущ\w*|том|старое|старые|старая|прежн\w*|последн\w*|передавал\w*|давал\w*|назад"
    r"|начальн\w*|записано|позапрошл\w*|предидущ\w*|прежде)$"
)
_NOW = re.compile(
    r"(?:сейчас|теперь|стало|стала|стал|стали|щас|сегодня|нынче|ныне|новое|новые|нов\w*|текущ\w*|показыва\w*|конечн\w*"
    r"|этом|этот|сейчс|ща|счас|тепер|настоящ\w*|натекло)$"
)
_THAT_TIME = re.compile(r"\b(?:тот|тогдашн\w+) раз\b")
_USE = re.compile(
    r"(?:расход\w*|разниц\w*|(?:по|ис|из|рас)?трат\w*|израсходова\w*|сож[гж]\w*|нажгл?\w*|съел\w*|ушло|ушли|вышло|итого"
    r"|значит|получается|выходит|плюс|больше|меньше|прибавил\w*|прирос\w*|добавил\w*|потребл\w*|употреб\w*|вылил\w*"
    r"|накапало|набежало|разниц\w*)$"
)
_A_MONTH = re.compile(r"(?:(?:куб|киловат|квт)\w* )?в (?:месяц|сутки|день|год)\b")
_ONE_AND_OTHER = re.compile(r"(?:на|в|из|для|по)\b.*\b(?:друг|втор)\w+ (?:на|в|из|для|по)\b")
"""«Один на горячую …, другой на холодную …»."""
_SPENT = re.compile(r"(?:расход\w*|разниц\w*|\w*трат\w*|израсход\w*|сож[гж]\w*|потребл\w*|употреб\w*)$")
_PEOPLE = frozenset({"двое", "трое", "четверо", "пятеро", "шестеро", "вдвоем", "втроем"})
_ALONE = frozenset({"одна", "одни", "одной", "одним", "одними"})
_ADDRESS = re.compile(r"\d+[а-я]?[-/]\d+:$")
_LAST = re.compile(r"\bпоследн\w+(?: \w+)?$")
_CLOCK = re.compile(r"\d{1,2}:\d\d,?$")
_FLAT = re.compile(r"(?:кв|квартир\w*)$")
_RED = re.compile(r"красн(?:ы[ехм]|еньки[ехм])\w*$")
"""«Сто двадцать пять, красные четыреста»: the red digits are not handed in."""
_LARGEST_USE = 1000
_MOST_METERS = 10
_STOPS = (",", ";", ".", ":")
_OLDEST = 120
_AT_HOME = re.compile(r"\b(?:меня|нас) дома$")
_LONGEST_DIAL = 10
_ARROW = re.compile(r"(?:-+|=+|–|—)>|[→⇒➡⟶>]")
_THEN_NOW = re.compile(r"(?:до|на|по)$")


def handed_in(text: str, parts: list[str], numbers: Sequence[Segment]) -> list[Segment]:
    """The numbers that are readings of now, in order."""
    pieces = text.split()
    serials = serial_numbers(parts, numbers)
    told = [one for one in numbers if one not in serials and not _counts_meters(pieces, parts, one)]
    numbers = [one for one in told if not _is_about_else(pieces, parts, one) and not _is_numbered(pieces, one)]
    numbers = [one for one in numbers if one.width < _LONGEST_DIAL] or numbers
    numbers = once(parts, numbers)
    if len(numbers) == 1 and _is_only_used(parts, numbers[0]):
        return []
    if len(numbers) < 2:
        return numbers
    earlier = _earlier(text, parts, numbers)
    kept = [number for number, is_earlier in zip(numbers, earlier, strict=True) if not is_earlier]
    kept = kept or numbers
    return _without_use(parts, kept, [number for number in numbers if number not in kept])


def _is_numbered(pieces: list[str], number: Segment) -> bool:
    """«Лесная 4-56:», «№ 4455667», «10:30»: addresses, numbers of things and times."""
    own, before = pieces[number.end - 1], pieces[number.start - 1] if number.start else ""
    return bool(_ADDRESS.match(own) or _CLOCK.match(own)) or "№" in own + before


def _counts_meters(pieces: list[str], parts: list[str], number: Segment) -> bool:
    """«2 хвс: 30 и 34»: how many meters follow."""
    named = number.end < len(parts) and _is_name(parts[number.end]) and pieces[number.end].endswith(":")
    return named and number.value < _MOST_METERS and not (number.start and _is_name(parts[number.start - 1]))


def _is_only_used(parts: list[str], number: Segment) -> bool:
    """«потратили шесть кубов» tells what no meter shows."""
    said = [*parts[max(number.start - 2, 0) : number.start], *parts[number.end : number.end + 1]]
    return bool(number.unit) and number.value < _LARGEST_USE and any(map(_SPENT.match, said))


def _is_about_else(pieces: list[str], parts: list[str], number: Segment) -> bool:
    before = parts[number.start - 1] if number.start else ""
    after = parts[number.end] if number.end < len(parts) and not pieces[number.end - 1].endswith(_STOPS) else ""
    numbered = number.start > 1 and parts[number.start - 2] == "номер" and before.startswith(("счетчик", "прибор"))
    said = " ".join(parts[: number.start])
    aged = before == "мне" and number.value < _OLDEST
    if (
        numbered
        or aged
        or (_BEFORE.match(before) and not _AT_HOME.search(said))
        or _ACCOUNT.search(said)
        or (_OLD_METER.search(said) and number.value < 100)
    ):
        return True
    if parts[number.start] in _PEOPLE or (number.value == 1 and (parts[number.start] in _ALONE or before[:3] == "жив")):
        return True
    following = " ".join(parts[number.end :])
    a_month = _A_MONTH.match(following)
    if _RED.match(before) or (a_month and number.value < _LARGEST_USE and (number.unit or "месяц" in a_month[0])):
        return True
    if number.value == 1 and parts[number.start].isalpha() and _ONE_AND_OTHER.match(following):
        return True
    if before == "за" and number.value < 13 and number.kind == "cardinal" and not after[:1].isdigit():
        return True
    of_next = bool(_FLAT.match(after)) and "".join(parts[number.end + 1 : number.end + 2]).isdigit()
    if of_next or not _AFTER.match(after):
        return False
    return number.value < 10 if _SMALL_ONLY.match(after) else True


def _earlier(text: str, parts: list[str], numbers: Sequence[Segment]) -> list[bool]:
    """For each number, whether it is an earlier reading.

    What is said before a number holds for it; «было … … стало … …» holds until the other word. Where the words follow
    («310 было, 318 стало») they hold for the number before.
    """
    edges = [0, *(number.end for number in numbers)], [*(number.start for number in numbers), len(parts)]
    said = [_time(parts[start:end]) for start, end in zip(*edges, strict=True)]
    if said[0] is None and said[-1] is not None and all(one is not None for one in said[1:]):
        said = [_first_time(parts[start:end]) for start, end in list(zip(*edges, strict=True))[1:]]
    if "now" not in said:
        return [
            (said[i] == "earlier" and _beside_newer(parts, numbers, i)) or _grows(text, parts, numbers, i)
            for i in range(len(numbers))
        ]
    result: list[bool] = []
    held = False
    for i in range(len(numbers)):
        held = said[i] == "earlier" if said[i] else held and "now" in said[i + 1 : len(numbers)]
        result.append(held or _grows(text, parts, numbers, i))
    return result


def _time(around: list[str]) -> str | None:
    """«earlier», «now» or neither: the last word of time counts."""
    around = _THAT_TIME.sub("раньше", " ".join(around)).split()
    times = ["now" if _NOW.match(word) and not _EARLIER.match(word) else "earlier" for word in around if _is_time(word)]
    return times[-1] if times else None


def _first_time(around: list[str]) -> str | None:
    return next((_time([word]) for word in around if _is_time(word)), None)


def _is_time(word: str) -> bool:
    return bool(_NOW.match(word) or _EARLIER.match(word))


def _beside_newer(parts: list[str], numbers: Sequence[Segment], i: int) -> bool:
    """«раньше 310, 318», «318, было 310»: beside a larger number of the same meter, even if no word says «now»."""
    for one, other in ((i - 1, i), (i, i + 1)):
        if one >= 0 and other < len(numbers):
            between = parts[numbers[one].end : numbers[other].start]
            newer = numbers[one if other == i else other].value >= numbers[i].value
            if newer and not any(map(_is_name, between)) and not _LAST.search(" ".join(parts[: numbers[i].start])):
                return True
    return False


def _is_name(word: str) -> bool:
    return (meaning(word) or ("",))[0] in ("resource", "zone", "place")


def _grows(text: str, parts: list[str], numbers: Sequence[Segment], i: int) -> bool:
    """«2104 → 2118», «с 2104 до 2118»: the first of two that grow."""
    if i + 1 == len(numbers) or numbers[i].value >= numbers[i + 1].value:
        return False
    one, other = numbers[i], numbers[i + 1]
    if one.start == other.start:
        return False
    pieces = text.split()
    between = pieces[one.end - 1 : other.start + 1]
    if _ARROW.search(" ".join(between)):
        return True
    from_to = one.start > 0 and parts[one.start - 1] in ("с", "со", "от") and other.start == one.end + 1
    return from_to and bool(_THEN_NOW.match(parts[one.end]))


def _without_use(parts: list[str], kept: list[Segment], earlier: list[Segment]) -> list[Segment]:
    """«… 67, значит 6 кубов», «расход 6, всего 67»: less than a reading and said to be the use, or just the rise."""
    rises = {new.value - old.value for old, new in zip(earlier, kept, strict=False)} if len(earlier) == 1 else set()
    most = max(number.value for number in kept)
    result = kept[:0]
    last_end = 0
    for number in kept:
        before, after = parts[last_end : number.start], "".join(parts[number.end : number.end + 1])
        spent = any(map(_SPENT.match, before[-2:])) or before[-1:] == ["плюс"] or (number.unit and _SPENT.match(after))
        told = number.unit and any(map(_USE.match, before)) and not any(map(_is_name, before)) and last_end
        if number.value == most or not (spent or told or number.value in rises):
            result.append(number)
        last_end = number.end
    return result
