"""Several ways to hear one utterance: which of them the dialogue takes."""

import pytest

from skill.dialogue.meaning.likeliest import is_heard, likeliest
from skill.dialogue.turn import Turn
from skill.understanding import understand
from speech.recognition import Hypothesis


def taken(asked: str, *heard: str | tuple[str, float]) -> str:
    """What is taken of the guesses, each with its confidence (0.9 unless told)."""
    guesses = [(one, 0.9) if isinstance(one, str) else one for one in heard]
    turn = Turn("telephone", "u", "s", tuple(Hypothesis(text, trust, ()) for text, trust in guesses))
    return likeliest(turn, asked).text


@pytest.mark.parametrize(
    ("asked", "heard", "expected"),
    [
        ("number", ("сто два пять", "сто двадцать пять", "125"), "сто двадцать пять"),
        ("command", ("сколько я должна", "сколько я должен"), "сколько я должна"),
        ("command", ("хали на я вара", "передать показания"), "передать показания"),
        ("meter", ("ну это самое", "холодная вода"), "холодная вода"),
        ("number", ("то", "сто двадцать пять"), "сто двадцать пять"),
        ("command", ("тахнит сказом", "пахнет газом"), "пахнет газом"),
        ("number", ("повтори", "пять"), "повтори"),
    ],
)
def test_what_makes_sense_here_is_taken(asked: str, heard: tuple[str, ...], expected: str) -> None:
    assert taken(asked, *heard) == expected


@pytest.mark.parametrize("guess", ["да", "нет", "хватит"])
def test_nothing_is_decided_by_a_guess(guess: str) -> None:
    assert taken("yes_no", "дам бра", guess) == "дам бра"


def test_a_guess_that_was_hardly_heard_is_left() -> None:
    assert taken("meter", "ну это самое", ("холодная вода", 0.3)) == "ну это самое"


def test_where_nothing_was_heard_nothing_is_guessed() -> None:
    assert taken("meter", ("ну это самое", 0.2), "холодная вода") == "ну это самое"


def test_the_others_keep_their_order() -> None:
    heard = [Hypothesis(text, 0.9, ()) for text in ("хали на", "сама вар", "передать показания", "помощь")]
    turn = likeliest(Turn("telephone", "u", "s", tuple(heard)), "command")
    assert [one.text for one in turn.hypotheses] == ["передать показания", "хали на", "сама вар", "помощь"]


@pytest.mark.parametrize(
    ("text", "confidence", "expected"),
    [
        ("нормативы", 0.3, True),
        ("я оставлял заявку её вообще приняли", 0.3, True),
        ("электроэнергия четыреста семьдесят четыре", 0.3, True),
        ("восемьсот девяносто", 0.3, False),
        ("валит пик семь", 0.3, False),
        ("да", 0.3, False),
        ("хватит", 0.3, False),
        ("нормативы", 0.1, False),
        ("да", 0.5, True),
    ],
)
def test_a_doubted_phrase_is_heard_if_it_means_something(text: str, confidence: float, expected: bool) -> None:
    assert is_heard(Hypothesis(text, confidence, ()), lambda: understand(text, "telephone")) is expected
