"""From text to an intent with slots; what an open question expects weighs in."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from skill.understanding import assent, features, markers, model, rules, slots
from skill.understanding.text import NUMBER, meant, tokens

OUT_OF_SCOPE = "out_of_scope"
WEIGHTS = Path(__file__).parent / "model.npz"
COMPANY_FOLDER = "understanding"
"""Below the data folder: a company's own sentences (`<intent>.txt`), words and model."""
_ALTERNATIVES = 3
_LONGEST = 600
_FEARED, _SURE = 0.15, 0.6
_REFUSED = 0.35
"""Below this chance an utterance is not held for foreign: the next best meaning is asked about instead."""
_FAVOURED = {
    "yes_no": {"yes": 12.0, "no": 12.0, "correct": 4.0, "submit_reading": 2.0, "repeat": 2.0},
    "number": {"submit_reading": 4.0, "repeat": 2.0, "back": 2.0, "correct": 2.0},
    "meter": {"submit_reading": 4.0, "switch_account": 0.3, "tariffs": 0.5},
    "account": {"link_account": 6.0, "repeat": 2.0, "stop": 2.0},
    "code": {"link_account": 6.0, "repeat": 2.0, "stop": 2.0},
}
_NUMBER_MEANS = {"account": "link_account", "code": "link_account"}
_WRONG_ONE = re.compile(r"(?:нет |ой )?не (?:та|тот|то|те|так|этот|эта|это|туда)\b")
_ONES = frozenset(("один", "одна", "одно"))
_HALF_SAID = re.compile(r"(?:а|и|ну а|а теперь|теперь) (?:за|на|у|по|про|с) \w+$")
_MOST_OF_HALF = 0.4
"""«А на холодную» says of what, not what is asked: it is never sure."""
_MOST_OF_A_GUESSED_YES = 0.5
"""«Отец» at a question resembles a yes; what books takes none without a word of assent."""
_WHERE = frozenset(("на", "в", "во", "у", "за", "по"))
_FILLERS = frozenset(("ну", "вот", "так", "эээ", "ээ", "эм", "мм", "это", "значит", "там", "а", "и"))


@dataclass(frozen=True)
class Understanding:
    """What was meant. `slots`: see slots.py; `alternatives`: the next best intents with their confidence."""

    intent: str
    slots: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()


_in_use: tuple[Path, Path | None] = (WEIGHTS, None)


def reload(path: Path | None = None, words: Path | None = None) -> None:
    """Take the model from another file (None: the built-in one) for all further calls. Raises OSError, ValueError.

    `words` is a file of further words for slots, of the form of `words.yaml`.
    """
    global _in_use
    path = path or WEIGHTS
    model.load(path)
    markers.use(words)
    _in_use = path, words
    _model.cache_clear()
    recall.cache_clear()
    slots.extracted.cache_clear()


def use_company(folder: Path) -> None:
    """Take what a company has made of its own: `model.npz` (`zhku understanding build`) and `words.yaml`, if there.

    Raises OSError, ValueError.
    """
    own = folder / "model.npz", folder / "words.yaml"
    path, words = (file if file.exists() else None for file in own)
    if (path or WEIGHTS, words) != _in_use:
        reload(path, words)


@lru_cache(maxsize=1)
def _model() -> model.Model:
    return model.load(_in_use[0])


def understand(text: str, channel: str = "chat", expecting: str | None = None) -> Understanding:
    """The meaning of an utterance.

    `channel` is where it came from (alice, phone, chat …); the words alone decide today. `expecting` is what the
    dialogue waits for: yes_no, number, meter, account, code; None or command when nothing is open. Never raises.
    """
    del channel
    return recall(meant(text[:_LONGEST]), expecting if expecting in _FAVOURED else None)


@lru_cache(maxsize=2048)
def recall(text: str, expecting: str | None) -> Understanding:
    """The same words in the same situation mean the same: kept for the turns to come."""
    words = tokens(text)
    if not words:
        return Understanding(OUT_OF_SCOPE, {}, 0.9)
    if danger := rules.ruled(text):
        return Understanding(danger, slots.extract(danger, text), 0.99)
    if (bare := _bare(words, expecting)) is not None:
        return Understanding(bare, slots.extract(bare, text), 0.98)
    return _by_model(text, expecting)


def _bare(words: list[str], expecting: str | None) -> str | None:
    """A number or a meter's name alone, or «не та», means what the question makes of it; «ну…» is no answer yet."""
    rest = [word for word in words if word not in _FILLERS]
    if NUMBER in rest and all(word == NUMBER or word in _ONES for word in rest):
        return _NUMBER_MEANS.get(expecting or "", "submit_reading")
    if expecting == "yes_no" and not rest:
        return OUT_OF_SCOPE
    if expecting == "meter" and rest and all(word in _WHERE or markers.meaning(word) for word in rest):
        return "submit_reading"
    if expecting in ("yes_no", "meter") and len(words) < 4 and _WRONG_ONE.match(" ".join(words)):
        return "no"
    return None


def _is_feared(one: tuple[str, float], best: tuple[str, float]) -> bool:
    """A danger that may well be meant goes before a best guess that is none too sure."""
    return one[0] == "emergency" and one[1] >= _FEARED and best[1] < _SURE


def _by_model(text: str, expecting: str | None) -> Understanding:
    trained = _model()
    chances = trained.probabilities(features.index(features.names(text, trained.known)))
    favour = _FAVOURED.get(expecting or "", {})
    if favour:
        chances = chances * np.array([favour.get(intent, 1.0) for intent in trained.intents], dtype=np.float32)
        chances /= chances.sum()
    best = np.argsort(chances)[::-1][: _ALTERNATIVES + 1]
    ranked = [(trained.intents[i], round(float(chances[i]), 4)) for i in best]
    if ranked[0][0] == OUT_OF_SCOPE and ranked[0][1] < _REFUSED:
        ranked = [*ranked[1:], ranked[0]]
    ranked = sorted(ranked, key=lambda one: _is_feared(one, ranked[0]), reverse=True)
    intent, confidence = ranked[0]
    if _HALF_SAID.match(" ".join(tokens(text))):
        confidence = min(confidence, _MOST_OF_HALF)
    if intent == "yes" and not assent.agrees(text):
        confidence = min(confidence, _MOST_OF_A_GUESSED_YES)
    return Understanding(intent, slots.extract(intent, text), confidence, tuple(ranked[1:]))
