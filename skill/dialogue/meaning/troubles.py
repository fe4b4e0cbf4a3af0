"""What a trouble's own words say: which kind it is (`troubles.yaml`), where and since when, and the gist of many."""

import re
from functools import cache
from importlib.resources import files

import yaml

from speech.numerals import numbers

BRIEF = 18
"""So many words of a trouble are said back; all of them are sent."""
WORKERS = re.compile(r"\b(сантехник|электрик|слесар|плотник|мастер|дворник)\w*")
BARE = 5
"""A worker asked for in so few words, and no trouble named."""
_ON = r"(?:на|в|во|у|около|возле|под|над|за|из)"
PLACE = re.compile(rf"(?:это )?{_ON} \w+(?: \w+){{0,3}}[.!]?")
EXTENT = re.compile(
    r"(?:да |нет |это |и |а )*(?:(?:только|лишь|именно) (?:у меня|у нас|в \w+)(?: \w+){0,3}"
    r"|у (?:всех|всего \w+|(?:всех )?соседей)(?: \w+){0,3}|(?:во|по) вс(?:[её]м[уы]?|ей|ех) \w+|(?:весь|вся) \w+)"
)
"""«Только у меня в квартире», «у соседей тоже», «во всём подъезде»."""
SPOT = re.compile(rf"(?:это )?{_ON} \w+(?: {_ON} \w+)*[.!]?")
"""A place and nothing but a place: «на кухне под раковиной»; «в подъезде грязно» is none."""
SINCE = re.compile(
    r"(?:(?:это|уже|вот|так|все|всё|очень|и) )*"
    r"(?:со? (?:утра|вечера|ночи|вчера\w*|\w+ник\w*|сред\w|пятниц\w|суббот\w)"
    r"|вчера|сегодня|давно|постоянно|срочно|вс[юе] (?:ночь|день)|целый день"
    r"|(?:\w+|\d+)(?:-?[йяе])? (?:день|дня|дней|сутки|недел\w|месяц\w*|час\w*)"
    r"|(?:давно |уже |наверное |где-?то )*(?:недел\w|дн\w+|месяц\w*|час\w*) (?:\w+|\d+))(?: \w+){0,2}[.!]?"
)
CORRECTED = re.compile(
    r"(?:(?:ой|не|нет|(?:подожди|погоди|постой|стой)(?:те)?)[ ,]+)+"
    rf"(?:{_ON} \w+[ ,]+)?(?:а )?(?P<place>{_ON} \w+(?: \w+){{0,2}})[.!]?"
)
"""«Нет, на четвёртом», «не на третьем, а на четвёртом»."""
ELSEWHERE = re.compile(rf"\bне (?P<wrong>{_ON} \w+)[ ,]+а (?P<right>{_ON} \w+)")
DENIED = re.compile(r"^(?:нет|не то|ой|точнее|вернее)[ ,]+", re.IGNORECASE)
INSTEAD = re.compile(r"\bне (?P<wrong>\w{4,})[ ,]+а (?P<right>\w+)[.!]?$", re.IGNORECASE)
"""«Не лифт, а домофон»."""
STEM = 4
LEAST = 2
"""So many words at least tell of a trouble of its own."""
TRADES = frozenset({"lift", "heating", "plumbing", "electricity", "door", "cleaning", "yard", "roof"})
"""Kinds that workers of their own see to."""
JOINT = re.compile(r"((?:\s*[,.;])?\s+(?:и|а|да|ещё|еще|также|плюс|тоже)\s+(?:(?:ещё|еще|также|плюс)\s+)?|\s*[,.;]\s+)")
FAILS = re.compile(
    r"\bне (?:работа|гор|гре|закры|откры|запира|вывоз|уб[ие]ра|чист|моют|ид[её]т|едет|ездит|включ|выключ|смыва|вызыва)"
    r"|слом|сгор|перегор|теч[её]т|текут|протека|подтека|капа[ею]т|морга[ею]т|мига[ею]т|засор|забил|забит|застр"
    r"|разбит|разбил|отвал|оторва|заклинил|гудит|скрип|лопнул|треснул|грязно"
    r"|(?:батаре|радиатор)\w* (?:\w+ )?(?:холодн|ледян|еле|чуть)|лифт\w* (?:\w+ )?(?:стоит|встал)"
)
LACKS = re.compile(r"\bнету?\b|пропал|темно|холодно|слаб|плохо")
LEAKS = re.compile(r"теч[её]т|текут|протека|подтека|потек|капа[ею]т")
FLAT_PLACES = r"(?:кухн|ванн|туалет|комнат|спальн|зал|детск|прихож|балкон|санузл)"
HOUSE_PLACES = r"(?:подъезд|этаж|двор|лестни|площадк|тамбур|улиц|холл|коридор)"
PLACED = re.compile(rf"\b{_ON} (?:\w+ )?(?:{HOUSE_PLACES}|{FLAT_PLACES})\w*")
AT = re.compile(rf"\b({FLAT_PLACES}|{HOUSE_PLACES}|подвал|чердак)")
WHICH = re.compile(r"\b(\w{4})\w* (?:этаж|подъезд)")
VAGUE = re.compile(rf"{LEAKS.pattern}|морга[ею]т|мига[ею]т|не гре\w+|{PLACED.pattern}")
"""What alone does not tell which worker is wanted: water drips from anything, and a place has many things."""
HANGING = re.compile(
    rf"{_ON} (?:\w+ )?(?P<place>{FLAT_PLACES}|{HOUSE_PLACES})\w*(?: комнате)? "
    r"|(?P<since>(?:уже )?(?:(?:\w+|\d+)(?:-?[йяе])? (?:день|дня|дней|месяц\w*|час\w*)|вс[юе] недел\w|недел\w"
    r"|давно|вчера|со вчера\w*|с (?:утра|вечера|ночи)) )"
)
"""A place or a time between two troubles: «кран течёт на кухне лифт стоит»."""
OF_THE_HOUSE = frozenset({"lift", "roof", "cleaning", "yard"})
OF_A_LIFT = frozenset({"lift", "door"})
ENTRANCE = re.compile(r"\bподъезд\w*", re.IGNORECASE)
"""Named of a place as a rule, not of its door."""
OWN_DOOR = re.compile(r"подъезд|домофон|входн|квартир|тамбур|калитк|ворот|подвал")
"""A door that is no lift's."""
SHARED = re.compile(r"\b(?:не \w+[юяу]т(?:ся)?|текут|\w+(?:лись|[аея]ны|[её]рли|горели))\b")
"""What two things do: «лифт и домофон не работают»."""
BECAUSE = re.compile(r"(?:из-за|изза|из за|потому|после|когда|если|чтобы|что|который|поэтому|так как)\b", re.IGNORECASE)
"""A clause that only explains the one before it."""
_WAITS = r"(?:подожди|погоди|постой|стой|обожди)(?:те)?"
AND_MORE = re.compile(rf"^(?:(?:да|ну|а|ой|{_WAITS}),? )*(?:и|ещё|еще|также|плюс|тоже)\b", re.IGNORECASE)
LEAD = re.compile(
    rf"^(?:(?:{_WAITS}|да|ну|ой|и|а|ещё|еще|также|кстати|плюс|тоже|спасибо|алло|здравствуйте|девушка|милая|слушайте"
    r"|так(?:ое|ая) (?:дело|история|проблема)|добр\w+ (?:день|утро|вечер)|у (?:меня|нас)(?: тут| там)?)[ ,.!]+)+",
    re.IGNORECASE,
)
MILD = re.compile(
    r"(?:(?:но|там|пока|вода|она|оно|он|уже|просто|только|кап\w+|теч[её]т|льёт|льет|бежит|подтекает) )*"
    r"(?:не (?:очень |так |слишком |особо )?(?:сильно|страшно|много)|немного|немножко|чуть[- ]чуть|чуть|слегка"
    r"|по капле|понемногу|(?:очень |довольно )?сильно)"
    r"(?: (?:кап\w+|теч[её]т|подтекает|пока|но постоянно|льёт|льет))*[.!]?"
)
"""How bad a trouble is: «капает не сильно»."""
STAMMER = re.compile(r"\b(\w+)(?: \1\b)+", re.IGNORECASE)


