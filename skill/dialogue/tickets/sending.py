"""A yes that sends a request, and what is said in the same breath: «да и когда придут», «отправьте, утром я дома»."""

import re
from dataclasses import replace

from billing import tickets
from billing.repairs import Due
from billing.tables import Ticket
from skill.dialogue.flat import account_of
from skill.dialogue.meaning import dangers, more, troubles
from skill.dialogue.meaning.plain import asks, plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.talk import Talk
from skill.dialogue.tickets import adding, drafted, questions, terms, when, words
from skill.dialogue.turn import Reply, spoken
from skill.understanding import understand

_LEAD = r"^\W*(?:(?:ладно|да|ага|угу|хорошо|ну|конечно|давай(?:те)?|тогда|ок|окей|нет)\b\W*)*"
_SENDS = (
    r"(?:отправ(?:ь|ьте|ляй|ляйте)|посыла(?:й|йте)|шли(?:те)?|присыла(?:й|йте)|пришли(?:те)?|оформ(?:и|ите|ляй"
    r"|ляйте)|вызыва(?:й"
    r"|йте)|вызови(?:те)?"
    r"|переда(?:й|йте|вай|вайте)|записыва(?:й|йте)|запиши(?:те)?)"
)
_WHOM = (
    r"(?:уже|тогда|да|пожалуйста|заявку|е[её]|его|мастера|сантехника|электрика|слесаря|скорее|быстрее|диспетчеру"
    r"|туда|так|кого[- ]нибудь)"
)
SENDS_AND = re.compile(
    rf"{_LEAD}{_SENDS}\b(?:\W+{_WHOM}\b)*(?:\s*[,.!;]+\s*(?:и |а (?!то\b)|но )*|\s+(?:и|а(?! то\b)|но|только) "
    rf"|\s+(?=а то\b))(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
SENDS_IT = re.compile(rf"{_LEAD}(?:эту |мою |саму )?заявку(?: (?:на|про|о|об) \w+)? {_SENDS}\W*$", re.IGNORECASE)
YES_AND = re.compile(
    r"^\W*(?:да|ага|угу|конечно)(?:\W+(?:да|конечно))*(?:\s*[.!;]+\s*(?:и |а |ещ[её] )*"
    r"|\s*,?\s+и (?:ещ[её] |(?=(?:по)?(?:быстрее|скорее)|срочно|пусть|желательно))|\s*,?\s+(?P<bare>и|а) )"
    r"(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
AND_SENDS = re.compile(
    r"^(?P<rest>\S+ .*?)(?:\s*[,.!;]+)?(?:\s+(?:и|потом|тогда|вс[её]))+\s+(?:можно |можете |давай(?:те)? )?"
    rf"{_SENDS}\b(?:\W+{_WHOM})*\W*$",
    re.IGNORECASE | re.DOTALL,
)
"""«Допиши, что темно, и отправляй»."""
TAKES_BACK = re.compile(
    r"\b(?:нет|стой\w*|погод\w+|подожд\w+|не надо|не нужно|не отправ\w*|передум\w+|сначала|если|отмен\w+|потом|позже)\b"
)
REASON = re.compile(r"^(?:а то|потому|так как|у нас ведь|жду|спасибо)\b", re.IGNORECASE)


def beside_yes(text: str) -> str | None:
    """What is said in one breath with the yes to a request; None where there is no such yes.

    >>> beside_yes("ладно, да, отправьте. завтра утром дома"), beside_yes("да и когда придут")
    ('завтра утром дома', 'когда придут')
    >>> beside_yes("допиши что темно и отправляй"), beside_yes("да и ещё лампочка не горит")
    ('допиши что темно', 'лампочка не горит')
    >>> beside_yes("да и побыстрее, ребёнок в коляске")
    'побыстрее, ребёнок в коляске'
    >>> beside_yes("да и капает сильно"), beside_yes("отправьте, нет стойте")
    (None, None)
    """
    found = SENDS_AND.match(text) or YES_AND.match(text)
    if SENDS_IT.match(text):
        return ""
    adds = AND_SENDS.match(text)
    if found is None and adds is not None and more.told(adds["rest"]):
        return adds["rest"]
    if found is None or (TAKES_BACK.search(plain(found["rest"])) and not _is_a_wish(found["rest"])):
        return None
    rest = found["rest"].strip()
    if "bare" in found.re.groupindex and found["bare"]:  # «да и …» goes on telling, unless it asks
        return rest if asks(rest) or dangers.COMING.search(plain(rest)) else None
    return "" if REASON.match(rest) else rest


def _is_a_wish(rest: str) -> bool:
    """Whether it is for the worker, not against sending: «пусть позвонят сначала»."""
    return points_at("wish", rest) or points_at("particulars", rest) or when.is_told(rest)


def joined(talk: Talk, rest: str) -> str:
    """What was said with the yes goes into the request that it sends; the sentence that tells so. One trouble more
    waits for its own yes."""
    details, others = str(talk.session.draft["details"]), drafted.others(talk)
    if asks(rest) or _is_another_matter(talk, rest):
        return ""
    told_more = more.told(rest) or rest
    if troubles.is_one_more(details, f"ещё {told_more}"):
        talk.session.draft["others"] = [*others, words.kept(rest)]
        return ""
    alone = replace(talk, turn=replace(talk.turn, hypotheses=spoken(rest)))
    added = adding.added(alone, understand(rest, talk.turn.channel), details, drafted.told(talk), others)
    if added is None and len(rest.split()) < adding.LEAST:
        return ""
    added = added or adding.Added(f"{drafted.told(talk)}, {words.added(rest)}")
    kept = {"details": words.kept(added.details), "place": words.kept(added.place)}
    talk.session.draft = {**talk.session.draft, **kept}
    return talk.say("ticket.with_it", added=words.said_back(words.added(rest)))


def is_left(talk: Talk, rest: str) -> bool:
    """Whether what was said with the yes is still to be answered: when it will be done is told with its number."""
    if asks(rest):
        return not (points_at("when", rest) or dangers.COMING.search(plain(rest)))
    return _is_another_matter(talk, rest)


def _is_another_matter(talk: Talk, rest: str) -> bool:
    said = understand(rest, talk.turn.channel)
    another = said.intent not in adding.DESCRIBING and said.confidence >= adding.SURE
    return (another or adding.ELSEWHERE.search(rest.lower()) is not None) and not _is_a_wish(rest)


def made(talk: Talk) -> Ticket:
    """The request that was read back, as it is taken; the topic is closed. Raises tickets.TooManyTickets."""
    assert talk.resident is not None  # noqa: S101 - only a resident is asked
    details, others = drafted.told(talk), drafted.others(talk)
    talk.session.close()
    ticket = tickets.create(
        talk.db,
        account=account_of(talk),
        resident_id=talk.resident.id,
        category=troubles.category(details),
        details=details,
        now=talk.now,
        channel=talk.turn.channel,
        idempotency_key=f"{talk.key}:ticket:{len(others)}",
    )
    if talk.session.about.get("intent") not in questions.OF_MAKING:
        talk.session.about = {"intent": "create_ticket", "slots": {}, "text": details}
    return ticket


def told(talk: Talk, ticket: Ticket, due: Due) -> Reply:
    """Its number and its term; what nobody comes for is answered."""
    on_paper = ticket.category == "recalculation" or words.OF_THE_OFFICE.search(ticket.details.lower()) is not None
    task = "office" if on_paper and due.rule.task == "fix" else due.rule.task
    return talk.reply(f"ticket.sent.{task}", number=str(ticket.number), by=terms.at_first(talk, due))
