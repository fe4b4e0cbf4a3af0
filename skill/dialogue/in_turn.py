"""Several requests of one breath (`both`), taken in turn: the next begins when the one before is done."""

from collections.abc import Callable
from dataclasses import replace

from skill.dialogue import progress, which_flat
from skill.dialogue.meaning import addressing, both, context
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.phrases import phrases
from skill.dialogue.talk import Talk, after, carried
from skill.dialogue.turn import OFFER, SENTENCE_END, Reply, Session, spoken
from skill.understanding import Understanding

Take = Callable[[Talk, Understanding], Reply | None]
"""How a phrase is answered by the topics; None if none understands."""
OWN = frozenset({"emergency", "linking", "readings"})
"""Topics where a no with a question says more than that."""
GONE = frozenset({"pay"})
"""Topics that a no with a question ends: «нет, а сколько я должен вообще» wants no other sum."""
LISTENING = frozenset({"yes_no", "number"})
"""Answers beside which something else may be asked for; a story or a code is left whole."""


def taken(talk: Talk, take: Take) -> Reply | None:
    """The answers to several requests in one phrase; None for a single one, or where a question is open.

    When the first wants something before it is answered (a PIN), the whole phrase is taken up again afterwards. What
    follows a request that asks back waits until that is done.
    """
    if talk.session.scene and talk.session.step != OFFER:
        return None
    whole, replies, asked = talk.turn, list[Reply](), both.requests(talk.turn.text, talk.turn.channel)
    for at, (text, said) in enumerate(asked):
        talk.session.close()
        talk.scene, talk.turn = None, replace(whole, hypotheses=spoken(text))
        reply = take(talk, said)
        if reply is None:
            return None
        if talk.session.aside and not replies:
            talk.session.aside = whole.text
            return reply
        replies.append(reply)
        if said.intent in both.DONE:
            talk.session.then = [rest for rest, _ in asked[at + 1 :]]
            break
    if not replies:
        return None
    *before, last = replies
    return after(" ".join(progress.told(reply.text) for reply in before), last) if before else last


def answer_first(talk: Talk) -> None:
    """Of an answer and a request in one breath the answer comes first, the request waits until that is done."""
    expecting = talk.session.last.get("expecting")
    if talk.scene is None:
        return
    if expecting == "yes_no" and talk.scene.name not in OWN and (left := both.declined(talk.turn.text)) is not None:
        _decline(talk, *left)
        return
    if talk.session.step == OFFER:
        return
    if talk.scene.name == "readings" and (parts := both.beside_readings(talk.turn.text, talk.turn.channel)):
        talk.turn = replace(talk.turn, hypotheses=spoken(parts[0][0]))
        talk.session.then = [text for text, _ in parts[1:]]
        return
    if expecting not in LISTENING:
        return
    parts = both.beside_answer(talk.turn.text, talk.turn.channel, expecting)
    asks_of_before = any(points_at("what_before", text) for text, _ in parts[1:])
    if asks_of_before and talk.scene.name == "readings" and parts[0][1].intent != "yes":
        return  # «нет, погодите, какие прошлые были»
    if not parts or {said.intent for _, said in parts[1:]} & talk.scene.intents:
        return
    talk.turn = replace(talk.turn, hypotheses=spoken(parts[0][0]))
    talk.session.then = [text for text, _ in parts[1:]]


def _decline(talk: Talk, no: str, question: str) -> None:
    """An offer that is turned down for a question is gone; any other no is taken first, and the question then."""
    if talk.session.step == OFFER or talk.session.scene in GONE:
        talk.session.close()
        talk.scene, talk.turn = None, replace(talk.turn, hypotheses=spoken(question))
        return
    talk.turn = replace(talk.turn, hypotheses=spoken(no))
    talk.session.then = [question]


def is_due(session: Session) -> bool:
    """Whether the next request is to be taken: nothing is open, or only which meter comes next."""
    if not session.then or session.aside or session.suspended:
        return False
    return not session.scene or (session.scene, session.step) == ("readings", "rest")


def next_one(talk: Talk, done: Reply, take: Take) -> Reply:
    """After what was done: the next request of the same breath."""
    session, text = talk.session, talk.session.then.pop(0)
    told = progress.told(done.text)
    if session.scene:
        told = SENTENCE_END.split(told)[0]
        session.question = done.to_json()
        session.suspend()
    talk.scene, talk.turn = None, replace(talk.turn, hypotheses=spoken(text))
    turned = which_flat.turned(talk)
    said = turned.said or both.meant(talk.turn.text, talk.turn.channel)
    if said.confidence < both.SURE:
        said = context.in_context(talk, said)
    if (other := turned.lead or which_flat.asked_of(talk, said)) is not None:
        told = f"{told} {talk.say('flats.now', address=addressing.name(talk, other))}"
    reply = take(talk, said)
    if reply is None:
        return done
    lead = f"general.then.{said.intent}"
    whole = after(f"{told} {talk.say(lead)}" if lead in phrases() else told, reply)
    return carried(done, whole)
