"""Questions amid readings: is it written, is that all, what was there before, is another meter in it. A question is no
yes: it books nothing and moves no number."""

import re
from dataclasses import replace

from billing.meters import MeterView
from skill.dialogue.meaning.plain import plain
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import listed, month_name, register_name
from skill.dialogue.readings import agreeing, comparing
from skill.dialogue.readings.answering import READ_BACK, Answering
from skill.dialogue.readings.draft import meters_named
from skill.dialogue.readings.explaining import ASKS
from skill.dialogue.readings.gathering import Gathering
from skill.dialogue.readings.readback import values_shown
from skill.dialogue.talk import after
from skill.dialogue.turn import Reply
from skill.understanding import Understanding
from skill.understanding.slots import extract
from speech.numerals import numbers

MARKED = re.compile(r"\?[\s?!.)]*$")
"""A question, as it is typed."""
SENTENCES = re.compile(r"[.,;!?]+\s*")
TURNS_AWAY = frozenset({"back", "no", "stop", "yes"})
UNSURE_OF_IT = re.compile(r"\?|\bне (?:вижу|видно|видать|разбер\w+|разгляжу|помню|знаю)\b")
"""A number that is only supposed."""
PLAIN_YES = re.compile(r"\W*(?:(?:ну|ой|вот) )*(?:да|ага|угу|конечно|запиши|записывай|пиши)\w*\b\W+\w")
"""«Да, запишите, можно?»: a yes with more to it."""
SHORT = 3
"""So few words with a question mark answer nothing."""


def asked(gathering: Answering, said: Understanding) -> Reply | None:
    """The answer to a question, with the one that is open again; None where the phrase is none of these."""
    talk, text = gathering.talk, gathering.talk.turn.text
    if points_at("if_wrong", text):
        return comparing.asked_again(talk, talk.say("readings.can_fix"))
    if gathering.step == "confirm" and agreeing.question(text, talk.turn.channel):
        return None  # «да, а горячая какая была»: the yes comes first
    if (before := _of_before(gathering)) is not None:
        return before
    if points_at("written_yet", text) and (told := written_yet(gathering)) is not None:
        return told
    if points_at("no_reading", text) and (none := _no_reading(gathering)) is not None:
        return none
    if (zones := _both_zones(gathering)) is not None:
        return zones
    if gathering.step not in READ_BACK:
        return None
    if points_at("has_comma", text):
        gathering.wrong()
        return talk.reply("readings.with_comma", expecting="number")
    marked = MARKED.search(text) is not None
    if points_at("all_or_not", text) or (marked and points_at("is_that_all", text)):
        return _whether_all(gathering)
    if marked and (agreeing.is_only_yes(text) or points_at("done_yet", text)):
        return _not_yet(gathering, "readings.not_written")
    for remark in ("because", "rest_later"):
        if points_at(remark, text) and not numbers(text) and not agreeing.begins(text):
            return and_open(gathering, talk.say(f"readings.{remark}"))
    if (included := _included(gathering, marked=marked)) is not None:
        return included
    if marked and said.intent == "yes" and not PLAIN_YES.match(text.lower()):
        return _not_yet(gathering, "readings.not_written")
    if marked and said.intent in TURNS_AWAY and len(text.split()) <= SHORT and not agreeing.begins(text):
        return gathering.next()
    return None


def written_yet(gathering: Gathering) -> Reply | None:
    """«А показание записалось?»: what is read back is not yet, what was booked just before is."""
    talk, flat = gathering.talk, gathering.flat
    if gathering.step == "rest":
        named = [
            one
            for one in meters_named(gathering.talk.turn.text, gathering.flat.meters)
            if not comparing.of_period(flat, one)
        ]
        if named:
            return comparing.asked_again(talk, talk.say("readings.not_given", meters=flat.names(named)))
        booked = [(meter, comparing.of_period(flat, meter)) for meter in flat.meters]
        lines = [f"{flat.name(meter)} {values_shown(values, meter)}" for meter, values in booked if values]
        month = month_name(flat.period)
        told = talk.say("readings.written", month=month, readings=", ".join(lines)) if lines else ""
        return comparing.asked_again(talk, told)
    if gathering.step in {"value", "person", "fix"}:
        return _not_yet(gathering, "readings.not_written_number")
    if not any(entry.gives for entry in gathering.draft.entries):
        return None
    return _not_yet(gathering, "readings.not_written")


def _not_yet(gathering: Gathering, key: str) -> Reply:
    gathering.talk.beside = "help"
    return after(gathering.talk.say(key), gathering.next())


