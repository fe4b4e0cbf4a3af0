"""Answers by keys: one key for a choice, digits up to `#` for numbers.

Everywhere: `0` alone asks for a person. With choices: the digit is the choice, `*` repeats. In a number: `*` is the
point (twice: begin anew), `#` ends it, and so does a pause.
"""

from speech.telephony.conversation import Keyed, Prompt
from speech.telephony.options import DIGITS

KEYS = frozenset("0123456789*#")
"""What a caller's telephone has; A to D of the standard mean nothing here."""
LONGEST_ENTRY = 24


class KeyEntry:
    """Keys pressed as the answer to one prompt."""

    def __init__(self, prompt: Prompt) -> None:
        self._choices = prompt.choices
        self._digits = prompt.expecting in DIGITS
        self._pressed = ""

    def press(self, key: str) -> Keyed | None:
        """The answer, if this key completes it."""
        if not self._digits and not self._pressed:
            if key == "0":
                return Keyed("operator")
            if key == "*":
                return Keyed("repeat")
            if key.isdecimal() and int(key) <= len(self._choices):
                return Keyed("choice", self._choices[int(key) - 1])
            if self._choices:
                return Keyed("unknown", key)
        if key == "#":
            return self.finish(ended=True)
        self._pressed = "" if key == "*" and self._pressed.endswith("*") else self._pressed + key
        return self.finish() if len(self._pressed) >= LONGEST_ENTRY else None

    def finish(self, *, ended: bool = False) -> Keyed:
        """What was entered so far is the answer: after `#` (ended) or when nothing more comes."""
        if self._pressed == "0" and not ended:
            return Keyed("operator")
        whole, _, fraction = self._pressed.partition("*")
        number = f"{whole}.{fraction}" if fraction else whole
        if not number.replace(".", "", 1).isdecimal() or not whole:
            return Keyed("unknown", self._pressed)
        return Keyed("number", number)

    @property
    def begun(self) -> bool:
        """Whether more keys may come."""
        return bool(self._pressed)
