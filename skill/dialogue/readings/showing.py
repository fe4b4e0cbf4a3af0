"""Where meters are, which digits count, which register is which."""

from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.naming import capital
from skill.dialogue.readings.gathering import Gathering


def shown_where(gathering: Gathering) -> str:
    """What is told of meters and their digits; empty where that is not asked."""
    talk, asked = gathering.talk, gathering.asked
    meter = gathering.flat.meter(asked.meter) if asked is not None and asked.meter is not None else None
    if meter is not None and len(meter.registers) > 1 and points_at("zones", talk.turn.text):
        return talk.say("readings.help_zones")
    if points_at("where", talk.turn.text):
        return talk.say("readings.where")
    if points_at("which_is_hot", talk.turn.text):
        return talk.say("readings.which_is_hot")
    if not points_at("how", talk.turn.text):
        return ""
    name = gathering.flat.name(meter) if meter is not None else ""
    return talk.say("readings.help_value", meter=name, Meter=capital(name)) if name else talk.say("readings.how")
