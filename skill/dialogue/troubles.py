"""What a trouble's own words say: which kind it is (`troubles.yaml`), where and since when, and the gist of many."""

import re
from functools import cache
from importlib.resources import files

import yaml

BRIEF = 18
"""So many words of a trouble are said back; all of them are sent."""
WORKERS = re.compile(r"\b(сантехник|электрик|слесар|плотник|мастер|дворник)\w*")
BARE = 5
"""A worker asked for in so few words, and no trouble named."""
_ON = r"(?:на|в|во|у|около|возле|под|над|за|из)"
PLACE = re.compile(rf"(?:это )?{_ON} \w+(?: \w+){{0,3}}[.!]?")
SPOT = re.compile(rf"(?:это )?{_ON} \w+(?: {_ON} \w+)*[.!]?")
"""A place and nothing but a place: «на кухне под раковиной»; «в подъезде грязно» is none."""
SINCE = re.compile(
    r"(?:(?:это|уже|вот|так|все|всё|очень|и) )*"
    r"(?:со? (?:утра|вечера|ночи|вчера\w*|\w+ник\w*|сред\w|пятниц\w|суббот\w)"
    r"|вчера|сегодня|давно|постоянно|срочно|вс[юе] (?:ночь|день)|целый день"
    r"|(?:\w+|\d+)(?:-?[йяе])? (?:день|дня|дней|сутки|недел\w|месяц\w*|час\w*))(?: \w+){0,2}[.!]?"
)
CORRECTED = re.compile(rf"(?:ой |не[ ,]+|нет[ ,]+)+(?:{_ON} \w+[ ,]+)?(?:а )?(?P<place>{_ON} \w+(?: \w+){{0,2}})[.!]?")
"""«Нет, на четвёртом», «не на третьем, а на четвёртом»."""
DENIED = re.compile(r"^(?:нет|не то|ой|точнее|вернее)[ ,]+", re.IGNORECASE)
STEM = 4
AND_MORE = re.compile(r"^(?:(?:да|ну|а|ой) )*(?:и|ещё|еще|также|плюс|тоже)\b", re.IGNORECASE)
LEAD = re.compile(r"^(?:(?:да|ну|ой|и|а|ещё|еще|также|кстати|плюс|тоже)[ ,]+)+", re.IGNORECASE)


def category(text: str) -> str:
    """What kind of request it is: `plumbing`, `electricity`, `heating`, `lift` …, else `other`."""
    lowered = text.lower().replace("ё", "е")
    found = (name for name, stems in _stems().items() if any(stem in lowered for stem in stems))
    return next(found, "other")


def names_only_a_worker(text: str) -> bool:
    """«Нужен сантехник»: somebody is wanted, and nothing is said of what for."""
    return len(text.split()) <= BARE and category(WORKERS.sub("", text.lower())) == "other"


def joined(before: str, text: str) -> str:
    """What was told before and what is told now; «нет, …» and the same told anew take the place of it.

    >>> joined("в подвале запах", "канализацией воняет"), joined("труба течёт", "течёт труба на кухне")
    ('в подвале запах, канализацией воняет', 'течёт труба на кухне')
    """
    anew = DENIED.sub("", text)
    return anew if anew != text or _words(before) & _words(text) else f"{before.rstrip('.!')}, {text}"


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
def _stems() -> dict[str, list[str]]:
    return dict(yaml.safe_load(files("skill.dialogue").joinpath("troubles.yaml").read_text("utf-8")))
