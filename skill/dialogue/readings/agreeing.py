"""A yes to values read back, when more is said with it: a question after it, or a doubt that makes it none."""

import re
from typing import Literal

from skill.dialogue.meaning.both import SURE, TOLD
from skill.dialogue.meaning.plain import plain
from skill.dialogue.meaning.pointing import points_at
from skill.understanding import understand
from speech.numerals import numbers

_YES = (
    r"(?:да|ага|угу|верно|правильно|точно|именно|конечно|(?:все )?(?:так|верно|правильно|точно)"
    r"|запи(?:сывай|ши)(?:те)?)"
)
AGREED = re.compile(
    rf"(?:ну |так |ой |вот |теперь |тогда )*"
    rf"(?P<yes>{_YES}(?: (?:{_YES}|уже|пожалуйста|спасибо|это))*)(?P<rest>(?: .+)?)"
)
WRITTEN = re.compile(
    r"(?:(?:ну|да|так|ладно|хорошо|тогда|давай(?:те)?|пока|хотя|бы|уж) )*(?:запи(?:сывай|ши)|вноси|внеси|пиши)(?:те)?"
    r"(?: (?:пока|тогда|хотя|бы|вот|уж|только|одну|один|эту|этот))* (?P<named>[а-я]+(?: [а-я]+){0,2}?)"
    r"(?: (?:пожалуйста|пока|тогда|спасибо))*"
)
"""«Запишите пока холодную»."""
AND = re.compile(r" (?:(?:а|и|еще|скажи(?:те)?|подскажи(?:те)?|заодно) )+")
"""Between a yes of one word and a question: «да когда же почините» agrees to nothing."""
HOLDS = re.compile(r"(?:погоди|подожди|постой|стой|секунд|минут|нет|не|но|только|кроме|ли|же|ж)\b")
NONE = re.compile(
    r"\bне(?:верно|правильно)\b|\bне (?:так|то|та|тот|те|верно|правильно|совсем|очень|надо|нужно|стоит)\b(?! больше)"
    r"|\bне (?:запис|внос|сохран|перед|отправ)\w+|\bошиб(?:ка|лась|ся|очка)\b|\bнеточно\b"
)
ENOUGH = re.compile(
    r"(?=.*\b(?:больше|остальн|другие|и все))"
    r"(?:(?:и|а|но|все|пока|спасибо|больше|ничего|остальн\w+|другие|завтра|потом|позже|попозже|передам|сдам|скажу"
    r"|не надо|не нужно|не буду|не хочу) ?)+"
)
"""«Да, больше ничего не надо», «да, остальное потом»."""
NEXT = re.compile(
    r"(?: (?:и|а|ну|давай(?:те)?|можно|можем|пошли|идем|поехали|пошел|какой|что|там))* (?:дальше|далее|следующ\w+)"
)
"""«Да, дальше»: the yes, and the next meter."""
UNSURE = re.compile(
    r"\bчто ли\b|\bли\b|\bразве\b|\bне (?:знаю|уверен\w*|помню)\b|\bили нет\b|\b(?:вы|ты) точно\b"
    r"|\bточно (?:вы|ты|запиш\w+)\b|\b(?:только|но|а|или)$|^(?:ну )?да ладно$"
    r"|^(?:(?:ну|а|и|так|давай|давайте) )*(?:дальше|далее|еще|следующ\w+)$"
)
"""Also a phrase that is not finished («да, только …»), that marvels («да ладно!»), or that only goes on («дальше»)."""


def kind_of(text: str) -> Literal["", "no", "unsure"]:
    """What a phrase that begins with a yes, or is heard as one, is after all: a `no` («да не так всё»), `unsure`
    («верно что ли»), or empty: a yes.

    >>> kind_of("да не так все"), kind_of("верно что ли"), kind_of("да, больше не надо")
    ('no', 'unsure', '')
    """
    said = plain(text)
    if UNSURE.search(said):
        return "unsure"
    bare = re.sub(r"\b(?:больше|остальн\w+|ничего|пока) (?:\w+ )?не (?:надо|нужно|буду)\b|\bне ошиб\w+", "", said)
    return "no" if NONE.search(bare) else ""


def begins(text: str) -> bool:
    """Whether a phrase begins with a yes, whatever follows."""
    return AGREED.fullmatch(plain(text)) is not None


def is_only_yes(text: str) -> bool:
    """Whether a phrase is nothing but a yes: with a question mark it asks.

    >>> is_only_yes("Верно?"), is_only_yes("да, а когда платить?")
    (True, False)
    """
    found = AGREED.fullmatch(plain(text))
    return found is not None and not found["rest"]


def is_enough(text: str) -> bool:
    """Whether a yes comes with the wish to stop there («да, остальное потом»)."""
    found = AGREED.fullmatch(plain(text))
    return found is not None and ENOUGH.fullmatch(found["rest"].strip()) is not None


def goes_on(text: str) -> bool:
    """Whether a yes comes with the wish to go on.

    >>> goes_on("да дальше"), goes_on("дальше")
    (True, False)
    """
    found = AGREED.fullmatch(plain(text))
    return found is not None and NEXT.fullmatch(found["rest"]) is not None


def is_all(text: str) -> bool:
    """Whether a phrase says that this was all; «нет, всё» is no yes.

    >>> is_all("это всё"), is_all("нет всё"), is_all("это всё?")
    (True, False, False)
    """
    return points_at("enough", text) and "?" not in text and "нет" not in plain(text).split()


def named(text: str) -> str:
    """What is told to be written, in the words for it; empty without such words.

    >>> named("ну запишите пока холодную"), named("запишите")
    ('холодную', '')
    """
    found = WRITTEN.fullmatch(plain(text))
    return "" if found is None or "?" in text or numbers(text) else found["named"]


def question(text: str, channel: str) -> str:
    """The question in one breath with a yes («да все верно а отключения будут»), sure to be one; empty without it."""
    found = AGREED.fullmatch(plain(text))
    if found is None or not found["rest"] or numbers(found["rest"]):
        return ""
    begins = AND.match(found["rest"])
    rest = found["rest"][begins.end() :] if begins else found["rest"].strip()
    alone = begins is None and len(found["yes"].split()) < 2 and "," not in text
    if alone or HOLDS.match(rest):
        return ""
    if points_at("which_month", rest) or points_at("left", rest):
        return rest
    meant = understand(rest, channel)
    return rest if meant.intent in TOLD and meant.confidence >= SURE else ""
