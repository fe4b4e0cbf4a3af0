"""Several ways to hear one number: the meter's history chooses. Cold water stood at 115 last month."""

import pytest

from skill.dialogue.engine import converse
from skill.dialogue.turn import Turn
from speech.recognition import Hypothesis
from tests.skill.talking import Resident


@pytest.mark.parametrize(
    ("heard", "taken"),
    [
        ((("двести пять", 0.5), ("сто двадцать пять", 0.4)), "125"),
        ((("сто двадцать пять", 0.6), ("сто двадцать шесть", 0.3)), "125"),
        ((("сто двадцать пять", 1.0),), "125"),
    ],
    ids=["the likelier use wins", "the better heard wins", "one hypothesis"],
)
def test_hypotheses_are_weighed_by_the_dial(
    resident: Resident, heard: tuple[tuple[str, float], ...], taken: str
) -> None:
    resident.says("передать показания холодной воды")
    said = tuple(Hypothesis(text, confidence, ()) for text, confidence in heard)
    turn = Turn("chat", resident.name, resident.session, said)
    assert f"вода {taken}," in converse(resident.engine, turn, now=resident.clock(), settings=resident.settings).text
