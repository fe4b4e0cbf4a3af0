"""What an utterance says beside its intent: the rows of understanding_slots.tsv, the intent given."""

import json
from pathlib import Path

import pytest

from skill.understanding.evaluate import read_labelled
from skill.understanding.slots import extract

ROWS = read_labelled(Path(__file__).with_name("understanding_slots.tsv"))


@pytest.mark.parametrize("intent", sorted({row.intent for row in ROWS}))
def test_slots_are_found(intent: str) -> None:
    found = {row.utterance: (row.slots, extract(intent, row.utterance)) for row in ROWS if row.intent == intent}
    wrong = {said: json.dumps(pair, ensure_ascii=False) for said, pair in found.items() if pair[0] != pair[1]}
    assert wrong == {}
