"""What books takes no yes without a word of assent."""

import pytest

from skill.understanding import understand
from skill.understanding.assent import agrees

SURE = 0.8


AGREES = "да|дааа|да-да|угу|прваильно|кане шно|верноотправляйте|само собой|ну давай|почему бы и нет|👍|+"


@pytest.mark.parametrize("said", AGREES.split("|"))
def test_a_word_of_assent_is_a_sure_yes(said: str) -> None:
    heard = understand(said, "api", expecting="yes_no")
    assert (heard.intent, heard.confidence >= SURE) == ("yes", True)


@pytest.mark.parametrize("said", ["шмэффёя", "югу", "жщшмы", "отец", "пустой", "кровля", "того", "дтп", "до аерно"])
def test_what_only_resembles_a_yes_is_none(said: str) -> None:
    heard = understand(said, "api", expecting="yes_no")
    assert heard.intent != "yes" or heard.confidence < SURE


def test_a_slip_never_changes_the_first_letter() -> None:
    assert agrees("кнечно")
    assert agrees("конечон")
    assert not agrees("вконечен")
