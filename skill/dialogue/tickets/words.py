"""The words of a request, as it is kept."""

import re

from skill.dialogue.meaning import more, troubles
from skill.identity import masking

LONGEST = 500

COMPLAINT = re.compile(r"жалоб|жаловат|претензи")
ASKS = re.compile(r"\bмо[яейю]+\b|статус|рассмотр|ответ|номер|где|когда|\d")
LIGHT_METER = re.compile(r"электро ?сч[её]тчик|(?:электр|свет)\w* сч[её]тчик|сч[её]тчик\w* (?:на )?(?:свет|электр)")
SHORT_COMPLAINT = 6
OF_WHOM = re.compile(r"\b(жалоб\w+|претензи\w+|(?:по)?жаловаться) на (?!вас\b|тебя\b)\w+")
RECALCULATION = re.compile(r"пере ?ра[сc]ч[её]т|пересч[её]т|пересчита")
DAMAGE = re.compile(r"ущерб|возмест|возмещ|\bакт\b")
"""Somebody is to pay for what was spoiled: that takes an act, drawn up within 12 hours (ПП 354, п. 152)."""
_MONTH = r"(?:янв|фев|март|апр|ма[йя]|июн|июл|авг|сент|окт|нояб|дек)\w*"
DAYS = re.compile(
    rf"(?:(?:нас|меня|не было|это|дома|примерно|был[ои]?|в отпуске|уезжали) )*со? \w+(?: {_MONTH})? (?:по|до) \w+"
    rf"(?: {_MONTH})?[.!]?"
    rf"|(?:(?:весь|целый|в|за|почти) )+{_MONTH}[.!]?"
)
"""Since when and until when: «с 1 по 28 октября», «весь октябрь»."""
ABOUT_ACTS = re.compile(
    r"\b(?:кто|как|где|когда|сколько)\b.*\b(?:составл|дела[ею]т|пиш|оформ|акт|осматрива|смотр"
    r"|прид|его)"
)
"""What is asked of the act before it is told what was spoiled."""
BY_PHONE = re.compile(
    r"\bзвонил|\bвызывал|\bпотеряли|\bоставлял[аи]? заявк|по телефону|\bписал|на сайте|через сайт"
    r"|приходил|на бумаге|устно|диспетчеру говорил"
)
"""A request that was not made here."""
ORDERS = re.compile(
    r"^\W*(?:(?:здравствуйте|добр\w+ \w+|мне|нам|хочу|можно|надо|нужно|ну|а|и|пожалуйста|скажите)\W+)*(?:вызов"
    r"|вызва|вызыва|пришли|присла"
    r"|закаж|заказа|нуж[ен]|сантехник|электрик|слесар|мастер)\w*"
)
"""A worker is sent for, and no earlier request asked about."""
SAID_ALREADY = re.compile(
    r"\b(?:я|мы)(?: же| ведь| вам| уже)* (?:сказал|говорил|писал|сообщал|объяснял|рассказ)"
    r"|\bя не про\b"
)
"""The trouble was told before: no new one is."""
NAMED_ONLY = re.compile(
    r"\W*(?:(?:а|ну|и|это|да) )*(?:про|насч[её]т|по поводу|касательно) (?P<thing>\w+(?: (?:в|на|под|у|за"
    r"|из) \w+)?)\W*",
    re.IGNORECASE,
)
"""«Про трубу в ванной»: not what is wrong with it."""
OF_THE_OFFICE = re.compile(r"\bжалоб|жаловат|\bакт\b|ущерб")
"""No worker comes for it."""
UNREASONED = re.compile(
    r"\W*(?:(?:немедленно|срочно|тогда|прошу|требую|хочу|сделай(?:те)?|сделать|мне|нужен|надо|нужно|нам|все|всё"
    r"|сч[её]т|сумму"
    r"|заново|пожалуйста|это|квартплату|пересчита(?:й|йте|ть|ете)|пере ?расч[её]т|правильно)\W*)+"
)
"""A recalculation asked for, and not told of what or why."""


LEADS_ON = re.compile(
    r"^(?:(?:(?:подожди|погоди|постой|стой)(?:те)?|нет|да|ну|ой|а то|а|и|только|это|вот|забыла?(?: сказать)?"
    r"|ещ[её])[ ,]+)+(?=\S+ \S)",
    re.IGNORECASE,
)


