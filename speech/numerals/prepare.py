"""Before the automaton: unfold merged tokens, fold phrases, join split words, spell out rare words (spell.py)."""

from speech.numerals import codes as c
from speech.numerals.compose import LIMIT
from speech.numerals.lexicon import LEXICON
from speech.numerals.repair import is_joinable
from speech.numerals.spell import rare_words, spell_out
from speech.numerals.words import Words


def prepare(words: list[str], codes: list[int], flips: frozenset[str] = frozenset()) -> Words:
    """The text's words with only plain codes left; ``flips`` names forks to take the other way (candidates.py)."""
    if c.COMPOUND in codes:
        text = _unfolded(words, _list_marks(words, codes) if "1." in words or "1)" in words else codes)
    else:
        text = Words(words, codes)
    if not LEXICON.anchors.isdisjoint(text.words):
        _fold_phrases(text, flips)
    kinds = set(text.codes)
    if c.FRAGMENT in kinds:
        _join_fragments(text)
        kinds = set(text.codes)
    if c.ELLIPSIS in kinds:
        _hear_ellipses(text)
    if c.PAUSE in kinds:
        _drop_pauses(text)
    if c.INDEX in kinds:
        _end_index(text)
    if max(kinds) > c.FAST_TOP or c.FRACTION in kinds:
        rare = rare_words(text)
        if rare:
            return spell_out(text, rare, flips)
    return text


def _list_marks(words: list[str], codes: list[int]) -> list[int]:
    """«1) 231 2) 112»: the marks of a numbered list are labels."""
    mark = "." if "1." in words else ")"
    if f"2{mark}" not in words:
        return codes
    return [
        c.Role(c.LABEL, word[0]) if len(word) == 2 and word[0].isdigit() and word[1] == mark else code
        for word, code in zip(words, codes, strict=True)
    ]


def _hear_ellipses(text: Words) -> None:
    """«двести… тридцать один» is one number said with a pause; between whole numbers «…» is a comma."""
    text.writable()
    codes = text.codes
    for i, code in enumerate(codes):
        if code == c.ELLIPSIS:
            left = next((one for one in reversed(codes[:i]) if one != c.FILLER), c.PLAIN)
            right = next((one for one in codes[i + 1 :] if one not in (c.FILLER, c.ELLIPSIS)), c.PLAIN)
            codes[i] = c.FILLER if 0 < right < _room(left) else c.COMMA


def _drop_pauses(text: Words) -> None:
    """«секунду» is a filler inside a number; «одну секунду» is none, but «три один секунду» keeps its one."""
    codes = text.codes
    text.codes = [
        c.FILLER
        if code == c.PAUSE
        or (code == 1 and codes[i + 1 : i + 2] == [c.PAUSE] and (text.words[i] == "одну" or not i or codes[i - 1] <= 0))
        else code
        for i, code in enumerate(codes)
    ]


def _room(code: int) -> int:
    """What a cardinal must be smaller than to belong to the number word before it."""
    if c.SCALE < code <= c.FAST_TOP:
        return 1000
    return LIMIT[code] if 0 < code < 1000 else 0


def _end_index(text: Words) -> None:
    """«тариф два тысяча двести»: the tariff's number does not count the thousands after it."""
    text.writable()
    for i in range(len(text.codes) - 2, 0, -1):
        unit, after = text.codes[i], text.codes[i + 1]
        if text.codes[i - 1] == c.INDEX and 1 < unit < 5 and c.SCALE < after < c.SCALE + c.COUNTED:
            text.insert(i + 1, c.BREAK)


def _unfolded(words: list[str], codes: list[int]) -> Words:
    text = Words([], [])
    for i, (word, code) in enumerate(zip(words, codes, strict=True)):
        if isinstance(code, c.Compound):
            if code.repaired:
                text.repaired.add(i)
            for piece, piece_code in zip(code.words, code.codes, strict=True):
                text.put(piece, piece_code, i, i + 1)
        else:
            text.put(word, code, i, i + 1)
    return text


def _fold_phrases(text: Words, flips: frozenset[str]) -> None:
    text.writable()
    words = text.words
    i = 0
    while i < len(words):
        for phrase, at, code in LEXICON.phrases.get(words[i], ()):
            start = i - at
            if start < 0 or tuple(words[start : start + len(phrase)]) != phrase:
                continue
            if isinstance(code, c.Role) and code == c.PLAIN:
                if start and text.codes[start] > 0 and text.codes[start - 1] > 0:
                    continue  # «двести тридцать один из ванной»
                text.forks.add("idiom")
                if "idiom" in flips:
                    continue
            text.fold(start, start + len(phrase), code)
            i = start
            break
        i += 1


def _join_fragments(text: Words) -> None:
    """«девяно сто», «во семь», «четыр над цать»: a piece and its neighbour that together are a number word."""
    text.writable()
    i = 0
    while i < len(text.codes):
        if text.codes[i] == c.FRAGMENT:
            for start in (i - 1, i):
                if start < 0 or start + 1 >= len(text.words):
                    continue
                whole = text.words[start] + text.words[start + 1]
                if whole in LEXICON.written and is_joinable(LEXICON[whole]):
                    text.fold(start, start + 2, LEXICON[whole])
                    text.words[start] = whole
                    text.repaired.add(text.starts[start])
                    i = start - 1
                    break
        i += 1
