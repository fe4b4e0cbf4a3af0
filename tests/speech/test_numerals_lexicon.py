"""The word lists: generated as written, no contradictions, and look-alikes stay words."""

from pathlib import Path

import pytest

import speech.numerals
from speech.numerals import codes, make_words, numbers
from speech.numerals.lexicon import LEXICON

FOLDER = Path(speech.numerals.__file__).parent


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_words_tsv_is_what_make_words_writes() -> None:
    made = [
        f"{kind}\t{value}\t{' '.join(sorted(form.replace('ё', 'е') for form in forms))}"
        for kind, value, forms in make_words.rows()
    ]
    assert lines("words.tsv") == made


def test_no_reviewed_word_is_listed_twice() -> None:
    words = [
        word for line in lines("reviewed.tsv") if not line.startswith("list") for word in line.split("\t")[2].split()
    ]
    assert sorted(words) == sorted(set(words))


def test_every_phrase_has_a_word_that_wakes_it() -> None:
    for phrases in LEXICON.phrases.values():
        for words, _, _ in phrases:
            assert any(LEXICON[word] < codes.SIMPLE or LEXICON[word] > codes.FAST_TOP for word in words), words


@pytest.mark.parametrize("word", [word for line in lines("lookalikes.tsv") for word in line.split()])
def test_look_alikes_stay_words(word: str) -> None:
    assert numbers(word) == []
