"""What is asked further of what was just told: «а за чей счёт», «что взять с собой» (the files `further`)."""

import re
from functools import lru_cache

from skill.dialogue.meaning.again import DOUBTFUL, ELLIPSIS, SHORT
from skill.dialogue.meaning.asked import resources
from skill.dialogue.meaning.plain import is_question
from skill.dialogue.meaning.pointing import fits, matters_of, points_at, table
from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk
from skill.dialogue.turn import OFFER
from skill.understanding import Understanding
from skill.understanding.slots import extract

ADDS_NOTHING = re.compile(
    r"\b(?:(?:для|за|на|с|об|от|после) (?:этого|это|этим|этом|такое)|у (?:меня|вас|нас)|в (?:этом|таком) случае"
    r"|это|этот|эта|тут|там|его|ее|их|теперь|тогда|потом|же|вообще|все|ли|туда|обычно|примерно|сейчас|еще|ведь|мне|нам"
    r"|просто|конкретно|именно|хоть|бы|будет)\b"
)
"""Words without which a question further is the same."""
BESIDE = frozenset({"general", "flats", "further", "manners"})
"""Topics of sentences that are said beside another topic."""
FACTS = frozenset({"records.office", "house.hours", "prices.more"})
"""Sentences that others are filled with."""
OF_MONEY = frozenset({"balance", "due_date", "explain_bill", "forecast", "pay", "penalty"})
MONEY = re.compile(
    r"пла[тч]|сч[её]т|сумм|руб|денег|деньг|дорог|много|мало|больш|меньш|сколько|начисл|насчит|квитанц|долг|задолж"
    r"|\bпен[ияьей]|цен[аыу]|тариф|\bвод|свет|\bгаз|отопл|тепл|электр|вырос|выход|вышло|месяц"
    r"|содержани|капремонт|ремонт|мусор|лифт|домофон|строк|услуг|льгот|субсиди|перерасч|пересч|антенн|кар[тс]"
)
"""Without such a word a short question after another topic is none of money, however sure the model is."""
OF_THE_COMPANY = frozenset(
    {"benefits", "broken_meter", "bulletin", "house", "matters", "records", "rules", "ticket", "verification"}
)
"""Topics of which the company knows more than is told here: a question of nothing else goes to it."""
WITH_A_REQUEST = frozenset({"house", "rules"})
"""Of them those after which that question is offered as a request."""
OF_THE_VOICE = re.compile(
    r"\b(?:помо[щг]\w*|поможе\w+|уме(?:ешь|ете)|мож(?:ешь|ете)|команд\w*|функци\w+|help|хелп|инструкци\w+|говорить"
    r"|сказать|спросить|спрашивать|пользоваться|начать|меню|ты|возможност\w+|работает)\b|^справка$"
)
"""Words of somebody who wants to know what can be said here."""
WARMTH = re.compile(r"батаре|отоплен|холод|тепл|градус|мерз|топ(?:ят|ит)|из горяч")
PAID_BY_NORM = re.compile(r"\bнорматив|\b(?:за)?плат")
CALLS = re.compile(r"\b(?:звон|позвон|телефон|адрес)")
"""What is asked of the company's number and place."""
OF_A_THING = frozenset(
    {"at_office", "bathroom", "capital", "inside", "of_things", "on_the_stairs", "pay_still", "provided", "water"}
)
"""Questions that name a thing: where there is no answer to them, they are about that thing."""
ANSWERS = frozenset({"may"})
"""Questions that are a yes where something is offered."""
UNSURE = 0.2
"""Below it nothing was understood."""


def answered(talk: Talk, text: str) -> Understanding | None:
    """The question further to which there is an answer: `sentence` names it."""
    offered = talk.session.step == OFFER
    kinds = [kind for kind in _kinds(text) if not (offered and kind in ANSWERS)]
    for sentence in _told(talk) if kinds else ():
        parts = sentence.split(".")
        for length in range(len(parts), 0, -1):
            for kind in kinds:
                key = ".".join(["further.of", *parts[:length], kind])
                if key in phrases():
                    return Understanding("further", {"sentence": key}, 1.0)
    return None


def of_the_company(talk: Talk, said: Understanding, text: str) -> Understanding | None:
    """A question that leans on what was told, and that nothing here answers: better than to answer another one."""
    if said.intent in {"yes", "no", "back", "stop"} and said.confidence >= DOUBTFUL:
        return None
    told = [sentence.split(".")[0] for sentence in talk.session.told_of if sentence not in FACTS]
    topic = next((name for name in told if name not in BESIDE), "")
    wants_help = said.intent == "help" and OF_THE_VOICE.search(text) is None
    if topic in OF_THE_COMPANY - {"ticket"} and points_at("on_weekday", talk.turn.text):
        return Understanding("contacts", extract("contacts", talk.turn.text) | {"date_or_day": "today"}, DOUBTFUL)
    asks = set(_kinds(text)) - OF_A_THING or _leans(said, text, of_a_request=topic == "ticket")
    if not topic or CALLS.search(text) or not (wants_help or asks):
        return None
    if topic not in OF_THE_COMPANY:
        return Understanding("further", {"sentence": "further.more"}, DOUBTFUL) if wants_help else None
    if talk.session.about.get("topic") in WITH_A_REQUEST & {topic}:
        return Understanding("house_more", {}, DOUBTFUL)
    return Understanding("further", {"sentence": "further.of_company"}, DOUBTFUL)


def norm_of_warmth(talk: Talk, said: Understanding, text: str) -> Understanding | None:
    """«А какая норма» after cold rooms or tepid water: degrees, not cubic metres."""
    of_volume = PAID_BY_NORM.search(text) or resources(said, text)  # a «норматив» is of cubic metres
    if said.intent != "norms" or len(text.split()) > SHORT or of_volume or matters_of(text):
        return None
    about = talk.session.about
    spoken = [str(about.get("text", "")), str(about.get("trouble", "")), str(talk.session.draft.get("details", ""))]
    told = any(sentence.startswith(("matters.temperature", "outages.heating")) for sentence in talk.session.told_of)
    if not told and not any(WARMTH.search(words.lower()) for words in spoken):
        return None
    return Understanding("temperature", {}, 1.0)


def _told(talk: Talk) -> list[str]:
    """The sentences told, and those of the services told of."""
    told = talk.session.told_of
    if not any(sentence.startswith(("charges.", "difference.")) for sentence in told):
        return told
    return told + [f"difference.meaning.{code}" for code in talk.session.about.get("slots", {}).get("services", ())]


@lru_cache(maxsize=2048)
def _kinds(text: str) -> tuple[str, ...]:
    """What kinds of a question further it may be."""
    bare = " ".join(ADDS_NOTHING.sub(" ", text).split())
    ways = [way for way in (text, bare) if way and fits(table()["any"]["further"], way)]
    known = table()["further"] if ways else {}
    return tuple(kind for kind, words in known.items() if any(fits(words, way) for way in ways))


def _leans(said: Understanding, text: str, *, of_a_request: bool) -> bool:
    """Whether a phrase of which nothing was understood is a short question of what was told; to a request much is added
    that is none."""
    unknown = said.intent == "out_of_scope" or said.confidence < UNSURE
    unknown = unknown or (said.intent in OF_MONEY and MONEY.search(text) is None)
    asks = is_question(text) or "если" in text.split() or (ELLIPSIS.match(text) and not of_a_request)
    return bool(unknown and asks and len(text.split()) <= SHORT and not table()["things"]["elsewhere"].search(text))
