"""Numbers in spoken Russian, as people say them when they read a dial or a bill.

>>> numbers("сорок пять тысяч двести тридцать один ой тридцать два")
['45232']

``numbers(text) -> list[str]`` the numbers said, in order, in digits with a dot; leading zeros are kept.
``candidates(text) -> list[list[str]]`` the same in several readings, best first.
``segments(text) -> list[Segment]`` each number with value, digits, width, start, end, kind, label, unit, why, repaired
and corrected (see segments.py); confirm what is repaired or corrected.
"""

from speech.numerals.read import alternatives, candidates, numbers, segments
from speech.numerals.segments import Segment

__all__ = ["Segment", "alternatives", "candidates", "numbers", "segments"]
