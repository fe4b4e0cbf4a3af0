"""Choosing among readings: the meter's dial and history, several recognised texts, neighbours in sound."""

from decimal import Decimal

import pytest

from speech.numerals import Dial, alternatives, candidates, misheard, pool, rank

FIVE_AND_THREE = Dial(whole=5, fraction=3)
FIVE_AND_ONE = Dial(whole=5, fraction=1)


def likeliest(said: str, dial: Dial, previous: str | None, daily_use: str | None, days: int = 30) -> Decimal:
    history = Decimal(previous) if previous is not None else None
    habit = Decimal(daily_use) if daily_use is not None else None
    return rank(alternatives(said), dial, history, habit, days)[0].value


def test_without_history_the_usual_reading_wins() -> None:
    assert likeliest("сорок пять двести тридцать один", FIVE_AND_THREE, None, None) == 45231


def test_history_tells_the_red_digits_from_the_black() -> None:
    assert likeliest("сорок пять двести тридцать один", FIVE_AND_THREE, "42.900", "0.1") == Decimal("45.231")


def test_all_eight_digits_of_a_water_meter_are_five_and_three() -> None:
    said = "ноль ноль ноль сорок пять двести тридцать один"
    assert likeliest(said, FIVE_AND_THREE, "42.900", "0.1") == Decimal("45.231")


def test_a_lone_last_digit_is_the_tenths_when_history_says_so() -> None:
    assert likeliest("двести тридцать один пять", FIVE_AND_ONE, "228", "0.1") == Decimal("231.5")
    assert likeliest("двести тридцать один пять", FIVE_AND_ONE, "2290", "0.8") == 2315


def test_and_is_a_fraction_or_two_values() -> None:
    assert likeliest("двенадцать и пять", FIVE_AND_ONE, "11", "0.05") == Decimal("12.5")


def test_what_the_dial_cannot_show_is_left_out() -> None:
    assert rank(alternatives("сто двадцать три тысячи"), Dial(whole=5), None, None) == []
    assert rank(alternatives("минус пять"), Dial(whole=5), None, None) == []
    assert rank([["12.345"]], Dial(whole=5, fraction=1), None, None) == []


def test_a_reading_below_the_previous_one_is_never_sure() -> None:
    (only,) = rank([["100"]], Dial(whole=5), Decimal(120), Decimal("0.2"))
    assert not only.sure
    assert "below the previous reading" in only.why


def test_a_dial_that_passed_its_last_number() -> None:
    (only,) = rank([["3"]], Dial(whole=5), Decimal(99998), Decimal("0.2"))
    assert "dial passed its last number" in only.why


@pytest.mark.parametrize(
    ("said", "sure"),
    [("двести тридцать один", True), ("двести тридцать ой двести тридцать один", False), ("двестисорок", False)],
)
def test_corrected_and_repaired_words_are_never_sure(said: str, sure: bool) -> None:
    assert rank(alternatives(said), Dial(whole=5), Decimal(225), Decimal("0.2"))[0].sure is sure


def test_plain_candidate_lists_will_do() -> None:
    ranked = rank(candidates("сорок пять двести тридцать один"), FIVE_AND_THREE, Decimal("45.100"), Decimal("0.01"))
    assert ranked[0].value == Decimal("45.231")


def test_hypotheses_that_agree_outweigh_one_that_is_louder() -> None:
    heard = [("двести тридцать", 0.4), ("двести тридцать один", 0.35), ("двести тридцать один вот", 0.35)]
    assert pool(heard)[0].values == ("231",)


def test_command_and_original_utterance_are_pooled() -> None:
    pooled = pool([("12 5", 1.0), ("12,5", 1.0)])
    assert pooled[0].values == ("12.5",)
    assert ("125",) in [candidate.values for candidate in pooled]


def test_pooling_nothing_gives_nothing() -> None:
    assert pool([]) == []
    assert [candidate.values for candidate in pool([("не знаю", 0.9)])] == [()]


def test_neighbours_in_sound_are_offered_for_a_question() -> None:
    values = [candidate.values for candidate in misheard("сто шестьдесят")]
    assert ("170",) in values
    assert ("160",) not in values
