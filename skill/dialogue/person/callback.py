"""While a conversation waits for a person: how long, «не надо», a telephone number to call back."""

import re

from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.person import handoffs
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.talk import Talk
from skill.dialogue.turn import session_name
from skill.understanding import Understanding
from speech.numerals import numbers

_OVER = re.compile(
    r"(?<!не )(ложн\w+ (тревог|вызов)|пошутил|\bшутк[аи]\b|\bобошлось\b)|\bотбой\b"
    r"|(?<!не )\bвс[её] (уже |сейчас |теперь )?(в порядке|хорошо|нормально)"
    r"|\b(?:уже|больше) не (?:пахнет|воняет|течет|течёт|капает|горит|дымит|искрит|льет|льёт|льется|льётся|хлещет)"
    r"|(?<!не )\b(?:вытащили|потушили|освободили|достали из лифта|выпустили из лифта)\b"
    r"|\bуже (потуши|починил|вытащил|освободил|вышл|вышел|устранил|перекрыл)"
)
_GOES_ON = re.compile(
    r"вс[её] ещ[её]|до сих пор|опять|снова|\bно\b|продолжа|(?<!не )(?:\bгорит\b|\bпахнет\b|\bтеч[её]т\b|хлещет)"
)
_WHO = r"(?:оператор\w*|сотрудник\w*|человек\w*|диспетчер\w*|помощь|кто-?нибудь|они|он|мне|меня|вы|уже)"
_COMES = r"(?:прид[её]т|придут|приедет|приедут|ответит|ответят|перезвон\w+|позвон\w+|подключ\w+|помо\w+|будет|ждать)"
QUEUE = re.compile(
    rf"(?:\W*\b(?:а|и|ну|скажите|так|долго|ещ[её]|сколько|как|скоро|когда|через|примерно|мне|тут|это|времени|{_WHO})\b)*"
    rf"\W*\b{_COMES}\b(?:\W*\b(?:ещ[её]|мне|меня|долго|тут|ответа?|примерно|ли|{_WHO})\b)*\W*"
    r"|.*\bв очереди\b.*|.*\bжд(?:у|ём|ем|али?)\b.*\b(?:час|минут|долго|день|никто|ответа?)\w*\b.*",
    re.IGNORECASE,
)
"""How long a person is waited for."""
ASKED_HOW_LONG = re.compile(r"скоро|когда|долго|сколько|скольк|очеред|через|ли\b|\bжд(?:у|[её]м|ал)|\?", re.IGNORECASE)
NOT_WANTED = re.compile(
    r"\bне (?:надо|нужно|стоит) (?:мне )?(?:пере)?(?:звонить|званивать|зовите|звать)"
    r"|\bне (?:пере)?(?:звоните|званивайте)"
    r"|\bне (?:надо|нужно|зовите|нужен|соединяйте) (?:уже |больше |никакого )*"
    r"(?:оператор|сотрудник|человек|диспетчер|звон)"
    r"|\b(?:оператор|сотрудник|человек|диспетчер)\w* (?:уже |больше )*не (?:надо|нуж)"
    r"|\bотмен\w+\b.*\b(?:звон|оператор|сотрудник|вызов диспетчер)",
    re.IGNORECASE,
)
HOW_LONG = re.compile(
    r"\W*(?:(?:а|и|ну|так|это|мне|нам|вас|их|ещ[её]|уже|там) )*(?:долго|скоро|как долго|сколько ждать)"
    r"(?: (?:ещ[её]|ждать|мне|нам|вас|их|там|это|придется|прид[её]тся))*\W*",
    re.IGNORECASE,
)
NO_MORE = re.compile(
    r"\W*(?:(?:ой|ну|всё|все|уже|спасибо|ладно|а|нет) )*(?:не (?:надо|нужно)|передумала?|сам[аи]? разобрал\w+"
    r"|отмен\w+|не жду|не буду ждать|сам[аи]? (?:спрошу|узнаю|позвоню))"
    r"(?: (?:уже|больше|спасибо|ничего|тогда|это))*\W*",
    re.IGNORECASE,
)
"""Said beside no question, while a person is waited for."""
HELP = re.compile(r"\W*(?:помогите|помоги|спасите|на помощь|скорее|быстрее|срочно)\b.*", re.IGNORECASE)
MOBILE = re.compile(r"(?:[78])?(9\d{9})")
MINE = re.compile(r"\b(?:телефон|номер|звон|позвон|перезвон|набер|записыва|запиши)")
BEGINS = re.compile(r"[78]?9\d{2,8}")


def is_over(text: str) -> bool:
    """Whether a phrase tells that there is no danger, or none any more: a doubt is taken for danger."""
    lowered = text.lower()
    return _OVER.search(lowered) is not None and _GOES_ON.search(lowered) is None


def meant(talk: Talk) -> Understanding | None:
    """A phrase about the hand-off that is under way: `queue`, `no_operator` or `call_me`; None for any other."""
    text = talk.turn.text
    free = not talk.session.scene
    asks = QUEUE.fullmatch(text) is not None and ASKED_HOW_LONG.search(text) is not None
    asks = asks or (free and HOW_LONG.fullmatch(text) is not None)
    refuses = NOT_WANTED.search(text) or (free and (NO_MORE.fullmatch(text) or points_at("waved_off", text)))
    wants = "queue" if asks else "no_operator" if refuses else ""
    helped = free and HELP.fullmatch(text) is not None
    calls = free and (phone(text) != "" or begun(text) != "")
    over = free and is_over(text)
    if not (wants or helped or calls or over):
        return None
    handoff = handoffs.current(talk.db, session_name(talk.turn))
    if handoff is None:
        return None
    if over and handoff.reason == "emergency":
        return Understanding("emergency", {}, 1.0)
    if helped and not wants:
        wants = "queue" if handoff.reason == "emergency" else ""
    wants = wants or ("call_me" if calls else "")
    return Understanding(wants, {}, 1.0) if wants else None


def phone(text: str) -> str:
    """The mobile number in a phrase, «+79161234567»; empty without one."""
    joined = re.sub(r"\D", "", "".join(numbers(text)))
    found = MOBILE.fullmatch(joined)
    return f"+7{found[1]}" if found else ""


def begun(text: str) -> str:
    """The first digits of a mobile number that a phrase gives («мой номер 8 916»); empty without them."""
    joined = re.sub(r"\D", "", "".join(numbers(text)))
    return joined if MINE.search(text.lower()) and BEGINS.fullmatch(joined) else ""


def in_danger(talk: Talk) -> Handoff | None:
    """The hand-off of this conversation that was made because of danger."""
    handoff = handoffs.current(talk.db, session_name(talk.turn))
    return handoff if handoff is not None and handoff.reason == "emergency" else None
