"""Numbers in spoken Russian, as people say them when they read a dial or a bill.

>>> numbers("сорок пять тысяч двести тридцать один ой тридцать два")
['45232']

``numbers(text) -> list[str]``: the numbers said, in order, in digits with a dot; leading zeros are kept.

``segments(text) -> list[Segment]``: each number with value (Decimal), digits (as said), width, start and end (words),
kind, label, unit, why, repaired, corrected; segments.py documents them. Confirm what is repaired or corrected.

``candidates(text) -> list[list[str]]``: the same text in several readings, best first. ``alternatives(text)`` gives
them as Candidate (segments, cost, why, values), ``pool(hypotheses)`` joins those of several recognised texts,
``misheard(text)`` offers neighbours in sound for a question.

``rank(candidates, dial, previous, daily_use, days) -> list[Ranked]``: ordered by what the meter's Dial can show.

How it works: lexicon.py turns words into small integers (codes.py), prepare.py and spell.py leave only plain ones,
compose.py grows numbers of them, and assemble.py, names.py and corrections.py make readings. Word forms are data:
words.tsv is written by make_words.py; reviewed.tsv, phrases.tsv, lookalikes.tsv and confused.tsv are kept by hand.
"""

from speech.numerals.candidates import Candidate, alternatives, candidates, misheard, pool
from speech.numerals.rank import Dial, Ranked, rank
from speech.numerals.read import numbers, segments
from speech.numerals.segments import Segment

__all__ = [
    "Candidate",
    "Dial",
    "Ranked",
    "Segment",
    "alternatives",
    "candidates",
    "misheard",
    "numbers",
    "pool",
    "rank",
    "segments",
]
