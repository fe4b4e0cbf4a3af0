"""Text as the model sees it: lower case, numbers folded to one sign, words as they sound.

Recognised speech, typing children and hurried adults spell one word in many ways; `sound` gives all of them one key
(unstressed vowels, voicing, double letters and soft signs do not count).
"""

import re
from functools import lru_cache

NUMBER = "#"
ORDINAL = "№"

_LINE = re.compile(r"[\s,;]*\n\s*")
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_WORD = re.compile(r"[а-яa-z]+|\d+(?:[.,]\d+)*|[№#/%]")
_ORDINAL_WORD = re.compile(
    r"(?:перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят|сот)(?:ого|ое|ая|ой|ый|ому|ом|ые|ых|ую|ьего|ье|ья|ий|ьей)$"
    r"|(?:один|две|двен|три|трин|четыр|четырн|пятн|шестн|семн|восемн|девятн)надцат(?:ого|ое|ая|ой|ый|ому|ом|ые|ых|ую)$"
    r"|(?:два|три)дцат(?:ого|ое|ая|ой|ый|ому|ом|ые|ых|ую)$"
)
_CARDINAL_WORD = re.compile(
    r"(?:один|две|двен|три|трин|четыр|четырн|пят|пятн|шест|шестн|сем|семн|восем|восемн|девят|девятн)на+[дт]?цат(?:ь|и|ью)?$"
    r"|(?:два|три)дцат(?:ь|и|ью)?$|дв[ае]дцат[ьи]?$|пят(?:ь)?десят$|шест(?:ь)?десят$|сем(?:ь)?десят$|восем(?:ь)?десят$|девяносто$|сорока?$"
    r"|сто$|двест[ие]$|триста$|четыреста$|(?:пят|шест|сем|восем|девят)ь?сот$|тысяч[аиу]?$|тыщ[аиу]?$|тыс$"
    r"|ноль$|нол[ья]$|нул[ьяи]$|дв[ае]$|три$|четыре$|пять$|шесть$|семь$|восемь$|девять$|десять$"
    r"|пис[яе]т$|пийсят$|шисят$|шийсят$|двацать$|трицать$|шестьсят$|семсят$|восемсят$"
)
_EMOJI = re.compile("[\U0001f000-\U0001ffff\u2600-\u27bf]")
_KEYS = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё")
_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-яё]")
_MEANT_LATIN = re.compile(r"\b(?:sms|pdf|tg|gvs|hvs|xbc|qr|sbp|lk|html?|ok|thx|pls|plz|hmm+|t\d)\b|[@/]")
_FEWEST_VOWELS = 0.2
_SIGN_ANSWERS = {"+": "да", "-": "нет"}
_YES_EMOJI = "👍👌✅✔"
_NO_EMOJI = "👎❌🚫"


def plain(text: str) -> str:
    """Lower case, ё as е, dashes and invisible signs as spaces; what the rules match against."""
    text = text.lower().replace("ё", "е").replace("\u0301", "")
    for sign in _YES_EMOJI:
        text = text.replace(sign, " да ")
    for sign in _NO_EMOJI:
        text = text.replace(sign, " нет ")
    return _EMOJI.sub(" ", text)


def one_line(text: str) -> str:
    """The lines of a text as a list with commas."""
    return _LINE.sub(", ", text.strip())


def meant(text: str) -> str:
    """The text as it was meant: a bare plus is a yes, a bare minus a no, «gjrfpfybz» was typed on the wrong layout.

    Latin letters with hardly a vowel among them are no language's words.
    """
    bare = text.strip()
    if bare and bare[0] in _SIGN_ANSWERS and not bare.strip(bare[0]):
        return _SIGN_ANSWERS[bare[0]]
    lower = bare.lower()
    letters = _LATIN.findall(lower)
    if len(letters) < 2 or _CYRILLIC.search(lower) or _MEANT_LATIN.search(lower):
        return text
    vowels = sum(letter in "aeiou" for letter in letters)
    return lower.translate(_KEYS) if vowels < _FEWEST_VOWELS * len(letters) else text


def tokens(text: str) -> list[str]:
    """Words and folded numbers of the text, in order. A run of number words becomes one `#`, an ordinal `№`."""
    found: list[str] = []
    for word in _WORD.findall(_CLOCK.sub("час", plain(text))):
        if word[0].isdigit() or _CARDINAL_WORD.match(word):
            if not found or found[-1] != NUMBER:
                found.append(NUMBER)
        elif _ORDINAL_WORD.match(word):
            if found and found[-1] == NUMBER:
                found.pop()
            found.append(ORDINAL)
        else:
            found.append(word)
    return found


def is_number(word: str) -> bool:
    """Whether a lower-case word is a number, in digits, as a numeral or as an ordinal."""
    return bool(word[:1].isdigit() or _CARDINAL_WORD.match(word) or _ORDINAL_WORD.match(word))


_SOUND_STEPS = (
    (re.compile(r"ться|тся|дс|тс"), "ц"),
    (re.compile(r"[сзж]ч|щ"), "ш"),
    (re.compile(r"стн"), "сн"),
    (re.compile(r"здн"), "зн"),
    (re.compile(r"вств"), "ств"),
    (re.compile(r"[ое]го$"), "ово"),
    (re.compile(r"[ьъй]"), ""),
)
_SOUND_LETTERS = str.maketrans("оеэяыюбвгджзщ", "аииииупфктшсш")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """The key under which all spellings of a word meet: «пакажи» and «покажи» are one."""
    for pattern, instead in _SOUND_STEPS:
        word = pattern.sub(instead, word)
    return _DOUBLE.sub(r"\1", word.translate(_SOUND_LETTERS))
