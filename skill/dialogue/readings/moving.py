"""Which meter a value belongs to, set right: «ой, это ванна 245, а кухня 192», «не та, в ванной 33», «наоборот»,
«горячую я не давала», «с ванной потом, кухню пишите»."""

import re
from dataclasses import replace

from skill.dialogue.meaning.addressing import ORDER
from skill.dialogue.meaning.plain import plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital
from skill.dialogue.readings import asking
from skill.dialogue.readings.answering import READ_BACK, SWAPPED, Answering
from skill.dialogue.readings.draft import Entry, entries_of
from skill.dialogue.readings.gathering import Gathering
from skill.dialogue.talk import after
from skill.dialogue.turn import Reply
from skill.understanding.slots import extract
from speech.numerals import numbers

MISTAKEN = re.compile(
    r"\b(?:ой|нет|не т[аоу]|не тот|не туда|не там|не это|перепут\w+|ошиб\w+|наоборот|точнее|вернее|исправ\w+|стоп)\b"
)
NOT_GIVEN = re.compile(
    r"\bне (?:да(?:вал|л)|назыв|назвал|говори|сказал|переда|сдавал|диктов|продиктов|сообщ|указывал|писал)\w*"
    r"|\b(?:убери|уберите|убрать|убирай|вычеркн|исключи|выкинь|сотри)\w*|\bлишн\w+"
    r"|\bбез (?:холодн|горяч|свет|электр|газ)"
    r"|\bне (?:надо|нужн\w+|запис\w+|пиши\w*|внос\w+)\b"
    r"|\bпри ?ч[её]м (?:тут |здесь |там )?(?:холодн|горяч|свет|электр|газ)"
)
"""Said of a meter that is not to be among those read back."""
ONLY = re.compile(
    r"(?:(?:нет|да|ну|а|пусть|давай(?:те)?|за?пиши(?:те)?|записывай(?:те)?) )*(?:только|лишь|одн[уо]|пока) .+"
)
CLAUSES = re.compile(r"[.,;!?]+\s*|\s(?:а|но)\s")
LATER = re.compile(r"\b(?:потом|позже|попозже|завтра|вечером|в другой раз|пока не надо|не сейчас)\b")
GOES_IN = re.compile(r"\b(?:за?пиши\w*|записывай\w*|пиши\w*|давай\w*|внос\w+|внеси\w*|остав\w+|бери\w*|переда\w+)\b")
DENIES = re.compile(r"\bне\b")
ORDINAL = re.compile(
    r"\b(?:(?P<order>перв|втор|трет|четверт)(?:ый|ая|ую|ое|ой|ье|ья|ью|ий|ого|его)|(?P<last>последн(?:яя|юю|ее|ий)))\b"
)
NOT_BUT = re.compile(r"\bне (?P<denied>\w+(?: \w+){0,3}?) а (?P<meant>.+)")
TWO = 2


def placed(gathering: Gathering, entries: list[Entry]) -> list[Entry]:
    """The entries, those of which only the place was said with the resource that is spoken of."""
    mistaken = MISTAKEN.search(plain(gathering.talk.turn.text)) is not None
    return [_placed(gathering, entry, mistaken=mistaken) for entry in entries]


def _placed(gathering: Gathering, entry: Entry, *, mistaken: bool) -> Entry:
    if entry.place is None or entry.resource is not None or entry.meter is not None or len(entry.loose) != 1:
        return entry
    drafted = [one for one in gathering.draft.entries if one.resource]
    here = {one.resource for one in drafted if one.place == entry.place}
    spoken = here if len(here) == 1 else {one.resource for one in drafted}
    if len(spoken) != 1 or not (here or mistaken):
        return entry
    meant = replace(entry, resource=spoken.pop())
    meters = [meter for meter in gathering.flat.meters if entry.fits(meter)]
    known = [meter for meter in meters if meant.fits(meter)]
    elsewhere = [meter for meter in meters if meter not in known and gathering.books.likely(entry, meter)]
    fits_here = any(gathering.books.acceptable(entry, meter) for meter in known)
    if not known or (not mistaken and not fits_here and len(elsewhere) == 1):
        return entry
    return meant


def without_moved(gathering: Gathering, said: list[Entry]) -> None:
    """A value that is said to be another meter's is no more that of the meter it was taken for."""
    text = plain(gathering.talk.turn.text)
    for known in _denied(gathering, text, said):
        gathering.draft.entries.remove(known)
    if not MISTAKEN.search(text) or "тоже" in text.split():
        return
    named = [entry for entry in said if entry.gives and (entry.resource or entry.place)]
    for known in list(gathering.draft.entries):
        held = {*known.values.values(), *known.stopped.values(), *known.loose}
        moved = [one for one in named if held & {*one.loose, *one.values.values()} and not _is_of(one, known)]
        if moved and not any(_is_of(one, known) for one in said):
            gathering.draft.entries.remove(known)
            for one in moved:
                one.sure, one.refused = [SWAPPED], [SWAPPED]  # the resident has just told which meter it is


