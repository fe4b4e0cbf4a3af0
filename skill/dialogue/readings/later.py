"""Readings that can wait: «потом», «свет не вижу, там высоко», «продолжим завтра»."""

from skill.dialogue.readings.answering import Answering
from skill.dialogue.readings.draft import Entry, meters_named
from skill.dialogue.scenes.reminders import offer_tomorrow
from skill.dialogue.talk import Talk, after
from skill.dialogue.turn import Reply


def unseen(talk: Talk, gathering: Answering, named: list[Entry]) -> Reply:
    """«Свет не вижу, там высоко»: that meter can wait; what else is left is asked for."""
    left = [meter for meter in gathering.flat.left() if not any(entry.fits(meter) for entry in named)]
    if talk.session.step == "value" or not named or not left:
        return put_off(talk, gathering, [], is_later=True)
    return after(talk.say("readings.waits"), gathering.left_of(left))


def skipped(talk: Talk, gathering: Answering) -> Reply | None:
    """«Этот пропусти»: the meter asked for, or the first of those left, can wait; the next is asked for. None: there is
    no other."""
    step, asked, left = talk.session.step, gathering.asked, gathering.flat.left()
    if step not in {"rest", "value", "which"} or not left:
        return None
    if step == "value" and asked is not None and len(gathering.draft.entries) > 1:
        return gathering.leave(asked)
    first = [gathering.flat.meter(asked.meter)] if asked is not None and asked.meter is not None else left[:1]
    skips = {meter.id for meter in meters_named(gathering.talk.turn.text, gathering.flat.meters) or first}
    others = [meter for meter in left if meter.id not in skips]
    return gathering.left_of(others) if others and not any(entry.gives for entry in gathering.draft.entries) else None


def by_others(talk: Talk, gathering: Answering, named: list[Entry]) -> Reply:
    """«А свет сын передаёт»: that meter is not asked for; the others are."""
    asked = [entry for entry in [gathering.asked] if entry is not None and entry.meter is not None]
    spoken = [entry for entry in named if entry.resource or entry.place] or asked
    left = [meter for meter in gathering.flat.left() if not any(entry.fits(meter) for entry in spoken)]
    told = talk.say("readings.by_others")
    if left and spoken:
        return after(told, gathering.left_of(left))
    talk.session.close()
    return after(told, talk.reply("readings.else"))


def put_off(talk: Talk, gathering: Answering, named: list[Entry], *, is_later: bool) -> Reply:
    """Leave the meter named or asked for; everything, where nothing else has been given. What is only put off is
    kept for «продолжим», and a reminder of it is offered while readings are still taken tomorrow."""
    asked = gathering.asked
    entry = next((known for one in named if (known := gathering.draft.about(one))), None)
    if entry is None and not named and talk.session.step == "value" and asked is not None and not asked.values:
        entry = asked
    if entry is not None and len(gathering.draft.entries) > 1:
        return gathering.leave(entry)
    gives = any(entry.gives for entry in gathering.draft.entries)
    if is_later and gives:
        talk.session.suspend()
        talk.session.put_off = talk.session.suspended.pop()
    talk.session.close()
    if is_later and gathering.flat.today < gathering.flat.window.end:
        told = talk.say("readings.put_off" if gives else "readings.can_wait")
        return offer_tomorrow(talk, told, "submit_readings")
    return gathering.dropped()
