"""What a phrase means beside what was said before it: «а за свет?», «это много?», «погодите» (the folder `short`)."""

import re

from skill.dialogue.meaning import consent, further, no_reading, outright, temper, troubles, undoing, whose
from skill.dialogue.meaning.addressing import is_named
from skill.dialogue.meaning.again import DOUBTFUL, ELLIPSIS, SHORT, asked_again, of_the_same, pointed
from skill.dialogue.meaning.asked import is_sum
from skill.dialogue.meaning.plain import LEADS, is_question, plain
from skill.dialogue.meaning.pointing import matters_of, meaning_of, points_at, table
from skill.dialogue.reminders import following
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import calls, questions
from skill.dialogue.turn import OFFER
from skill.understanding import Understanding, understand
from skill.understanding.slots import extract
from speech.numerals import numbers

FAIR, PLAIN = 0.7, 0.9
"""Below these a question of two words, or one that only points, is left to what was said before."""
SURE_REPEAT = 0.8
"""Less sure, «что вы …» asks about the open question rather than for its words again."""
ELSEWHERE = re.compile(rf"{LEADS}(?:у \w+ )?(?:на|по) (?:улице )?\w{{4,}} (?:дом\w* )?\w+")
"""«А на Садовой 5?»: the house after which outages are asked about again."""

ASKS_BACK = re.compile(rf"{LEADS}(?:ты|вы) (?:не )?(?:можете|можешь|умеете|умеешь|знаете|знаешь|сможете)\b")
"""«А вы не можете» is no opinion to keep."""
BLUNT = frozenset({"yes", "no", "outages", "repeat", "explain_bill", "due_date", "penalty", "forecast"})
"""Intents that a phrase which only points is taken for, however sure."""
SUM = re.compile(r"тысяч|\bрубл")
UNGUESSED = frozenset({"correct", "slower", "faster"})
"""Intents that are not taken up on a guess."""
OF_SUMS = further.OF_MONEY | {"charges"}
NEAR_MONEY = OF_SUMS | {
    "explain_debt",
    "payment_history",
    "payment_status",
    "send_receipt",
    "submit_reading",
    "tariffs",
}
"""After these money may be meant without a word of it."""
PAYING = frozenset({"pay", "pay_later"})
"""After them a sum said alone is one to pay."""
PAYMENTS = frozenset({"payment_status"})
"""After them a sum said alone is the sum of a payment."""
SPOKEN_FOR = frozenset(
    {
        "back", "balance", "benefits", "cancel_reminder", "charges", "contacts", "correct", "create_ticket",
        "emergency", "forecast", "greeting", "help", "last_reading", "link_account", "news", "no", "operator",
        "out_of_scope", "outages", "payment_history", "repeat", "set_reminder", "stop", "submit_reading",
        "switch_account", "thanks", "yes",
    }
)  # fmt: skip
"""Where these are sure, a phrase wants a fact or a deed, and no rule takes it that does not name them."""
SURE_OF_IT = 0.85
VERIFIED = re.compile(r"\bповер")
TO_COME = frozenset({"rest", "value", "which"})
"""Where a reading is awaited, and none is said, what fits a rule's words asks about that."""
HANDED_IN = re.compile(r"показани|\b(?:не )?(?:переда|сда[мть]|сдава|пода[мть]|подава)")
ACKNOWLEDGED = re.compile(
    rf"{LEADS}(понятно|понятненько|ясно|ясненько|все ясно|понял|поняла|пон|ладно|ладненько|лан|хорошо|ок|окей|оки|кк)"
    r"( (большое )?спасибо( \w+)?)?"
)
RATHER = re.compile(r"(?:ой |не то |нет |ошибся |ошиблась |точнее |вернее |надо |там )+\d+(?: \d{1,3})?")
"""«Нет, 6410» after a reading was booked."""
DOUBTS = re.compile(
    r"^\W*(а |это |ну )*(точно|правда|правильно|верно|серь[её]зно|уверены)( это)?\s*\?+\s*$", re.IGNORECASE
)
VAGUE = 0.35
"""Below it a phrase about the house's things is asked about by its words."""
LEAST_OF_A_HOUSE = 2
"""Such a phrase has a thing and what is with it."""
SPEAKS_OF = re.compile(
    rf"{LEADS}(?:(?:я|это) )?(?:(?:говорю|спрашиваю|имею в виду|спросил\w?|имел\w? в виду) )?(?:про|о|об|насчет) "
)
"""«Я про горячую воду»."""
OF_THE_DOOR = frozenset(
    {"code", "handed_by", "link_account", "nothing", "seen_by", "share", "single_number", "switch_account", "trust"}
    | {"what_account", "whence_phone", "wrong_number", "informal", "landlord"}
)
"""What the question for the account itself answers (`door`)."""
OUTBURST = 4
"""So few angry words tell of nothing yet, and are no opinion to keep."""


