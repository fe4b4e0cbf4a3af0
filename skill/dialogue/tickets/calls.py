"""The call that the dispatcher was given in danger: that it was sent, who comes, what to do until then."""

import re
from datetime import timedelta

from billing import tickets
from skill.dialogue.company import emergency_phone
from skill.dialogue.flat import home_of
from skill.dialogue.meaning import dangers
from skill.dialogue.meaning.plain import LEADS, plain
from skill.dialogue.person import handoffs
from skill.dialogue.person.handoffs import Handoff
from skill.dialogue.talk import Talk, remark
from skill.dialogue.turn import OFFER, Reply, session_name
from skill.understanding import Understanding

SENT, MEANWHILE, UNANSWERED, ADVICE = "call_sent", "call_meanwhile", "call_unanswered", "call_advice"
"""Intents: whether it was sent and who comes; what to do until then; nobody answers; whether to do
what."""
INTENTS = frozenset({SENT, MEANWHILE, UNANSWERED, ADVICE})
LASTING = timedelta(days=1)
"""So long a call is spoken of."""
OF_REQUESTS = re.compile(
    rf"{LEADS}(?:(?:мо[яийеюё]\w*|где|статус|как|что|какие|есть|покажи\w*|проверь\w*|скажи\w*|про|по|с|у меня|там"
    rf"|вы|ли) )*"
    r"(?:заявк\w+|вызов\w*|обращени\w+)(?: (?:мо[яийеюё]\w*|статус|где|как|что|есть|приня\w+|дош\w+|переда\w+"
    r"|отправ\w+|ушл[аи]|там|или нет|ли"
    r"|уже|вид\w+|в работе))*"
)
"""«Мои заявки», «заявка ушла?»: the call is one of them."""
WHO_PAYS = re.compile(
    r"\bкто\b.*\b(?:оплат|заплат|возмест|возмещ|плат|отвеча|компенс)|\b(?:оплатят|возместят|компенсируют"
    r"|заплатят)\b|\b(?:ущерб|акт)\w{0,2}\b"
)
"""Asked after a flood: it takes an act."""
OTHER_MATTERS = re.compile(
    r"показани|\b(?:о|за)?пла[тч]|\bдолг\b|\bдолга\b|квитанц|\bсч[её]т(?!чик)|тариф"
    r"|\bпен[ия]|лицев|субсиди|льгот|напомн"
)
"""Words of what is no trouble of the house."""
NOBODY = re.compile(
    r"\bне (?:соединя\w+|соединил\w*|дозвон\w+|отвеча\w+|бер\w+ трубк\w+|перезван\w+|перезвонил\w*)\b"
    r"|\bникто не (?:едет|прие\w+|приш\w+|ид[её]т)\b"
    r"|\bникого нет\b"
)
"""The call was sent, and nobody answers or comes."""
REOPENS = re.compile(
    rf"{LEADS}(?:(?:нет|стойте|погодите|подождите|лучше|все таки|все же|тогда|передумал\w?|не) )*(?:сообщи|сообщите"
    rf"|передай|передайте"
    r"|вызови|вызовите|вызывай|вызывайте|позови|позовите)(?: (?:диспетчер\w*|им|все таки|лучше|пожалуйста|аварийку))*"
)
"""Said after a no: the question is asked again."""
EASES = re.compile(
    rf"{LEADS}(?:(?:уже|стало|вроде|теперь|кажется|она|вода|оно|там|сейчас|пока|чуть|немного) )*"
    r"(?:(?:по)?меньше|слабее|(?:по)?тише|не так сильно)"
    r"(?: (?:стало|уже|теперь|теч[её]т|льет|льется|капает|бежит|пахнет|хлещет|вода|воды))*"
)
"""It is not over."""
SHORT = 5
_CRIES = re.compile(r"\b(?:плачет|плачут|кричит|кричат|задыха\w+|стонет|стучит|стучат)\b")


def of(talk: Talk) -> Handoff | None:
    """The last call of this conversation, whatever has become of it."""
    return handoffs.latest(talk.db, session_name(talk.turn), "emergency", talk.now - LASTING)


