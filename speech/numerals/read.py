"""Text → numbers: the short way for plain number words, the long one for everything else."""

from decimal import Decimal

from speech.numerals import codes as c
from speech.numerals.assemble import NO_FLIPS, Assembler
from speech.numerals.compose import COUNTED, ORDINAL, SCALED, compose
from speech.numerals.lexicon import LEXICON
from speech.numerals.names import labels_behind
from speech.numerals.prepare import prepare
from speech.numerals.reading import Reading
from speech.numerals.segments import Segment
from speech.numerals.words import Words

LINE_BREAK = " ; "
_code = LEXICON.__getitem__


def numbers(text: str) -> list[str]:
    """The numbers said, in order, in digits with a dot, leading zeros kept: «ноль сорок пять запятая два» → "045.2"."""
    if "\n" in text:
        text = text.replace("\n", LINE_BREAK)
    words = text.lower().replace("ё", "е").split()
    codes = list(map(_code, words))
    if not codes or (top := max(codes)) <= 0:
        return []
    if top <= c.FAST_TOP and min(codes) >= c.SIMPLE:
        found: list[str] = []
        digits = ""
        scaled = labels = 0
        for value, _, _, flags, _ in compose(codes):
            if value is None:
                if digits:
                    found.append(digits)
                    digits = ""
                    labels = 0
                labels += flags == c.LABEL
            elif flags & COUNTED or (digits and (scaled or labels > 1)):
                break
            else:
                digits += str(value)
                scaled = flags & SCALED
        else:
            if digits:
                found.append(digits)
            return found
    return [reading.text for reading in _read(words, codes, NO_FLIPS)[0]]


def segments(text: str) -> list[Segment]:
    """The numbers said, in order, each with its words, label, unit and how it was understood."""
    return parse(text)[0]


def parse(text: str, flips: frozenset[str] = NO_FLIPS) -> tuple[list[Segment], set[str]]:
    """``segments`` with the forks named in ``flips`` taken the other way, and the forks that were met."""
    words = split(text)
    codes = list(map(_code, words))
    if not codes or max(codes) <= 0:
        return [], set()
    found, prepared, forks = _read(words, codes, flips)
    return [_segment(reading, prepared) for reading in found], forks | prepared.forks


def split(text: str) -> list[str]:
    """Lower-case words with е for ё; a line break separates numbers as a semicolon does."""
    if "\n" in text:
        text = text.replace("\n", LINE_BREAK)
    return text.lower().replace("ё", "е").split()


def _read(words: list[str], codes: list[int], flips: frozenset[str]) -> tuple[list[Reading], Words, set[str]]:
    """The long way: prepare, compose, assemble."""
    prepared = prepare(words, codes, flips)
    assembler = Assembler(compose(prepared.codes), flips)
    found = assembler.run()
    kept = [reading for reading in found if not reading.rejected] or found
    if kept and assembler.labels:
        labels_behind(kept, assembler.labels)
    return kept, prepared, assembler.forks


def _segment(reading: Reading, prepared: Words) -> Segment:
    start, end = prepared.starts[reading.start], prepared.ends[min(reading.end, len(prepared.ends)) - 1]
    repaired = not prepared.repaired.isdisjoint(range(start, end))
    text = reading.text
    if reading.fraction is not None:
        kind = "decimal"
    elif len(reading.parts) > 1:
        kind = "groups"
    else:
        kind = "ordinal" if reading.flags & ORDINAL else "cardinal"
    return Segment(
        value=Decimal(text),
        digits=text,
        width=len(reading.digits),
        start=start,
        end=end,
        kind=kind,
        label=" ".join(reading.labels),
        unit=reading.unit or "",
        why=(*reading.why, "words repaired") if repaired else tuple(reading.why),
        repaired=repaired,
        corrected=reading.corrected,
    )
