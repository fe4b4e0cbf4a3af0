"""Mistakes on purpose, so that the model has met them: slips of the finger, and words wrongly cut by a recogniser."""

import random

_NEAR = {
    "а": "впо", "о": "ал", "е": "ни", "и": "ем", "н": "ге", "т": "иь", "с": "мч", "р": "пк", "в": "аы", "л": "до",
    "к": "уе", "м": "си", "д": "лж", "п": "ар", "у": "ку", "я": "чф", "ь": "тб", "г": "нш", "б": "ью", "ч": "ся",
    "з": "щх", "ж": "дэ", "ш": "гщ", "ю": "бя", "ц": "йу", "щ": "шз", "х": "зъ", "ф": "йы", "э": "жх", "ы": "фв",
    "й": "цф",
}  # fmt: skip
_HEARD = (
    ("здравствуйте", "здрасте"), ("сейчас", "щас"), ("сколько", "скока"), ("сколько", "скоко"), ("когда", "када"),
    ("когда", "кода"), ("что", "чё"), ("чего", "чо"), ("пожалуйста", "пжлст"), ("пожалуйста", "пожалуста"),
    ("спасибо", "спс"), ("только", "тока"), ("ничего", "ниче"), ("сегодня", "седня"), ("вообще", "ваще"),
    ("может", "мож"), ("можно", "мона"), ("тебя", "тя"), ("нормально", "норм"), ("почему", "пачиму"), ("его", "ево"),
    ("тысяча", "тыща"), ("хочу", "хачу"), ("счетчик", "щетчик"), ("счетчик", "щечик"), ("холодная", "голодная"),
)  # fmt: skip
_VOWELS = {"о": "а", "а": "о", "е": "и", "и": "е", "я": "и"}


def typed(sentence: str, rng: random.Random) -> str:
    """A hurried hand: one to three letters swapped, lost, doubled, or taken from the next key."""
    sentence = _as_heard(sentence, rng) if rng.random() < 0.4 else sentence
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        at = rng.randrange(len(sentence)) if sentence else 0
        if at == 0 or len(sentence) < 4 or not sentence[at].isalpha():
            continue
        letter, way = sentence[at], rng.random()
        if way < 0.25:
            sentence = sentence[:at] + sentence[at + 1 :]
        elif way < 0.4:
            sentence = sentence[: at - 1] + letter + sentence[at - 1] + sentence[at + 1 :]
        elif way < 0.75 and letter in _VOWELS:
            sentence = sentence[:at] + _VOWELS[letter] + sentence[at + 1 :]
        elif way < 0.9 and letter in _NEAR:
            sentence = sentence[:at] + rng.choice(_NEAR[letter]) + sentence[at + 1 :]
        else:
            sentence = sentence[:at] + letter + sentence[at:]
    return sentence


def _as_heard(sentence: str, rng: random.Random) -> str:
    for right, wrong in _HEARD:
        if right in sentence and rng.random() < 0.6:
            sentence = sentence.replace(right, wrong, 1)
    return sentence


def misheard(sentence: str, rng: random.Random) -> str:
    """A recogniser's slip: a word cut in two, two words joined, a small word or an ending lost."""
    words = _as_heard(sentence, rng).split()
    for _ in range(rng.choice((1, 1, 2, 2))):
        if not words:
            break
        at = rng.randrange(len(words))
        word, way = words[at], rng.random()
        if way < 0.35 and len(word) > 5:
            cut = rng.choice((2, 3, 2, len(word) // 2))
            words[at : at + 1] = [word[:cut], word[cut:]]
        elif way < 0.5 and at + 1 < len(words):
            words[at : at + 2] = [word + words[at + 1]]
        elif way < 0.65 and len(words) > 3 and len(word) < 5:
            del words[at]
        elif way < 0.85 and len(word) > 4:
            words[at] = word[: -rng.choice((1, 1, 2))] + rng.choice(("", "а", "и", "у", "е", "ой"))
        elif len(word) > 3:
            words[at] = "".join(_VOWELS.get(letter, letter) if rng.random() < 0.4 else letter for letter in word)
    return " ".join(words)
