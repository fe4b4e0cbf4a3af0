"""One number said twice over: «три тройки триста тридцать три», «сто … ну сто семьдесят два»."""

import re
from collections.abc import Sequence
from decimal import Decimal

from skill.understanding.markers import meaning
from speech.numerals import Segment, numbers

_FIGURE = re.compile(r"(?:ноль|нуль|нолик|нулик|один|два|две|три|четыре|пять|шесть|семь|восемь|девять)$")
_NOUN = re.compile(
    r"(?:единич?|дво[ей]ч?|тро[ей]ч?|ч[еи]тв[еи]р\w*|пят[еи]р\w*|ш[еи]ст[еи]р\w*|с[еи]м[еи]р\w*|восьм[еи]р\w*|д[еи]вят\w*)"
    r"[кц](?:а|и|у|ой|е)?$"
)
_WAIT = re.compile(r"(?:ну|э+|э+м|м+|так|секунд\w*|минут\w*|погоди\w*|подожди\w*|постой\w*|стоп|нет|точнее|вернее)$")
_FEWEST_FIGURES = 3
_FEWEST_DIGITS = 3


def once(parts: list[str], found: Sequence[Segment]) -> list[Segment]:
    """The numbers, each of them once; those said twice are marked as corrected, so that they are read back."""
    result: list[Segment] = []
    for number in found:
        one = _once(parts, number)
        before = result[-1] if result else None
        if before is not None and one.value == before.value and _is_spelled(parts[before.start : before.end]):
            named = any(meaning(word) for word in parts[before.end : one.start])
            result = result if named else result[:-1]
        result.append(one)
    return result


def _once(parts: list[str], number: Segment) -> Segment:
    if number.end - number.start < 3 or number.unit:
        return number
    for cut in range(number.start + 1, number.end):
        first, second = parts[number.start : cut], parts[cut : number.end]
        if _is_spelled(first):
            said = numbers(" ".join(word for word in first if word != "и"))
            repeated = said == numbers(" ".join(second))
        else:
            repeated = bool(_WAIT.match(second[0])) and _is_begun_again(first, second[1:])
        if repeated and (digits := numbers(" ".join(second))) and len(digits) == 1:
            value = Decimal(digits[0])
            whole = digits[0].partition(".")[0]
            return number._replace(value=value, digits=digits[0], width=len(whole), start=cut, corrected=True)
    return number


def _is_spelled(said: list[str]) -> bool:
    """Figure by figure: three of them, or fewer if they are called «пятёрка», or «шесть и два»."""
    nouns = any(map(_NOUN.match, said))
    figures = [word for word in said if word != "и"]
    if not all(_FIGURE.match(word) or _NOUN.match(word) for word in figures):
        return False
    return len(figures) >= _FEWEST_FIGURES or (len(figures) > 1 and (nouns or "и" in said))


def _is_begun_again(first: list[str], second: list[str]) -> bool:
    """«сто … сто семьдесят два»: the same first word, and no shorter than before."""
    if not second or first[0] != second[0]:
        return False
    one, other = numbers(" ".join(first)), numbers(" ".join(second))
    return len(one) == len(other) == 1 and _FEWEST_DIGITS <= len(one[0]) <= len(other[0])
