"""Of several flats the one that a phrase names is answered for; a question open about another waits where it was."""

from dataclasses import dataclass, replace

from billing import accounts, meters
from billing.tables import Account
from skill.dialogue.company import today
from skill.dialogue.flat import account_of
from skill.dialogue.meaning import addressing, flat_said, troubles
from skill.dialogue.meaning.flat_said import Named
from skill.dialogue.naming import capital
from skill.dialogue.phrases import phrase
from skill.dialogue.readings.draft import Draft, Entry, entries_of
from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import OFFER, Reply, spoken
from skill.understanding import Understanding, understand
from skill.understanding.slots import extract

ASKED = (addressing.OF_A_FLAT - {"unlink"}) | {
    "account_details", "last_reading", "meter_verification", "outages", "reading_window", "recalculation",
    "ticket_status",
}  # fmt: skip
"""Questions about a flat; in the midst of another question they are answered and that one comes back."""
TOLD = frozenset({"create_ticket", "emergency"})
READ = frozenset({"correct", "submit_reading"})
PAYS = frozenset({"no", "pay", "yes"})
LEAST, SURE = 0.35, 0.45
"""Less sure, what is said beside the flat's name is left to the whole phrase; amid a question it is to be surer."""
SHORT = 3
OF_ITS_OWN = frozenset({"linking", "pin", "reminders", "operator", "oauth"})
"""Topics whose answers may be numbers of another kind."""


@dataclass(frozen=True)
class Turned:
    """What came of a flat's name: how the phrase is meant, or its whole answer; the flat to lead the answer."""

    said: Understanding | None = None
    reply: Reply | None = None
    lead: Account | None = None


def turned(talk: Talk) -> Turned:
    """Turn to the flat that the phrase names, or whose meters alone it can mean; the phrase goes on without it."""
    hinted = talk.session.scene == "pay" or flat_said.may_name(talk.turn.text)
    if not hinted or talk.resident is None or len(talk.flats) < 2:
        return Turned()
    scene = "" if talk.session.step == OFFER else talk.session.scene
    if scene in OF_ITS_OWN:
        return Turned()
    found = flat_said.named(talk)
    if found is not None and scene == "flats":
        talk.flat_meant = found.account
        return Turned()
    if found is None and scene == "pay" and addressing.is_vague(talk):
        return _which_to_pay(talk)
    if found is None:
        return _by_meters(talk, scene)
    if flat_said.says_more(found.rest):
        return _asked(talk, scene, found)
    return _alone(talk, scene, found)


def asked_of(talk: Talk, said: Understanding) -> Account | None:
    """The flat that a question names in words of its own («а на садовой сколько?»): it is chosen."""
    free = not talk.session.scene or talk.session.step == OFFER
    readings = said.intent == "submit_reading"
    if not (readings or said.intent in addressing.OF_A_FLAT) or not free or len(talk.flats) < 2:
        return None
    other = addressing.other(talk, by_place=not readings)
    return None if other is None else _chosen(talk, other)


def named(talk: Talk, question: Reply) -> Reply:
    """An open question taken up after another flat was spoken of, with the flat that it is about."""
    flat = capital(addressing.short(talk, account_of(talk)))
    if question.text.lower().startswith(flat.lower()) or len(talk.flats) < 2:
        return question
    return replace(question, text=talk.say("readings.at_flat", Flat=flat, flat=flat, text=question.text))


def _alone(talk: Talk, scene: str, found: Named) -> Turned:
    """Nothing is said but which flat."""
    session, other = talk.session, found.account.id != account_of(talk).id
    if scene == "pay":
        return _paid(talk, found.account)
    if scene == "ticket" and not found.bare:
        return _moved_ticket(talk, found.account)
    if scene == "readings" and found.bare and not (other and session.step == "rest"):
        by_number = not any(stem in talk.turn.text.lower() for stem in addressing.ORDER)
        talk.flat_meant = found.account if by_number and session.last.get("expecting") == "yes_no" else None
        return Turned()  # «первая» is the first of the meters just named
    if scene not in {"", "readings"} or (found.bare and not scene and not session.about):
        return Turned()
    talk.flat_meant = found.account
    return Turned() if scene else Turned(Understanding("switch_account", {}, 1.0))