def in_context(talk: Talk, said: Understanding) -> Understanding:
    """The phrase as it is meant here and now."""
    text = plain(talk.turn.text)
    if following.is_a_guess(talk, said):
        said = Understanding("out_of_scope", {}, said.confidence)
    if (of_danger := calls.ordinary(talk, said) or calls.meant(talk, text)) is not None:
        return of_danger
    danger = said.intent == "emergency" and said.confidence >= DOUBTFUL
    if not danger and (of_request := questions.meant(talk, text)) is not None:
        return of_request
    if said.intent == "feedback" and points_at("wished_done", text):
        return Understanding("create_ticket", {}, 1.0)
    outburst = len(text.split()) <= OUTBURST and temper.signs(talk.turn.text) and not said.slots
    asked_for = talk.session.last.get("expecting") == "text"
    short = talk.turn.text.rstrip().endswith("?") and len(text.split()) <= SHORT
    no_opinion = short or ASKS_BACK.match(text) is not None or undoing.BIDS.fullmatch(text) is not None
    if said.intent == "feedback" and (outburst or asked_for or no_opinion):
        said = Understanding("out_of_scope", {}, said.confidence)
    if said.intent == "emergency" and said.confidence < DOUBTFUL and _tells_damage(talk):
        return Understanding("create_ticket", {}, said.confidence)
    if said.intent == "stop" and points_at("altogether", talk.turn.text):  # «а всего?» takes no leave
        said = Understanding("out_of_scope", {}, 0.0)
    if (plainly := outright.meant(talk, text)) is not None:
        return plainly
    free = not talk.session.scene or talk.session.step == OFFER
    if (free or _at_the_door(talk)) and (asked := further.answered(talk, text)) is not None:
        return asked
    if (warmth := further.norm_of_warmth(talk, said, text)) is not None:
        return warmth
    if not asked_for and (matter := _of_a_household(talk, said, text)) is not None:
        return matter
    if DOUBTS.search(talk.turn.text) and said.intent == "yes":  # «точно?» asks, it does not agree
        if (meant := pointed(talk, text)) is not None:
            return meant
        said = Understanding("out_of_scope", {}, 0.0)
    elif talk.session.scene and talk.session.last.get("expecting") == "yes_no":
        answer = meaning_of("answers", text)
        said = Understanding(answer, {}, 1.0) if answer else consent.meant(talk, said, text)
    if talk.session.scene == "pay" and said.confidence < PLAIN and (meant := pointed(talk, text)) is not None:
        return meant
    if (paid := _of_a_payment(talk, said)) is not None:
        return paid
    if _awaits_a_reading(talk) and (sure := meaning_of("always", text)) is not None:
        return Understanding(sure, extract(sure, talk.turn.text), DOUBTFUL)
    if talk.session.scene and talk.session.step != OFFER:
        certain = {"repeat": SURE_REPEAT, "emergency": 0.0}.get(said.intent, DOUBTFUL)
        asks = said.confidence < certain and is_question(text)
        return Understanding("out_of_scope", {}, said.confidence) if asks else said
    return _unasked(talk, said, text)


def _of_a_household(talk: Talk, said: Understanding, text: str) -> Understanding | None:
    """Guests, a new meter, keys, papers: what no intent of the model stands for, and what it is taken for instead."""
    free = not talk.session.scene or talk.session.step == OFFER
    free = free or _awaits_a_reading(talk) or talk.session.scene == "pin" or _at_the_door(talk)
    unsure = free and said.confidence < FAIR
    spoken_for = said.intent in SPOKEN_FOR and said.confidence >= SURE_OF_IT
    taken = {said.intent}
    if free:
        taken |= {"whatever"} if spoken_for else {"any", "whatever"}
    name = next((name for name, over in matters_of(text) if unsure or not taken.isdisjoint(over)), None)
    if name is None or (_at_the_door(talk) and name in OF_THE_DOOR):
        return None
    return Understanding(name, extract(name, talk.turn.text), 1.0)


