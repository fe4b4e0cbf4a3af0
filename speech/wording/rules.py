"""The rules' common ground: how a rule is written down, and what a number's surroundings ask of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from speech.wording.inflection import LARGEST, Case, cardinal, word_data

Words = Callable[[re.Match[str]], str]

START = r"(?<![\w,.])"
WHOLE = r"\d{1,3}(?: \d{3}){1,3}(?!\d)|\d+"
UNIT = "|".join(f"(?:{pattern})" for pattern in word_data()["units"])


REACH = 40
"""How many characters before and after a number are looked at; without a bound long texts take for ever."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What `pattern` finds becomes what `words` returns."""

    pattern: re.Pattern[str]
    words: Words


class Rules(list[Rule]):
    """Rules in the order they run."""

    def add(self, pattern: str, flags: int = 0) -> Callable[[Words], Words]:
        """A decorator: appends the function as the rule for the pattern."""

        def appended(words: Words) -> Words:
            self.append(Rule(re.compile(pattern, flags), words))
            return words

        return appended

    def applied(self, text: str) -> str:
        for rule in self:
            text = rule.pattern.sub(rule.words, text)
        return text


def whole(figures: str) -> int:
    """«1 234» → 1234. What is too large to be said as a number is LARGEST: grouped() takes its figures."""
    compact = figures.replace(" ", "").lstrip("0")
    return int(compact or "0") if len(compact) < len(str(LARGEST)) else LARGEST


def word_before(found: re.Match[str]) -> str:
    """The last word before what was found, other figures passed over."""
    near = found.string[max(0, found.start() - REACH) : found.start()].lower()
    before = re.search(r"([а-яё]+)[ \d:]*$", near)
    return before[1] if before else ""


def after(found: re.Match[str]) -> str:
    """What follows, as far as it is looked at."""
    return found.string[found.end() : found.end() + REACH]


def full_stop(found: re.Match[str], written: str) -> str:
    """ "." if the dot of an abbreviation also ended the sentence."""
    return "." if written.endswith(".") and re.match(r"\s*$|\s+[А-ЯЁ]", after(found)) else ""


def asked_case(found: re.Match[str], default: Case = "n") -> Case:
    """The case that the word before what was found asks for."""
    governing: dict[Case, str] = word_data()["governing"]
    word = word_before(found)
    return next((case for case, words in governing.items() if word in words.split()), default)


def code_groups(figures: str) -> list[str]:
    """A row of figures in groups of three, the last of two where that avoids a single one: 001 234 56 78."""
    sizes = [3] * (len(figures) // 3)
    if len(figures) % 3 == 1:
        sizes = [*sizes[:-1], 2, 2] if sizes else [1]
    elif len(figures) % 3 == 2:
        sizes.append(2)
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    return [figures[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def grouped(figures: str) -> str:
    """Figures of a code, group by group, leading zeros said: 0012345 → ноль ноль один, двадцать три, сорок пять.

    A round hundred before a group of two is said figure by figure: «триста, тринадцать» would be heard as 313.
    """
    groups = code_groups(figures.replace(" ", ""))
    return ", ".join(_group(group, before) for group, before in zip(groups, [*groups[1:], ""], strict=True))


def _group(group: str, before: str) -> str:
    rest = group.lstrip("0")
    if len(rest) == 3 and rest.endswith("00") and len(before) == 2 and before[0] != "0":
        return " ".join(cardinal(int(figure)) for figure in group)
    return " ".join(["ноль"] * (len(group) - len(rest)) + ([cardinal(int(rest))] if rest else []))
