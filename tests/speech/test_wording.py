"""What is shown, and how it is spoken: tests/speech/wording_table.txt holds one pair a line."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.numerals import numbers
from speech.wording import cardinal, day, digits, money, plural, quantity, reading, to_words

TABLE = Path(__file__).with_name("wording_table.txt").read_text(encoding="utf-8").splitlines()
PAIRS = [tuple(line.split(" → ")) for line in TABLE if not line.startswith("#")]
SHOWN = st.text(
    alphabet=st.sampled_from(
        "0123456789.,-–−/ :№%₽°³²½IVXLтТTабвгдеkKwWруб.копмкВт·чс с до по к на г.д.кв.ул.\n+()«»é😀٣"
    )
)


@pytest.mark.parametrize(("shown", "spoken"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_spoken_as_a_good_operator_would(shown: str, spoken: str) -> None:
    assert to_words(shown) == spoken


@pytest.mark.parametrize("spoken", [pair[1] for pair in PAIRS])
def test_words_stay_as_they_are(spoken: str) -> None:
    assert to_words(spoken) == spoken


@settings(deadline=None)
@given(st.one_of(SHOWN, st.text()))
def test_no_figure_and_no_latin_letter_is_left(shown: str) -> None:
    spoken = to_words(shown)
    assert not any(c.isdigit() or c.isnumeric() for c in spoken)
    assert not re.search(r"[A-Za-z]", spoken)


@settings(deadline=None)
@given(st.integers(0, 999_999_999))
def test_every_number_is_heard_as_it_was_said(n: int) -> None:
    assert numbers(cardinal(n)) == [str(n)]


@settings(deadline=None)
@given(st.integers(0, 999_999), st.integers(1, 3), st.data())
def test_every_reading_is_heard_as_it_was_said(whole: int, places: int, data: st.DataObject) -> None:
    fraction = data.draw(st.integers(0, 10**places - 1))
    value = Decimal(f"{whole}.{fraction:0{places}d}")
    assert [Decimal(number) for number in numbers(to_words(reading(value)))] == [value]


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=4, max_size=14))
def test_every_account_number_is_heard_as_it_was_said(account: str) -> None:
    spoken = to_words(f"лицевой счёт {account}")
    assert "".join(numbers(spoken)) == account


@pytest.mark.parametrize(
    ("kopecks", "shown"),
    [
        (0, "0 ₽"),
        (1, "1 коп."),
        (100, "1 ₽"),
        (123456, "1 234 ₽ 56 коп."),
        (100_000_000, "1 000 000 ₽"),
        (-5005, "−50 ₽ 5 коп."),
    ],
)
def test_money_as_shown(kopecks: int, shown: str) -> None:
    assert money(kopecks).replace("\u00a0", " ") == shown


@settings(deadline=None)
@given(st.integers(-(10**11), 10**11))
def test_money_is_spoken_in_roubles_and_kopecks(kopecks: int) -> None:
    roubles, rest = divmod(abs(kopecks), 100)
    rouble = plural(roubles, "рубль", "рубля", "рублей")
    kopeck = plural(rest, "копейка", "копейки", "копеек")
    parts = ["минус"] if kopecks < 0 else []
    parts += [f"{cardinal(roubles)} {rouble}"] if roubles or not rest else []
    parts += [f"{cardinal(rest, 'n', 'f')} {kopeck}"] if rest else []
    assert to_words(money(kopecks)).rstrip(".") == " ".join(parts)


def test_small_forms() -> None:
    assert reading(Decimal("123.40")) == "123,40"
    assert reading(Decimal("1E+2")) == "100"
    assert quantity(Decimal("3.20"), "м³") == "3,2\u00a0м³"
    assert quantity(Decimal(120), "кВт·ч") == "120\u00a0кВт·ч"
    assert day(date(2026, 10, 25)) == "25 октября"
    assert [plural(n, "куб", "куба", "кубов") for n in (1, 2, 5, 11, 21, 112)] == [
        "куб",
        "куба",
        "кубов",
        "кубов",
        "куб",
        "кубов",
    ]


@pytest.mark.parametrize(
    ("account", "grouped"),
    [
        ("0012345678", "001 234 56 78"),
        ("12345678", "123 456 78"),
        ("1234567", "123 45 67"),
        ("1234", "12 34"),
        ("5", "5"),
        ("", ""),
        ("70-123/45", "701 23 45"),
    ],
)
def test_account_numbers_in_groups(account: str, grouped: str) -> None:
    assert digits(account) == grouped


@pytest.mark.parametrize(
    "text",
    [
        "К оплате 1 234,56 ₽ до 25.10.2026, ул. Мира, д. 5. " * 400,
        "9" * 5_000,
        "9" * 5_000 + " ₽",
        "9" * 5_000 + ",5 м³",
        "0," + "5" * 20_000,
        "111 " * 5_000,
        "1-" * 10_000,
        "1/" * 10_000,
        "1.1" * 7_000,
        "XI" * 10_000,
        "а.б" * 7_000,
        "a.b" * 7_000,
        "a@" * 10_000,
        "( « " * 5_000,
    ],
    ids=lambda text: text[:12],
)
def test_long_texts_of_anything_are_worded(text: str) -> None:
    """Takes forever if a pattern goes back and forth over the text."""
    assert not re.search(r"[\dA-Za-z]", to_words(text))