def _of_before(gathering: Gathering) -> Reply | None:
    """«Что там записано», «покажите старые»: the last readings of the meters named, else of those spoken of. A month
    that is named is another question."""
    text = gathering.talk.turn.text
    entry, names = gathering.asked, ["recorded", "what_before"]
    if entry is not None and entry.meter is not None and gathering.step != "rest":
        names.append("was")
    parts = [part for part in SENTENCES.split(text) if any(points_at(name, part) for name in names)]
    if not any(not numbers(part) for part in parts) or "period" in extract("last_reading", text):
        return None
    if numbers(text) and not UNSURE_OF_IT.search(text.lower()):
        return None
    named = meters_named(gathering.talk.turn.text, gathering.flat.meters)
    alone = gathering.asked is not None and len(gathering.draft.entries) == 1
    if not named and alone and (told := comparing.previous(gathering)) is not None:
        return told
    drafted = [entry.meter for entry in gathering.draft.entries]
    meters = named or [meter for meter in gathering.flat.meters if meter.id in drafted] or gathering.flat.left()
    return _told_last(gathering, [meter for meter in meters if meter.last])


def _no_reading(gathering: Gathering) -> Reply | None:
    """«Это температура в комнате»: the only number that was said is no reading; None where there were others."""
    given = [entry for entry in gathering.draft.entries if entry.gives or entry.stopped]
    if len(given) != 1 or gathering.step not in READ_BACK | {"which", "value", "person"}:
        return None
    gathering.talk.session.close()
    return gathering.talk.reply("readings.no_reading")


def _both_zones(gathering: Gathering) -> Reply | None:
    """«Ночь не помню», «можно только день»: a meter is read whole; None where nothing of it was said yet."""
    entry, text = gathering.asked, gathering.talk.turn.text
    if gathering.step != "value" or entry is None or entry.meter is None or not entry.values or numbers(text):
        return None
    if not (points_at("only_one_zone", text) or points_at("cannot", text)):
        return None
    zones = [register_name(register) for register in gathering.flat.meter(entry.meter).registers]
    gathering.talk.beside = "help"
    return gathering.talk.reply("readings.both_zones", zones=listed(zones), expecting="number")


def _told_last(gathering: Gathering, meters: list[MeterView]) -> Reply | None:
    """What these meters showed the last time, and the question that is open again."""
    talk, flat = gathering.talk, gathering.flat
    told = [(meter, {zone: last.value for zone, last in meter.last.items()}) for meter in meters]
    lines = [f"{flat.name(meter)} {values_shown(values, meter)}" for meter, values in told]
    drafted = {entry.meter for entry in gathering.draft.entries}
    others = any(meter.id not in drafted for meter in meters)
    return and_open(gathering, talk.say("readings.last", lines=", ".join(lines)), whole=others) if lines else None


def _whether_all(gathering: Gathering) -> Reply:
    """«Это все?»: which meters are not among those read back."""
    talk, flat = gathering.talk, gathering.flat
    drafted = {entry.meter for entry in gathering.draft.entries}
    left = [meter for meter in flat.left() if meter.id not in drafted]
    told = talk.say("readings.all_but", meters=flat.names(left)) if left else talk.say("readings.all_told")
    return and_open(gathering, told)


def _included(gathering: Gathering, *, marked: bool) -> Reply | None:
    """«Это вместе с горячей?»: whether the meters named are read back; None where nothing of that is asked."""
    text = gathering.talk.turn.text
    asks = points_at("included", text) or (marked and not ASKS.search(plain(text)))
    named = meters_named(gathering.talk.turn.text, gathering.flat.meters) if asks and not numbers(text) else []
    if not named:
        return None
    drafted = {entry.meter for entry in gathering.draft.entries}
    inside = all(meter.id in drafted for meter in named)
    return only_these(gathering, "readings.included" if inside else "readings.included_not")


def only_these(gathering: Gathering, key: str = "readings.included_not") -> Reply:
    """Which meters are read back, and the question that is open again."""
    flat = gathering.flat
    drafted = [flat.meter(entry.meter) for entry in gathering.draft.entries if entry.meter is not None]
    return and_open(gathering, gathering.talk.say(key, meters=flat.names(drafted)))


def and_open(gathering: Gathering, told: str, *, whole: bool = False) -> Reply:
    """What was asked about, and whether to write what was read back; else the question that is open, whole."""
    talk = gathering.talk
    talk.beside = "help"
    question = comparing.open_question(talk)
    if gathering.step == "confirm" and not whole:
        return replace(question, text=f"{told} {talk.say('readings.write_told')}")
    return after(told, question)
