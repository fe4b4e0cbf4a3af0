"""What people say → the numbers they mean. The rows are in numerals_rows.tsv; here are the contracts around them."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from speech.numerals import candidates, numbers, segments

ROWS = Path(__file__).with_name("numerals_rows.tsv")
AS_WRITTEN = "digit_strings"
"""In this category leading zeros count."""


def rows() -> Iterator[tuple[str, str, list[list[str]]]]:
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            category, said, meant, *also = line.split("\t")
            right = [meant, *(also[0].split("|") if also else [])]
            text = said.replace("\\n", "\n").replace("\\t", "\t").replace("\\u00a0", "\u00a0")
            yield category, text, [[] if value.strip() == "-" else value.split() for value in right]


def is_right(found: list[str], right: list[list[str]], category: str) -> bool:
    if category == AS_WRITTEN:
        return found in right
    return [Decimal(value) for value in found] in [[Decimal(value) for value in values] for values in right]


@pytest.mark.parametrize("category", sorted({category for category, _, _ in rows()}))
def test_reviewed_rows(category: str) -> None:
    wrong = [
        (said, right[0], numbers(said))
        for row_category, said, right in rows()
        if row_category == category and not is_right(numbers(said), right, category)
    ]
    assert wrong == []


def test_the_first_candidate_is_what_numbers_says() -> None:
    for _, said, _ in rows():
        assert candidates(said)[0] == numbers(said) == [segment.digits for segment in segments(said)], said


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("двенадцать пять", ["12.5"]),
        ("двенадцать и пять", ["12", "5"]),
        ("сто ноль пять", ["105"]),
        ("миллион двести", ["1200000"]),
        ("сорок пять двести тридцать один", ["45", "231"]),
        ("двести тридцать один пять", ["231.5"]),
        ("второй этаж", ["2"]),
        ("сорока", ["40"]),
        ("опять двадцать пять", ["25"]),
        ("двести тридцать один ой сорок", ["40"]),
        ("двести тридцать один, сто двенадцать", ["231112"]),
        ("двенадцать кубов пятьсот литров", ["12", "500"]),
        ("двести тридцать один батюшки двести тридцать два", ["232"]),
        ("сорок пять тысяч очки надену двести тридцать один", ["45231"]),
    ],
)
def test_the_other_reading_is_among_the_first_three(said: str, other: list[str]) -> None:
    assert other in candidates(said)[:3]


def test_a_segment_tells_what_was_said_and_where() -> None:
    (segment,) = segments("горячая вода ноль ноль сто двенадцать запятая пять кубов")

    assert segment.value == Decimal("112.5")
    assert segment.digits == "00112.5"
    assert segment.width == 5
    assert (segment.start, segment.end) == (2, 9)
    assert (segment.kind, segment.label, segment.unit) == ("decimal", "hot water", "m3")
    assert not segment.repaired
    assert not segment.corrected


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("двести тридцать один", "cardinal"),
        ("сорок пять двести тридцать один", "groups"),
        ("двенадцать с половиной", "decimal"),
        ("двадцать пятое", "ordinal"),
    ],
)
def test_kinds(said: str, kind: str) -> None:
    assert [segment.kind for segment in segments(said)] == [kind]


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ("холодная двести горячая триста", ["cold", "hot"]),
        ("двести холодная триста горячая", ["cold", "hot"]),
        ("кухня холодная сто ванная горячая двести", ["kitchen cold", "bathroom hot"]),
        ("день двести ночь сто", ["day", "night"]),
        ("т один двести т два сто", ["t1", "t2"]),
        ("первый тариф двести второй тариф сто", ["t1", "t2"]),
        ("тариф 1 200 рублей", ["t1"]),
        ("первый двести второй триста", ["1", "2"]),
        ("счётчик один двести счётчик два триста", ["meter 1", "meter 2"]),
        ("день ночь двести триста", ["day", "night"]),
        ("двести", [""]),
    ],
)
def test_labels(said: str, labels: list[str]) -> None:
    assert [segment.label for segment in segments(said)] == labels


@pytest.mark.parametrize(
    ("said", "corrected", "repaired"),
    [
        ("сто двадцать три ой сто двадцать четыре", True, False),
        ("сорок пять тысяч двести тридцать один ой два", True, False),
        ("не сто двадцать три а сто двадцать четыре", True, False),
        ("двестисорок", False, True),
        ("девяно сто", False, True),
        ("шеснацадь", False, True),
        ("сто двадцать три", False, False),
    ],
)
def test_what_must_be_confirmed_is_marked(said: str, corrected: bool, repaired: bool) -> None:
    (segment,) = segments(said)
    assert (segment.corrected, segment.repaired) == (corrected, repaired)


def test_values_are_decimals_never_floats() -> None:
    assert segments("ноль целых одна десятая")[0].value == Decimal("0.1")
