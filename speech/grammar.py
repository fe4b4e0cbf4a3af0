"""What Vosk is told to expect: example phrases for a question, and a check of lists that would kill the process.

Vosk estimates a bigram from a list of phrases and searches only that. It works for models with a dynamic graph.
`[unk]` is the filler word: speech that is none of the phrases must have somewhere to go, or noise becomes a number.
"""

import json
import random
import re
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import yaml

from speech.wording import cardinal

FILLER = "[unk]"
MOST_PHRASES = 20_000
LONGEST_PHRASE = 500


class Vocabulary(Protocol):
    """A vosk.Model, as far as it is needed here."""

    def vosk_model_find_word(self, word: str) -> int: ...


def validated(phrases: object, vocabulary: Vocabulary) -> str:
    """The phrases as the JSON that KaldiRecognizer takes: lower case, spelled as the model spells them, words the model
    does not know left out, `[unk]` added where the model has it.

    Raises ValueError when that is no non-empty list of non-empty strings, when it is too long or when no word of it is
    known: Vosk 0.3.45 ends the process over such a list.
    """
    if not isinstance(phrases, list | tuple) or not phrases:
        raise ValueError("a grammar is a non-empty list of phrases")
    if len(phrases) > MOST_PHRASES:
        raise ValueError(f"a grammar has at most {MOST_PHRASES} phrases")
    known: list[str] = []
    for phrase in phrases:
        if not isinstance(phrase, str) or not phrase.strip():
            raise ValueError("a phrase of a grammar is a non-empty string")
        if len(phrase) > LONGEST_PHRASE:
            raise ValueError(f"a phrase of a grammar has at most {LONGEST_PHRASE} characters")
        words = [spelled(word, vocabulary) for word in phrase.lower().split()]
        known.append(" ".join(word for word in words if word))
    known = [phrase for phrase in known if phrase]
    if not any(word != FILLER for phrase in known for word in phrase.split()):
        raise ValueError("the model knows no word of the grammar")
    if FILLER not in known and vocabulary.vosk_model_find_word(FILLER) >= 0:
        known.append(FILLER)
    return json.dumps(known, ensure_ascii=False)


def spelled(word: str, vocabulary: Vocabulary) -> str | None:
    """The word as the model's vocabulary spells it, which may differ in «ё», or None if it is not there."""
    variants = [word, word.replace("ё", "е")]
    variants += [word[: m.start()] + "ё" + word[m.end() :] for m in re.finditer("е", word)]
    return next((variant for variant in variants if vocabulary.vosk_model_find_word(variant) >= 0), None)


def expectations() -> list[str]:
    """What a dialogue can wait for: the keys of speech/data/expectations.yaml."""
    return [name for name in _expectations() if name != "always"]


@cache
def examples(expecting: str) -> tuple[str, ...] | None:
    """Example phrases for what the dialogue waits for; None if it is not one of speech/data/expectations.yaml."""
    data = _expectations()
    if expecting not in expectations():
        return None
    wanted, draw = data[expecting], random.Random(1)
    phrases = [_filled(draw.choice(wanted["phrases"]), draw) for _ in range(wanted.get("numbers", 0))]
    for _ in range(wanted["copies"]):
        phrases += [_filled(phrase, draw) for phrase in wanted["also"] + data["always"]]
    share = wanted["unknown"] / 100
    return (*phrases, *[FILLER] * round(len(phrases) * share / (1 - share)))


@cache
def _expectations() -> dict[str, Any]:
    text = files("speech").joinpath("data/expectations.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def _filled(phrase: str, draw: random.Random) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: _SPOKEN[found[1]](draw), phrase)


def _number(draw: random.Random) -> str:
    """A reading as people say it: mostly whole, at times in groups of two or three figures."""
    kind = draw.random()
    if kind < 0.75:
        top = draw.choices((100, 1_000, 10_000, 100_000, 1_000_000), (1, 6, 4, 3, 1))[0]
        words = cardinal(draw.randrange(top))
        return words.removeprefix("одна ") if words.startswith("одна тысяча") and draw.random() < 0.6 else words
    if kind < 0.9:
        return " ".join(cardinal(draw.randrange(10, 100)) for _ in range(draw.randint(2, 4)))
    return f"{cardinal(draw.randrange(1, 1000))} {cardinal(draw.randrange(1000))}"


def _digits(draw: random.Random) -> str:
    return " ".join(cardinal(draw.randrange(10)) for _ in range(draw.randint(3, 10)))


def _decimal(draw: random.Random) -> str:
    whole, kind = cardinal(draw.randrange(2000)), draw.random()
    if kind < 0.6:
        return f"{whole} {draw.choice(('запятая', 'запятая', 'точка'))} {cardinal(draw.randrange(1000))}"
    if kind < 0.9:
        return f"{whole} целых {cardinal(draw.randrange(1, 10), gender='f')} десятых"
    return f"{whole} и {cardinal(draw.randrange(1, 10))}"


_SPOKEN = {"number": _number, "digits": _digits, "decimal": _decimal}
