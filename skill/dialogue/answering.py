"""What a turn is answered: the open question's scene has its say, or the topic that the phrase begins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from sqlmodel import Session as Database

from billing.accounts import Speaker
from skill.dialogue import in_turn, progress, scenes, which_flat
from skill.dialogue.familiar import familiar
from skill.dialogue.meaning import addressing, again, context, temper
from skill.dialogue.meaning.asked import is_sum
from skill.dialogue.meaning.likeliest import is_heard, likeliest
from skill.dialogue.person import callback, handoffs, transcript
from skill.dialogue.person.relay import relay
from skill.dialogue.record import Found
from skill.dialogue.talk import Scene, Talk, after, carried
from skill.dialogue.turn import OFFER, Reply, Session, Turn, session_name, spoken
from skill.identity import masking
from skill.settings import Settings
from skill.understanding import Understanding, understand, unknown
from skill.understanding.slots import extract, may_have_numbers

SURE = 0.5
"""From this confidence on an intent is heard whatever question is open."""
NOISE = 0.2
"""Below it nothing was understood, even where no question is open."""
DECIDING = {"yes": 0.8, "no": SURE, "back": SURE, "stop": SURE}
"""Answers that decide something are asked for again below these: a yes may book, a no gives up what was gathered."""
GUESSED = 0.35
"""Below it an intent does not carry the conversation away from the open question."""
BESIDE_READINGS = frozenset({"balance", "due_date", "forecast"})
"""Questions that a phrase with readings may end with."""
BESIDE_PLAIN_READINGS = frozenset({"meter_verification", "outages", "reading_window", "tariffs"})
"""Questions whose own numbers could be taken for readings: only those that the books would take at once are."""
LEADING_AWAY = frozenset({"emergency", "operator"})
"""Topics beside which readings that were begun are kept for «продолжим»."""
A_NAME = 2
"""So few words that open a conversation and mean nothing are the skill's own name, or a platform's check («test»)."""
ASIDES = 2
"""So many topics in a row may put a phrase off: who speaks, and of which flat."""
RETURNS = 2
"""So often in a row an interrupted question is asked again; then it is put off."""


@cache
def topics() -> dict[str, Scene]:
    """Every scene by its name: each module of `scenes` brings one."""
    found = (import_module(f"{scenes.__name__}.{module.name}").SCENE for module in iter_modules(scenes.__path__))
    return {scene.name: scene for scene in found}


@cache
def openers() -> dict[str, Scene]:
    """The scene that each intent opens."""
    return {intent: scene for scene in topics().values() for intent in scene.intents}


def answer(
    db: Database, turn: Turn, found: Found, now: datetime, settings: Settings
) -> tuple[Reply, Sequence[transcript.Line]]:
    """The reply, and what the transcript is to keep; the found session is as it is after the turn."""
    session, resident = found.session, None if found.resident_id is None else Speaker(found.resident_id)
    asked = str(session.last.get("expecting", "command"))
    turn = likeliest(turn, asked)
    if session.resident_id not in {None, found.resident_id}:  # unlinked elsewhere, what was open is nobody's
        session.close()
        session.forget()
        session.account_id, session.unlocked = None, False
    talk = Talk(db, now, turn, session, settings, resident, topics().get(session.scene))
    relayed = _relayed(talk) if found.led else None
    reply = replace(relayed or _return(talk, _answer(talk)), slow=session.slow)
    if talk.beside != "remark":
        session.told = reply.to_json()
    if not talk.beside:
        session.told_of = talk.sentences
    if turn.familiar:
        reply = replace(reply, text=familiar(reply.text))
    speaker = session.resident_id = talk.resident.id if talk.resident else None
    lines: Sequence[transcript.Line] = ()
    if not talk.erased:
        lines = transcript.lines_of(db, session_name(turn), turn, reply, asked=asked, resident_id=speaker, now=now)
    session.last = reply.to_json()
    if reply.end:
        session.close()
        session.forget()
    return reply, lines


def _relayed(talk: Talk) -> Reply | None:
    """The reply while a person leads the conversation; None when nobody does, or there is danger."""
    handoff = handoffs.current(talk.db, session_name(talk.turn))
    if handoff is None:
        return None
    said = understand(talk.turn.text, talk.turn.channel) if talk.turn.text.strip() else None
    return relay(talk, handoff, said)


def _return(talk: Talk, reply: Reply) -> Reply:
    """After a topic is done: take up the phrase that was put off for it, or the question that it interrupted."""
    session = talk.session
    for _ in range(ASIDES):
        if session.aside and not session.scene and talk.resident is not None:
            reply = _resume(talk, reply)
    while in_turn.is_due(session) and not reply.end:
        reply = in_turn.next_one(talk, reply, _reply)
    if not talk.beside:
        session.question = reply.to_json() if session.scene else {}
    if session.scene not in {"", *LEADING_AWAY} and session.step != OFFER:
        session.put_off = {}
    reply = _without_offer(session, reply)
    if not session.suspended or session.scene or reply.end:
        return reply
    session.returns += 1
    if session.returns > RETURNS:
        session.put_off, session.suspended, session.returns = session.suspended[-1], [], 0
        return replace(reply, text=f"{progress.told(reply.text)} {talk.say('general.put_off')}")
    flat = session.account_id
    question = session.resume()
    session.question = question.to_json()
    if session.account_id != flat:
        question = which_flat.named(talk, question)
    text = f"{progress.told(reply.text)} {talk.say('general.return', question=question.text)}"
    return carried(reply, replace(question, text=text))


def _without_offer(session: Session, reply: Reply) -> Reply:
    """While readings wait for their yes, or it is not known yet who speaks, nothing else is offered: the next answer
    must have one meaning."""
    told = progress.told(reply.text)
    kept = session.suspended[-1] if session.suspended else {}
    waits = kept.get("scene") in {"emergency", "linking"} or (
        kept.get("scene") == "readings" and kept["last"].get("expecting") == "yes_no"
    )
    if session.step != OFFER or session.scene == "operator" or not waits or told == reply.text:
        return reply
    session.close()
    return replace(reply, text=told)


def _answer(talk: Talk) -> Reply:
    if talk.turn.linked:
        return _open("linking", talk, Understanding("linked", {}, 1.0))
    if talk.turn.kind != "text":
        return _open("general", talk, Understanding(talk.turn.kind, {}, 1.0))
    if not talk.turn.text.strip():
        return _open("general", talk, Understanding("silence", {}, 1.0))
    expecting = talk.session.last.get("expecting")
    first, channel = talk.turn.hypotheses[0], talk.turn.channel
    if not is_heard(first, lambda: context.in_context(talk, understand(first.text, channel, expecting=expecting))):
        return _open("general", talk, Understanding("misunderstood", {}, 1.0))
    if masking.card_said(talk.turn.text):
        return _open("general", talk, Understanding("card", {}, 1.0))
    in_turn.answer_first(talk)
    turned = which_flat.turned(talk)
    if turned.reply is not None:
        return turned.reply
    heard = understand(talk.turn.text, channel, expecting=expecting if talk.session.scene else None)
    said = turned.said or callback.meant(talk) or context.in_context(talk, heard)
    if talk.scene is not None and said.confidence < DECIDING.get(said.intent, 0.0):
        said = Understanding("out_of_scope", {}, said.confidence)
    talk.session.anger += temper.signs(talk.turn.text)
    other = turned.lead or which_flat.asked_of(talk, said)
    danger = said.intent == "emergency"
    reply = (None if danger else in_turn.taken(talk, _reply)) or _reply(talk, _taken_up(talk, said))
    if reply is not None and other is not None:
        reply = after(talk.say("flats.now", address=addressing.name(talk, other)), reply)
    if reply is not None and not talk.stalled:
        talk.session.misses = 0
        return temper.soothed(talk, said, reply)
    if reply is None and not talk.session.last and said.confidence < NOISE and len(talk.turn.text.split()) <= A_NAME:
        return _open("general", talk, Understanding("start", {}, 1.0))
    talk.session.misses += 1
    if reply is None:
        asked = str(talk.session.last.get("expecting", "command"))
        unknown.note(talk.db, talk.turn.text, said, channel=talk.turn.channel, asked=asked, now=talk.now)
    if talk.session.misses >= temper.patience(talk.session):
        return _open("operator", talk, said)
    if reply is None:
        return _open("general", talk, Understanding("out_of_scope", said.slots, said.confidence))
    again = reply.text == talk.session.last.get("text")
    return progress.choices(talk, reply) if again or talk.session.misses >= progress.STALLED else reply


def _reply(talk: Talk, said: Understanding) -> Reply | None:
    """What a topic has to say; None if no topic understands.

    The less sure the meaning, the more it is taken as an answer to the open question: «газ» names a meter there.
    """
    opener = openers().get(said.intent)
    anywhere = opener is not None and said.intent in opener.anywhere
    floor = GUESSED if talk.scene and talk.session.step != OFFER else NOISE
    sure = floor if talk.scene is None or said.intent == "emergency" else SURE
    if opener is not None and anywhere and said.confidence >= sure:
        return opener.begin(talk, said)
    before = progress.standing(talk.session)
    reply = talk.scene.answer(talk, said) if talk.scene else None
    if reply is not None:
        talk.session.returns = 0
        talk.stalled = progress.is_stalled(talk, before)
    if reply is not None and said.intent in {"stop", "back"}:
        talk.session.then = []
    if reply is not None and said.intent == "stop":
        return progress.parted(talk, reply)
    if reply is not None or opener is None or said.confidence < floor:
        return reply
    if not anywhere:
        _keep_readings(talk, said)
        talk.session.suspend()
    again.notes(talk, said)
    return opener.begin(talk, said)


def _taken_up(talk: Talk, said: Understanding) -> Understanding:
    """A sum said alone answers the payment that was put off, where nothing but an offer, or «which meter», is open."""
    session = talk.session
    which = session.scene == "readings" and not session.draft.get("entries")
    waiting = session.suspended[-1:] or [session.put_off]
    if (session.scene and session.step != OFFER and not which) or waiting[0].get("scene") != "pay":
        return said
    if not is_sum(said, talk.turn.text):
        return said
    session.suspended = session.suspended or waiting
    session.resume()
    talk.scene = topics()["pay"]
    return Understanding("pay", extract("pay", talk.turn.text), 1.0)


def _keep_readings(talk: Talk, said: Understanding) -> None:
    """Readings said in one breath with a question («холодная 125, и сколько я должен») are asked about after it."""
    beside = said.intent in BESIDE_READINGS or (said.intent in BESIDE_PLAIN_READINGS and not talk.session.scene)
    supposed = "если" in talk.turn.text.lower().split()
    if not beside or supposed or talk.resident is None or not may_have_numbers(talk.turn.text):
        return
    slots = extract("submit_reading", talk.turn.text)
    if slots.get("values") and slots.get("resource"):
        asked = _open("readings", talk, Understanding("submit_reading", slots, 1.0))
        if said.intent in BESIDE_PLAIN_READINGS and talk.session.step != "confirm":  # «на Садовой 7 нет воды»
            talk.session.close()
        else:
            talk.session.question = asked.to_json()


def _resume(talk: Talk, done: Reply) -> Reply:
    """Take up the phrase that was put off."""
    text, talk.session.aside, talk.scene = talk.session.aside, "", None
    talk.turn = replace(talk.turn, hypotheses=spoken(text))  # scenes read the words themselves too
    reply = in_turn.taken(talk, _reply) or _reply(talk, context.in_context(talk, understand(text, talk.turn.channel)))
    return carried(done, after(done.text, reply)) if reply is not None else done


def _open(name: str, talk: Talk, said: Understanding) -> Reply:
    return topics()[name].begin(talk, said)