def _denied(gathering: Gathering, text: str, said: list[Entry]) -> list[Entry]:
    """What was gathered of the meter that «не горячая, а холодная 121» turns away."""
    found = NOT_BUT.search(text)
    given = [entry for entry in said if entry.gives and (entry.resource or entry.place)]
    if found is None or not given or numbers(found["denied"]):
        return []
    denied = entries_of(extract("submit_reading", found["denied"]))
    return [
        known
        for known in gathering.draft.entries
        if any(one.resource == known.resource and one.place in (None, known.place) for one in denied)
        and not any(_is_of(one, known) for one in given)
    ]


def _is_of(said: Entry, known: Entry) -> bool:
    return said.resource in (None, known.resource) and said.place in (None, known.place)


def without_unplaced(gathering: Gathering, said: list[Entry]) -> None:
    """Whole readings said where it was asked which meter a number is of: that number was none, or is among them."""
    asked = gathering.asked
    whole = len(said) > 1 and all(entry.gives and entry.resource for entry in said)
    if whole and gathering.step == "which" and asked is not None and asked.is_bare:
        gathering.draft.entries.remove(asked)


def moved(gathering: Answering) -> Reply | None:
    """The answer where what was gathered is set right without a number; None where it is not."""
    text = gathering.talk.turn.text
    if numbers(text) or not any(_holds(entry) for entry in gathering.draft.entries):
        return None
    return _exchanged(gathering) or _put_off_in_part(gathering) or _not_there(gathering) or _taken_out(gathering)


def _holds(entry: Entry) -> bool:
    return entry.meter is not None and bool(entry.values or entry.stopped)


def _exchanged(gathering: Gathering) -> Reply | None:
    """«Наоборот», «местами перепутала» of two meters: each has the other's value."""
    two = [entry for entry in gathering.draft.entries if _holds(entry)]
    if gathering.step == "guess" or len(two) != TWO or not points_at("other_way_round", gathering.talk.turn.text):
        return None
    first, second = two
    held = [first.values or first.stopped, second.values or second.stopped]
    if held[0].keys() != held[1].keys():
        return None
    for entry, values in zip(two, reversed(held), strict=True):
        entry.forget()
        entry.values = dict(values)
        entry.sure, entry.refused = [SWAPPED], [SWAPPED]
    return gathering.next()


def _put_off_in_part(gathering: Gathering) -> Reply | None:
    """«С ванной потом, кухню пишите»: what can wait is left, the rest is read back."""
    clauses = CLAUSES.split(gathering.talk.turn.text.lower())
    waits = [entry for clause in clauses if LATER.search(clause) for entry in _named(clause)]
    meant = [clause for clause in clauses if GOES_IN.search(clause) and not LATER.search(clause)]
    goes_in = [entry for clause in meant for entry in _named(clause)]
    if not waits or not goes_in:
        return None
    left = [known for known in gathering.draft.entries if not any(_is_of(one, known) for one in waits)]
    if not any(_is_of(one, known) and _holds(known) for one in goes_in for known in left):
        return None
    gathering.draft.entries = left
    return gathering.next()


def _not_there(gathering: Answering) -> Reply | None:
    """«Не на кухне, а в ванной» of the only value read back."""
    clauses = CLAUSES.split(gathering.talk.turn.text.lower())
    right = [entry for clause in clauses if not DENIES.search(clause) for entry in _named(clause)]
    wrong = [entry for clause in clauses if DENIES.search(clause) for entry in _named(clause)]
    only = gathering.draft.entries[0] if len(gathering.draft.entries) == 1 else None
    if only is None or len(right) != 1 or right[0].resource or not any(_is_of(one, only) for one in wrong):
        return None
    return gathering.meant_for(right[0])


def _in_order(gathering: Gathering, text: str) -> list[Entry]:
    """«Вторую», «последнюю»: the entry at that place of what was just read back."""
    found = ORDINAL.search(text) if gathering.step == "confirm" else None
    at = (-1 if found["last"] else ORDER[found["order"]]) if found else len(gathering.draft.entries)
    return gathering.draft.entries[at : at + 1 or None] if found else []


def _taken_out(gathering: Answering) -> Reply | None:
    """«Горячую я не давала», «только холодную», «вторую уберите»: what is not to be read back is told and left; «вторая
    неправильно» is asked for anew."""
    text = plain(gathering.talk.turn.text)
    named, entries = _named(gathering.talk.turn.text), gathering.draft.entries
    fitting = [known for known in entries if any(_is_of(one, known) for one in named)]
    if not named and (fitting := _in_order(gathering, text)) and points_at("wrong", text):
        return gathering.wrong(fitting[0])
    if gathering.step not in READ_BACK | {"value", "fix", "person"}:
        return None
    if named and not fitting and NOT_GIVEN.search(text) and gathering.step in READ_BACK:
        return asking.only_these(gathering)
    if not fitting:
        return None
    if NOT_GIVEN.search(text):
        out = fitting
    elif ONLY.fullmatch(text) and len(fitting) < len(entries) and gathering.step in READ_BACK:
        out = [known for known in entries if known not in fitting]
    else:
        return None
    names = gathering.flat.names([gathering.flat.meter(known.meter) for known in out if known.meter is not None])
    gathering.draft.entries = [known for known in entries if known not in out]
    return after(gathering.talk.say("readings.taken_out", meters=names, Meters=capital(names)), gathering.next())


def _named(text: str) -> list[Entry]:
    said = entries_of(extract("submit_reading", text))
    return [Entry(resource=one.resource, place=one.place) for one in said if one.resource or one.place]
