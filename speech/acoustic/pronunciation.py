"""Words → phones: espeak-ng's Russian rules folded to 43 phones, with a table of exceptions."""

import ctypes
import re
from functools import cache
from importlib.resources import files

import espeakng_loader  # type: ignore[import-untyped]  # has no annotations

VOWELS = {
    "A": "a", "a": "@", "V": "@", "@": "@", "o": "o", "O": "o", "8": "o", "e": "e", "E": "e", "i": "i", "I": "i",
    "y": "y", "u": "u",
}  # fmt: skip
SINGLE_LETTERS = {"tS": "tS'", "S;": "S'", "x;": "x'", "R": "r"}
_IGNORED = {"@-", ";", ""}
_UNSTRESSED = {"i": "I", "e": "I"}


class UnknownPhoneError(ValueError):
    """espeak-ng gave a symbol that the folding table does not know."""


@cache
def _espeak() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    retrieval_only = 2
    library.espeak_Initialize(retrieval_only, 0, espeakng_loader.get_data_path().encode(), 0)
    if library.espeak_SetVoiceByName(b"ru") != 0:
        raise OSError("espeak-ng has no Russian voice")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    return library


def _espeak_symbols(word: str) -> list[str]:
    """espeak-ng's mnemonic symbols of a word, softness mark joined to its consonant, stress as a leading apostrophe."""
    utf8, space_between = 1, ord(" ") << 8
    pointer = ctypes.c_char_p(word.encode())
    parts: list[str] = []
    while pointer.value:
        spoken = _espeak().espeak_TextToPhonemes(ctypes.byref(pointer), utf8, space_between) or b""
        parts += spoken.decode().replace(" ;", ";").split()
    return parts


def fold(symbol: str) -> list[str]:
    """One espeak-ng symbol → our phones (none for the inserted schwa of clusters)."""
    stressed = symbol[0] in "',"
    bare = re.sub(r"[',_#\"^%=:-]|(?<=E)2", "", symbol)
    if symbol in _IGNORED or bare in _IGNORED or symbol.startswith("@-"):
        return []
    if bare in ("ja", "ju", "jo", "je"):
        return ["j", *fold(("'" if stressed else "") + {"a": "A"}.get(bare[1], bare[1]))]
    if bare in VOWELS:
        phone = VOWELS[bare]
        if stressed or bare == "8":
            return ["a" if phone == "@" else phone]
        return ["@" if phone == "a" else _UNSTRESSED.get(phone, phone)]
    if bare in SINGLE_LETTERS:
        return [SINGLE_LETTERS[bare]]
    soft = bare.endswith(";")
    base = bare.rstrip(";")
    if base in {"Z", "S", "ts", "tS", "j"} and base != "tS" and base != "S":
        soft = False
    if not re.fullmatch(r"ts|tS|[bdfgjklmnprstvxzSZ]", base):
        raise UnknownPhoneError(f"{symbol!r}")
    return [base + ("'" if soft or base == "tS" else "")]


@cache
def exceptions() -> dict[str, list[list[str]]]:
    """Word → pronunciations from pronunciations.txt; the first is the word's normal one."""
    table: dict[str, list[list[str]]] = {}
    for line in files(__package__).joinpath("pronunciations.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, phones = line.split(":")
            table.setdefault(word.strip(), []).append(phones.split())
    return table


@cache
def pronounce(word: str) -> tuple[str, ...]:
    """The normal pronunciation of a lower-case Russian word; empty when espeak-ng has none."""
    if word in exceptions():
        return tuple(exceptions()[word][0])
    return _softened(word, _by_espeak(word))


@cache
def _by_espeak(word: str) -> tuple[str, ...]:
    return tuple(_smooth([phone for symbol in _espeak_symbols(word) for phone in fold(symbol)]))


def _softened(word: str, phones: tuple[str, ...]) -> tuple[str, ...]:
    """With every «ль» soft: espeak-ng says it hard."""
    soft = [after == "ь" for letter, after in zip(word, [*word[1:], ""], strict=True) if letter == "л"]
    places = [place for place, phone in enumerate(phones) if phone in ("l", "l'")]
    if len(places) != len(soft):
        return phones
    turned = {place for place, is_soft in zip(places, soft, strict=True) if is_soft}
    return tuple("l'" if place in turned else phone for place, phone in enumerate(phones))


def _smooth(phones: list[str]) -> list[str]:
    """Say doubled consonants once, and unstressed «я» inside a word as the «и» it is heard as."""
    smoothed: list[str] = []
    for position, phone in enumerate(phones):
        if smoothed and phone == smoothed[-1]:
            continue
        if phone == "ts" and smoothed and smoothed[-1] == "t":
            smoothed.pop()
        after_soft = bool(smoothed) and (smoothed[-1].endswith("'") or smoothed[-1] == "j")
        inside = position < len(phones) - 1
        smoothed.append("I" if phone == "@" and after_soft and inside else phone)
    return smoothed


def pronunciations(word: str) -> list[tuple[str, ...]]:
    """All ways to say a word, the normal one first; espeak-ng's hard «ль» is one, as its own voices say it."""
    if word in exceptions():
        return [tuple(way) for way in exceptions()[word]]
    return list(dict.fromkeys((pronounce(word), _by_espeak(word))))