TO_THE_WORKER = re.compile(
    r"^(?:скажи|передай|напиши|запиши|укажи|допиши|учти|предупреди|попроси)(?:те)?(?: (?:там|ещ[её]|пожалуйста|ему"
    r"|им))*(?: (?:мастеру"
    r"|сантехнику|электрику|слесарю|ему))?"
    r"(?:,? что)?,? (?=\S+ \S)",
    re.IGNORECASE,
)
OF_A_FLAT = re.compile(r"^(?:\w+ ){0,4}(?:квартир\w*|кв)\b(?: \w+){0,3}$")
META = re.compile(
    r"(?:\W*\b(?:заявк\w+|при(?:мете|нимаете|мите|ми|нять)|можно|тогда|здесь|тут|там|у|через|вас|вам|вы|ты|нельзя|остав\w+"
    r"|подать|хочу|хотела?|бы"
    r"|мне|нам|надо|нужно|нужна|нов\w+|друг\w+|ещ[её]|одну|одна|ну|а|и|да|так|вот|ли|пожалуйста|здравствуйте|алло"
    r"|девушка|сколько"
    r"|безобразие|кошмар|сделайте|оформ\w+|запиш\w+|слушайте|скажите|подскажите|опять|это|что|такое|же)\b)+\W*",
    re.IGNORECASE,
)
"""Words about the request itself, or about nothing."""
NEW = re.compile(
    r"^(?:(?:ну|тогда|ладно|хорошо|вот|а|и|да|можно|хочу|надо|мне|пожалуйста) )*"
    r"(?:(?:нов\w+|друг\w+|ещ[её] одн[уа]|заявк\w+)(?: заявк\w+| на| про)*"
    r"|(?:запиши|запишите|запишем|оставь|оставьте|оставить|оформи|оформите|оформить|прими|примите|сделай|сделайте|сделать"
    r"|передай|передайте|подать)(?: мне| пожалуйста| тогда| ещ[её]| нов\w+| одну)* заявк\w+"
    r"(?: на то| что| на| про| о том)*)[ ,:]+(?=\S+ \S)",
    re.IGNORECASE,
)
THERE = re.compile(r"^(?:ну |а |и )*(?:там|тут)(?: же)? (?:(?:ещ[её]|и|тоже|кстати) )+(?=\S+ \S)", re.IGNORECASE)


FORGOTTEN = re.compile(r",?\s+забыла?(?: сказать| добавить)?$", re.IGNORECASE)


def price(details: str) -> str:
    """The sentence that tells who pays for it."""
    return "ticket.free_light_meter" if LIGHT_METER.search(details.lower()) else "ticket.free"


def kept(text: str) -> str:
    """What is kept of a description: no greeting, no «добавь, что», no stammer, no capitals, nothing secret."""
    text = more.told(text) or text
    text = text.capitalize() if text.isupper() else text
    text = tidied(text)
    told = troubles.STAMMER.sub(r"\1", troubles.LEAD.sub("", text.strip()))
    return masking.for_workers(told[:LONGEST].rstrip(".!"))


def tidied(text: str) -> str:
    """A description without what is said around it: «Ну тогда новую, крыша течёт».

    >>> tidied("ну тогда новую, крыша течет"), tidied("заявку здесь примете? дверь подъезда не закрывается")
    ('крыша течет', 'дверь подъезда не закрывается')
    >>> tidied("ладно тогда запишите заявку домофон сломался")
    'домофон сломался'
    >>> tidied("воды горячей нет!!! сколько можно"), tidied("там еще и дверь скрипит"), tidied("кран, вода")
    ('воды горячей нет!!!', 'дверь скрипит', 'кран, вода')
    """
    parts = re.split(r"(?<=[.!?,:])\s+", text.strip())
    kept = [part for part in parts if not META.fullmatch(part)]
    if kept and len(kept) < len(parts):
        text = " ".join(kept).rstrip(" ,:")
    return THERE.sub("", NEW.sub("", text))


def said_back(details: str) -> str:
    """A request as it is read out: who listens need not hear a telephone number."""
    return masking.answered(masking.without_phones(details))


def added(text: str) -> str:
    """A phrase as it is put after what was told: «а то домофон не работает», «Добавьте, что у соседей тоже»."""
    text = more.told(text) or text
    return FORGOTTEN.sub("", TO_THE_WORKER.sub("", LEADS_ON.sub("", text.strip().rstrip(" .!?"))))


def wished(text: str) -> str:
    """«Лифт не работал, верните деньги» as a request for a recalculation."""
    return f"Прошу перерасчёт: {text}"
