"""A phrase in plain words: what leads in and whom it addresses tells nothing of what is meant."""

import re
from functools import lru_cache

LEADS = (
    r"(?:(?:а|и|ну|так|ой|ага|угу|хорошо|ладно|понятно|девушка|милая|алло|вот|да|нет|блин|господи|привет"
    r"|здравствуй(?:те)?|здрасте) )*"
)
QUESTION = re.compile(
    rf"^{LEADS}(зачем|почему|для чего|что|чего|какой|какая|какие|какое|какую|куда|откуда|где|как|кто|в смысле)\b"
)
ENDS_ASKING = re.compile(r"(?:\?|\b(?:что|чего|кто|кого|когда|куда|где|сколько|почему|зачем|или нет|или как))[\s?!.]*$")
"""«А потом что», «вы придёте или нет», and whatever is typed with its mark."""
SUPPOSES = re.compile(rf"^{LEADS}(?:если|вдруг|сколько|почем|можно|нельзя|надо ли|нужно ли|будет ли)\b")
ADDRESSED = frozenset(
    {
        "милая", "миленькая", "девушка", "девочка", "деточка", "доченька", "дочка", "сынок", "голубушка", "голубчик",
        "родная", "родненькая", "красавица", "барышня", "алиса", "маруся",
    }
)  # fmt: skip
"""How a voice is addressed: it tells nothing of what is meant."""


def is_question(text: str) -> bool:
    """Whether a phrase asks something back: «какой код?», «а зачем вам номер»."""
    return QUESTION.match(plain(text)) is not None


def asks(text: str) -> bool:
    """Whether a phrase asks anything, as far as its words and its mark tell.

    >>> asks("а потом что"), asks("а если не придут"), asks("вроде из подвала")
    (True, True, False)
    """
    lowered = text.lower().strip()
    return is_question(text) or ENDS_ASKING.search(lowered) is not None or SUPPOSES.match(plain(text)) is not None


@lru_cache(64)  # a turn asks it of one phrase again and again
def plain(text: str) -> str:
    """Lower case, «е» for «ё», no punctuation, no words of address («милая», «девушка»)."""
    words = re.findall(r"[\w]+", text.lower().replace("ё", "е"))
    return " ".join([word for word in words if word not in ADDRESSED] or words)