def category(text: str) -> str:
    """What kind of request it is: `plumbing`, `electricity`, `heating`, `lift` …, else `other`.

    Of several troubles the one told first decides.

    >>> category("не горит лампа в подъезде"), category("течёт кран и лифт не работает")
    ('electricity', 'plumbing')
    """
    return _kind(apart(text)[0])


def _kind(text: str) -> str:
    lowered = text.lower().replace("ё", "е")
    return next((name for name, stems in _stems().items() if stems.search(lowered)), "other")


def apart(text: str) -> list[str]:
    """The troubles of a phrase that want workers of their own, in the order told; one where they belong together.

    >>> apart("лифт не работает и течёт кран"), apart("течёт кран и капает смеситель")
    (['лифт не работает', 'течёт кран'], ['течёт кран и капает смеситель'])
    """
    found = [""]
    for joint, clause in _clauses(text):
        told, more = found[-1].lower(), clause.lower()
        added = joint.strip(" ,.;") or (FAILS.search(told) and FAILS.search(more))
        shared = SHARED.search(more) and not FAILS.search(told) and not LACKS.search(told)
        if added and not shared and is_another(told, clause) and not BECAUSE.match(clause):
            found.append(clause)
        else:
            found[-1] += joint + clause
    return _placed([part for at, one in enumerate(found) for part in _breaths(LEAD.sub("", one) if at else one)])


