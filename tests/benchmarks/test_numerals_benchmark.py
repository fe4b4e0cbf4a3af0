"""Spoken numbers beside the public parsers: right answers and utterances per CPU second, in one run.

pip install -e .[bench,test]
pytest tests/benchmarks/test_numerals_benchmark.py -m slow -s

The utterances are tests/speech/numerals_rows.tsv, or numerals/dev.tsv of the folder in ZHKU_SAMPLES. A peer's text is
read in its favour: numbers it left side by side are joined, «N запятая M» is taken as a decimal.
"""

import json
import os
import re
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from speech.numerals import numbers

pytestmark = pytest.mark.slow

Parser = Callable[[str], list[str]]
Row = tuple[str, list[list[str]]]
PASSES = 15
SIDE_BY_SIDE = re.compile(r"(?<=\d)[  ]+(?=\d)")
SAID_POINT = re.compile(r"(?<=\d) (?:запятая|точка|целых|целая)(?: и)? (?=\d)")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
COMMANDS = [
    "сколько я должен", "пришли квитанцию на почту", "когда дадут горячую воду", "позовите оператора пожалуйста",
    "почему так дорого", "хочу передать показания", "что с моей заявкой", "помощь", "спасибо до свидания",
    "покажи мои платежи", "как экономить на горячей воде", "в доме пахнет газом", "нет света во всём подъезде",
    "какой у меня тариф", "отключите напоминания",
]  # fmt: skip


def written(text: str) -> list[str]:
    """The numbers in a peer's text."""
    text = SAID_POINT.sub(".", SIDE_BY_SIDE.sub("", text))
    return [number.replace(",", ".") for number in NUMBER.findall(text)]


def peers() -> dict[str, Parser]:
    """The parsers to compare with, as functions from text to numbers."""
    text_to_num = pytest.importorskip("text_to_num")
    number_parser = pytest.importorskip("number_parser")
    russian_numerals = pytest.importorskip("russian_numerals")
    words2num2 = pytest.importorskip("words2num2")
    to_numbers = russian_numerals.TextToNumbers()
    return {
        "text2num": lambda text: written(text_to_num.alpha2digit(text, "ru", ordinal_threshold=0)),
        "number-parser": lambda text: written(number_parser.parse(text, language="ru")),
        "russian-numerals": lambda text: written(to_numbers.prepare(text)),
        "words2num2": lambda text: written(words2num2.words2num_sentence(text, lang="ru")),
    }


def rows() -> list[Row]:
    samples = os.environ.get("ZHKU_SAMPLES")
    if samples:
        lines = Path(samples, "numerals", "dev.tsv").read_text(encoding="utf-8").splitlines()[1:]
        cells = [line.split("\t") for line in lines]
        return [(cell[2], [json.loads(cell[3]), *json.loads(cell[5])]) for cell in cells]
    lines = Path(__file__).parents[1].joinpath("speech", "numerals_rows.tsv").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if not line.startswith("#")]
    return [
        (cell[1], [[] if way == "-" else way.split() for way in [cell[2], *"".join(cell[3:]).split("|")] if way])
        for cell in cells
    ]


def right(found: list[str], meant: list[list[str]]) -> bool:
    return [Decimal(number) for number in found] in [[Decimal(number) for number in way] for way in meant]


def share_right(parser: Parser, of: list[Row]) -> float:
    """The share of rows answered right; a crash is a wrong answer."""
    count = 0
    for text, meant in of:
        try:
            count += right(parser(text), meant)
        except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue
    return count / len(of)


def per_cpu_second(parser: Parser, texts: list[str]) -> float:
    """Utterances in a CPU second of this thread, best of several passes."""
    best = float("inf")
    for _ in range(PASSES):
        start = time.process_time()
        for text in texts:
            try:
                parser(text)
            except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
                continue
        best = min(best, time.process_time() - start)
    return len(texts) / best


def test_beside_public_parsers() -> None:
    of = rows()
    texts = [text for text, _ in of]
    ours, our_speed = share_right(numbers, of), per_cpu_second(numbers, texts)
    print(f"\n{len(of)} utterances\n{'speech.numerals':<18}{ours:>8.1%}{our_speed:>12.0f}/s")  # noqa: T201 - a report
    for name, parser in peers().items():
        share, speed = share_right(parser, of), per_cpu_second(parser, texts)
        print(f"{name:<18}{share:>8.1%}{speed:>12.0f}/s   we are {our_speed / speed:.1f} times as fast")  # noqa: T201
        assert ours > share
    print(f"{'commands':<26}{per_cpu_second(numbers, COMMANDS * 20):>12.0f}/s")  # noqa: T201
