"""«Ты» for those who asked the platform for it."""

import re

import pytest

from skill.dialogue.engine import converse
from skill.dialogue.familiar import familiar
from skill.dialogue.phrases import phrases
from skill.dialogue.turn import Turn
from tests.skill.talking import Resident

POLITE = re.compile(r"\b(вы|вас|вам|вами|ваш\w*)\b|\w+(йте|ьте|тесь)\b|\b\w{3,}(ите|ете)\b", re.IGNORECASE)
NOUNS = {"соцзащите", "туалете"}


@pytest.mark.parametrize(
    ("polite", "friendly"),
    [
        ("Назовите показание: газ.", "Назови показание: газ."),
        ("У вас переплата 50 ₽.", "У тебя переплата 50 ₽."),
        ("Понимаю, что вы сердитесь. Скажите, что случилось.", "Понимаю, что ты сердишься. Скажи, что случилось."),
        ("Здравствуйте! Чем помочь?", "Привет! Чем помочь?"),
    ],
)
def test_a_reply_is_said_to_a_friend(polite: str, friendly: str) -> None:
    assert familiar(polite) == friendly


@pytest.mark.parametrize("key", sorted(phrases()))
def test_no_phrase_keeps_a_polite_word(key: str) -> None:
    for variant in phrases()[key]:
        left = [found[0].lower() for found in POLITE.finditer(familiar(variant))]
        assert set(left) <= NOUNS, familiar(variant)


def test_the_platform_asks_for_it(stranger: Resident) -> None:
    turn = Turn("salute", "friend", "s", kind="start", familiar=True)
    reply = converse(stranger.engine, turn, now=stranger.clock(), settings=stranger.settings)
    assert reply.text.startswith("Привет!")
    assert "скажи «привязать счёт»" in reply.text.lower()
