"""Words the lexicon does not list: written digits, punctuation, merged words, misheard words."""

import re
import unicodedata
from typing import TYPE_CHECKING

from speech.numerals import codes as c
from speech.numerals.compose import LIMIT, compose
from speech.numerals.repair import repairs

if TYPE_CHECKING:
    from speech.numerals.lexicon import Lexicon

PIECES = re.compile(
    r"(?P<unit>куб\.?м\b|м\.?куб\b|[мm]\^?3|квт[·*.\-/ ]?ч(?:ас\w*)?)"
    r"|(?P<number>\d+(?:[.,]\d+)*)(?P<suffix>-?(?:ый|ий|ой|ая|ое|ого|его|ому|ему|ым|ом|ую|ти|ми|х|й|я|е|го|му|м)\b)?"
    r"|(?P<word>[^\W\d_]+)|(?P<mark>\.{2,}|[^\w\s]|_)"
)
HESITATION = re.compile("э+м*|кх+[ме]|м+|а{2,}|о{2,}|х+м+|г+м+|ы+|э+э+|ну+|м+х*м+|у+г*у+")
LETTER_O = re.compile(r"(?<=\d)[oо](?=[\doо.,]|$)")
"""Typed for a zero: «12о»."""
DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:20)?\d\d")
DOUBLED = re.compile(r"(.)\1+")
VULGAR = {"½": ".5", "¼": ".25", "¾": ".75"}
LATIN = str.maketrans("aceopxykmtbhё", "асеорхукмтвне")
UNITS = {"куб": "m3", "м": "m3", "m": "m3", "кв": "kwh"}


def read_unknown(word: str, lexicon: "Lexicon") -> int:
    """The code of a word seen for the first time."""
    folded = LETTER_O.sub("0", fold(word))
    if folded in lexicon.written:
        return lexicon[folded]
    if folded.isalpha():
        return _read_word(folded, lexicon)
    bare = folded.replace("-", "")
    if bare in lexicon.written and "-" in folded[1:-1] and lexicon[bare] > 0:
        return lexicon[bare]
    if bare.isalpha() and HESITATION.fullmatch(bare):
        return c.FILLER
    return _read_pieces(folded, lexicon)


def fold(word: str) -> str:
    """ё as е, no stress marks, no invisible characters, Cyrillic for the Latin letters that look the same."""
    for sign, fraction in VULGAR.items():
        if sign in word:
            word = word.replace(sign, fraction if word[0] != sign else "0" + fraction)
    text = "".join(ch for ch in unicodedata.normalize("NFKD", word) if not _invisible(ch))
    text = unicodedata.normalize("NFC", text.replace("и\u0306", "й"))
    if any("а" <= ch <= "я" for ch in text):
        text = text.translate(LATIN)
    return text.replace("ё", "е")


def _invisible(ch: str) -> bool:
    return unicodedata.category(ch) in ("Cf", "Me") or (unicodedata.category(ch) == "Mn" and ch != "\u0306")


def _read_word(word: str, lexicon: "Lexicon") -> int:
    """A hesitation, several number words run together, one misheard, a piece of one, or an ordinary word."""
    if HESITATION.fullmatch(word):
        return c.FILLER
    tables = repairs(lexicon)
    if word in tables.lookalikes:
        return c.PLAIN
    short = DOUBLED.sub(r"\1", word)
    if short in lexicon.written and lexicon[short] > 0:
        return c.Compound((short,), (lexicon[short],), repaired=True)
    pieces = tables.cut(word)
    if pieces and _composes(pieces):
        return _merged(pieces)
    heard = tables.hear(word)
    if heard is not None:
        return c.Compound((word,), (heard,), repaired=True)
    if pieces:
        return _merged(pieces)
    return c.FRAGMENT if word in tables.fragments else c.PLAIN


def _composes(pieces: list[tuple[str, int]]) -> bool:
    """«двадцать» and «три» are one number; «восемь» and «десять» are rather a misheard «восемьдесят»."""
    return len(compose([code for _, code in pieces])) == 1


