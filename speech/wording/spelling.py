"""Abbreviations, capital letters, Latin words, addresses of the net and signs to words."""

import re
import unicodedata

from speech.wording.inflection import form, word_data
from speech.wording.rules import after, asked_case

_VOWELS = "аеёиоуыэюя"
_DASHES = dict.fromkeys(map(ord, "‐‑‒―"), "-")
_SPACES = re.compile(r"[^\S\n]+")


def normalised(text: str) -> str:
    """One kind of space and hyphen, figures of any script as 0 to 9, stress marks gone, «м³» and «№» spelled out."""
    text = re.sub(r"(?<![^\W\d_])м[³3](?!\d)", "куб.м", text)
    text = re.sub(r"(?<![^\W\d_])м[²2](?!\d)", "кв.м", text)
    text = re.sub(r"(номер[а-я]* )?№+ ?", lambda found: found[1] or " номер ", text, flags=re.I).translate(_DASHES)
    text = unicodedata.normalize("NFKC", text.replace("\u0301", "")).replace("⁄", "/").replace("\u2212", "−")
    text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    return _SPACES.sub(" ", text)


def addresses_in_words(text: str) -> str:
    """Mail and web addresses: info@dom.ru → инфо собака дом точка ру."""
    text = re.sub(r"https?://(?:www\.)?", "", text)
    pattern = (
        r"\b[A-Za-z0-9][\w.-]{0,63}@(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,}\b|\b(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,}\b"
    )
    return re.sub(pattern, lambda found: found[0].replace("@", " собака ").replace(".", " точка "), text)


def abbreviations_in_words(text: str) -> str:
    """«ул. Мира, д. 5» → «улица Мира, дом 5», «за м3» → «за кубометр», «ХВС» → «ха-вэ-эс»."""
    text = _BARE_UNIT.sub(_unit, text)
    text = _ABBREVIATION.sub(_abbreviation, text)
    return re.sub(r"\b[А-ЯЁ]{2,6}\b", _capitals, text)


_DATA = word_data()
_ABBREVIATIONS: dict[str, str] = _DATA["abbreviations"]
_ABBREVIATION = re.compile(
    "|".join(
        rf"(?<![\w-]){re.escape(short)}" + ("" if short.endswith(".") else r"(?!\w)")
        for short in sorted(_ABBREVIATIONS, key=len, reverse=True)
    ),
    re.I,
)
_BARE_UNIT = re.compile(r"(?<![\w.])(?:кв\. ?м\b\.?|куб\. ?м\b\.?|кВт[·*∙⋅•-]?ч\b|Гкал\b|₽|%)", re.I)


def _unit(found: re.Match[str]) -> str:
    noun = next(noun for pattern, noun in _DATA["units"].items() if re.fullmatch(pattern, found[0], re.I))
    if noun in ("рубль", "процент"):
        return form(noun, 5)
    case = asked_case(found)
    return form(noun, 1, "a" if case == "a" else case)


def _abbreviation(found: re.Match[str]) -> str:
    known = _ABBREVIATIONS.get(found[0]) or _ABBREVIATIONS.get(found[0].lower()) or _ABBREVIATIONS.get(found[0].upper())
    words = known or found[0]
    ends_sentence = found[0].endswith(".") and re.match(r"\s*(?:$|[А-ЯЁ][а-яё]+ [а-яё])", after(found))
    words = words[0].upper() + words[1:] if found[0][0].isupper() and len(found[0]) > 1 and known else words
    if found.string[found.end() : found.end() + 1].isalnum():
        words += " "
    return words + ("." if ends_sentence and words.endswith(("рублей", "копеек", "другие", "прочее", "далее")) else "")


def _capitals(found: re.Match[str]) -> str:
    """Said letter by letter when listed so or without a vowel; else it is a word in capitals."""
    word = found[0]
    if word in _DATA["spelled"] or not set(word.lower()) & set(_VOWELS):
        return "-".join(_DATA["letters"][letter.lower()] for letter in word)
    return word


def letters_in_words(text: str) -> str:
    """Latin words: known ones by list, short capitals letter by letter, the rest by sound. No Latin letter is left."""
    text = re.sub(r"\b(?:e-mail|wi-fi)\b", lambda found: _DATA["latin_words"][found[0].lower()], text, flags=re.I)
    text = unicodedata.normalize("NFC", _without_accents(text))
    return re.sub(r"[A-Za-z]+", _latin, text)


def _without_accents(text: str) -> str:
    """é → e, while й and ё stay."""
    return "".join(
        c
        if "а" <= c.lower() <= "ё"
        else "".join(part for part in unicodedata.normalize("NFD", c) if part.isascii()) or c
        for c in text
    )


def _latin(found: re.Match[str]) -> str:
    word = found[0]
    known = _DATA["latin_words"].get(word.lower())
    if known:
        return str(known)
    if len(word) == 1 or (word.isupper() and len(word) <= 4):
        return "-".join(_DATA["latin_letters"][letter.lower()] for letter in word)
    sounds: dict[str, str] = _DATA["transliteration"]
    return re.sub("|".join(sorted(sounds, key=len, reverse=True)), lambda part: sounds[part[0]], word.lower())


def tidied(text: str) -> str:
    """Signs as words, everything that cannot be said left out, single spaces."""
    for sign, words in _DATA["symbols"].items():
        text = text.replace(sign, f" {words} ")
    text = re.sub(r"(?<=\w)/(?=\w)", " ", text)
    text = re.sub(r"[^\w\s.,!?…:;«»\"()—–-]|_", " ", text)
    text = "".join(c for c in text if not (c.isalnum() and not "а" <= c.lower() <= "ё"))
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" (?=[.,!?…:;)»])|(?<=[(«]) ", "", text).strip()
