"""Which number of a correction is the right one: «не 815, а 518», «вместо 5,6 запишите 56», «замените 245 на 254»."""

import re
from collections.abc import Sequence

from speech.numerals import Segment

_NOT = re.compile(r"\b(?:не|вместо)(?: \w+){0,1}$")
_WAS = re.compile(
    r"\b(?:услыш\w+|пон[яе]л\w*|запис\w+|стоит|числится|указа\w+|переда\w+|отправи\w+|постави\w+|вве[лд]\w*|написа\w+"
    r"|продиктова\w+|набра\w+|сказа\w+|было|была|были|прежн\w+|ранее)(?: \w+){0,3}$"
)


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
