"""The sum of money that a payer means: in figures, the half of it, or all that is owed."""

import re
from collections.abc import Callable

from skill.dialogue.meaning.asked import NAMING, is_sum, kopecks, only_sum
from skill.dialogue.talk import Talk
from skill.understanding import Understanding

WHOLE = re.compile(r"(?<!не )\b(вс[её]|всю|весь|целиком|полностью)\b(?! (равно|же|ещ[её]|верно|правильно|так)\b)")
THOUSANDS = re.compile(r"полтор|с половиной")
MONEY = re.compile(r"тысяч|\bрубл|тыщ")
FOR_A_FLAT = re.compile(r"\bза (?:мою |нашу |эту )?квартир\w*|\bквартиру(?= \w+ (?:тысяч|рубл|тыщ))")
"""After «за квартиру» comes a sum, not the flat's number."""
ROUBLES = re.compile(r"рубл|копе")
THOUSAND = 1000_00
NEAR = 10
"""So many times the sum proposed before is still meant in thousands."""
SHORT = 5
"""«Давай всё сразу» has so many words at most."""


def another(talk: Talk, said: Understanding, owed: Callable[[Talk], int]) -> int | None:
    """Kopecks of the sum that answers the open question; None without one."""
    text = talk.turn.text.lower()
    if part := half(talk, int(talk.session.draft.get("kopecks") or 0) or max(0, owed(talk))):
        return part
    sum_ = named(talk, said)
    if sum_ is not None and (said.intent in NAMING or is_sum(said, text)):
        return sum_
    whole = WHOLE.search(text) and said.intent not in {"yes", "stop"} and len(text.split()) <= SHORT
    return all_of_it if whole and (all_of_it := owed(talk)) > 0 else None


def named(talk: Talk, said: Understanding) -> int | None:
    """Kopecks of the sum said; nothing is paid below zero.

    «Полторы», and «нет, три» after so many thousands, are thousands where nobody says roubles.
    """
    text = talk.turn.text.lower()
    sum_ = kopecks(said)
    if sum_ is None:
        alone = FOR_A_FLAT.sub(" ", text)
        bare = said.intent != "pay" or talk.session.scene == "pay" or MONEY.search(text) or alone != text
        sum_ = only_sum(alone) if bare else None
    if sum_ is None:
        return None
    if re.search(r"\bминус\b|-\d", text):
        return 0
    proposed = int(talk.session.draft.get("kopecks") or 0)
    after = proposed >= THOUSAND and proposed % THOUSAND == 0 and sum_ * 1000 <= proposed * NEAR
    short = (after or (sum_ < THOUSAND and THOUSANDS.search(text))) and not ROUBLES.search(text)
    return sum_ * 1000 if short else sum_


def half(talk: Talk, whole: int) -> int | None:
    """Half of a sum, to the rouble, for «половину»; None where it is not asked for."""
    if "половин" not in talk.turn.text.lower() or THOUSANDS.search(talk.turn.text.lower()):
        return None
    return round(whole // 2, -2) or None
