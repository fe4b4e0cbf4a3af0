"""Own sentences of a company reach the model."""

from pathlib import Path

import numpy as np
import pytest

from skill.understanding import build as building
from skill.understanding import features
from skill.understanding.model import load, save


@pytest.fixture
def few_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sentences"
    folder.mkdir()
    (folder / "balance.txt").write_text("# долги\n(какой|покажи) [мой] (долг|баланс)\nсколько я должен\n", "utf-8")
    (folder / "outages.txt").write_text("когда дадут (воду|свет)\nпочему нет (воды|света)\n", "utf-8")
    monkeypatch.setattr(building, "SENTENCES", folder)
    return folder


def meant(model: building.Model, text: str) -> str:
    chances = model.probabilities(features.index(features.names(text, model.known)))
    return model.intents[int(np.argmax(chances))]


def test_sentences_of_an_extra_folder_are_learned(few_sentences: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "lists.txt").write_text("court: (суд|пристав)\n", "utf-8")
    (own / "court.txt").write_text("когда (мой|наш) <court>\nвызовите <court>\n", "utf-8")
    model = building.build([own])
    assert meant(model, "когда наш пристав") == "court"
    assert meant(model, "когда дадут воду") == "outages"


def test_labelled_utterances_are_learned(few_sentences: Path) -> None:
    model = building.build(labelled=[("outages", "чего кран сухой")])
    assert meant(model, "чего кран сухой") == "outages"


def test_the_same_sentences_give_the_same_weights(few_sentences: Path, tmp_path: Path) -> None:
    first, second = building.build(), building.build()
    save(first, tmp_path / "model.npz")
    stored = load(tmp_path / "model.npz")
    assert np.array_equal(first.rows, second.rows)
    assert np.array_equal(first.rows, stored.rows)
    assert stored.known == first.known