def ordinary(talk: Talk, said: Understanding) -> Understanding | None:
    """What sounds like danger and is a request: a foul smell, «какая авария, сантехника надо»; who cries in danger asks
    nobody to wait."""
    if talk.session.scene == "emergency":
        if dangers.CANNOT.search(talk.turn.text.lower()) or _CRIES.search(talk.turn.text.lower()):
            return Understanding("out_of_scope", {}, 0.0)
        if dangers.agreed(talk.turn.text):  # «да быстрее» wants no faster speech
            return Understanding("yes", {}, 1.0)
        of_none = dangers.is_ordinary(talk.turn.text, str(talk.session.draft["danger"]))
    else:
        of_none = talk.resident is not None and said.intent == "emergency" and dangers.is_foul_only(talk.turn.text)
    return Understanding("create_ticket", {"told": talk.session.scene}, 1.0) if of_none else None


def meant(talk: Talk, text: str) -> Understanding | None:
    """A plain phrase asked of a call that was sent; None for any other, or where no call was."""
    session = talk.session
    if session.scene not in {"", "operator"} and session.step != OFFER:
        return None
    if session.about.get("danger") in {"water", "above"} and WHO_PAYS.search(text):
        return Understanding("create_ticket", {"damage": True}, 1.0)
    of_danger = session.about.get("intent") == "emergency"
    if of_danger and REOPENS.fullmatch(text) and of(talk) is None:
        return Understanding("emergency", {}, 1.0)
    short = of_danger and len(text.split()) <= SHORT and not dangers.TO_CALL.search(text)
    if short and dangers.is_advice_asked(talk.turn.text) and not dangers.WHAT_NOW.fullmatch(text) and of(talk):
        return Understanding(ADVICE, {}, 1.0)
    advice = EASES.fullmatch(text) or (of_danger and dangers.WHAT_NOW.fullmatch(text))
    asked = dangers.COMING.search(text) or dangers.SENT_YET.fullmatch(text)
    listed = OF_REQUESTS.fullmatch(text)
    alone = NOBODY.search(text)
    if OTHER_MATTERS.search(text) or not (advice or asked or listed or alone) or (call := of(talk)) is None:
        return None
    if alone:
        return Understanding(UNANSWERED, {}, 1.0)
    if advice:
        return Understanding(MEANWHILE, {}, 1.0)
    if has_a_request(talk, call) or (listed and talk.resident is not None):
        return None
    return Understanding(SENT, {}, 1.0)


def reply(talk: Talk, intent: str) -> Reply:
    """What is told of the call; a question that is open stays open."""
    if intent == SENT and (call := of(talk)) is not None:
        return remark(talk, Reply(told(talk, call)))
    if intent == UNANSWERED:
        return remark(talk, talk.reply("emergency.unanswered", phone=emergency_phone(talk)))
    danger = talk.session.about.get("danger", "other")
    return remark(talk, talk.reply(f"emergency.{'do' if intent == ADVICE else 'wait'}.{danger}"))


def after_it(talk: Talk) -> Reply | None:
    """What is said once the call is sent and tells of no new danger: who else was called, what was done."""
    text = plain(talk.turn.text)
    if of(talk) is None or dangers.STILL.search(text):
        return None
    if dangers.CALLED.search(text):
        return remark(talk, talk.reply("emergency.called_too"))
    if dangers.OBEYED.search(text) and talk.session.about.get("intent") == "emergency":
        return reply(talk, MEANWHILE)
    return None


def told(talk: Talk, call: Handoff) -> str:
    """How the call is doing, and where to ask more."""
    return talk.say(f"emergency.sent.{call.status}", phone=emergency_phone(talk))


def has_a_request(talk: Talk, call: Handoff) -> bool:
    """Whether a request was made with the call or after it: that one is asked about."""
    if talk.resident is None:
        return False
    rows = tickets.of_account(talk.db, home_of(talk).account_id, only_active=True)
    return any(row.created_at >= call.created_at for row in rows)
