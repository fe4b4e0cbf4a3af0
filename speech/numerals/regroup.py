"""Between the automaton and the readings: parts that only their neighbours explain.

Digits said one by one after «тысяч» fill its places; an ordinal that names a tariff is cut off the number before it;
digits written with commas between them are one dial.
"""

from speech.numerals import codes as c
from speech.numerals.compose import ORDINAL, SCALED, WRITTEN, Item

LARGEST_NAME = 20
LONGEST_ROUND = 13
FEWEST_DIGITS = 3
"""From so many single digits on, commas between them do not separate values."""


def regroup(items: list[Item], flips: frozenset[str], forks: set[str]) -> list[Item]:
    seen = 0
    comma = False
    for value, _, _, flags, _ in items:
        if value is not None:
            seen |= flags
        elif flags == c.COMMA:
            comma = True
    if seen & ORDINAL:
        items = _cut_names(items)
    if comma:
        items = _drop_commas(items, flips, forks)
    if seen & (SCALED | WRITTEN):
        items = _fill_thousands(items, flips, forks)
    return items


def _cut_names(items: list[Item]) -> list[Item]:
    """«первый тариф двести второй тариф триста»: 200 and the second, not the 202nd."""
    cut: list[Item] = []
    named = 0
    """The last ordinal that names what follows it."""
    for i, item in enumerate(items):
        value, start, end, flags, own = item
        after = items[i + 1] if i + 1 < len(items) else None
        whole = isinstance(value, int) and flags & ORDINAL and value == own
        if whole and after is not None:
            named = own
        if after is None:
            names = named > 0 and own == named + 1
        else:
            names = after[0] is not None or after[3] == c.INDEX or (named > 0 and after[3] in (c.LABEL, c.TIMES))
        if names and isinstance(value, int) and flags & ORDINAL and not whole and own <= LARGEST_NAME:
            cut.append((value - own, start, end - 1, flags & ~ORDINAL, 0))
            cut.append((own, end - 1, end, ORDINAL, own))
            named = own
        else:
            cut.append(item)
    return cut


def _drop_commas(items: list[Item], flips: frozenset[str], forks: set[str]) -> list[Item]:
    """«0, 0, 4, 5» is one dial; a comma beside «запятая» is nothing."""
    forks.add("comma")
    in_dials = _commas_in_dials(items)
    kept: list[Item] = []
    for i, item in enumerate(items):
        if item[0] is None and item[3] == c.COMMA:
            around = [items[j][3] for j in (i - 1, i + 1) if 0 <= j < len(items) and items[j][0] is None]
            if c.POINT in around or c.WHOLE in around or "comma" in flips or i in in_dials:
                continue
        kept.append(item)
    return kept


def _commas_in_dials(items: list[Item]) -> set[int]:
    """The commas of runs of single digits: digit, comma, digit, comma, digit …"""
    found: set[int] = set()
    run: list[int] = []
    for i, item in enumerate([*items, None]):
        if item is not None and item[0] is None and item[3] == c.COMMA and i and _is_digit(items[i - 1]):
            run.append(i)
        elif item is None or not _is_digit(item):
            if len(run) >= FEWEST_DIGITS - 1 and run[-1] + 1 < len(items) and _is_digit(items[run[-1] + 1]):
                found.update(run)
            run = []
        elif run and run[-1] != i - 1:
            run = []
    return found


def _is_digit(item: Item) -> bool:
    return isinstance(item[0], int) and item[0] < 10 and not item[3]


def _fill_thousands(items: list[Item], flips: frozenset[str], forks: set[str]) -> list[Item]:
    """«сорок пять тысяч ноль три один», «1000 двести»: small parts fill the places after a thousand."""
    filled: list[Item] = []
    i = 0
    while i < len(items):
        item = items[i]
        taken = 0
        if item[0] is not None and i + 1 < len(items) and items[i + 1][0] is not None:
            value, taken = _fill(items, i)
            if taken:
                forks.add("fill")
                if "fill" in flips:
                    taken = 0
                else:
                    item = (value, item[1], items[i + taken][2], item[3] & ~WRITTEN | SCALED, 0)
        filled.append(item)
        i += taken + 1
    return filled


def _fill(items: list[Item], i: int) -> tuple[int, int]:
    """The filled value and how many of the following parts it took; 0 taken when nothing fills."""
    value, _, _, flags, zeros = items[i]
    if flags & WRITTEN:
        return _fill_written(str(value), items[i + 1])
    if not flags & SCALED or flags & ORDINAL or not isinstance(value, int):
        return 0, 0
    tail = "0" * zeros + (str(value % 1000) if value % 1000 else "")
    if not tail or (tail[0] != "0" and len(tail) > 1):
        return 0, 0
    taken = 0
    while len(tail) < 3 and i + taken + 1 < len(items):
        part = items[i + taken + 1]
        names_next = part[3] & ORDINAL and i + taken + 2 < len(items)
        if not isinstance(part[0], int) or part[3] & ~ORDINAL or names_next:
            break
        tail += str(part[0])
        taken += 1
    return (value // 1000 * 1000 + int(tail), taken) if len(tail) == 3 else (0, 0)


def _fill_written(digits: str, after: Item) -> tuple[int, int]:
    """«1000 двести» → 1200; «45 000» is left as it is."""
    round_thousand = digits.isdecimal() and 3 < len(digits) < LONGEST_ROUND and digits.endswith("000")
    if round_thousand and isinstance(after[0], int) and not after[3] & ~ORDINAL and 9 < after[0] < 1000:
        return int(digits) + after[0], 1
    return 0, 0
