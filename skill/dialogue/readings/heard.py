"""What a phrase says of readings, as the meters of the flat explain it."""

from skill.dialogue.flat import Flat
from skill.dialogue.meaning.pointing import points_at
from skill.dialogue.readings.answering import Answering
from skill.dialogue.readings.apart import apart
from skill.dialogue.readings.draft import Entry, entries_of
from skill.dialogue.readings.moving import placed
from skill.dialogue.readings.numbered import by_serial, numbered, without_account
from skill.dialogue.readings.partly import set_right
from skill.dialogue.readings.relative import by_last
from skill.dialogue.readings.replaced import of_replaced
from skill.dialogue.talk import Talk
from skill.understanding import Understanding
from skill.understanding.slots import extract

ANSWERS = frozenset({"yes", "no", "correct", "back", "stop"})
UNSURE = 0.6
"""Below it an intent of another topic counts for less than the name of a meter."""


def put(talk: Talk, gathering: Answering, entries: list[Entry]) -> list[Entry]:
    """The entries as the meters of the flat explain them."""
    if (whole := set_right(gathering, entries)) is not entries:
        return whole
    listed = by_serial(gathering, numbered(gathering, without_account(gathering, entries)))
    told = by_last(gathering.flat, talk.turn.text, of_replaced(gathering, listed), gathering.asked or _told_of(talk))
    return placed(gathering, apart(gathering.books, gathering.flat, talk.turn.text, told))


def _told_of(talk: Talk) -> Entry | None:
    """The meter whose last reading was asked just before: «четыре куба прибавь» is said of it."""
    about = talk.session.about
    if about.get("intent") != "last_reading" or not points_at("plus", talk.turn.text):
        return None
    said = entries_of({name: about["slots"].get(name) for name in ("resource", "place")})
    fitting = [meter for meter in Flat(talk).meters if any(one.fits(meter) for one in said)]
    return Entry(fitting[0].id) if len(fitting) == 1 else None


def heard(talk: Talk, said: Understanding) -> list[Entry]:
    """Meters and values in the phrase, whatever its intent: «свет» or «нет, двести» speak of readings here.

    A phrase that surely means another topic («какой тариф на холодную воду») is left to it.
    """
    if said.intent == "submit_reading":
        return entries_of(said.slots)
    if said.intent not in ANSWERS and said.confidence >= UNSURE:
        return []
    return entries_of(extract("submit_reading", talk.turn.text))
