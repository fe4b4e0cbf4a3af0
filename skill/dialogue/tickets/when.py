"""When a worker may come, as it is said of a request: «завтра после шести», «меня не будет до обеда»."""

import re

from skill.dialogue.meaning.plain import plain

DAY = re.compile(
    r"понедельник\w*|вторник\w*|сред[уые]|четверг\w*|пятниц[уые]|суббот[уые]|воскресень[ея]|пн|вт|ср|чт|пт|сб|вс"
    r"|выходн\w+|будн\w+"
    r"|завтра\w*|послезавтра|сегодня|утр(?:ом|а|у)|вечер(?:ом|а|у|ок|ком)?|дн(?:ем|я)|ноч(?:ью|и)|обед(?:а|ом|у"
    r"|енн\w+)?|выходные"
)
HOUR = re.compile(
    r"\d{1,2}|час(?:а|ов|у|ик\w*)?|одного|дву[хм]|трех|трем|четырех|четырем|пяти|шести|семи|восьми|девяти|десяти"
    r"|одиннадцати"
    r"|двенадцати|два|три|четыре|пять|шесть|семь|восемь|девять|десять|одиннадцать|двенадцать|полдень|полудня"
    r"|тридцать|половин\w"
)
BOUND = re.compile(r"\b(?:после|до|с|со|к|около|в|во|на|часов|часам)\b")
AT_HOME = re.compile(r"\bдома\b|\bне будет\b|\bудобн\w*|\bна работе\b")
FILLS = re.compile(
    r"а|и|но|то|только|лучше|бы|если|можно|давай(?:те)?|пусть|чтобы?|хорошо|в|во|на|с|со|до|после|к|ко|около|или"
    r"|либо|где|примерно|не"
    r"|раньше|позже|попозже|пораньше|весь|всю|целый|день|недел[юея]|кажд\w+|любой|любое|время|всегда|перенес(?:ти"
    r"|ите|и)|отлож(?:ить|ите|и)|передвин(?:уть|ьте|ь)|друг(?:ой|ое)|он[аи]?|я|мы"
    r"|меня|нас|мне|нам|нет"
    r"|никого|буд(?:у|ем|ет|ут)|есть|бываю|дома|удобн\w*|подойд\w+|устро\w+|придите|приходи(?:те)?|придут|прид[её]т"
    r"|прийти|придти"
    r"|приезжай(?:те)?|приедет|приедут|приехать|может|могут|могу|сможет|смогу|смогут|ждать|жду|звони(?:те)?"
    r"|позвони(?:те)?"
    r"|мастер\w?|сантехник\w?|электрик\w?|слесар\w+|человек\w?|его|работаю|работаем|работе|работу|работы|занят\w?"
    r"|уеду|уезжаю|уйду"
    r"|ухожу|вернусь|освобожусь|свободн\w+|там|это|уже|ещ[её]|же|числ[аоу]|утра|вечера|спасибо|пожалуйста|нужн?о"
)
TAIL = re.compile(r" (?:а то|потому что|так как|иначе|поскольку|просто) .*$")
"""Why it is so."""
ASKS = re.compile(
    r"\b(?:когда|во сколько|сколько|скоро|точно)\b|^(?:а |и |ну )*(?:завтра|сегодня|послезавтра) (?:прид|прие)\w+$"
)
INSTEAD = re.compile(r"\b(?:лучше|нет|не в|не завтра|не сегодня|точнее|вернее|давай\w*)\b")
LEAST = 2
"""So many words at least; «завтра» alone may put off the request itself."""


def is_told(text: str) -> bool:
    """Whether a phrase tells when to come, or when nobody is at home, and nothing else.

    >>> is_told("в среду после пяти удобно"), is_told("а он после обеда может прийти, а то я в поликлинику")
    (True, True)
    >>> is_told("когда придут завтра"), is_told("завтра передам показания"), is_told("завтра")
    (False, False, False)
    """
    words = plain(text)
    told = TAIL.sub("", words).split()
    if (
        len(told) < LEAST
        or (told[0] == "нет" and len(told) == LEAST)
        or ASKS.search(words)
        or not all(_fits(word) for word in told)
    ):
        return False
    if any(DAY.fullmatch(word) for word in told):
        return True
    hours = any(HOUR.fullmatch(word) for word in told) and BOUND.search(words) is not None
    return bool(AT_HOME.search(words)) if not hours else (bool(AT_HOME.search(words)) or _comes(words))


def names_a_time(text: str) -> bool:
    """Whether a day, an hour or being at home is named at all."""
    words = plain(text)
    return AT_HOME.search(words) is not None or any(
        form.fullmatch(word) for word in words.split() for form in (DAY, HOUR)
    )


def with_it(told: str, text: str) -> str:
    """A request with when to come; said to be better, it takes the place of what was said of that before.

    >>> with_it("мигает лампа, в понедельник утром", "во вторник лучше")
    'мигает лампа, во вторник лучше'
    """
    *before, last = told.split(", ")
    if before and is_told(last) and INSTEAD.search(plain(text)):
        return ", ".join([*before, text])
    return f"{told}, {text}"


def _fits(word: str) -> bool:
    return any(form.fullmatch(word) for form in (DAY, HOUR, FILLS))


def _comes(words: str) -> bool:
    """«После шести», «до обеда приходите», «после 18 00»."""
    return re.search(r"\b(?:после|до|с|к|около|часов|часам)\b", words) is not None


def at_the_end(text: str) -> str:
    """When to come, as a request for a worker ends: «вызовите сантехника завтра после 18»; empty without it.

    >>> at_the_end("вызовите сантехника завтра после 18"), at_the_end("нужен сантехник")
    ('завтра после 18', '')
    """
    words = text.strip(" .!?").split()
    begins = [
        at for at, word in enumerate(words) if at and (DAY.fullmatch(word.lower()) or BOUND.fullmatch(word.lower()))
    ]
    return next((told for at in begins if is_told(told := " ".join(words[at:]))), "")
