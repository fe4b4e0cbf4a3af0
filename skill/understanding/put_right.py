"""Which number of a correction is the right one: «не 815, а 518», «вместо 5,6 запишите 56», «замените 245 на 254»."""

import re
from collections.abc import Sequence

from skill.understanding.markers import words
from skill.understanding.text import one_line
from speech.numerals import Segment, segments

_NOT = re.compile(r"\b(?:не|вместо)(?: (?:по |на )?(?:холодн|горяч|ночн|дневн|свет|газ|хвс|гвс)\w*)?$")
_BY_MISTAKE = re.compile(r"\bвместо (.+?) (?:ошибочно|случайно|по ошибке)\b.*", re.IGNORECASE | re.DOTALL)
"""«Вместо 887 ошибочно указано 878»: here the first is the right one."""
_DENIED = re.compile(r"\b(?:не|вместо) ")
"""The numeral parser takes «не A, а B» for B; A is read by itself."""
_WAS = re.compile(
    r"\b(?:услыш\w+|пон[яе]л\w*|запис\w+|говори\w*|стоит|числится|указа\w+|переда\w+|отправи\w+|постави\w+|вве[лд]\w*|написа\w+"
    r"|продиктова\w+|набра\w+|сказа\w+|было|была|были|прежн\w+|ранее)(?: \w+){0,3}$"
)


def without_mistake(text: str) -> str:
    """The text without what was written by mistake.

    >>> without_mistake("вместо 887 ошибочно указано 878")
    '887'
    """
    return _BY_MISTAKE.sub(r"\1", text)


def put_right(parts: list[str], numbers: Sequence[Segment]) -> list[Segment]:
    """The numbers that hold now; parts: the words of the phrase."""
    edges = [0, *(number.end for number in numbers)]
    kept = []
    for i, number in enumerate(numbers):
        before = " ".join(filter(None, parts[edges[i] : number.start]))
        between = parts[number.end : numbers[i + 1].start] if i + 1 < len(numbers) else None
        replaced = between is not None and (_WAS.search(before) or list(filter(None, between)) == ["на"])
        if not (_NOT.search(before) or replaced):
            kept.append(number)
    return kept


def wrong_values(text: str) -> list[str]:
    """The numbers of a correction that do not hold.

    >>> wrong_values("вместо ста двадцати надо сто восемнадцать")
    ['120']
    """
    text = one_line(text)
    numbers = segments(text)
    right = put_right(words(text), numbers)
    denied = [segments(text[said.end() :])[:1] for said in _DENIED.finditer(text.lower())]
    named = [one for said in denied for one in said if not one.start]
    wrong = [number for number in numbers if number not in right] + named
    return list(dict.fromkeys(f"{number.value:f}" for number in wrong)) if right else []
