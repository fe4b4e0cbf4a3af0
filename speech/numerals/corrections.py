"""Self-corrections: «нет», «ой», «точнее», «не … а …», «а не …», of the whole reading or of its tail."""

from speech.numerals.compose import SCALED
from speech.numerals.reading import Reading

HESITATIONS = ("slip", "wait")
"""Corrections in words that may also only interrupt a number: «ой», «стоп»."""


def correct(readings: list[Reading], scope: int, new: Reading, flips: frozenset[str], forks: set[str]) -> None:
    """Add ``new`` to ``readings``, or put it in the place of the one it corrects or repeats.

    «горячая сто ой холодная сто» corrects the label.
    """
    old = readings[-1] if len(readings) > scope else None
    if new.marker and new.labels:
        for i in range(len(readings) - 1, -1, -1):
            if readings[i].labels == new.labels:
                readings[i] = merged(readings[i], new, flips, forks)
                return
        if readings and readings[-1].labels and readings[-1].text == new.text and new.marker != "no":
            new.corrected = True
            readings[-1] = new
            return
    if old is None:
        readings.append(new)
    elif old.rejected and not new.rejected:
        replace_rejected(readings, scope, new, flips, forks)
    elif new.rejected:
        readings.append(new)
    elif new.marker:
        readings[-1] = merged(old, new, flips, forks)
    elif (new.confirmed or new.bracket) and new.text.lstrip("0") == old.text.lstrip("0"):
        forks.add("repeat")
        old.corrected = True
        if "repeat" in flips:
            readings.append(new)
    elif not new.labels and not new.bracket and _unmarked(readings, old, new, flips, forks):
        return
    else:
        readings.append(new)


def _unmarked(readings: list[Reading], old: Reading, new: Reading, flips: frozenset[str], forks: set[str]) -> bool:
    """Two numbers with only unknown words between them that may be one: a correction in words nobody foresaw («231 …
    232»), or a number interrupted («сорок пять тысяч … двести тридцать один»). By themselves they stay two."""
    if old.fraction is not None or old.unit:
        return False
    if len(old.digits) == len(new.digits) > 1 and old.digits[:-2] == new.digits[:-2]:
        forks.add("replace")
        if "replace" in flips:
            readings[-1] = merged(old, new, flips, forks)
            return True
    elif old.flags & SCALED and old.digits.endswith("000") and len(new.digits) <= 3 and new.fraction is None:
        forks.add("across")
        if "across" in flips:
            old.digits = old.digits[: -len(new.digits)] + new.digits
            old.end = new.end
            old.why += ("read across words",)
            return True
    return False


def replace_rejected(readings: list[Reading], scope: int, new: Reading, flips: frozenset[str], forks: set[str]) -> None:
    """«не A а B», perhaps after a reading that A is the tail of."""
    wrong = readings.pop()
    old = readings[-1] if len(readings) > scope else None
    if old is not None and old.text.endswith(wrong.text):
        readings[-1] = merged(old, new, flips, forks)
    else:
        new.corrected = True
        readings.append(new)


def merged(old: Reading, new: Reading, flips: frozenset[str], forks: set[str]) -> Reading:
    """The corrected reading: a shorter correction replaces the tail that was said in its place."""
    new.labels = new.labels or old.labels
    new.unit = new.unit or old.unit
    new.corrected = True
    new.start = old.start
    width = len(new.digits)
    if new.bare_fraction and old.fraction is not None:
        new.digits = old.digits
    elif new.fraction is None and old.fraction is not None and width <= len(old.fraction):
        new.digits, new.fraction = old.digits, old.fraction[:-width] + new.digits
    elif new.fraction is None and old.fraction is None and width < len(old.digits) and _tail_said(old, width):
        forks.add("tail")
        if "tail" not in flips:
            new.digits = old.digits[:-width] + new.digits
            new.why += ("tail replaced",)
    elif _room_left(old, new):
        forks.add("interrupted")
        far = bool(old.flags & SCALED) and len(old.digits) - width > 1 and new.marker in HESITATIONS
        if far != ("interrupted" in flips):
            new.digits = old.digits[:-width] + new.digits
            new.why += ("read across words",)
    return new


def _room_left(old: Reading, new: Reading) -> bool:
    """«сорок пять тысяч ой двести тридцать один»: the rest fits the zeros said, so it may correct nothing."""
    if old.fraction is not None or new.fraction is not None or new.flags & SCALED or len(old.parts + new.parts) > 2:
        return False
    width = len(new.digits)
    return old.digits[0] != "0" and width < len(old.digits) and old.digits[-width:] == "0" * width


def _tail_said(old: Reading, width: int) -> bool:
    """Whether the last ``width`` digits were words of their own: not round zeros, not the end of «двенадцать»."""
    tail = old.digits[-width:]
    if not tail.strip("0"):
        return False
    return not (width == 1 and len(old.parts[-1]) > 1 and old.digits[-2] == "1")