def _merged(pieces: list[tuple[str, int]]) -> c.Compound:
    words, codes = zip(*pieces, strict=True)
    if c.ORDINAL_SCALE < codes[-1] < c.DENOMINATOR and all(0 < code < 1000 for code in codes[:-1]):
        return c.Compound(words, (*codes[:-1], codes[-1] - c.ORDINAL_SCALE + c.SCALE))
    return c.Compound(words, codes, repaired=True)


def _read_pieces(text: str, lexicon: "Lexicon") -> int:
    words: list[str] = []
    codes: list[int] = []
    for match in PIECES.finditer(text):
        piece = match.group()
        if match["number"]:
            new = _read_number(match["number"])
            if match["suffix"]:
                new = [c.ORDINAL + n for n in new if 0 < n < 1000] or new
        elif match["unit"]:
            new = [c.Role(c.UNIT, next(name for stem, name in UNITS.items() if piece.startswith(stem)))]
        elif match["word"]:
            code = lexicon[piece] if piece != text else c.PLAIN
            if piece in "кk" and codes and words[-1][-1].isdigit():
                code = c.SCALE + c.COUNTED + 3
            new = list(code.codes) if isinstance(code, c.Compound) else [code]
        else:
            shortened = bool(words) and words[-1] in lexicon.lists["shortened"]
            new = [] if piece == "." and shortened else _read_mark(piece, match.start(), text)
        words += [piece] * len(new)
        codes += new
    _drop_hyphens(words, codes)
    if not codes:
        return c.FILLER
    if all(code in (c.PLAIN, c.FILLER, c.HYPHEN) for code in codes) and c.PLAIN in codes:
        return c.PLAIN
    if len(codes) == 1:
        return codes[0]
    return c.Compound(tuple(words), tuple(codes)) if any(codes) else c.PLAIN


def _read_mark(mark: str, at: int, text: str) -> list[int]:
    if mark in "-−–":
        if at == 0 and len(text) > 1 and text[1].isdigit():
            return [c.SIGN]
        return [c.HYPHEN]
    if mark == ",":
        return [c.COMMA]
    if mark == "…" or len(mark) > 1:
        return [c.ELLIPSIS]
    if mark in "\"'«»“”„+*_":
        return []
    return [c.OPEN_BRACKET] if mark == "(" else [c.BREAK] if mark in ".;:!?()[]—|=/•·" else [c.PLAIN]


def _drop_hyphens(words: list[str], codes: list[int]) -> None:
    """«двести-тридцать-один», «один-два-три» are one number; «двести-триста» is a range."""
    at = [i for i in range(1, len(codes) - 1) if codes[i] == c.HYPHEN]
    pairs = [(codes[i - 1], codes[i + 1]) for i in at]
    digits = len(pairs) > 1 and all(_is_digit(a) and _is_digit(b) for a, b in pairs)
    for i in reversed(at):
        left, right = codes[i - 1], codes[i + 1]
        fits = 0 < left < 1000 and 0 < right < LIMIT[left] and words[i - 1].isalpha()
        scaled = c.SCALE < left <= c.FAST_TOP or (left > 0 and c.SCALE < right < c.SLANG)
        if fits or scaled or digits:
            del words[i], codes[i]


def _is_digit(code: int) -> bool:
    return 0 < code < 10 or code == c.ZERO


def _read_number(text: str) -> list[int]:
    """«00123,456» → 00123.456; «1.234.567» and «1,234.5» are thousands formats; «25.10.2026» is a date."""
    if DATE.fullmatch(text):
        return [c.PLAIN]
    marks = [ch for ch in text if not ch.isdigit()]
    if len(marks) > 1 and len(set(marks)) == 1:
        text = text.replace(marks[0], "")
    elif len(marks) > 1:
        head, _, tail = text.rpartition(marks[-1])
        text = head.replace(marks[0], "") + "." + tail
    text = text.replace(",", ".")
    text = "".join(str(int(ch)) if ch != "." else ch for ch in text)
    if text == "0":
        return [c.ZERO]
    if len(text) > 3 or text[0] == "0" or "." in text:
        return [c.Digits(text)]
    value = int(text)
    return [value if value < 20 or value % 10 else c.ROUND + value]
