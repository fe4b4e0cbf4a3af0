"""The words of the embedded model: words.txt with inflections, the words of the sentences, and the filler [unk]."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import pymorphy3

from speech.acoustic.language import slots, templates
from speech.acoustic.lexicon_tree import UNKNOWN
from speech.acoustic.pronunciation import UnknownPhoneError, pronunciations

BOOKISH = {"V-ey", "V-oy"}
"""Grammemes of OpenCorpora for forms nobody says: «водою», «кухнею»."""
CONTRACTED = "V-be"
"""… and for «воскресенье» beside «воскресение», which is no day."""
_WORD = re.compile("[а-яё]+")


@cache
def _morphology() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")


def inflected(lemma: str) -> list[str]:
    """A word and all forms of its likeliest reading as a number, adjective, noun or pronoun."""
    nominal = ("NUMR", "ADJF", "NOUN", "NPRO")
    parses = [parse for parse in _morphology().parse(lemma) if parse.tag.POS in nominal]
    if not parses:
        return [lemma]
    spoken = [form for form in parses[0].lexeme if not BOOKISH & form.tag.grammemes]
    if CONTRACTED in parses[0].tag:
        spoken = [form for form in spoken if CONTRACTED in form.tag]
    return [lemma, *dict.fromkeys(form.word for form in spoken if _WORD.fullmatch(form.word))]


def common_words(sentences: Iterable[str], at_least: int = 3) -> list[str]:
    """Words said in several of the sentences that a dictionary knows: no misspellings, no rarities."""
    counted = Counter(word for sentence in sentences for word in _WORD.findall(sentence))
    return [word for word, count in counted.items() if count >= at_least and _morphology().word_is_known(word)]


def words(further: Iterable[str] = ()) -> list[str]:
    """All words, each once, in a fixed order; `further` are others wanted too."""
    found: list[str] = []
    for line in files(__package__).joinpath("words.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            for entry in line.split():
                found += inflected(entry[:-1]) if entry.endswith("*") else [entry]
    texts = [*templates()[0], *(choice for choices in slots().values() for choice in choices), *further]
    for text in texts:
        found += _WORD.findall(re.sub(r"\{\w+\}", " ", text.lower()))
    return list(dict.fromkeys(found))


def lexicon(wanted: list[str], phones: list[str]) -> dict[str, list[tuple[int, ...]]]:
    """Word → its pronunciations as network outputs; words with phones the network does not know are left out."""
    numbers = {phone: k + 1 for k, phone in enumerate(phones)}
    table = {}
    for word in wanted:
        try:
            ways = [way for way in pronunciations(word) if way and numbers.keys() >= set(way)]
        except UnknownPhoneError:
            continue
        if ways:
            table[word] = [tuple(numbers[phone] for phone in way) for way in dict.fromkeys(ways)]
    return table


def numbered(table: dict[str, list[tuple[int, ...]]]) -> dict[str, int]:
    """Words → their numbers in the graph, words that sound alike side by side; 0 is the empty word."""
    return {word: k + 1 for k, word in enumerate([*sorted(table, key=lambda word: (table[word][0], word)), UNKNOWN])}