def _placed(parts: list[str]) -> list[str]:
    """The place that a phrase begins with is that of all that follows: «в подъезде грязно, лампа не горит»."""
    place = PLACED.match(LEAD.sub("", parts[0]).lower())
    if place is None:
        return parts
    return [
        one if at == 0 or AT.search(one.lower()) or _kind(one) in OF_THE_HOUSE else f"{one} {place[0]}"
        for at, one in enumerate(parts)
    ]


def _breaths(clause: str) -> list[str]:
    """The troubles of a clause that nothing joins: «лифт не работает на кухне кран течёт»; each has a thing and what is
    wrong with it."""
    words = clause.split() if len(FAILS.findall(clause.lower())) > 1 else []
    for at in range(LEAST, len(words) - LEAST + 1):
        left, right = " ".join(words[:at]), " ".join(words[at:])
        if _is_clear(left) and _is_clear(right) and is_another(left, right) and not _is_one_flood(left, right):
            if re.search(rf"\b{BECAUSE.pattern}", clause, re.IGNORECASE):
                return [clause]
            return _hung(left, right)
    return [clause]


def _hung(left: str, right: str) -> list[str]:
    """A place or a time between two troubles goes with the one that it fits."""
    hanging = HANGING.match(right.lower())
    rest = right[hanging.end() :] if hanging else ""
    if hanging is not None and _is_clear(rest):
        in_a_flat, kind = re.fullmatch(FLAT_PLACES, hanging["place"] or ""), _kind(rest)
        strange = kind in OF_THE_HOUSE if in_a_flat else kind == "plumbing"
        verb_first = [found.end() for found in FAILS.finditer(left.lower())][-1] < left.rindex(" ")
        if hanging["since"] or strange or verb_first or PLACED.search(rest.lower()):
            left, right = f"{left} {right[: hanging.end()].rstrip()}", rest
    return [left, *_breaths(right)]


def _is_clear(text: str) -> bool:
    """Whether a text names a thing of one trade and what is wrong with it."""
    lowered = text.lower()
    return FAILS.search(lowered) is not None and _kind(VAGUE.sub(" ", lowered)) in TRADES


def _is_one_flood(told: str, text: str) -> bool:
    """Two leaks, or a radiator and its pipes, have one cause as a rule."""
    both = (told.lower(), text.lower())
    pipes = {_kind(one) for one in both} == {"heating", "plumbing"} and any("труб" in one for one in both)
    return pipes or all(LEAKS.search(one) for one in both)


def is_another(told: str, text: str) -> bool:
    """Whether a text tells of a trouble that another worker sees to than the one told before; the door of a lift is
    the lift's."""
    before, kind = (_kind(ENTRANCE.sub(" ", one)) for one in (told, text))
    if {before, kind} == OF_A_LIFT and not OWN_DOOR.search((text if kind == "door" else told).lower()):
        return False
    return {before, kind} <= TRADES and kind != before and len(text.split()) >= LEAST


def is_told(text: str) -> bool:
    """Whether a text says what is wrong: of a kind that is known, or of anything that fails."""
    return category(text) != "other" or (len(text.split()) > LEAST and FAILS.search(text.lower()) is not None)


def is_one_more(told: str, text: str) -> bool:
    """Whether a phrase after a trouble brings one more for another worker, rather than more of the same."""
    brings = AND_MORE.match(text) or FAILS.search(text.lower().replace("ё", "е"))
    return brings is not None and is_another(told, text)