def _at_the_door(talk: Talk) -> bool:
    """Whether the account's number or its code is asked for, and what is said is none: the house may be asked of."""
    session = talk.session
    return session.scene == "linking" and session.step in {"number", "code"} and not numbers(talk.turn.text)


def _awaits_a_reading(talk: Talk) -> bool:
    """Whether a reading is asked for, and what is said is none."""
    session = talk.session
    return session.scene == "readings" and session.step in TO_COME and not numbers(talk.turn.text)


def _of_the_house(talk: Talk, said: Understanding, text: str) -> Understanding | None:
    """A trouble or a question of the house that no intent stands for: a request, or for the company to answer."""
    words = table()["things"]
    known = said.intent != "out_of_scope" and said.confidence >= VAGUE
    if known or len(text.split()) < LEAST_OF_A_HOUSE or temper.signs(talk.turn.text):
        return None
    if words["elsewhere"].search(text) or words["danger"].search(text):
        return None
    if words["asks"].search(text) and (words["of_the_house"].search(text) or words["asked_of"].search(text)):
        return Understanding("house_question", {}, DOUBTFUL)
    return Understanding("create_ticket", {}, DOUBTFUL) if words["of_the_house"].search(text) else None


def _tells_damage(talk: Talk) -> bool:
    """Whether it is being told what a flood has spoiled: the danger is over."""
    session = talk.session
    return (session.scene, session.step) == ("ticket", "details") and "ущерб" in str(session.draft.get("about"))


def _of_a_payment(talk: Talk, said: Understanding) -> Understanding | None:
    """A sum said after a question about payments is the sum of one, after a payment it is another one to pay."""
    if not talk.session.scene and talk.session.about.get("intent") in PAYING and SUM.search(talk.turn.text.lower()):
        return Understanding("pay", extract("pay", talk.turn.text), 1.0) if is_sum(said, talk.turn.text) else None
    if talk.session.scene or talk.session.about.get("intent") not in PAYMENTS:
        return None
    if is_sum(said, talk.turn.text):
        return Understanding("payment_status", extract("pay", talk.turn.text), DOUBTFUL)
    if said.intent == "correct" and said.slots.get("values"):
        return Understanding("payment_status", {"amount": said.slots["values"][-1]}, DOUBTFUL)
    return None


def _unasked(talk: Talk, said: Understanding, text: str) -> Understanding:
    """The phrase where no question is open but an offer: what was said before may tell what it means."""
    if (of_another := whose.meant(talk, said)) is not None:
        return of_another
    if (other := no_reading.meant(talk, said)) is not None and meaning_of("always", text) is None:
        said = other
    about = talk.session.about.get("intent")
    if about == "norms" and points_at("people", talk.turn.text) and (of_people := pointed(talk, text)) is not None:
        return of_people
    if not talk.session.scene and meaning_of("answers", text) == "no":  # «ладно, дочь заплатит»
        return Understanding("no", {}, 1.0)
    sure = meaning_of("always", text)
    if sure is not None:
        return said if said.intent == sure else Understanding(sure, extract(sure, talk.turn.text), DOUBTFUL)
    if said.confidence < _least(talk, said) and _is_a_guess(said, talk.turn.text):
        said = Understanding("out_of_scope", {}, said.confidence)
    if ACKNOWLEDGED.fullmatch(text) and (not talk.session.scene or "спасибо" in text):
        return Understanding("thanks" if "спасибо" in text else "yes", {}, 1.0)
    if points_at("missed", talk.turn.text) and _of_readings_missed(about, text):
        return Understanding("reading_window", {}, DOUBTFUL)
    if not talk.session.scene and about == "submit_reading" and RATHER.fullmatch(text):
        known = {name: value for name, value in talk.session.about["slots"].items() if name in {"resource", "place"}}
        return Understanding("correct", {**known, **extract("correct", talk.turn.text)}, DOUBTFUL)
    if points_at("same", talk.turn.text) and _of_readings(talk, said):
        return Understanding("submit_reading", extract("submit_reading", talk.turn.text), DOUBTFUL)
    vague = said.intent in {"yes", "no", "back", "stop"} and len(text.split()) > 1 and said.confidence < DOUBTFUL
    long_no = said.intent == "no" and len(text.split()) > SHORT // 2
    if not talk.session.scene and (vague or long_no):
        said = Understanding("out_of_scope", {}, min(said.confidence, DOUBTFUL))
    if said.confidence < DOUBTFUL and len(talk.flats) > 1 and is_named(talk):
        return Understanding("switch_account", {}, DOUBTFUL)
    meant = _one_more(talk, said, text) or _another_thing(talk, said, text)
    if meant is None and (said.confidence < PLAIN or said.intent in BLUNT):
        meant = pointed(talk, text)
    if meant is None and said.confidence < FAIR and not _is_a_reading(said):
        meant = asked_again(talk, text)
    if meant is not None:
        return meant
    said = of_the_same(talk, said)
    if talk.session.step == OFFER and said.confidence < DOUBTFUL:  # an offer binds nobody to yes or no
        free = understand(talk.turn.text, talk.turn.channel)
        said = free if free.confidence >= said.confidence or said.intent in {"yes", "no"} else said
    return further.of_the_company(talk, said, text) or _of_the_house(talk, said, text) or said


