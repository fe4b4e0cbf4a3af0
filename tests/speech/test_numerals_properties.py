"""Properties of the numeral parser over all numbers, groupings and any words."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from num2words import num2words

from speech.numerals import alternatives, candidates, numbers, segments
from speech.numerals.lexicon import LEARNED_MOST, LEXICON, Lexicon

LARGEST = 999_999_999_999
DIGIT_WORDS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
WORDS = sorted(LEXICON.written)
SYLLABLES = ["сто", "два", "над", "цать", "при", "вет", "ой", "ть", "сот", "на", "7", "-", ",", ".", "🙂", "ё", "x"]


@given(st.integers(0, LARGEST), st.sampled_from("ngdaip"), st.sampled_from("mfn"))
def test_every_integer_in_every_case_and_gender(number: int, case: str, gender: str) -> None:
    words = num2words(number, lang="ru", case=case, gender=gender)
    assume(words != "сорока")  # alone it is the bird
    assert numbers(words) == [str(number)]


@given(st.integers(0, 999_999), st.integers(1, 999), st.sampled_from("ngdaip"), st.sampled_from("mfn"), st.booleans())
def test_every_ordinal(thousands: int, rest: int, case: str, gender: str, plural: bool) -> None:
    number = thousands * 1000 + rest
    ordinal = num2words(rest, lang="ru", to="ordinal", case=case, gender=gender, plural=plural)
    said = f"{num2words(thousands * 1000, lang='ru')} {ordinal}" if thousands else ordinal
    assert numbers(said) == [str(number)]


@given(st.integers(21, LARGEST), st.data())
def test_two_words_run_together(number: int, data: st.DataObject) -> None:
    words = num2words(number, lang="ru").split()
    if len(words) > 1:
        at = data.draw(st.integers(0, len(words) - 2))
        words[at : at + 2] = [words[at] + words[at + 1]]
        assert numbers(" ".join(words)) == [str(number)]


@given(st.integers(21, 999_999), st.data())
def test_a_word_cut_in_two(number: int, data: st.DataObject) -> None:
    words = num2words(number, lang="ru").split()
    at = data.draw(st.integers(0, len(words) - 1))
    if len(words[at]) >= 4 and words[at] != "четырнадцать":
        cut = data.draw(st.integers(2, len(words[at]) - 2))
        words[at : at + 1] = [words[at][:cut], words[at][cut:]]
        assert numbers(" ".join(words)) == [str(number)]


MARKERS = ["нет", "ой", "точнее", "то есть", "ошибся", "извините", "стоп", "хотя нет", "а нет", "не так", "поправка"]


@given(st.integers(10, 99_998), st.sampled_from(MARKERS))
def test_a_correction_leaves_the_corrected_number(number: int, marker: str) -> None:
    corrected = number - 1 if len(str(number + 1)) > len(str(number)) else number + 1
    said = f"{num2words(number, lang='ru')} {marker} {num2words(corrected, lang='ru')}"
    assert numbers(said) == [str(corrected)]


LABELS = [
    ("холодная", "горячая"),
    ("день", "ночь"),
    ("т один", "т два"),
    ("первый тариф", "второй тариф"),
    ("первый", "второй"),
    ("номер один", "номер два"),
    ("на кухне", "в ванной"),
]


@given(st.integers(0, 99_999), st.integers(0, 99_999), st.sampled_from(LABELS))
def test_labelled_pairs(one: int, other: int, labels: tuple[str, str]) -> None:
    said = f"{labels[0]} {num2words(one, lang='ru')} {labels[1]} {num2words(other, lang='ru')}"
    assert numbers(said) == [str(one), str(other)]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_digit_by_digit_any_number_of_digits(digits: list[int]) -> None:
    said = " ".join(DIGIT_WORDS[digit] for digit in digits)
    assert numbers(said) == ["".join(map(str, digits))]


@st.composite
def grouped(draw: Callable[..., str]) -> tuple[str, str]:
    """A digit string and its words, cut into groups of one to three digits that do not compose across a cut."""
    groups = draw(st.lists(st.from_regex(r"\A(0[0-9]?|[1-9][0-9]{0,2})\Z"), min_size=1, max_size=6))
    said: list[str] = []
    room = 1
    for group in groups:
        zeros = len(group) - len(group.lstrip("0"))
        rest = group[zeros:]
        if not zeros and int(rest) < room:
            said.append("ноль")
        said += ["ноль"] * zeros + ([num2words(int(rest), lang="ru")] if rest else [])
        room = 100 if rest.endswith("00") else 10 if rest.endswith("0") and rest[-2:] != "10" else 1
    words = " ".join(said)
    digits = "".join("0" if word == "ноль" else word for word in _as_digits(said))
    return words, digits


def _as_digits(said: list[str]) -> list[str]:
    return [word if word == "ноль" else str(VALUE[word]) for word in said]


VALUE = {num2words(number, lang="ru"): number for number in range(1000)}


@given(grouped())
def test_digit_strings_in_any_grouping(said_and_digits: tuple[str, str]) -> None:
    said, digits = said_and_digits
    assert numbers(said) == [digits]


@given(st.integers(0, 99_999), st.integers(1, 4), st.data())
def test_decimals_with_denominators(whole: int, places: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(1, 10**places - 1))
    name = {1: "десятых", 2: "сотых", 3: "тысячных", 4: "десятитысячных"}[places]
    said = f"{num2words(whole, lang='ru', gender='f')} целых {num2words(numerator, lang='ru', gender='f')} {name}"
    assert numbers(said) == [f"{whole}.{numerator:0{places}d}"]


@given(st.integers(0, 99_999), st.integers(0, 999), st.sampled_from(["", "ноль ", "ноль ноль "]))
def test_decimals_with_a_comma_said(whole: int, fraction: int, zeros: str) -> None:
    said = f"{num2words(whole, lang='ru')} запятая {zeros}{num2words(fraction, lang='ru')}"
    assert numbers(said) == [f"{whole}.{'0' * zeros.count('ноль')}{fraction}"]


@given(st.decimals(0, 999_999, places=3))
def test_written_decimals(value: object) -> None:
    assert numbers(str(value)) == [str(value)]
    assert numbers(str(value).replace(".", ",")) == [str(value)]


@given(st.lists(st.sampled_from(WORDS) | st.text(st.sampled_from("".join(SYLLABLES)), max_size=8), max_size=12))
@settings(max_examples=400)
def test_word_soup_never_raises_and_all_doors_agree(words: list[str]) -> None:
    text = " ".join(words)
    found = numbers(text)
    assert found == [segment.digits for segment in segments(text)]
    assert candidates(text)[0] == found
    for candidate in alternatives(text):
        for segment in candidate.segments:
            assert 0 <= segment.start < segment.end <= len(text.split()) + text.count("\n")


@given(st.text(max_size=60))
def test_any_text_never_raises(text: str) -> None:
    assert [segment.digits for segment in segments(text)] == numbers(text)


def calls_made(text: str) -> int:
    """Python function calls while ``text`` is read: work that does not depend on the machine."""
    calls = 0

    def count(frame: object, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        numbers(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "phrase",
    [
        "двести тридцать один",
        "один",
        "ноль запятая пять",
        "холодная сто нет двести",
        "пожалуйста запиши",
        "тысяча ноль",
        "первый тариф двести",
        "двести, ",
        "сто и",
        "5, ",
        "не один а",
        "одна десятая",
        "двестисорок",
        "номер один,",
        "т один двести",
        "двести кубов",
        "между сорока и",
    ],
)
def test_work_grows_linearly(phrase: str) -> None:
    numbers(f"{phrase} " * 3)  # the words are learned once
    short, long = calls_made(f"{phrase} " * 200), calls_made(f"{phrase} " * 1600)
    assert long <= 10 * short


@pytest.mark.parametrize(
    "token",
    [
        "9" * 6000,
        "9" * 5000 + "000",
        "сто" * 3000,
        "абракадабра" * 2000,
        "1-" * 3000,
        "э" * 9000,
        "," * 9000,
        "5." * 3000,
    ],
)
def test_a_token_without_end_is_read_in_linear_work(token: str) -> None:
    for text in (token, f"{token} десятых", f"октябрь {token}", f"{token} двести", f"сорок {token}"):
        assert numbers(text) == [segment.digits for segment in segments(text)]
        assert calls_made(f"{text}а") < 400_000


def test_unknown_words_do_not_fill_the_memory() -> None:
    lexicon = Lexicon()
    for i in range(LEARNED_MOST + 100):
        assert lexicon[f"слово{i}"] is not None
    assert len(lexicon) <= len(lexicon.written) + LEARNED_MOST + 1
