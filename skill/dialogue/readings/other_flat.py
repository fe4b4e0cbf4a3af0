"""Another flat named while readings of one are gathered: what was read back gets its yes before, where that flat comes
«тоже», and a flat's number that was taken for a reading is none."""

import re
from dataclasses import replace

from billing import accounts
from billing.tables import Account
from skill.dialogue.flat import account_of
from skill.dialogue.meaning.plain import plain
from skill.dialogue.readings import comparing
from skill.dialogue.readings.answering import READ_BACK, Answering
from skill.dialogue.readings.draft import Entry
from skill.dialogue.readings.heard import heard, put
from skill.dialogue.talk import Talk
from skill.dialogue.turn import Reply
from skill.understanding import Understanding

AGREED = re.compile(
    r"(?:ну |ой |так )*(?:да|ага|угу|верно|правильно|записывай(?:те)?|запиши(?:те)?)\b(?!.*\b(?:нет|не)\b)"
)
AS_WELL = re.compile(r"\b(?:тоже|еще|потом|затем|следом|теперь|после|дальше|и за|и по|и на)\b")


def turned_to(talk: Talk, gathering: Answering, said: Understanding, flat: Account) -> Reply:
    """Another of the speaker's flats is meant: what is said with it, else what was before, is of its meters."""
    if (waits := _waits(talk, gathering, flat)) is not None:
        return waits
    before = [entry.of_any() for entry in _without_number(talk, gathering, flat)]
    talk.session.account_id, talk.session.draft = flat.id, {}
    gathering = Answering(talk)
    told = [entry for entry in put(talk, gathering, heard(talk, said)) if not entry.is_bare]
    given = [entry for entry in told if entry.gives] or [entry for entry in before if entry.gives]
    gathering.draft.entries = given
    reply = gathering.next()
    return reply if talk.session.step == "confirm" else replace(reply, text=gathering.of_flat(reply.text))


def _waits(talk: Talk, gathering: Answering, flat: Account) -> Reply | None:
    """«Да, а за вторую тоже давай»: what was read back is agreed to first, then that flat is taken up; «это
    двенадцатая» of the flat that is spoken of anyway agrees to nothing. None: another flat was
    meant all along."""
    text = plain(talk.turn.text)
    given = any(entry.gives for entry in gathering.draft.entries)
    if talk.session.step not in READ_BACK or not given:
        return None
    agreed = AGREED.match(text) is not None
    if flat.id == account_of(talk).id:
        return None if agreed else comparing.asked_again(talk, talk.say("readings.this_flat", flat=_number(talk, flat)))
    if not AS_WELL.search(text):  # «да за вторую» may well be a correction
        return None
    talk.session.then = [*talk.session.then, talk.say("readings.at_other_flat", flat=_number(talk, flat))]
    if not agreed:
        question = gathering.next()
        return replace(question, text=talk.say("flats.first", question=question.question), asks="")
    match talk.session.step:
        case "confirm":
            return gathering.book()
        case "guess":
            return gathering.guessed()
    return gathering.sure()


def _without_number(talk: Talk, gathering: Answering, flat: Account) -> list[Entry]:
    """What was gathered, without the flat's own number where that was taken for a reading."""
    number = _number(talk, flat)
    return [entry for entry in gathering.draft.entries if not (entry.is_bare and entry.loose == [number])]


def _number(talk: Talk, flat: Account) -> str:
    return accounts.address_of(talk.db, flat).flat
