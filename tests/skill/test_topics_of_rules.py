"""Topics that a rule answers: their names stand once, and a scene answers each."""

from collections import Counter
from pathlib import Path

import yaml

from skill.dialogue.answering import openers
from skill.dialogue.meaning.pointing import RULED

SHORT = Path("skill/dialogue/meaning/short")
NAMES = Counter(name for file in RULED for name in yaml.safe_load((SHORT / f"{file}.yaml").read_text("utf-8")))


def test_no_topic_is_named_twice() -> None:
    assert [name for name, times in NAMES.items() if times > 1] == []


def test_every_topic_has_its_scene() -> None:
    assert NAMES.keys() - openers().keys() == set()