def moved(told: str, place: str) -> str:
    """What was told, in another room or on another floor than it named; empty where it named none.

    >>> moved("кран капает на кухне", "в ванной"), moved("на третьем этаже темно", "на пятом")
    ('кран капает в ванной', 'на пятом этаже темно')
    """
    places = list(PLACED.finditer(told))
    if not places:
        return ""
    on_a_floor = [one for one in places if "этаж" in one[0] and not AT.search(place)]
    named = (on_a_floor or places)[0]
    if "этаж" in named[0]:
        return told.replace(named[0], place if "этаж" in place else f"{place} этаже")
    rooms = all(re.search(rf"\b{FLAT_PLACES}", one) for one in (named[0], place))
    return told.replace(named[0], place) if rooms else ""


def put_right(told: str, text: str) -> str:
    """What was told, with the place that is denied replaced; empty where it told of no such place.

    >>> put_right("Сломался замок в подъезде", "не в подъезде, а в подвале")
    'Сломался замок в подвале'
    """
    found = ELSEWHERE.search(text.lower())
    if found is None or found["wrong"] not in told.lower():
        return ""
    return re.sub(re.escape(found["wrong"]), found["right"], told, flags=re.IGNORECASE)


def is_same(told: str, text: str) -> bool:
    """Whether two descriptions tell of one trouble: the same thing, at the same place as far as both name one.

    >>> is_same("Течёт кран на кухне", "кран капает"), is_same("течёт кран на кухне", "кран в ванной течёт")
    (True, False)
    """
    before, now = (ENTRANCE.sub(" ", one.lower()) for one in (told, text))
    if _kind(before) != _kind(now) or _kind(now) not in TRADES | {"windows"}:
        return False
    if not _things(before) & _things(now):
        return False
    named = ((set(find(told.lower())), set(find(text.lower()))) for find in (AT.findall, WHICH.findall, numbers))
    return all(first & second for first, second in named if first and second)


def _things(text: str) -> set[str]:
    """What is broken: the words that tell the kind."""
    words = re.findall(r"[а-я]+", VAGUE.sub(" ", text.replace("ё", "е")))
    return {word[:STEM] for word in words if _kind(word) != "other"}


def _clauses(text: str) -> list[tuple[str, str]]:
    """(what joins it to the one before, the clause)."""
    parts = JOINT.split(text)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def names_only_a_worker(text: str) -> bool:
    """«Нужен сантехник»: somebody is wanted, and nothing is said of what for."""
    return (
        not FAILS.search(text.lower())
        and len(text.split()) <= BARE
        and category(WORKERS.sub("", text.lower())) == "other"
    )


def joined(before: str, text: str) -> str:
    """What was told before and what is told now; «нет, …» and what says all of it again take the place of it.

    >>> joined("лифт не работает", "нет, не лифт, а домофон")
    'домофон не работает'
    >>> joined("в подвале запах", "канализацией воняет"), joined("труба течёт", "течёт труба на кухне")
    ('в подвале запах, канализацией воняет', 'течёт труба на кухне')
    """
    if (instead := INSTEAD.search(text)) is not None and instead["wrong"][:STEM].lower() in before.lower():
        wrong = re.compile(rf"\b{instead['wrong'][:STEM]}\w*", re.IGNORECASE)
        return wrong.sub(instead["right"], before, count=1)
    anew = DENIED.sub("", text)
    return anew if anew != text or set() < _words(before) <= _words(text) else f"{before.rstrip('.!')}, {text}"


def _words(text: str) -> set[str]:
    return {word[:STEM] for word in re.findall(r"[а-я]+", text.lower().replace("ё", "е")) if len(word) >= STEM}


def brief(text: str) -> str:
    """A long story by its clauses that name a trouble.

    >>> brief("кран течёт")
    'кран течёт'
    """
    if len(text.split()) <= BRIEF:
        return text
    clauses = re.split(r"(?<=[,.;!?]) ", text)
    named = " ".join(clause for clause in clauses if category(clause) != "other") or text
    words = named.split()
    return " ".join(words[:BRIEF]).rstrip(",.;!?") + ("…" if len(words) > BRIEF else "")


@cache
def _stems() -> dict[str, re.Pattern[str]]:
    known = yaml.safe_load(files(__package__).joinpath("troubles.yaml").read_text("utf-8"))
    return {name: re.compile(rf"\b(?:{'|'.join(stems)})") for name, stems in known.items()}