def _of_readings(talk: Talk, said: Understanding) -> bool:
    """Whether «как в прошлом месяце», «столько же» is said of readings: nothing else is spoken of, or a meter is
    named."""
    about = talk.session.about.get("intent", "")
    return said.confidence < PLAIN and (
        about in outright.OF_METERS or "resource" in extract("submit_reading", talk.turn.text)
    )


def _of_readings_missed(about: str | None, text: str) -> bool:
    """Whether «а если опоздаю» is said of readings: not after money or verification, unless readings are named."""
    if about == "meter_verification" or VERIFIED.search(text):
        return False
    return about not in table()["pointing"]["rightful"]["after"] or HANDED_IN.search(text) is not None


def _is_a_reading(said: Understanding) -> bool:
    """«Гвс 150»: a meter with its value says all there is to say."""
    return said.intent == "submit_reading" and bool(said.slots.get("values") and said.slots.get("resource"))


def _least(talk: Talk, said: Understanding) -> float:
    """Below which certainty a meaning must rest on words: money is easily heard in what goes on about another thing."""
    about = talk.session.about.get("intent")
    from_elsewhere = about is not None and about not in NEAR_MONEY
    return PLAIN if from_elsewhere and said.intent in OF_SUMS else DOUBTFUL


def _is_a_guess(said: Understanding, text: str) -> bool:
    """Whether a doubtful meaning has nothing in the words to rest on."""
    if said.intent == "create_ticket" and troubles.category(text) != "other":
        return False
    rests_on = table()["rests_on"].get(said.intent)
    rests = rests_on is not None and rests_on.search(text.lower()) is not None
    if rests and said.intent not in UNGUESSED:  # «уже всё оплатил!!!»: shouting takes nothing from its words
        return temper.is_bitter(text)
    return bool(temper.signs(text)) or said.intent in UNGUESSED or rests_on is not None


def _another_thing(talk: Talk, said: Understanding, text: str) -> Understanding | None:
    """«А холодную?» with nothing else is asked of what was spoken of, however much it sounds like a reading."""
    spoken = talk.session.about.get("intent", "submit_reading")
    if said.intent not in {"correct", "submit_reading"} or said.slots.get("values") or spoken == "submit_reading":
        return None
    if (found := SPEAKS_OF.match(text)) is not None:
        return asked_again(talk, f"а {text[found.end() :]}")
    return asked_again(talk, text) if ELLIPSIS.match(text) and len(text.split()) <= SHORT // 2 else None


def _one_more(talk: Talk, said: Understanding, text: str) -> Understanding | None:
    """Another house for the outages just told, or more about the reminder just set."""
    about = talk.session.about
    of_outages = about.get("intent") == "outages"
    if of_outages and said.confidence < FAIR and ELSEWHERE.fullmatch(text):
        return Understanding("outages", about["slots"], DOUBTFUL)
    if of_outages and points_at("also_off", text):
        return Understanding("outages", extract("outages", talk.turn.text), DOUBTFUL)
    if about.get("intent") != "set_reminder":
        return None
    return following.meant(talk, text, certain=said.confidence >= FAIR)
