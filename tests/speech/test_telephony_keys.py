"""Answers by keys, and keys as tones in the sound."""

import pytest

from speech.telephony.conversation import Keyed, Prompt
from speech.telephony.keys import KeyEntry
from speech.telephony.tones import ToneEar
from tests.telephony.fake_pbx import noise, recorded, tone

CHOICE = Prompt("Верно?", expecting="yes_no", choices=("да", "нет"))
NUMBER = Prompt("Назовите показание.", expecting="number")


def pressed(prompt: Prompt, keys: str) -> Keyed | None:
    """The answer after these keys, in which the last one completes it."""
    entry = KeyEntry(prompt)
    answers = [entry.press(key) for key in keys]
    assert not any(answers[:-1])
    return answers[-1]


@pytest.mark.parametrize(
    ("prompt", "keys", "answer"),
    [
        (CHOICE, "1", Keyed("choice", "да")),
        (CHOICE, "2", Keyed("choice", "нет")),
        (CHOICE, "3", Keyed("unknown", "3")),
        (CHOICE, "0", Keyed("operator")),
        (CHOICE, "*", Keyed("repeat")),
        (NUMBER, "125#", Keyed("number", "125")),
        (NUMBER, "125*4#", Keyed("number", "125.4")),
        (NUMBER, "00125#", Keyed("number", "00125")),
        (NUMBER, "9**125#", Keyed("number", "125")),
        (NUMBER, "0#", Keyed("number", "0")),
        (NUMBER, "#", Keyed("unknown", "")),
        (NUMBER, "*5#", Keyed("unknown", "*5")),
        (NUMBER, "1*2*3#", Keyed("unknown", "1*2*3")),
    ],
)
def test_what_keys_mean(prompt: Prompt, keys: str, answer: Keyed) -> None:
    assert pressed(prompt, keys) == answer


def test_a_number_is_also_ended_by_waiting() -> None:
    entry = KeyEntry(NUMBER)
    assert [entry.press(key) for key in "125"] == [None, None, None]
    assert entry.finish() == Keyed("number", "125")


def test_zero_and_nothing_more_asks_for_a_person() -> None:
    entry = KeyEntry(NUMBER)
    assert entry.press("0") is None
    assert entry.finish() == Keyed("operator")


def test_a_cat_on_the_keys_comes_to_an_end() -> None:
    assert pressed(NUMBER, "1" * 24) == Keyed("number", "1" * 24)


@pytest.mark.parametrize("rate", [8_000, 16_000])
@pytest.mark.parametrize("key", "0123456789*#ABCD")
def test_every_key_is_found_in_the_sound_once(key: str, rate: int) -> None:
    assert ToneEar(rate).hear(tone(key, 0.12, rate)) == key


def test_two_presses_of_a_key_are_two_keys() -> None:
    ear = ToneEar(8000)
    assert ear.hear(tone("5")) + ear.hear(noise(0.1, 20)) + ear.hear(tone("5")) == "55"


@pytest.mark.parametrize("name", ["number_125", "number_6229", "number_1838", "number_5126", "no_number"])
def test_no_key_is_found_in_speech(name: str) -> None:
    assert ToneEar(8000).hear(recorded(name)) == ""


def test_no_key_is_found_in_noise() -> None:
    assert ToneEar(8000).hear(noise(30, 5000)) == ""
