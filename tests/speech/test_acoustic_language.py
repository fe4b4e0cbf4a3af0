"""Sentences the recipe makes up, and how it says words."""

import random
from pathlib import Path

import pytest

from speech.acoustic import language
from speech.acoustic.patterns import heard_whole, pattern_sentences
from speech.acoustic.pronunciation import pronounce, pronunciations


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("два", "d v a"),
        ("один", "@ d' i n"),
        ("семь", "s' e m'"),
        ("счётчик", "S' o t tS' I k"),
        ("горячая", "g @ r' a tS' I j @"),
        ("двадцатого", "d v @ ts a t @ v @"),
        ("в", "v"),
        ("апрель", "@ p r' e l'"),
        ("льготы", "l' g o t y"),
        ("аллея", "@ l l' e j @"),
    ],
)
def test_a_word_is_said(word: str, phones: str) -> None:
    assert " ".join(pronounce(word)) == phones


def test_fast_speech_has_its_own_ways() -> None:
    assert "p' I s' a t" in [" ".join(way) for way in pronunciations("пятьдесят")]
    assert "t y S' @" in [" ".join(way) for way in pronunciations("тысяча")]


def test_a_voice_that_says_it_hard_is_understood_too() -> None:
    assert [" ".join(way) for way in pronunciations("июль")] == ["I j u l'", "I j u l"]


def test_a_pattern_without_choices_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "balance.txt").write_text("сколько я должен\n(мой|какой) баланс\n", encoding="utf-8")
    assert sorted(pattern_sentences(tmp_path, 9, seed=1)) == ["какой баланс", "мой баланс", "сколько я должен"]


def test_a_word_torn_apart_is_no_example() -> None:
    said = ["какой перерасчёт"] * 5 + ["откуда пере расчёт", "свету мало"] + ["свет у меня горит"] * 2
    assert heard_whole(said) == ["какой перерасчёт"] * 5 + ["свету мало"] + ["свет у меня горит"] * 2


def test_sentences_are_the_same_for_the_same_seed() -> None:
    assert list(language.sentences(50, seed=3)) == list(language.sentences(50, seed=3))
    assert list(language.sentences(50, seed=3)) != list(language.sentences(50, seed=4))


def test_sentences_are_russian_words_only() -> None:
    for sentence in language.sentences(500, seed=1):
        assert set(sentence) <= set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя ")


def test_readings_cover_all_number_words() -> None:
    rng = random.Random(1)
    said = {word for _ in range(4000) for word in language.reading(rng).split()}
    assert language.number_words() - {"одно"} <= said