def _asked(talk: Talk, scene: str, found: Named) -> Turned:
    """Something is said of the flat."""
    said = understand(found.rest, talk.turn.channel)
    entries = entries_of(extract("submit_reading", found.rest))
    other = found.account.id != account_of(talk).id
    if scene == "readings" and any(entry.gives for entry in entries) and said.intent not in ASKED:
        return _read(talk, found) if other else _without(talk, found)
    if scene == "pay" and said.intent in PAYS:
        return _paid(talk, found.account)
    if scene == "ticket" and talk.session.step == "confirm" and said.intent not in ASKED:
        return Turned()
    if said.intent == "unlink" and not scene:
        return Turned(lead=_chosen(talk, found.account))
    if not scene and said.intent not in ASKED and _of_a_request(talk, found.rest):
        return replace(_without(talk, found), said=Understanding("create_ticket", {}, 1.0))
    if said.intent not in ASKED | TOLD | READ or said.confidence < (SURE if scene else LEAST):
        return Turned()
    if scene == "readings" and said.intent in READ:
        talk.flat_meant = found.account if other else None
        return Turned()
    described = scene == "ticket" and said.intent in {"create_ticket", "outages"}
    if scene and other and not described:  # what is open stays with its own flat
        talk.session.suspend()
        talk.scene = None
    if said.intent == "emergency" or (said.intent in TOLD and found.amid):
        return Turned(lead=_chosen(talk, found.account))
    if found.second and not scene and said.intent in READ:
        talk.session.then = [found.second]
        found = replace(found, rest=found.rest[: -len(found.second)].removesuffix(" а ").removesuffix(" и "))
    return _without(talk, found)


def _of_a_request(talk: Talk, rest: str) -> bool:
    """Whether a thing that breaks is named of another flat after a request: «а в двенадцатой тоже кран посмотреть»."""
    after_one = talk.session.about.get("intent") in {"create_ticket", "ticket_status"}
    return after_one and troubles.category(rest) in troubles.TRADES


def _without(talk: Talk, found: Named) -> Turned:
    """The phrase goes on in that flat, without its name."""
    talk.turn = replace(talk.turn, hypotheses=spoken(found.rest))
    return Turned(lead=_chosen(talk, found.account))


def _chosen(talk: Talk, account: Account) -> Account | None:
    """The flat is spoken about from now on; None where it was already."""
    if account.id == account_of(talk).id:
        return None
    talk.session.account_id, talk.flat_named = account.id, True
    return account


def _read(talk: Talk, found: Named) -> Turned:
    """Readings of another flat: what was read back of this one gets its yes first."""
    if talk.session.step == "confirm" and any(entry.gives for entry in Draft.load(talk.session.draft).entries):
        talk.session.then = [*talk.session.then, talk.turn.text]
        question = Reply.from_json(talk.session.question or talk.session.last)
        return Turned(reply=replace(question, text=talk.say("flats.first", question=question.question), asks=""))
    talk.flat_meant = found.account
    talk.turn = replace(talk.turn, hypotheses=spoken(found.rest))
    return Turned(Understanding("submit_reading", extract("submit_reading", found.rest), 1.0))


def _paid(talk: Talk, account: Account) -> Turned:
    """The bill of that flat is paid, and no other one after it."""
    talk.session.close()
    talk.scene, talk.session.then = None, []
    talk.turn = replace(talk.turn, hypotheses=spoken(phrase("pay.command", 0)))
    _chosen(talk, account)
    return Turned(Understanding("pay", {}, 1.0), lead=account)


def _which_to_pay(talk: Talk) -> Turned:
    """«Только на Лесной», where both of them are."""
    talk.session.close()
    talk.scene, talk.session.then = None, []
    talk.turn = replace(talk.turn, hypotheses=spoken(phrase("pay.command", 0)))
    return Turned(Understanding("which_flat", {}, 1.0))


def _moved_ticket(talk: Talk, account: Account) -> Turned:
    """The request stays as it is and goes to the dispatcher from that flat."""
    _chosen(talk, account)
    question = Reply.from_json(talk.session.question or talk.session.last)
    lead = talk.say("flats.now", address=addressing.name(talk, account))
    return Turned(reply=after(lead, replace(question, asks="")))


def _by_meters(talk: Talk, scene: str) -> Turned:
    """«Кухня холодная 195», where only one of the flats has a meter in the kitchen."""
    if scene not in {"", "readings"}:
        return Turned()
    entries = entries_of(extract("submit_reading", talk.turn.text))
    if not any(entry.place or entry.values for entry in entries) or (account := _only(talk, entries)) is None:
        return Turned()
    said = understand(talk.turn.text, talk.turn.channel)
    amid = scene and said.confidence < SURE and len(talk.turn.text.split()) <= SHORT
    if not amid and (said.intent not in READ or said.confidence < SURE):
        return Turned()
    found = Named(account, talk.turn.text)
    if scene and any(entry.gives for entry in entries):
        return _read(talk, found)
    if scene:
        talk.flat_meant = account
        return Turned()
    return _without(talk, found)


def _only(talk: Talk, entries: list[Entry]) -> Account | None:
    """The one flat that has all these meters, where the flat spoken about has not."""
    assert talk.resident is not None  # noqa: S101 - only a resident has flats
    here, on = account_of(talk).id, today(talk)
    fitting = []
    for account in accounts.accounts_of(talk.db, talk.resident.id):
        own = meters.meters_of(talk.db, account.id, on)
        if all(any(entry.fits(meter) for meter in own) for entry in entries):
            fitting.append(account)
    return fitting[0] if len(fitting) == 1 and fitting[0].id != here else None
